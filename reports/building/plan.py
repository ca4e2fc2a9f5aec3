"""The plan as documents print it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from engagements.models import BaselineTask, Engagement, Task
from engagements.scheduling import Scheduled
from engagements.settling import PlanRows
from reports.documents.parts import Plan, PlanRow
from reports.rows import StageRow

# Beyond this the shading of single days is no longer drawn; a plan of years must not swell the snapshot.
LONGEST_SHADED_DAYS = 600


def plan_of(engagement: Engagement, stages: Sequence[StageRow]) -> Plan:
    """Return the stages with their baseline, and the days between them on which the site doesn't work."""
    return _plan(engagement, [_stage(stage) for stage in stages])


def plan_with_tasks(engagement: Engagement, stages: Sequence[StageRow]) -> Plan:
    """Return the same with each stage's tasks and milestones below it, the critical ones marked. Four queries."""
    plan = PlanRows.load(engagement)
    found = plan.scheduled().found
    baseline = engagement.baselines.unscoped().newest_first()[:1]
    agreed = {row.task_id: row for row in BaselineTask.objects.unscoped().filter(baseline__in=baseline)}
    rows: list[PlanRow] = []
    for stage in stages:
        rows.append(_stage(stage))
        rows.extend(
            _task(task, agreed.get(task.pk), found[task.pk]) for task in plan.tasks if task.stage_id == stage.pk
        )
    return _plan(engagement, rows)


def _stage(stage: StageRow) -> PlanRow:
    return PlanRow(
        label=stage.label,
        start_on=stage.start_on,
        finish_on=stage.finish_on,
        baseline_start_on=stage.baseline_start_on,
        baseline_finish_on=stage.baseline_finish_on,
        percent=stage.percent,
    )


def _task(task: Task, agreed: BaselineTask | None, found: Scheduled) -> PlanRow:
    return PlanRow(
        label=task.name,
        start_on=task.start_on,
        finish_on=task.finish_on,
        baseline_start_on=agreed.start_on if agreed else None,
        baseline_finish_on=agreed.finish_on if agreed else None,
        percent=task.percent,
        is_milestone=task.is_milestone,
        is_part=True,
        is_critical=found.is_critical and task.percent < 100,
    )


def _plan(engagement: Engagement, rows: Sequence[PlanRow]) -> Plan:
    return Plan(rows=tuple(rows), non_working_on=tuple(_days_off(engagement, rows)))


def _days_off(engagement: Engagement, rows: Sequence[PlanRow]) -> Iterator[date]:
    if not rows:
        return
    first = min(min(row.start_on, row.baseline_start_on or row.start_on) for row in rows)
    last = max(max(row.finish_on, row.baseline_finish_on or row.finish_on) for row in rows)
    for offset in range(min((last - first).days + 1, LONGEST_SHADED_DAYS)):
        day = first + timedelta(days=offset)
        if not engagement.working_calendar.is_working(day):
            yield day
