"""The sample data as a whole: people first, then one story after the other, and what the company learned of them."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone, translation

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.search import rebuilding
from reports.demo.assigning import note_absences
from reports.demo.builder import is_told, tell
from reports.demo.passing_on import is_written, pass_on
from reports.demo.people import BY_KEY, PASSWORDS, PEOPLE, SIGN_INS
from reports.demo.stories import STORIES

NEWCOMER = "he"  # reads first what newcomers read first
NEW, LONG_THERE = timedelta(days=40), timedelta(days=700)


def seed() -> None:
    """Bring in what is missing of the sample data; what is there stays as people changed it."""
    missing = [story for story in STORIES if not is_told(story)]
    if not missing:
        return
    with translation.override("zh-hans"):
        people = _people()
        today = Engagement().today()
        for story in missing:
            tell(story, people=people, today=today)
        if not is_written():
            pass_on(people=people, today=today)
            note_absences(people=people, today=today)
        # The stories' days were put back beside the audit, which is what the search follows.
        rebuilding.rebuild()


def sign_ins() -> list[tuple[str, str, str]]:
    """Return role, e-mail address and password of the sign-ins that the demo shows."""
    return [(label, BY_KEY[key].email, PASSWORDS[BY_KEY[key].role]) for label, key in SIGN_INS]


@transaction.atomic
def _people() -> dict[str, User]:
    known = User.objects.in_bulk([person.email for person in PEOPLE], field_name="email")
    # One hash a role: hashing is slow on purpose, and twenty people would wait for it.
    hashes = {role: make_password(password) for role, password in PASSWORDS.items()}
    found = {}
    for person in PEOPLE:
        user = known.get(person.email)
        if user is None:
            # Straight through the manager, without an invitation: the demo's mailbox is not for twenty links of weeks ago.
            user = User.objects.create_user(
                person.email, name=person.name, role=person.role, title=person.title, language="zh-hans"
            )
            user.password = hashes[person.role]
            user.joined_at = timezone.now() - (NEW if person.key == NEWCOMER else LONG_THERE)
            user.save(update_fields=["password", "joined_at"])
        found[person.key] = user
    return found
