"""Weeks of ISO 8601, and each thing of a week once: pure figures, by table and by property."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures.weekly import Said, Week, WeekItems, week_items, week_to_write

MONDAY = date(2026, 11, 16)
DAYS = [MONDAY + timedelta(days=number) for number in range(5)]
dates = st.dates(date(2000, 1, 3), date(2099, 12, 27))


@given(dates)
def test_a_week_is_found_again_by_its_code(day: date) -> None:
    week = Week.of(day)
    assert Week.parse(week.code) == week
    assert week.first_on <= day <= week.last_on
    assert (week.first_on.isoweekday(), (week.last_on - week.first_on).days) == (1, 6)
    assert week.before.after == week == week.after.before
    assert week.before < week < week.after


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 11, 22), "2026-W47"),
        (date(2026, 11, 23), "2026-W48"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_a_year_of_weeks_is_not_the_calendars(day: date, code: str) -> None:
    assert Week.of(day).code == code


@pytest.mark.parametrize(
    "code",
    [
        "", "2026-W00", "2025-W53", "2026-W54", "2026-47", "2026-W7", "2026-W475", "1999-W10", "2100-W01", "２０２６-W47",
        "2026-W47\n", " 2026-W47", "2026-w47", "../..",
    ],
)  # fmt: skip
def test_what_is_no_week_is_refused(code: str) -> None:
    with pytest.raises(ValueError):
        Week.parse(code)


@pytest.mark.parametrize(
    ("today", "told_on", "code"),
    [
        (date(2026, 11, 23), date(2026, 11, 20), "2026-W47"),
        (date(2026, 11, 24), None, "2026-W47"),
        (date(2026, 11, 23), date(2026, 11, 23), "2026-W48"),
        (date(2026, 11, 25), date(2026, 11, 20), "2026-W48"),
        (date(2026, 11, 22), date(2026, 11, 20), "2026-W47"),
        (date(2026, 11, 22), None, "2026-W47"),
    ],
)
def test_the_week_to_write_about(today: date, told_on: date | None, code: str) -> None:
    """Early in a week of which nothing is told yet, people still write about the one before."""
    assert week_to_write(today, told_on=told_on).code == code


def told(lines: list[Said]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    items = week_items(lines, newest_on=max((line.day for line in lines), default=None))
    return tuple(  # type: ignore[return-value]
        [(item.text, "".join("一二三四五"[day.weekday()] for day in item.days)) for item in part]
        for part in (items.done, items.next)
    )


def test_what_is_carried_for_days_stands_once() -> None:
    lines = [Said(n, DAYS[n], "联调接口", False, n - 1 if n else None) for n in range(4)]
    assert told(lines) == ([], [("联调接口", "一二三四")])


def test_done_wins_over_planned_and_says_when() -> None:
    lines = [
        Said("a", DAYS[0], "联调接口", False),
        Said("b", DAYS[1], "联调接口", True, "a"),
        Said("c", DAYS[1], "联调接口", False),
    ]
    assert told(lines) == ([("联调接口", "二")], [])


def test_what_is_reworded_on_the_way_is_the_same_thing() -> None:
    lines = [Said("a", DAYS[0], "联调接口", False), Said("b", DAYS[1], "联调接口，完成 80%", True, "a")]
    assert told(lines) == ([("联调接口，完成 80%", "二")], [])


def test_the_same_words_are_the_same_thing_however_they_are_typed() -> None:
    lines = [Said(n, DAYS[n], text, True) for n, text in enumerate(("Check  UAT", "check UAT.", "CHECK uat 。"))]
    assert told(lines) == ([("CHECK uat 。", "一二三")], [])


def test_what_was_dropped_on_the_way_is_neither_done_nor_next() -> None:
    lines = [Said("a", DAYS[0], "旧计划", False), Said("b", DAYS[1], "新计划", False)]
    assert told(lines) == ([], [("新计划", "二")])


def test_a_newest_day_that_tells_nothing_plans_nothing() -> None:
    """The newest day's lines may all be internal: then an older plan is not what comes next."""
    assert week_items([Said("a", DAYS[0], "旧计划", False)], newest_on=DAYS[1]) == WeekItems((), ())


def test_things_stand_by_their_first_day() -> None:
    lines = [Said("a", DAYS[3], "后", True), Said("b", DAYS[0], "前", True), Said("c", DAYS[0], "同日", True)]
    assert [text for text, _days in told(lines)[0]] == ["前", "同日", "后"]


lines_of_a_week = st.lists(
    st.builds(
        Said,
        key=st.integers(0, 30),
        day=st.sampled_from(DAYS),
        text=st.sampled_from(["甲", "甲。", "乙", "丙", "a", "A"]),
        is_done=st.booleans(),
        carries=st.none() | st.integers(0, 30),
    ),
    unique_by=lambda line: line.key,
    max_size=25,
)


@given(lines_of_a_week)
def test_every_done_line_is_told_once_and_nothing_is_made_up(lines: list[Said]) -> None:
    newest_on = max((line.day for line in lines), default=None)
    items = week_items(lines, newest_on=newest_on)
    texts = {line.text for line in lines}
    found = [item.text for item in (*items.done, *items.next)]
    assert set(found) <= texts
    assert len({text.casefold().rstrip("。") for text in found}) == len(found)
    done_days = {(line.day) for line in lines if line.is_done}
    assert {day for item in items.done for day in item.days} == done_days
    assert all(item.days == tuple(sorted(set(item.days))) for item in (*items.done, *items.next))
    assert all(newest_on in item.days for item in items.next)
    assert week_items(list(lines), newest_on=newest_on) == items
