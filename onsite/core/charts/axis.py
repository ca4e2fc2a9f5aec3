"""Where the time axis of a chart has its marks, and how they are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import MAXYEAR, date
from itertools import islice
from typing import Literal

from django.utils.dateformat import format as format_date
from django.utils.translation import get_language

AxisUnit = Literal["week", "month", "year"]
AxisLabel = Callable[[date, AxisUnit], str]

# Above twenty weeks single days say nothing any more, and the axis turns to months.
LONGEST_IN_WEEKS_DAYS = 140

_STEPS: tuple[tuple[AxisUnit, int], ...] = (
    *(("week", step) for step in (1, 2, 4)),
    *(("month", step) for step in (1, 2, 3, 6)),
    *(("year", step) for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
)
# Django's own short formats are ambiguous in English (12/4) and too long for an axis.
_FORMATS: dict[str, dict[AxisUnit, str]] = {
    "zh": {"week": "n月j日", "month": "Y年n月", "year": "Y年"},
    "en": {"week": "j M", "month": "M Y", "year": "Y"},
}


def axis_label(day: date, unit: AxisUnit) -> str:
    """The name of a mark in the active language: "16 Nov", "Nov 2026", "2026"; 11月16日, 2026年11月, 2026年."""
    language = (get_language() or "en")[:2]
    return format_date(day, _FORMATS.get(language, _FORMATS["en"])[unit])


def axis_marks(first: date, last: date, room: Callable[[AxisUnit], int]) -> tuple[AxisUnit, list[date]]:
    """The finest marks that fit between `first` and `last` (inclusive); `room` says how many labels of a unit have place.

    Never empty: a span without a Monday, or without a first of the month, is marked at its first day.
    """
    span_days = last.toordinal() - first.toordinal() + 1
    for unit, step in _STEPS:
        if unit == "week" and span_days > LONGEST_IN_WEEKS_DAYS:
            continue
        most = max(room(unit), 1)
        marks = list(islice(_marks(unit, step, first, last), most + 1))
        if len(marks) <= most:
            return unit, marks or [first]
    return "year", [first]


def _marks(unit: AxisUnit, step: int, first: date, last: date) -> Iterator[date]:
    if unit == "week":
        start = first.toordinal() + (-first.weekday()) % 7
        for ordinal in range(start, last.toordinal() + 1, 7 * step):
            yield date.fromordinal(ordinal)
        return
    month_step = step if unit == "month" else 12 * step
    # Months counted from year 0, rounded up to a multiple of the step: quarters begin in January.
    index = -(-(first.year * 12 + first.month - 1 + (first.day > 1)) // month_step) * month_step
    while index // 12 <= MAXYEAR and (day := date(index // 12, index % 12 + 1, 1)) <= last:
        yield day
        index += month_step
