"""The plan's rows as the forecast needs them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import ceil

import numpy as np

from engagements.forecasting import Activity, Link, Outcome, WorkingDays, simulate
from engagements.models import Dependency, Engagement, Stage, Task
from engagements.models.plan import Window
from onsite.core.calendar import WorkingCalendar


def outcome_of(engagement: Engagement) -> Outcome | None:
    """Return what the plan says of the agreed day as it stands today, None without a plan. Three queries.

    Raises ValueError for a plan that waits for itself, and CalendarRangeError where its longest run leaves the calendar.
    """
    activities = activities_of(engagement)
    if not activities:
        return None
    today = engagement.today()
    return simulate(
        activities,
        working_days=_working_days(activities, engagement.working_calendar, today),
        today=today,
        agreed_on=engagement.agreed_go_live_on,
    )


def activities_of(engagement: Engagement) -> list[Activity]:
    """Return the plan as the forecast needs it: tasks, and stages without tasks. Three queries.

    What waits for nothing waits for the stage before it where it follows that in the plan: directly, and then it may
    also begin earlier; overlapping, by the same working days as planned; after a gap, not before its own day. So the
    forecast moves as the plan does (`settling`), except that it also gains from what ends early.
    """
    return _Plan(engagement).activities()


def window_of(window: Window, days: int, *, is_stage: bool) -> tuple[float, float, float]:
    """Return the least, likely and most working days of what is planned to take `days`.

    The planned days are the likely ones. A stage planned within its usual window keeps that window's ends; planned
    outside it, and for a task, which is only a part of a stage, the ends keep the window's proportions to its middle:
    planned 10 where 3–5 is usual makes 7.5 to 12.5.
    """
    if is_stage and window.least_days <= days <= window.most_days:
        return window.least_days, days, window.most_days
    middle = (window.least_days + window.most_days) / 2
    return days * window.least_days / middle, days, days * window.most_days / middle


class _Plan:
    """One engagement's rows, numbered as the forecast numbers its activities."""

    def __init__(self, engagement: Engagement) -> None:
        self.calendar = engagement.working_calendar
        self.stages = list(engagement.stages.unscoped().order_by("position"))
        self.tasks: dict[int, list[Task]] = {stage.pk: [] for stage in self.stages}
        for task in engagement.tasks.unscoped().order_by("position", "pk"):
            self.tasks[task.stage_id].append(task)
        self.waits_for: dict[int, list[tuple[int, int]]] = {}
        links = Dependency.objects.unscoped().filter(task__engagement_id=engagement.pk).order_by("pk")
        for task_id, after_id, lag in links.values_list("task_id", "after_id", "lag_days"):
            self.waits_for.setdefault(task_id, []).append((after_id, lag))
        self.number: dict[int, int] = {}
        self.end_of: dict[int, int] = {}
        row = 0
        for stage in self.stages:
            for task in self.tasks[stage.pk]:
                self.number[task.pk] = row
                row += 1
            # The stage itself, or the moment at which all its tasks are done.
            self.end_of[stage.pk] = row
            row += 1

    def activities(self) -> list[Activity]:
        found: list[Activity] = []
        before: Stage | None = None
        for stage in self.stages:
            tasks = self.tasks[stage.pk]
            found += [self._activity(task, stage, before) for task in tasks]
            found.append(self._end(stage, tasks) if tasks else self._activity(stage, stage, before))
            before = stage
        return found

    def _activity(self, row: Stage | Task, stage: Stage, before: Stage | None) -> Activity:
        is_stage = isinstance(row, Stage)
        days = max(1, self.calendar.day_number(row.start_on, row.finish_on)) if isinstance(row, Stage) else row.days
        rest = 1 - row.percent / 100
        least, likely, most = (part * rest for part in window_of(stage.window, days, is_stage=is_stage))
        own = None if isinstance(row, Stage) else row.fixed_on or row.not_before_on
        links = () if isinstance(row, Stage) else self.waits_for.get(row.pk, ())
        waits_for = tuple(Link(self.number[after], lag) for after, lag in links)
        if not waits_for:
            own, waits_for = self._after_stage(row, before)
        return Activity(
            stage.kind,
            least,
            likely,
            most,
            waits_for,
            not_before=own,
            is_running=0 < row.percent < 100,
            finished_on=row.finish_on if row.percent == 100 else None,
        )

    def _after_stage(self, row: Stage | Task, before: Stage | None) -> tuple[date | None, tuple[Link, ...]]:
        if before is None:
            return row.start_on, ()
        # 0: it begins on the working day after; more: a gap; less: they overlap.
        gap = self.calendar.working_days_between(before.finish_on, row.start_on) - 1
        is_direct = gap == 0 and not (isinstance(row, Task) and row.fixed_on)
        return None if is_direct else row.start_on, (Link(self.end_of[before.pk], min(gap, 0)),)

    def _end(self, stage: Stage, tasks: list[Task]) -> Activity:
        return Activity(
            stage.kind,
            0,
            0,
            0,
            tuple(Link(self.number[task.pk]) for task in tasks),
            finished_on=stage.finish_on if all(task.percent == 100 for task in tasks) else None,
        )


def _working_days(activities: list[Activity], calendar: WorkingCalendar, today: date) -> WorkingDays:
    """Return the ordinals of the working days between the first finished one and what no run can pass."""
    days = [activity.finished_on for activity in activities if activity.finished_on]
    begins = [activity.not_before for activity in activities if activity.not_before]
    longest = sum(
        ceil(activity.most) + 1 + sum(max(link.lag, 0) for link in activity.waits_for) for activity in activities
    )
    last = calendar.shift(max(today, *begins) if begins else today, longest)
    return np.fromiter(_ordinals(calendar, min(today, *days) if days else today, last), dtype=np.int64)


def _ordinals(calendar: WorkingCalendar, first: date, last: date) -> Iterator[int]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        if calendar.is_working(date.fromordinal(ordinal)):
            yield ordinal
