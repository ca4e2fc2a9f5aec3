"""How the system does day by day after go-live: pure functions from plain rows to days, computed and never stored."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter

from onsite.core.calendar import WorkingCalendar

MOST_DAYS = 60


@dataclass(frozen=True)
class Trouble:
    """A problem: its severity as it is judged now, and its days."""

    severity: str
    raised_on: date
    solved_on: date | None


@dataclass(frozen=True)
class Taken:
    """A reading of an objective."""

    objective: int
    on: date
    value: Decimal


@dataclass(frozen=True)
class Health:
    """The end of one day. `open_by` counts the open problems by severity, severities without one left out; `raised` and
    `solved` count since the day before it in the list. `measured` are the readings taken since then, the newest of each
    objective; `held` the earlier ones that hold for the others."""

    day: date
    open_by: Mapping[str, int]
    raised: int
    solved: int
    measured: tuple[Taken, ...]
    held: tuple[Taken, ...]


def days_shown(calendar: WorkingCalendar, first: date, today: date, most: int = MOST_DAYS) -> list[date]:
    """Return the newest `most` of the working days from `first` to `today`, in order, with these two themselves whatever
    day they are: a cutover is often done on a Saturday. Nothing before `first`. Raises CalendarRangeError."""
    found = {day for day in (first, today) if first <= today}
    day = today
    while day >= first and len(found) <= most:
        if calendar.is_working(day):
            found.add(day)
        day -= timedelta(days=1)
    return sorted(found)[-most:]


def health_of(
    days: Sequence[date], since: date, troubles: Iterable[Trouble], readings: Iterable[Taken]
) -> list[Health]:
    """Return the days, newest first. `days` are in order, `readings` in the order they were taken; what the first day
    counts as raised, solved or measured begins with `since`."""
    by_severity: dict[str, list[Trouble]] = {}
    for trouble in troubles:
        by_severity.setdefault(trouble.severity, []).append(trouble)
    raised = {name: sorted(row.raised_on for row in rows) for name, rows in by_severity.items()}
    solved = {name: sorted(row.solved_on for row in rows if row.solved_on) for name, rows in by_severity.items()}
    lines = _by_objective(readings)
    found, begins = [], since
    for day in days:
        latest = [rows[at - 1] for rows in lines if (at := bisect_right(rows, day, key=attrgetter("on")))]
        still_open = {name: bisect_right(raised[name], day) - bisect_right(solved[name], day) for name in raised}
        found.append(
            Health(
                day=day,
                open_by={name: count for name, count in still_open.items() if count},
                raised=sum(_within(rows, begins, day) for rows in raised.values()),
                solved=sum(_within(rows, begins, day) for rows in solved.values()),
                measured=tuple(row for row in latest if row.on >= begins),
                held=tuple(row for row in latest if row.on < begins),
            )
        )
        begins = day + timedelta(days=1)
    return found[::-1]


def _by_objective(readings: Iterable[Taken]) -> list[list[Taken]]:
    found: dict[int, list[Taken]] = {}
    for row in readings:
        found.setdefault(row.objective, []).append(row)
    # A stable sort: of two readings of one day the one taken later holds.
    return [sorted(rows, key=attrgetter("on")) for rows in found.values()]


def _within(days: Sequence[date], first: date, last: date) -> int:
    return bisect_right(days, last) - bisect_left(days, first)
