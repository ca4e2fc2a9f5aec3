"""The trainer's practical sign-off: who was seen to do it. A correction is a new row; the newest one counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from training.courses.audience import audience_of
from training.models import Course, Learner, PracticalCheck


@dataclass(frozen=True)
class Seen:
    """What a trainer saw one learner do."""

    learner: int
    outcome: str
    note: str = ""


@transaction.atomic
def record_checks(*, actor: User, course: Course, checked_on: date, seen: Sequence[Seen]) -> list[PracticalCheck]:
    """Keep what was seen on a day, all of it or nothing, and return the new rows. What stands there as the newest already
    is not kept a second time.

    Raises DomainError on "checked_on" for a day to come, and where somebody is not (any more) a learner of a role of this
    course, or nothing is new.
    """
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    engagement = Engagement.objects.lock(course.engagement_id)
    if checked_on > engagement.today():
        raise DomainError(_("This day has not come yet at the site."), field="checked_on")
    learners = _learners(course, {one.learner for one in seen})
    newest = _newest(course, learners)
    rows = [
        PracticalCheck(
            course=course, learner_id=one.learner, outcome=one.outcome, checked_on=checked_on, note=one.note,
            checked_by=actor,
        )
        for one in seen
        if newest.get(one.learner) != (one.outcome, checked_on, one.note)
    ]  # fmt: skip
    if not rows:
        raise DomainError(_("Nothing new is ticked."))
    for row in rows:
        row.save()
        data = {"course": course.title, "learner": learners[row.learner_id].name, "outcome": str(row.outcome)}
        data |= {"checked_on": str(checked_on), "note": row.note}
        chain = engagement.audit_chain
        audit.record(chain=chain, actor=actor, action="practical_check.recorded", target=row, data=data)
    return rows


def _learners(course: Course, wanted: set[int]) -> dict[int, Learner]:
    rows = Learner.objects.unscoped().still_there().filter(pk__in=wanted, role__in=audience_of(course.pk))
    found = {row.pk: row for row in rows.filter(role__engagement=course.engagement_id)}
    if found.keys() != wanted:
        raise DomainError(_("Somebody you ticked is no longer a learner of this course. Please look again."))
    return found


def _newest(course: Course, learners: dict[int, Learner]) -> dict[int, tuple[str, date, str]]:
    rows = PracticalCheck.objects.unscoped().filter(course=course, learner__in=learners).order_by("checked_on", "pk")
    return {row.learner_id: (row.outcome, row.checked_on, row.note) for row in rows}
