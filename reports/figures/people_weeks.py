"""People by weeks: which share of the working week each person is planned for, and where that is too much.

A day counts when it is worked. The share of a week is the mean over its working days of what all plans of that day add up
to; on a day on which the person is away it is nothing, whatever was planned. Too much is what adds up to more than the
whole on one single day, though the week as a whole may look well.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reports.figures.days import IsWorkingDay

FULL = 100


@dataclass(frozen=True, slots=True)
class Planned:
    """A share of the week in percent, at one place, from one day to another, both included."""

    place: Hashable
    start_on: date
    finish_on: date
    percent: int


@dataclass(frozen=True, slots=True)
class Away:
    """The days on which a person is away, both included."""

    start_on: date
    finish_on: date


@dataclass(frozen=True, slots=True)
class WeekLoad:
    """One week of one person. `percent` is rounded half up; `most` is the highest sum on one day; `places` are where they
    are planned on any working day, in their order, also where they are away then."""

    percent: int
    most: int
    working_days: int
    away_days: int
    places: tuple[Hashable, ...]

    @property
    def is_over(self) -> bool:
        return self.most > FULL

    @property
    def is_free(self) -> bool:
        """Whether they could be planned: there are working days, and on none of them are they planned or away."""
        return self.working_days > 0 and not self.places and not self.away_days


def working_weeks(mondays: Sequence[date], is_working_day: IsWorkingDay) -> tuple[tuple[date, ...], ...]:
    """Return the working days of each of the weeks that begin on `mondays`; once for everybody."""
    return tuple(
        tuple(day for offset in range(7) if is_working_day(day := monday + timedelta(days=offset)))
        for monday in mondays
    )


def week_loads(
    weeks: Sequence[Sequence[date]], planned: Iterable[Planned], away: Iterable[Away]
) -> tuple[WeekLoad, ...]:
    """Return the load of one person in each of the weeks, which are given by their working days."""
    plans, gone = list(planned), list(away)
    if not plans and not gone:
        return tuple(WeekLoad(0, 0, len(days), 0, ()) for days in weeks)
    return tuple(_week_load(days, plans, gone) for days in weeks)


def _week_load(days: Sequence[date], plans: list[Planned], gone: list[Away]) -> WeekLoad:
    total, most, away_days, places = 0, 0, 0, dict[Hashable, None]()
    for day in days:
        percent = 0
        for plan in plans:
            if plan.start_on <= day <= plan.finish_on:
                percent += plan.percent
                places.setdefault(plan.place)
        if any(row.start_on <= day <= row.finish_on for row in gone):
            away_days += 1
        else:
            total, most = total + percent, max(most, percent)
    # Half up, in whole numbers.
    mean = (2 * total + len(days)) // (2 * len(days)) if days else 0
    return WeekLoad(mean, most, len(days), away_days, tuple(places))
