"""First weeks: the days after go-live, counted from plain rows, against a naive count."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from onsite.core.calendar import WorkingCalendar
from standups.first_weeks.health import MOST_DAYS, Taken, Trouble, days_shown, health_of
from standups.models import Severity

CHINA = WorkingCalendar("CN")
FIRST = date(2026, 9, 26)  # A Saturday before the National Day holidays.
DAYS = st.integers(min_value=-20, max_value=60).map(lambda n: FIRST + timedelta(days=n))


@st.composite
def troubles(draw: st.DrawFn) -> Trouble:
    raised = draw(DAYS)
    lasting = draw(st.none() | st.integers(min_value=0, max_value=40))
    solved = None if lasting is None else raised + timedelta(days=lasting)
    return Trouble(draw(st.sampled_from(Severity.values)), raised, solved)


READINGS = st.lists(st.builds(Taken, st.integers(1, 3), DAYS, st.integers(0, 99).map(Decimal)), max_size=30)


@given(st.lists(troubles(), max_size=30), READINGS, st.integers(min_value=0, max_value=50))
def test_each_day_is_as_a_naive_count_says(rows: list[Trouble], readings: list[Taken], later: int) -> None:
    days = days_shown(CHINA, FIRST, FIRST + timedelta(days=later))
    found = health_of(days, days[0], rows, readings)
    assert [health.day for health in found] == days[::-1]
    begins = days[0]
    for health in reversed(found):
        day = health.day
        for severity in Severity.values:
            is_open = [
                row for row in rows
                if row.severity == severity and row.raised_on <= day and (row.solved_on is None or row.solved_on > day)
            ]  # fmt: skip
            assert health.open_by.get(severity, 0) == len(is_open)
        assert health.raised == sum(begins <= row.raised_on <= day for row in rows)
        assert health.solved == sum(row.solved_on is not None and begins <= row.solved_on <= day for row in rows)
        holds: dict[int, Taken] = {}
        for row in readings:
            if row.on <= day and (row.objective not in holds or row.on >= holds[row.objective].on):
                holds[row.objective] = row
        assert {row.objective: row for row in (*health.measured, *health.held)} == holds
        assert all(row.on >= begins for row in health.measured)
        assert all(row.on < begins for row in health.held)
        begins = day + timedelta(days=1)


@given(st.integers(min_value=0, max_value=200))
def test_nothing_between_the_days_is_lost(later: int) -> None:
    """What is raised on a day off counts on the next line: the lines together hold everything since go-live."""
    today = FIRST + timedelta(days=later)
    days = days_shown(CHINA, FIRST, today, most=1000)
    rows = [Trouble("minor", FIRST + timedelta(days=n), None) for n in range(later + 1)]
    assert sum(health.raised for health in health_of(days, days[0], rows, [])) == later + 1


def test_the_days_shown_are_working_days_with_both_ends() -> None:
    """A cutover on a Saturday and a Sunday's today are there; the holidays between are not."""
    days = days_shown(CHINA, FIRST, date(2026, 10, 11))
    assert days[0] == FIRST
    assert days[-1] == date(2026, 10, 11)
    assert date(2026, 10, 1) not in days
    assert all(CHINA.is_working(day) for day in days[1:-1])


def test_at_most_sixty_days_are_shown() -> None:
    long = days_shown(CHINA, FIRST, FIRST + timedelta(days=300))
    assert len(long) == MOST_DAYS
    assert long[-1] == FIRST + timedelta(days=300)
    assert days_shown(CHINA, FIRST, FIRST - timedelta(days=1)) == []
