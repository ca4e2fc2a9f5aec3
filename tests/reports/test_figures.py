"""The numbers on a report, by table and by property."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures import Direction, attainment, site_days, slip_days, standup_figures, working_days

FRIDAY = date(2026, 11, 20)
NEW_YEAR = date(2027, 1, 1)


def on_weekdays(day: date) -> bool:
    return day.weekday() < 5 and day != NEW_YEAR


def d(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("baseline", "target", "direction", "reading", "verdict", "fraction"),
    [
        ("0", "30", "up", "30", "met", "1"),
        ("0", "5", "up", "6", "exceeded", "1"),
        ("0", "5", "up", "3", "missed", "0.6"),
        ("180", "30", "down", "42", "missed", "0.92"),
        ("180", "30", "down", "30.0", "met", "1"),
        ("180", "30", "down", "12", "exceeded", "1"),
        ("180", "30", "down", "200", "missed", "0"),
        (None, "99.5", "up", "99.4999", "missed", "0.999"),
        (None, "30", "down", "60", "missed", "0.5"),
        ("10", "5", "up", "4", "missed", "0.8"),  # The baseline was already past the target: count from nothing.
        ("0", "0", "down", "3", "missed", "0"),
        ("10", "20", "reach", "20", "met", "1"),
        ("10", "20", "reach", "15", "missed", "0.5"),
        ("10", "20", "reach", "25", "missed", "0.5"),
        (None, "20", "reach", "19", "missed", "0"),
        ("0", "30", "up", None, "not_measured", None),
    ],
)
def test_attainment(
    baseline: str | None, target: str, direction: Direction, reading: str | None, verdict: str, fraction: str | None
) -> None:
    """R1, N6: attainment is computed; what nobody measured says so."""
    found = attainment(baseline=d(baseline), target=Decimal(target), direction=direction, reading=d(reading))
    assert (found.verdict, found.fraction) == (verdict, d(fraction))


numbers = st.decimals(-(10**9), 10**9, places=3)
directions: st.SearchStrategy[Direction] = st.sampled_from(["up", "down", "reach"])


@given(st.none() | numbers, numbers, directions, numbers)
def test_bar_is_full_exactly_when_the_objective_is_reached(
    baseline: Decimal | None, target: Decimal, direction: Direction, reading: Decimal
) -> None:
    found = attainment(baseline=baseline, target=target, direction=direction, reading=reading)
    assert found.fraction is not None and 0 <= found.fraction <= 1
    assert (found.fraction == 1) == (found.verdict in {"met", "exceeded"})


@given(st.none() | numbers, numbers, numbers, numbers)
def test_a_better_reading_never_has_a_shorter_bar(
    baseline: Decimal | None, target: Decimal, one: Decimal, other: Decimal
) -> None:
    worse, better = sorted((one, other))
    low = attainment(baseline=baseline, target=target, direction="up", reading=worse).fraction
    high = attainment(baseline=baseline, target=target, direction="up", reading=better).fraction
    assert low is not None and high is not None and low <= high


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-Infinity"])
def test_attainment_refuses_what_is_no_number(odd: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        attainment(baseline=None, target=Decimal(1), direction="up", reading=Decimal(odd))


@pytest.mark.parametrize(
    ("days", "slip"),
    [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (10, 6), (-1, -1), (-7, -5), (42, 29)],
)
def test_slip_counts_working_days_only(days: int, slip: int) -> None:
    """N5: from Friday; the weekend costs nothing, and 42 days on lie six weekends and a New Year's Day."""
    assert slip_days(FRIDAY, FRIDAY + timedelta(days), on_weekdays) == slip


near = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> Callable[[date], bool]:
    weekly = draw(st.frozensets(st.integers(0, 6)))
    moved = draw(st.frozensets(near, max_size=20))
    return lambda day: (day.weekday() in weekly) != (day in moved)


@given(near, near, near, calendars())
def test_slips_add_up_and_turn_around(a: date, b: date, c: date, is_working_day: Callable[[date], bool]) -> None:
    assert slip_days(a, b, is_working_day) == -slip_days(b, a, is_working_day)
    assert slip_days(a, c, is_working_day) == slip_days(a, b, is_working_day) + slip_days(b, c, is_working_day)


@given(near, near, calendars())
def test_working_days_agree_with_the_slip(first: date, last: date, is_working_day: Callable[[date], bool]) -> None:
    expected = max(slip_days(first - timedelta(1), last, is_working_day), 0) if first <= last else 0
    assert working_days(first, last, is_working_day) == expected


def test_site_days_of_the_mock() -> None:
    """SCREENS: working day 14 of 23, two days late."""
    found = site_days(
        today=date(2026, 12, 3),
        first_on=date(2026, 11, 16),
        agreed_go_live_on=date(2026, 12, 16),
        planned_go_live_on=date(2026, 12, 18),
        is_working_day=on_weekdays,
    )
    assert (found.day, found.total, found.slip) == (14, 23, 2)


def test_site_days_before_the_first_day() -> None:
    found = site_days(
        today=FRIDAY,
        first_on=FRIDAY + timedelta(3),
        agreed_go_live_on=FRIDAY + timedelta(7),
        planned_go_live_on=FRIDAY + timedelta(7),
        is_working_day=on_weekdays,
    )
    assert (found.day, found.total, found.slip) == (0, 5, 0)


def test_standup_figures_count_only_what_was_agreed() -> None:
    """RULES: only agreed days can be missed; an extra stand-up does not make up for one."""
    monday = FRIDAY + timedelta(3)
    found = standup_figures(
        agreed_on=[FRIDAY, monday, monday + timedelta(1), monday + timedelta(2)],
        held_minutes={FRIDAY: 12, FRIDAY + timedelta(1): 30, monday + timedelta(1): None},
        until=monday + timedelta(1),
    )
    assert (found.agreed_days, found.held_days, found.missed_days, found.extra_days) == (3, 2, 1, 1)
    assert found.average_minutes == Decimal("21.0")


def test_standup_figures_without_any_time_say_nothing() -> None:
    assert standup_figures(agreed_on=[], held_minutes={FRIDAY: None}, until=FRIDAY).average_minutes is None


@given(st.sets(near, max_size=30), st.dictionaries(near, st.none() | st.integers(0, 600), max_size=30), near)
def test_standup_figures_add_up(agreed: set[date], held: dict[date, int | None], until: date) -> None:
    found = standup_figures(agreed_on=agreed, held_minutes=held, until=until)
    assert found.agreed_days == found.held_days + found.missed_days
    assert found.held_days + found.extra_days == len([day for day in held if day <= until])
