"""Recording a follow-up visit: what engagements, problems and reports know of it, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from engagements.models import FollowUpVisit
from engagements.services.visits import hold_visit
from onsite.accounts.models import User
from onsite.core.failpoints import failpoint
from reports.models import VisitIssue
from standups.models import Problem
from standups.services.problems import solve_in_visit


@dataclass(frozen=True)
class Issue:
    """A remaining issue and what the client said of it."""

    problem: Problem
    outcome: str
    note: str = ""


@transaction.atomic
def record_visit(
    *, actor: User, visit: FollowUpVisit, held_on: date, issues: Sequence[Issue] = (), **heard: Any
) -> FollowUpVisit:
    """Keep all that was heard in a visit, or nothing: see `hold_visit` for what it takes and raises. What the client
    calls solved is solved as of that day."""
    row = hold_visit(actor=actor, visit=visit, held_on=held_on, **heard)
    VisitIssue.objects.bulk_create(
        VisitIssue(visit=row, problem=one.problem, outcome=one.outcome, note=one.note) for one in issues
    )
    solved = [one.problem for one in issues if one.outcome == VisitIssue.Outcome.SOLVED]
    solve_in_visit(actor=actor, engagement=row.engagement, problems=solved, on=held_on)
    failpoint("visit.recorded")
    return row
