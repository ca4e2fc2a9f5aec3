"""The tasks of a plan as pages read them: agreed days, what moved, what is critical, what contradicts; and the chart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from engagements.models import BaselineTask, Dependency, Engagement, Task
from engagements.planning import Plan, PlannedStage, shift_words
from engagements.predecessors import Link, write_predecessors
from engagements.scheduling import Activity, CycleError, Schedule, schedule
from engagements.settling import conflict_words
from onsite.accounts.models import User
from onsite.core.charts.figure import Figure
from onsite.core.charts.gantt import GanttChart, GanttRow, gantt_figure


@dataclass(frozen=True)
class PlannedTask:
    """A task with its agreed days; `shift` as for a stage. `waits_for` is written as it is typed.

    `is_critical`: a day late here is a day late at the end; what is done can't be late any more. `names_assignee`: to a client what their side owes is told without a person's name.
    """

    task: Task
    agreed: BaselineTask | None
    shift: int | None
    waits_for: str
    is_critical: bool
    names_assignee: bool

    @property
    def shift_text(self) -> str:
        return "" if self.shift is None else shift_words(self.shift)


@dataclass(frozen=True)
class StageWork:
    """A stage and its tasks."""

    planned: PlannedStage
    tasks: tuple[PlannedTask, ...]
    is_current: bool


@dataclass(frozen=True)
class Work:
    """The stages with their tasks, and each contradiction in a sentence."""

    stages: tuple[StageWork, ...]
    conflicts: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(len(stage.tasks) for stage in self.stages)


def work_of(engagement: Engagement, plan: Plan, user: User) -> Work:
    """Return the tasks this person may see. Three queries."""
    tasks = list(engagement.tasks.visible_to(user).select_related("assignee"))
    links: dict[int, list[tuple[int, int]]] = {}
    rows = Dependency.objects.visible_to(user).filter(task__engagement=engagement).order_by("after__number")
    for task_id, after_id, lag in rows.values_list("task_id", "after_id", "lag_days"):
        links.setdefault(task_id, []).append((after_id, lag))
    agreed = {row.task_id: row for row in plan.baseline.tasks.visible_to(user)} if plan.baseline else {}
    found = _schedule(engagement, tasks, links)
    numbers = {task.pk: task.number for task in tasks}
    days_between = engagement.working_calendar.working_days_between
    by_stage: dict[int, list[PlannedTask]] = {}
    for task in tasks:
        base = agreed.get(task.pk)
        by_stage.setdefault(task.stage_id, []).append(
            PlannedTask(
                task,
                base,
                days_between(base.finish_on, task.finish_on) if base else None,
                write_predecessors(Link(numbers[after], lag) for after, lag in links.get(task.pk, ())),
                task.percent < 100 and task.pk in found.found and found.found[task.pk].is_critical,
                user.is_vendor or task.side == Task.Side.VENDOR,
            )
        )
    names = {task.pk: task.name for task in tasks}
    return Work(
        tuple(
            StageWork(planned, tuple(by_stage.get(planned.stage.pk, ())), planned is plan.current)
            for planned in plan.stages
        ),
        tuple(conflict_words(conflict, names) for conflict in found.conflicts),
    )


def stages_only(plan: Plan) -> Work:
    """Return the plan without its tasks, for a chart that only shows the stages."""
    return Work(tuple(StageWork(planned, (), planned is plan.current) for planned in plan.stages), ())


def _schedule(engagement: Engagement, tasks: list[Task], links: dict[int, list[tuple[int, int]]]) -> Schedule[int]:
    """Return what scheduling found; nothing where the site's calendar no longer bears the plan."""
    activities = [
        Activity(task.pk, task.days, task.not_before_on, task.fixed_on, tuple(links.get(task.pk, ())))
        for task in tasks
    ]
    try:
        return schedule(activities, engagement.working_calendar, engagement.start_on)
    except CycleError:  # No service lets one in; a page that only reads must not break where a row is wrong.
        return Schedule({}, ())


def chart(engagement: Engagement, work: Work, *, with_links: bool = False) -> Figure:
    """Return the Gantt chart with its table; with links each stage and task leads to its form."""
    return gantt_figure(
        GanttChart(
            rows=tuple(_rows(engagement, work, with_links)),
            today=engagement.today(),
            is_working_day=engagement.working_calendar.is_working,
            label=_("The stages and tasks in their days, with what was agreed and how far they are"),
            baseline_word=_("agreed"),
            today_word=_("Today"),
            critical_word=_("critical path: a day late here is a day late at the end"),
        )
    )


def _rows(engagement: Engagement, work: Work, with_links: bool) -> Iterator[GanttRow]:
    for entry in work.stages:
        stage = entry.planned.stage
        yield GanttRow(
            str(stage), stage.start_on, stage.finish_on, *_agreed(entry.planned.agreed), percent=stage.percent,
            url=reverse("engagements:stage_edit", args=[engagement.pk, stage.pk]) if with_links else None,
        )  # fmt: skip
        for planned in entry.tasks:
            task = planned.task
            yield GanttRow(
                task.name, task.start_on, task.finish_on, *_agreed(planned.agreed), percent=task.percent,
                url=reverse("engagements:task_edit", args=[engagement.pk, task.pk]) if with_links else None,
                is_milestone=task.is_milestone, is_part=True, is_critical=planned.is_critical,
            )  # fmt: skip


def _agreed(row: object) -> tuple[date | None, date | None]:
    return getattr(row, "start_on", None), getattr(row, "finish_on", None)
