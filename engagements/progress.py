"""Plan against fact: how much of the work was to be done by a day, and how much was. Plain counting, without rows.

**Formula** (earned value with working days in the place of money; ISO 21508:2018 and PMI's Practice Standard for Earned
Value Management call the two numbers planned value and earned value). Each stage weighs as many working days as were
agreed for it, in the site's own calendar:

    planned(d) = Σ min(working days from the stage's agreed start to d, its weight) / Σ weights
    actual(d)  = Σ weight × percent done, as the plan's picture of day d holds it / Σ weights

Between its two days a stage is planned evenly. Where nothing was agreed yet, the days of the current plan stand in. A day
without a picture shows the one before it; before the first picture the actual share isn't known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from onsite.core.calendar import WorkingCalendar

# More points than this no eye tells apart: then each week is shown by its last working day.
MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class AgreedStage:
    """A stage and the days agreed for it, both included."""

    key: int
    start_on: date
    finish_on: date


@dataclass(frozen=True, slots=True)
class Point:
    """One day; shares are from 0 to 1, `actual` is None where it isn't known."""

    on: date
    planned: Fraction
    actual: Fraction | None


def shown_days(first: date, last: date, calendar: WorkingCalendar, always: Iterable[date] = ()) -> list[date]:
    """Return the working days from `first` to `last`; of a long time each week's last one. The first, the last, and those
    of `always` that lie between are there in any case."""
    span = range((last - first).days + 1)
    working = [day for offset in span if calendar.is_working(day := first + timedelta(days=offset))]
    if len(working) > MOST_DAYS:
        working = list({day.isocalendar()[:2]: day for day in working}.values())
    return sorted({first, last, *working, *(day for day in always if first <= day <= last)})


def progress(
    stages: Sequence[AgreedStage],
    pictures: Mapping[date, Mapping[int, int]],
    days: Iterable[date],
    calendar: WorkingCalendar,
    *,
    until: date,
) -> list[Point]:
    """Return a point for each of the days, which rise. `pictures` hold the percent done of each stage by day; after `until`
    nothing is known yet. A stage that no picture holds is not begun."""
    weights = {stage.key: max(calendar.day_number(stage.start_on, stage.finish_on), 1) for stage in stages}
    total = sum(weights.values())
    taken = sorted(pictures)
    points, seen, done = [], 0, dict[int, int]()
    for day in days:
        while seen < len(taken) and taken[seen] <= day:
            done |= pictures[taken[seen]]
            seen += 1
        planned = sum(min(calendar.day_number(stage.start_on, day), weights[stage.key]) for stage in stages)
        actual = sum(weights[key] * percent for key, percent in done.items() if key in weights)
        known = bool(seen) and day <= until
        points.append(Point(day, _share(planned, total), _share(actual, 100 * total) if known else None))
    return points


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction()
