"""People by weeks: what a week is worth, by table and by property."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures.people_weeks import Away, Planned, week_loads, working_weeks

MONDAY = date(2026, 11, 16)


def is_weekday(day: date) -> bool:
    return day.weekday() < 5


WEEK = working_weeks([MONDAY], is_weekday)


def on(number: int) -> date:
    return MONDAY + timedelta(days=number)


def plan(first: int, last: int, percent: int = 100, place: str = "A") -> Planned:
    return Planned(place, on(first), on(last), percent)


@pytest.mark.parametrize(
    ("planned", "away", "percent", "most", "away_days", "is_over", "is_free"),
    [
        ([], [], 0, 0, 0, False, True),
        ([plan(0, 4)], [], 100, 100, 0, False, False),
        # From Saturday to Sunday nobody works.
        ([plan(5, 6)], [], 0, 0, 0, False, True),
        # Three of five days.
        ([plan(2, 20)], [], 60, 100, 0, False, False),
        # Half up: 40% on one day of five is 8, 30% on one day is 6, 17% on three days is 10.2.
        ([plan(0, 2, 17)], [], 10, 17, 0, False, False),
        ([plan(0, 4, 60), plan(0, 4, 40, "B")], [], 100, 100, 0, False, False),
        # Within the week on average, yet too much on Friday.
        ([plan(0, 4, 60), plan(4, 9, 60, "B")], [], 72, 120, 0, True, False),
        # Away: nothing is done, and nobody counts as free.
        ([plan(0, 4)], [Away(on(3), on(10))], 60, 100, 2, False, False),
        ([], [Away(on(0), on(4))], 0, 0, 5, False, False),
        # Too much only on a day on which the person is away anyway is no warning.
        ([plan(0, 4, 80), plan(4, 4, 80, "B")], [Away(on(4), on(4))], 64, 80, 1, False, False),
    ],
)
def test_one_week(
    planned: list[Planned], away: list[Away], percent: int, most: int, away_days: int, is_over: bool, is_free: bool
) -> None:
    (load,) = week_loads(WEEK, planned, away)
    told = (load.percent, load.most, load.away_days, load.is_over, load.is_free)
    assert told == (percent, most, away_days, is_over, is_free)


def test_a_week_without_work_is_neither_free_nor_planned() -> None:
    """Golden Week: whoever is assigned over it does nothing then."""
    (load,) = week_loads(working_weeks([MONDAY], lambda _day: False), [plan(0, 4)], [])
    assert (load.percent, load.working_days, load.places, load.is_free) == (0, 0, (), False)


def test_places_stand_in_their_order_and_once() -> None:
    planned = [plan(3, 4, 10, "B"), plan(0, 1, 10), plan(4, 4, 10)]
    (load,) = week_loads(WEEK, planned, [])
    assert load.places == ("A", "B")


DAYS = st.integers(-20, 40)
SPANS = st.tuples(DAYS, st.integers(0, 25), st.integers(1, 100))


@given(st.lists(SPANS, max_size=5), st.lists(st.tuples(DAYS, st.integers(0, 6)), max_size=3))
def test_weeks_add_up_to_the_days_by_hand(spans: list[tuple[int, int, int]], gone: list[tuple[int, int]]) -> None:
    """A second, plain count, day by day; the mean is never above the highest day, and being away never adds work."""
    planned = [plan(first, first + more, percent) for first, more, percent in spans]
    away = [Away(on(first), on(first + more)) for first, more in gone]
    weeks = working_weeks([MONDAY, MONDAY + timedelta(days=7)], is_weekday)
    loads, there = week_loads(weeks, planned, away), week_loads(weeks, planned, [])
    for number, load in enumerate(loads):
        total = 0
        for day in (on(7 * number + offset) for offset in range(5)):
            if not any(row.start_on <= day <= row.finish_on for row in away):
                total += sum(row.percent for row in planned if row.start_on <= day <= row.finish_on)
        assert abs(load.percent - total / 5) <= 0.5
        assert load.percent <= load.most
        assert load.percent <= there[number].percent
