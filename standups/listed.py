"""A problem as its reader sees it, in a list and above its own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from standups.models import Problem
from standups.wording import party_kind, party_label, severity_kind, severity_word


@dataclass(frozen=True)
class ProblemRow:
    """One problem. `owner` is the name of the vendor's person who cares for it, "" to a client: they read the role."""

    problem: Problem
    age_days: int
    party_label: str
    owner: str
    is_overdue: bool

    @property
    def party_kind(self) -> str:
        return party_kind(self.problem.next_step_with)

    @property
    def severity_word(self) -> str:
        return severity_word(self.problem.severity)

    @property
    def severity_kind(self) -> str:
        return severity_kind(self.problem.severity)

    @property
    def state(self) -> str:
        """Return whether it is open, overdue or solved, in a word."""
        if not self.problem.is_open:
            return _("Solved")
        return _("Overdue") if self.is_overdue else _("Open")


def row_of(problem: Problem, today: date, *, for_client: bool) -> ProblemRow:
    """Return the row; the problem's engagement, and for the vendor its owner, must be loaded."""
    late = problem.is_open and problem.due_on is not None and problem.due_on < today
    label = party_label(problem.next_step_with, for_client=for_client)
    owner = problem.owner.name if problem.owner is not None and not for_client else ""
    return ProblemRow(problem, problem.age_in_working_days(today), label, owner, late)
