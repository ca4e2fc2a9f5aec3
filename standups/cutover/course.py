"""How a run goes: what is under way, what comes next, how late it is; and what rehearsals took beside the plan (N11).

Plain arithmetic over rows that are loaded already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from standups.models import CutoverRun, RunStep, SheetStep

MINUTE = timedelta(minutes=1)
SOON = 3
LONGEST = 5
_SETTLED = {RunStep.State.DONE, RunStep.State.SKIPPED}
Step = TypeVar("Step", SheetStep, RunStep)


@dataclass(frozen=True)
class Timed:
    """A step of a sheet with the moments that follow from the planned start, and what it says about the last rollback:
    `is_last_before_rollback` where that moment falls into it."""

    step: SheetStep
    begins_at: datetime | None
    ends_at: datetime | None
    is_last_before_rollback: bool


@dataclass(frozen=True)
class Gone:
    """A step of a run. `took` is None where it was not measured; `is_passed_over` where a later one began before it."""

    step: RunStep
    planned_at: datetime
    took: int | None
    is_passed_over: bool

    @property
    def over_minutes(self) -> int:
        """How many minutes longer than planned it took."""
        return max((self.took or 0) - self.step.planned_minutes, 0)


@dataclass(frozen=True)
class Course:
    """Where a run stands at `now`. Ends are expected at the planned pace: a step that is over its time ends now, those
    under way together end with the longest of them."""

    run: CutoverRun
    now: datetime
    steps: list[Gone]

    @property
    def current(self) -> list[Gone]:
        return [row for row in self.steps if row.step.state == RunStep.State.RUNNING]

    @property
    def waiting(self) -> list[Gone]:
        """What is still to begin, in order."""
        return [row for row in self.steps if row.step.state not in _SETTLED | {RunStep.State.RUNNING}]

    @property
    def next(self) -> Gone | None:
        return self.waiting[0] if self.waiting else None

    @property
    def soon(self) -> list[Gone]:
        return self.waiting[1 : 1 + SOON]

    @property
    def settled_count(self) -> int:
        return sum(row.step.state in _SETTLED for row in self.steps)

    @property
    def until(self) -> datetime:
        return self.run.ended_at or self.now

    @property
    def passed_minutes(self) -> int:
        return passed_minutes(self.run, self.until)

    @property
    def planned_minutes(self) -> int:
        return sum(row.step.planned_minutes for row in self.steps)

    @property
    def planned_end_at(self) -> datetime:
        return self.run.started_at + self.planned_minutes * MINUTE

    @property
    def expected_end_at(self) -> datetime:
        if self.run.ended_at is not None:
            return self.run.ended_at
        return self.now + self._longest_under_way + sum((row.step.planned_minutes for row in self.waiting), 0) * MINUTE

    @property
    def late_minutes(self) -> int:
        """Begun minutes behind the plan; negative ahead of it."""
        return -((self.planned_end_at - self.expected_end_at) // MINUTE)

    @property
    def late_grows_in_seconds(self) -> int:
        """When the delay begins to grow by itself: once nothing under way is within its time."""
        return self._longest_under_way // timedelta(seconds=1)

    @property
    def rollback_in_seconds(self) -> int | None:
        """How long it can still be rolled back; negative once that is over, None where no moment is set."""
        until = self.run.last_rollback_at
        return None if until is None else (until - self.now) // timedelta(seconds=1)

    @property
    def is_past_rollback(self) -> bool:
        until = self.run.last_rollback_at
        return until is not None and self.now > until

    @property
    def ends_too_late(self) -> bool:
        """Whether at this pace it ends only after it can't be rolled back any more, though the plan was to end before."""
        until = self.run.last_rollback_at
        return until is not None and self.planned_end_at <= until < self.expected_end_at

    @property
    def too_late_in_seconds(self) -> int | None:
        """When that becomes so by itself, if nothing is marked: 0 where it is so already, None where it can't become so."""
        until = self.run.last_rollback_at
        if until is None or until < self.planned_end_at:
            return None
        return max(self.late_grows_in_seconds + (until - self.expected_end_at) // timedelta(seconds=1), 0)

    @property
    def overruns(self) -> list[Gone]:
        """The steps that took longest beyond their plan."""
        over = sorted((row for row in self.steps if row.over_minutes), key=lambda row: -row.over_minutes)
        return over[:LONGEST]

    @property
    def _longest_under_way(self) -> timedelta:
        return max(
            (
                max(row.step.planned_minutes * MINUTE - (self.now - (row.step.started_at or self.now)), timedelta())
                for row in self.current
            ),
            default=timedelta(),
        )


@dataclass(frozen=True)
class Compared:
    """A step of the sheet beside what it took in each run, None where it was not measured there."""

    step: SheetStep
    took: list[int | None]


def course_of(run: CutoverRun, steps: Sequence[RunStep], now: datetime) -> Course:
    """Return where the run stands; `steps` are all of its own, in order."""
    reached = max((step.position for step in steps if step.state in _SETTLED | {RunStep.State.RUNNING}), default=0)
    at, found = run.started_at, []
    for step in steps:
        is_open = step.state not in _SETTLED | {RunStep.State.RUNNING}
        found.append(Gone(step, at, real_minutes(step), is_open and step.position < reached))
        at += step.planned_minutes * MINUTE
    return Course(run, now, found)


def timed(steps: Iterable[SheetStep], start_at: datetime | None, last_rollback_at: datetime | None) -> list[Timed]:
    """Return the steps with their moments, each after the one before; without a planned start they have none."""
    if start_at is None:
        return [Timed(step, None, None, False) for step in steps]
    at, found = start_at, []
    for step in steps:
        ends_at = at + step.planned_minutes * MINUTE
        falls_in = last_rollback_at is not None and at <= last_rollback_at < ends_at
        found.append(Timed(step, at, ends_at, falls_in))
        at = ends_at
    return found


def passed_minutes(run: CutoverRun, until: datetime) -> int:
    """Return the begun minutes of a run that ended; of one that goes on the full ones, as a clock counts."""
    passed = until - run.started_at
    return passed // MINUTE if run.ended_at is None else -(-passed // MINUTE)


def real_minutes(step: RunStep) -> int | None:
    """Return the begun minutes a done step took; None where it is not done, or was noted in one tap only."""
    if step.state != RunStep.State.DONE or step.started_at is None or step.finished_at is None:
        return None
    return -(-(step.finished_at - step.started_at) // MINUTE) or None


def compared(sheet_steps: Iterable[SheetStep], runs: Iterable[Iterable[RunStep]]) -> list[Compared]:
    """Return each step of the sheet with what it took in each run."""
    took = [{key: real_minutes(step) for key, step in keyed(steps).items()} for steps in runs]
    return [Compared(step, [one.get(key) for one in took]) for key, step in keyed(sheet_steps).items()]


def keyed(steps: Iterable[Step]) -> dict[tuple[str, int], Step]:
    """Return the steps by name, and by which of that name it is: what a run's step and the sheet's have in common."""
    seen: Counter[str] = Counter()
    found = {}
    for step in steps:
        seen[step.title] += 1
        found[step.title, seen[step.title]] = step
    return found
