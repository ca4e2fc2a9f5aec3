"""Working days, by table and by property. The oracle walks day by day and knows nothing of years or positions."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onsite.core.calendar import (
    CalendarRangeError,
    WorkingCalendar,
    follow_up_day,
    lay_out,
    months_after,
)

CHINA = WorkingCalendar("CN")
ARTICLE_WINDOWS = [(3, 5), (5, 7), (7, 10), (5, 7), (3, 5)]
ONE_DAY = timedelta(days=1)

# Some years from either end: two hundred Mondays are four years.
days = st.dates(date(2005, 1, 1), date(2094, 12, 31))
near = st.integers(0, 500)
overrides = st.dictionaries(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.booleans(), max_size=20)
calendars = st.builds(
    WorkingCalendar,
    st.sampled_from([None, "CN", "DE", "SA"]),
    st.frozensets(st.integers(0, 6), min_size=1),
    overrides,
)


def walk(calendar: WorkingCalendar, day: date, steps: int) -> date:
    """The oracle: take one calendar day at a time and count those the site works on."""
    direction = ONE_DAY if steps > 0 else -ONE_DAY
    while steps:
        day += direction
        if calendar.is_working(day):
            steps -= 1 if direction > timedelta(0) else -1
    return day


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 2, 14), True),  # Saturday, made up for the Spring Festival
        (date(2026, 2, 28), True),
        (date(2026, 2, 15), False),  # Sunday
        (date(2026, 2, 20), False),  # Friday off, exchanged for the 14th
        (date(2026, 2, 24), True),
        (date(2025, 9, 28), True),  # Sunday, made up for the National Day
        (date(2025, 10, 8), False),
        (date(2011, 12, 31), True),  # a make-up day that belongs to the next year's holiday
        (date(2026, 11, 21), False),  # an ordinary Saturday
    ],
)
def test_china_knows_holidays_and_make_up_days(day: date, working: bool) -> None:
    """P3: working days of the client's own calendar."""
    assert CHINA.is_working(day) is working


def test_an_override_wins_over_weekend_holiday_and_make_up_day() -> None:
    calendar = WorkingCalendar(
        "CN",
        overrides={date(2026, 2, 14): False, date(2026, 2, 17): True, date(2026, 11, 21): True},
    )
    assert not calendar.is_working(date(2026, 2, 14))
    assert calendar.is_working(date(2026, 2, 17))
    assert calendar.is_working(date(2026, 11, 21))


def test_overrides_are_copied_and_the_value_can_be_a_key() -> None:
    exceptions = {date(2026, 3, 2): False}
    calendar = WorkingCalendar("CN", overrides=exceptions)
    exceptions.clear()
    assert not calendar.is_working(date(2026, 3, 2))
    assert calendar == WorkingCalendar("CN", overrides={date(2026, 3, 2): False})
    assert hash(calendar) == hash(WorkingCalendar("CN", overrides={date(2026, 3, 2): False}))


def test_years_not_announced_yet_are_provisional() -> None:
    assert not CHINA.is_provisional(2025)
    assert not CHINA.is_provisional(2026)
    assert CHINA.is_provisional(2028)
    assert CHINA.is_provisional(2100)
    assert not WorkingCalendar().is_provisional(2100)
    assert not WorkingCalendar("DE").is_provisional(2030)


@pytest.mark.parametrize("weekdays", [frozenset(), frozenset({7}), frozenset({-1, 2})])
def test_a_week_without_a_sensible_working_day_is_refused(weekdays: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="weekdays"):
        WorkingCalendar(weekdays=weekdays)


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        WorkingCalendar("ZZ")


@given(calendars, days)
def test_next_working_is_the_first_working_day_from_there(calendar: WorkingCalendar, day: date) -> None:
    expected = day
    while not calendar.is_working(expected):
        expected += ONE_DAY
    assert calendar.next_working(day) == expected


@given(calendars, days, st.integers(-150, 150).filter(bool))
def test_shift_walks_working_days_only(calendar: WorkingCalendar, day: date, steps: int) -> None:
    assert calendar.shift(day, steps) == walk(calendar, day, steps)


@given(calendars, days, st.integers(1, 200))
def test_finish_counts_the_first_working_day_as_one(calendar: WorkingCalendar, day: date, lasting: int) -> None:
    finish_on = calendar.finish_on(day, lasting)
    assert calendar.is_working(finish_on)
    assert calendar.day_number(day, finish_on) == lasting


@given(calendars, days, near)
def test_between_counts_after_up_to_and_is_signed(calendar: WorkingCalendar, day: date, span: int) -> None:
    until = day + timedelta(days=span)
    counted = sum(calendar.is_working(day + timedelta(days=n)) for n in range(1, span + 1))
    assert calendar.working_days_between(day, until) == counted
    assert calendar.working_days_between(until, day) == -counted


@given(calendars, days, st.integers(-100, 500))
def test_day_number_counts_working_days_from_one(calendar: WorkingCalendar, start_on: date, span: int) -> None:
    day = start_on + timedelta(days=span)
    counted = sum(calendar.is_working(start_on + timedelta(days=n)) for n in range(span + 1))
    assert calendar.day_number(start_on, day) == counted


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1999, 12, 31), date(2101, 1, 1), date(9999, 12, 31)])
@pytest.mark.parametrize(
    "ask",
    [
        CHINA.is_working,
        CHINA.next_working,
        lambda day: CHINA.shift(day, 1),
        lambda day: CHINA.shift(day, -1),
        lambda day: CHINA.finish_on(day, 3),
        lambda day: CHINA.working_days_between(day, date(2026, 1, 1)),
        lambda day: CHINA.day_number(day, date(2026, 1, 1)),
        lambda day: CHINA.day_number(date(2026, 1, 1), day),
        lambda day: CHINA.is_provisional(day.year),
        lambda day: months_after(day, 1),
        lambda day: follow_up_day(day, 1, CHINA),
        lambda day: lay_out(day, ARTICLE_WINDOWS, CHINA),
        lambda day: lay_out(date(2026, 1, 1), ARTICLE_WINDOWS, CHINA, day),
    ],
)
def test_absurd_years_get_a_clear_refusal(ask: Callable[[date], object], day: date) -> None:
    with pytest.raises(CalendarRangeError, match=r"2000.*2100"):
        ask(day)


def test_results_beyond_the_last_year_are_refused() -> None:
    asked: list[Callable[[], date]] = [
        lambda: CHINA.shift(date(2100, 12, 30), 10),
        lambda: CHINA.shift(date(2000, 1, 3), -10),
        lambda: CHINA.shift(date(2026, 1, 1), 10**9),
        lambda: WorkingCalendar(overrides={date(2100, 12, 31): False}).next_working(date(2100, 12, 31)),
        lambda: months_after(date(2100, 12, 1), 1),
        lambda: months_after(date(2026, 1, 1), 10**9),
    ]
    for ask in asked:
        with pytest.raises(CalendarRangeError):
            ask()


def test_a_task_of_no_days_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        CHINA.finish_on(date(2026, 3, 2), 0)


def test_ten_thousand_questions_are_quick() -> None:
    """A generous bound: it fails only when each question walks the calendar again."""
    calendar = WorkingCalendar("CN", overrides={date(2026, 3, 2): False})
    started = time.perf_counter()
    for n in range(10_000):
        calendar.shift(date(2026, 1, 1) + timedelta(days=n % 365), n % 60 - 30)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("go_live_on", "months", "anchor", "visit_on"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28), date(2026, 2, 28)),  # a make-up Saturday
        (date(2026, 1, 31), 3, date(2026, 4, 30), date(2026, 4, 30)),
        (date(2025, 1, 31), 1, date(2025, 2, 28), date(2025, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29), date(2028, 2, 29)),  # leap year
        (date(2026, 1, 17), 1, date(2026, 2, 17), date(2026, 2, 24)),  # over the whole Spring Festival
        (date(2025, 10, 1), 3, date(2026, 1, 1), date(2026, 1, 4)),  # to the make-up Sunday
    ],
)
def test_follow_up_is_clamped_then_rolled_forward(go_live_on: date, months: int, anchor: date, visit_on: date) -> None:
    """R3, C4: one and three months after go-live, on a day the client works."""
    assert months_after(go_live_on, months) == anchor
    assert follow_up_day(go_live_on, months, CHINA) == visit_on


@given(calendars, days, st.sampled_from([1, 3]))
def test_follow_up_is_never_early_and_always_a_working_day(calendar: WorkingCalendar, day: date, months: int) -> None:
    visit_on = follow_up_day(day, months, calendar)
    anchor = months_after(day, months)
    assert (anchor.year * 12 + anchor.month) - (day.year * 12 + day.month) == months
    assert anchor.day == day.day or (anchor + ONE_DAY).month != anchor.month
    assert visit_on >= anchor
    assert calendar.is_working(visit_on)
    assert not any(calendar.is_working(anchor + timedelta(days=n)) for n in range((visit_on - anchor).days))


def test_the_articles_stages_fill_the_days_until_the_agreed_day() -> None:
    """P3: five stages inside the article's windows, in working days."""
    laid = lay_out(date(2026, 3, 1), ARTICLE_WINDOWS, CHINA, agreed_on=date(2026, 4, 8))
    assert [stage.days for stage in laid] == [4, 6, 8, 6, 3]
    assert laid[0].start_on == date(2026, 3, 2)
    assert laid[-1].finish_on == date(2026, 4, 8)


def test_without_an_agreed_day_every_stage_lasts_its_fewest_days() -> None:
    assert [stage.days for stage in lay_out(date(2026, 3, 2), ARTICLE_WINDOWS, CHINA)] == [3, 5, 7, 5, 3]


def test_an_agreed_day_out_of_reach_leaves_the_fewest_days() -> None:
    laid = lay_out(date(2026, 3, 2), ARTICLE_WINDOWS, CHINA, agreed_on=date(2026, 3, 5))
    assert [stage.days for stage in laid] == [3, 5, 7, 5, 3]


@pytest.mark.parametrize("window", [(0, 3), (5, 4), (-1, -1)])
def test_a_window_upside_down_is_refused(window: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="window"):
        lay_out(date(2026, 3, 2), [window], CHINA)


windows = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 6)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=7
)


@given(calendars, days, windows, st.none() | st.integers(-20, 200))
def test_stages_follow_one_another_inside_their_windows(
    calendar: WorkingCalendar, start_on: date, windows: list[tuple[int, int]], reach: int | None
) -> None:
    agreed_on = None if reach is None else start_on + timedelta(days=reach)
    laid = lay_out(start_on, windows, calendar, agreed_on)
    assert len(laid) == len(windows)
    expected_start = calendar.next_working(start_on)
    for stage, (fewest, most) in zip(laid, windows, strict=True):
        assert stage.start_on == expected_start
        assert fewest <= stage.days <= most
        assert stage.days == sum(
            calendar.is_working(stage.start_on + timedelta(days=n))
            for n in range((stage.finish_on - stage.start_on).days + 1)
        )
        expected_start = walk(calendar, stage.finish_on, 1)
    if laid and agreed_on is not None:
        assert_spare_days_are_dealt_evenly(laid[-1].finish_on, [s.days for s in laid], windows, calendar, agreed_on)


def assert_spare_days_are_dealt_evenly(
    finish_on: date, lasting: list[int], windows: list[tuple[int, int]], calendar: WorkingCalendar, agreed_on: date
) -> None:
    shortest = lasting == [fewest for fewest, _most in windows]
    longest = lasting == [most for _fewest, most in windows]
    assert finish_on <= agreed_on or shortest, "a plan that could have kept the agreed day misses it"
    assert longest or walk(calendar, finish_on, 1) > agreed_on, "working days before the agreed day lie idle"
    extra = [days - fewest for days, (fewest, _most) in zip(lasting, windows, strict=True)]
    open_extra = [got for got, (fewest, most) in zip(extra, windows, strict=True) if fewest + got < most]
    assert not open_extra or max(extra) - min(open_extra) <= 1, "a stage got two spare days more than one with room"
