"""Cases of a course: both ways are written together, in one save."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.services.edits import write_row
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from training.courses.content import stored_case
from training.models import Case, CaseStep, Course
from training.services.courses import held_course

MOST_CASES = 20
Step = dict[str, Any]


@transaction.atomic
def save_case(
    *,
    actor: User,
    course: Course,
    case: Case | None = None,
    was: str = "",
    manual: Sequence[Step],
    system: Sequence[Step],
    **fields: Any,
) -> Case:
    """Create or change a case with the steps of both ways, in their order; a step is the fields of `CaseStep`.

    Raises StaleError where somebody changed it since the page was opened (`was`), DomainError on "title" for a title that
    is taken, and where there are too many steps or cases.
    """
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    course = held_course(Engagement.objects.lock(course.engagement_id), course)
    row = _held(course, case, was) if case else Case(course=course)
    if course.cases.exclude(pk=row.pk).filter(title=fields["title"]).exists():
        raise DomainError(_("This course has a case of this title already."), field="title")
    if max(len(manual), len(system)) > CaseStep.MOST:
        raise DomainError(_("At most %(most)s steps each way.") % {"most": CaseStep.MOST})
    if case is None:
        row.position = _next_position(course)
    action = write_row(row, "case", fields)
    replace_steps(row, manual, system)
    _audit(actor, row, action, course)
    return row


@transaction.atomic
def delete_case(*, actor: User, case: Case) -> None:
    """Take a case out of the working text; accepted versions keep it. Raises DomainError where it is gone."""
    require(actor, Permission.EDIT_TRAINING, case.course.engagement)
    course = held_course(Engagement.objects.lock(case.course.engagement_id), case.course)
    row = _held(course, case, "")
    _audit(actor, row, "case.deleted", course)
    row.delete()


def replace_steps(case: Case, manual: Sequence[Step], system: Sequence[Step]) -> None:
    """Write the steps of both ways in place of those that are there."""
    CaseStep.objects.filter(case=case).delete()
    CaseStep.objects.bulk_create(
        CaseStep(case=case, way=way, position=position, **step)
        for way, steps in ((CaseStep.Way.MANUAL, manual), (CaseStep.Way.SYSTEM, system))
        for position, step in enumerate(steps)
    )


def _held(course: Course, case: Case, was: str) -> Case:
    row = course.cases.unscoped().filter(pk=case.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if was and was != stored_case(row).fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
    return row


def _next_position(course: Course) -> int:
    found = course.cases.aggregate(last=models.Max("position"), count=models.Count("pk"))
    if found["count"] >= MOST_CASES:
        raise DomainError(_("A course has at most %(most)s cases.") % {"most": MOST_CASES})
    return 0 if found["last"] is None else int(found["last"]) + 1


def _audit(actor: User, case: Case, action: str, course: Course) -> None:
    data = {"title": case.title, "course": course.pk}
    audit.record(chain=course.engagement.audit_chain, actor=actor, action=action, target=case, data=data)
