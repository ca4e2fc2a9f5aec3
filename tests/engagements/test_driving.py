"""N5: each day's picture keeps which tasks drove a stage, and what was agreed by then."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engagements.driving import driving_tasks
from engagements.models import Engagement, Stage, StageKind, Task
from engagements.settling import PlanRows
from onsite.core.calendar import WorkingCalendar

WEEK = WorkingCalendar()
MONDAY = date(2026, 3, 2)


def rows_of(engagement: Engagement, told: list[dict[str, Any]], spans: list[tuple[int, int]]) -> PlanRows:
    """Return a settled plan in memory: stages from their (start, days), tasks as told, `after` [(place, lag), …]."""
    stages = []
    for place, (start, days) in enumerate(spans):
        start_on = WEEK.shift(MONDAY, start)
        finish_on = WEEK.finish_on(start_on, days)
        stages.append(
            Stage(
                pk=place + 1, position=place + 1, kind=StageKind.values[place], start_on=start_on, finish_on=finish_on
            )
        )
    activities, waits_for = [], {}
    for place, one in enumerate(told, start=1):
        held = {name: WEEK.shift(MONDAY, one[name]) for name in ("not_before_on", "fixed_on") if one[name] is not None}
        start_on = stages[one["stage"]].start_on
        activities.append(
            Task(pk=place, stage_id=one["stage"] + 1, days=one["days"], start_on=start_on, finish_on=start_on, **held)
        )
        waits_for[place] = tuple((after + 1, lag) for after, lag in one["after"])
    rows = PlanRows(engagement, stages, activities, {key: links for key, links in waits_for.items() if links})
    rows.settle()
    return rows


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[tuple[int, int]]]:
    spans, start = [], 0
    for _stage in range(5):
        days = draw(st.integers(1, 4))
        spans.append((start, days))
        start += max(0, days + draw(st.integers(-2, 2)))
    told: list[dict[str, Any]] = []
    for _number in range(draw(st.integers(0, 8))):
        stage = draw(st.integers(0, 4))
        before = [number for number, one in enumerate(told) if one["stage"] <= stage]
        links = draw(st.dictionaries(st.sampled_from(before), st.integers(0, 2), max_size=3)) if before else {}
        kind = draw(st.sampled_from(["free", "free", "held", "fixed"]))
        told.append({
            "stage": stage, "days": draw(st.integers(0, 4)), "after": list(links.items()),
            "not_before_on": draw(st.integers(0, 20)) if kind == "held" else None,
            "fixed_on": draw(st.integers(0, 20)) if kind == "fixed" else None,
        })  # fmt: skip
    return told, spans


@settings(max_examples=300)
@given(told=plans())
def test_what_drives_a_stage_is_what_would_move_it(told: tuple[list[dict[str, Any]], list[tuple[int, int]]]) -> None:
    """By property, against the rule itself: grow each task by a day, settle, and see which stages end later."""
    engagement = Engagement(start_on=MONDAY)
    engagement.working_calendar = WEEK
    activities, spans = told
    found = driving_tasks(again(engagement, activities, spans))
    for place, activity in enumerate(activities, start=1):
        if not activity["days"]:
            continue
        longer = again(engagement, activities, spans)
        before = {stage.pk: stage.finish_on for stage in longer.stages}
        starts = {id(row): row.start_on for row in longer.rows}
        longer.tasks[[task.pk for task in longer.tasks].index(place)].days += 1
        longer.settle()
        moved = {stage.pk for stage in longer.stages if stage.finish_on > before[stage.pk]}
        driven = {pk for pk, driving in found.items() if place in driving}
        assert driven <= moved, (place, activity)
        assert min(moved - driven, default=6) >= min(begin_together(longer, starts), default=6), (place, activity)


def begin_together(rows: PlanRows, starts: dict[int, date]) -> list[int]:
    """Return the stages (ids) of which something that follows begins on the day on which the stage before them began."""
    found = []
    for early, late in pairwise(rows.stages):
        tasks = rows.tasks_of(late)
        free: list[Stage | Task] = [
            task for task in tasks if task.fixed_on is None and not rows.waits_for.get(task.pk)
        ]
        if any(starts[id(row)] <= starts[id(early)] for row in (free if tasks else [late])):
            found.append(late.pk)
    return found


def again(engagement: Engagement, told: list[dict[str, Any]], spans: list[tuple[int, int]]) -> PlanRows:
    """Return the plan as it lies stored: settled until it rests, and loaded anew."""
    rows = rows_of(engagement, told, spans)
    for _pass in range(6):
        rows = PlanRows(engagement, rows.stages, rows.tasks, rows.waits_for)
        rows.settle()
    return PlanRows(engagement, rows.stages, rows.tasks, rows.waits_for)
