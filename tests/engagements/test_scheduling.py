"""P3: scheduling against an independent oracle that walks a hand-written calendar day by day, holidays and make-up days
included; cycles are refused with the cycle named; critical is what delays the end when it is delayed, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engagements.scheduling import Activity, CycleError, schedule
from onsite.core.calendar import WorkingCalendar
from onsite.core.errors import DomainError

CHINA = WorkingCalendar(country="CN")
ONE_DAY = timedelta(days=1)
# `make prove` runs 10,000 random plans, twice what its profile gives other properties, and CI 300 (issue 3).
PLANS = settings(max_examples=10_000 if settings.default and settings.default.max_examples >= 5000 else 300)


# --- the oracle: dates only, one day after another ------------------------------------------------------------------------


def _days(*spans: str) -> frozenset[date]:
    found = set()
    for span in spans:
        first, _, last = span.partition("/")
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last or first):
            found.add(day)
            day += ONE_DAY
    return frozenset(found)


# 国务院办公厅关于2025年、2026年部分节假日安排的通知, typed by hand: not the library's table.
OFF = _days(
    "2025-01-01", "2025-01-28/2025-02-04", "2025-04-04/2025-04-06", "2025-05-01/2025-05-05", "2025-05-31/2025-06-02",
    "2025-10-01/2025-10-08", "2026-01-01/2026-01-03", "2026-02-15/2026-02-23", "2026-04-04/2026-04-06",
    "2026-05-01/2026-05-05", "2026-06-19/2026-06-21", "2026-09-25/2026-09-27", "2026-10-01/2026-10-07",
)  # fmt: skip
MADE_UP = _days(
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14", "2026-02-28",
    "2026-05-09", "2026-09-20", "2026-10-10",
)  # fmt: skip


def works(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in OFF)


def from_on(day: date) -> date:
    while not works(day):
        day += ONE_DAY
    return day


def walk(day: date, working_days: int) -> date:
    step = ONE_DAY if working_days > 0 else -ONE_DAY
    for _i in range(abs(working_days)):
        day += step
        while not works(day):
            day += step
    return day


Plan = Sequence[Activity[int]]


def by_hand(plan: Plan, floor: date, delayed: Mapping[int, date] | None = None) -> dict[int, tuple[date, date]]:
    """Push everything later until nothing moves any more; `delayed` begin no earlier than that, fixed or not."""
    found = {task.key: (from_on(task.fixed_on or floor),) * 2 for task in plan}
    for _round in range(len(plan) + 1):
        before = dict(found)
        for task in plan:
            start = from_on(task.fixed_on or max(floor, task.not_before or floor))
            if task.fixed_on is None:
                for after, lag in task.waits_for:
                    start = max(start, walk(found[after][1], lag + (1 if task.days else 0)))
            if delayed and task.key in delayed:
                start = max(start, delayed[task.key])
            found[task.key] = (start, walk(start, max(task.days - 1, 0)))
        if found == before:
            return found
    raise AssertionError("the oracle found no rest")


def end_of(found: Mapping[int, tuple[date, date]]) -> date:
    return max(finish for _start, finish in found.values())


# --- random plans -----------------------------------------------------------------------------------------------------------

starts = st.dates(date(2025, 1, 1), date(2026, 3, 31))


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Activity[int]], date]:
    """Up to nine activities in no order, with lags, milestones, days off as dates, and some fixed."""
    floor, count = draw(starts), draw(st.integers(1, 9))
    near = st.integers(-5, 60).map(lambda days: floor + timedelta(days=days))
    tasks = []
    for key in range(count):
        earlier = draw(st.lists(st.integers(0, key - 1), max_size=3, unique=True)) if key else []
        tasks.append(
            Activity(
                key, draw(st.integers(0, 7)), draw(st.none() | near), draw(st.none() | st.none() | near),
                tuple((after, draw(st.integers(-4, 5))) for after in earlier),
            )
        )  # fmt: skip
    return draw(st.permutations(tasks)), floor


@PLANS
@given(plans())
def test_every_day_is_the_oracles(given_plan: tuple[list[Activity[int]], date]) -> None:
    plan, floor = given_plan
    found = schedule(plan, CHINA, floor).found
    assert {key: (row.start_on, row.finish_on) for key, row in found.items()} == by_hand(plan, floor)


@PLANS
@given(plans())
def test_a_delay_within_the_float_moves_no_end_and_a_day_more_does(
    given_plan: tuple[list[Activity[int]], date],
) -> None:
    """Critical: delayed by one working day, the plan ends later. Found by brute force."""
    plan, floor = given_plan
    found = schedule(plan, CHINA, floor).found
    end = end_of(by_hand(plan, floor))
    for key, row in found.items():
        assert row.is_critical == (end_of(by_hand(plan, floor, {key: walk(row.start_on, 1)})) > end)
        within, beyond = (walk(row.start_on, row.float_days + extra) for extra in (0, 1))
        assert end_of(by_hand(plan, floor, {key: within})) == end
        assert end_of(by_hand(plan, floor, {key: beyond})) > end


@PLANS
@given(plans())
def test_a_conflict_is_told_where_a_fixed_day_leaves_no_room_and_only_there(
    given_plan: tuple[list[Activity[int]], date],
) -> None:
    plan, floor = given_plan
    result, hand = schedule(plan, CHINA, floor), by_hand(plan, floor)
    wanted = set()
    for task in plan:
        for after, lag in task.waits_for:
            possible = walk(hand[after][1], lag + (1 if task.days else 0))
            if task.fixed_on is not None and from_on(task.fixed_on) < possible:
                wanted.add((task.key, after, from_on(task.fixed_on), hand[after][1], possible))
    assert set(result.conflicts) == wanted


@PLANS
@given(st.data())
def test_a_cycle_is_refused_and_named(data: st.DataObject) -> None:
    """Any graph: refused exactly where something waits for itself in the end, and the named cycle is one."""
    count = data.draw(st.integers(1, 7))
    keys = st.integers(0, count - 1)
    links = data.draw(st.sets(st.tuples(keys, keys), max_size=10))
    plan = [Activity(key, 1, waits_for=tuple((b, 0) for a, b in sorted(links) if a == key)) for key in range(count)]
    reach = set(links)
    for middle in range(count):
        reach |= {(a, b) for a in range(count) for b in range(count) if {(a, middle), (middle, b)} <= reach}
    if not any((key, key) in reach for key in range(count)):
        assert len(schedule(plan, CHINA, date(2026, 3, 2)).found) == count
        return
    with pytest.raises(CycleError) as refused:
        schedule(plan, CHINA, date(2026, 3, 2))
    cycle = refused.value.cycle
    assert cycle[0] == cycle[-1]
    assert len(set(cycle)) == len(cycle) - 1 >= 1
    assert all((later, earlier) in links for earlier, later in pairwise(cycle))


# --- by example -------------------------------------------------------------------------------------------------------------


def spans(*plan: Activity[str], floor: date = date(2026, 3, 2)) -> dict[str, tuple[str, str]]:
    found = schedule(plan, CHINA, floor).found
    return {key: (f"{row.start_on:%m-%d}", f"{row.finish_on:%m-%d}") for key, row in found.items()}


def test_lags_count_working_days_both_ways() -> None:
    assert spans(
        Activity("install", 3), Activity("wait", 2, waits_for=(("install", 2),)),
        Activity("overlap", 2, waits_for=(("install", -1),)), Activity("done", 0, waits_for=(("wait", 0),)),
        Activity("next", 1, waits_for=(("done", 0),)),
    ) == {
        "install": ("03-02", "03-04"), "wait": ("03-09", "03-10"), "overlap": ("03-04", "03-05"),
        "done": ("03-10", "03-10"), "next": ("03-11", "03-11"),
    }  # fmt: skip


def test_a_make_up_day_is_worked_on() -> None:
    """9 May 2026 is a Saturday on which China works for the holiday before."""
    assert spans(Activity("copy", 2, not_before=date(2026, 5, 1)), Activity("check", 3, waits_for=(("copy", 0),))) == {
        "copy": ("05-06", "05-07"),
        "check": ("05-08", "05-11"),
    }


def test_a_plan_beyond_the_calendar_is_refused_with_a_sentence() -> None:
    with pytest.raises(DomainError):
        schedule([Activity("long", 32_000)], CHINA, date(2090, 1, 1))


def test_an_empty_plan_has_no_days() -> None:
    assert schedule([], CHINA, date(2026, 3, 2)).found == {}


def test_five_hundred_tasks_are_quick() -> None:
    """An aim of 50 ms for the whole recalculation; the limit leaves room for a busy machine."""
    plan = [Activity(key, 3, waits_for=tuple((back, 0) for back in range(max(0, key - 3), key))) for key in range(500)]
    schedule(plan[:5], CHINA, date(2026, 3, 2))
    began = time.perf_counter()
    assert schedule(plan, CHINA, date(2026, 3, 2)).found[499].is_critical
    assert time.perf_counter() - began < 0.5
