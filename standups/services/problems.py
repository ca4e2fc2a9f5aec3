"""Problems outside the stand-up."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from standups.models import Problem


@transaction.atomic
def save_problem(*, actor: User, engagement: Engagement, problem: Problem | None = None, **fields: Any) -> Problem:
    """Create a problem, or change the given fields of one; what is not given stays as it is stored by now.

    Raises DomainError where it is solved before it was raised, or on a day to come, or is a key problem without its
    symptom.
    """
    require(actor, Permission.EDIT_PROBLEM, engagement)
    row = _fresh(engagement, actor) if problem is None else _locked(problem)
    before = {name: str(getattr(row, name)) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    changed = {name: [was, str(getattr(row, name))] for name, was in before.items() if was != str(getattr(row, name))}
    if problem is not None and not changed:
        return row
    _check(row, engagement)
    row.save()
    action = "problem.raised" if problem is None else "problem.changed"
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=changed)
    return row


@transaction.atomic
def solve_problem(*, actor: User, problem: Problem) -> None:
    """Mark a problem as solved today at the site; one that is solved already stays as it is."""
    engagement = problem.engagement
    require(actor, Permission.EDIT_PROBLEM, engagement)
    today = engagement.today()
    if Problem.objects.open().filter(pk=problem.pk).update(solved_on=max(today, problem.raised_on)):
        data = {"on": str(today)}
        audit.record(chain=engagement.audit_chain, actor=actor, action="problem.solved", target=problem, data=data)


def _fresh(engagement: Engagement, actor: User) -> Problem:
    return Problem(engagement=engagement, raised_on=engagement.today(), raised_by=actor)


def _locked(problem: Problem) -> Problem:
    return Problem.objects.unscoped().select_for_update().get(pk=problem.pk)


def _check(row: Problem, engagement: Engagement) -> None:
    if row.solved_on is not None and not row.raised_on <= row.solved_on <= engagement.today():
        raise DomainError(_("It was solved between the day it was raised and today."), field="solved_on")
    if row.is_key and not row.symptom:
        raise DomainError(_("Tell the symptom: the closing report begins a key problem with it."), field="symptom")
