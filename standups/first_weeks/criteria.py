"""Whether what ends the first weeks is so: noted by hand, or counted from what both sides see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, Q

from engagements import measures
from engagements.measures import Measured
from engagements.models import Engagement, Reading
from onsite.accounts.models import User
from standups.models import ExitCriterion


@dataclass(frozen=True)
class Calm:
    """The run without an open critical problem: its calendar days, None before go-live; 0 while one is open."""

    since: date | None
    days: int | None


@dataclass(frozen=True)
class CriterionState:
    """One criterion as it stands. `since` is the day from which it was met, None where that can't be told."""

    criterion: ExitCriterion
    is_met: bool
    since: date | None
    calm: Calm | None = None
    measured: Measured | None = None


@dataclass(frozen=True)
class Exit:
    """All criteria, and whether the first weeks may end. Without criteria they may not."""

    states: tuple[CriterionState, ...]

    @property
    def met_count(self) -> int:
        return sum(state.is_met for state in self.states)

    @property
    def is_over(self) -> bool:
        return bool(self.states) and self.met_count == len(self.states)

    @property
    def since(self) -> date | None:
        """The day from which all were met, as far as it is known."""
        known = [state.since for state in self.states if state.since is not None]
        return max(known) if self.is_over and known else None


def standing(engagement: Engagement, user: User) -> Exit:
    """Return the criteria as they stand for this person; the same for both sides. Four queries, and one more for each
    fact that an objective is counted from."""
    rows = list(engagement.exit_criteria.visible_to(user).select_related("recorded_by"))
    wanted = [row.objective_id for row in rows if row.objective_id]
    measured = measures.measure(engagement, engagement.objectives.visible_to(user).filter(pk__in=wanted))
    by_objective = {found.objective.pk: found for found in measured}
    reached = _reached_since(measured, user)
    calm = calm_of(engagement)
    return Exit(tuple(_state(row, calm, by_objective, reached) for row in rows))


def calm_of(engagement: Engagement) -> Calm:
    """Return how long no critical problem was open, counted from go-live or from the day the last one was solved."""
    today, began = engagement.today(), engagement.go_live_on
    if began is None or began > today:
        return Calm(None, None)
    known = (
        engagement.problems.shared()
        .critical()
        .aggregate(open=Count("pk", filter=Q(solved_on=None)), last=Max("solved_on"))
    )
    if known["open"]:
        return Calm(None, 0)
    since = max(began, known["last"] or began)
    return Calm(since, (today - since).days)


def _state(row: ExitCriterion, calm: Calm, measured: dict[int, Measured], reached: dict[int, date]) -> CriterionState:
    if row.kind == ExitCriterion.Kind.CALM:
        wanted = row.days or 0
        is_met = calm.days is not None and calm.days >= wanted
        since = calm.since + timedelta(days=wanted) if is_met and calm.since else None
        return CriterionState(row, is_met, since, calm=calm)
    found = measured.get(row.objective_id) if row.objective_id else None
    if row.kind == ExitCriterion.Kind.OBJECTIVE:
        is_met = found is not None and found.is_reached
        return CriterionState(row, is_met, reached.get(row.objective_id or 0) if is_met else None, measured=found)
    return CriterionState(row, row.met_on is not None, row.met_on)


def _reached_since(measured: Sequence[Measured], user: User) -> dict[int, date]:
    """Return the first day of the run of readings that reach the target to this day, of what is read by hand."""
    by_hand = {found.objective.pk: found.objective for found in measured if not found.objective.measure}
    since: dict[int, date] = {}
    for row in Reading.objects.visible_to(user).filter(objective__in=by_hand):
        if not by_hand[row.objective_id].is_reached_by(row.value):
            since.pop(row.objective_id, None)
        else:
            since.setdefault(row.objective_id, row.measured_on)
    return since
