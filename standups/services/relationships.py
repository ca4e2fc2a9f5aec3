"""Notes on how the client's people take the work: the vendor's alone, in no mail, no export and no document."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from standups.models import RelationshipNote


@transaction.atomic
def save_note(
    *,
    actor: User,
    engagement: Engagement,
    note: RelationshipNote | None = None,
    person: User | None,
    person_name: str,
    mood: str,
    matters: str,
    text: str,
    noted_on: date,
) -> RelationshipNote:
    """Write a note, or change one of one's own. Raises PermissionDenied for another's, and DomainError on "person_name"
    where it is about nobody, on "person" for somebody who is not one of the client's people, on "noted_on" for a day to
    come."""
    require(actor, Permission.EDIT_PROBLEM, engagement)
    if note is not None and note.author_id != actor.pk:
        raise PermissionDenied
    if person is None and not person_name:
        raise DomainError(_("Say who it is about: choose the person or write a name or role."), field="person_name")
    if person is not None and not engagement.memberships.of_client().filter(user=person).exists():
        raise DomainError(_("This is not one of the client's people."), field="person")
    if noted_on > engagement.today():
        raise DomainError(_("This day has not come yet at the site."), field="noted_on")
    row = note or RelationshipNote(engagement=engagement, author=actor)
    action = "relationship.changed" if row.pk else "relationship.noted"
    row.person, row.person_name = person, "" if person else person_name
    row.mood, row.matters, row.note, row.noted_on = mood, matters, text, noted_on
    row.save()
    # The audit is read by more people than the note: it says that there was one, and nothing of it.
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row)
    return row
