"""What the tests of tasks share: making one, reading where they fell, filling a plan."""

from __future__ import annotations

from typing import Any

from engagements.models import Dependency, Engagement, Stage, Task
from engagements.services import tasks
from onsite.accounts.models import User
from tests.factories import TaskFactory


def create(engagement: Engagement, actor: User, stage: Stage, **fields: Any) -> Task:
    """Create a task of one day, unless said otherwise, through the service."""
    given: dict[str, Any] = {"stage": stage, "name": "接口联调", "days": 1} | fields
    return tasks.save_task(actor=actor, engagement=engagement, **given)


def fields_of(task: Task, **changed: Any) -> dict[str, Any]:
    """Return what a form would send for this task."""
    names = ("stage", "name", "days", "not_before_on", "fixed_on", "percent", "side", "assignee", "effort_days")
    row = Task.objects.unscoped().get(pk=task.pk)
    return {name: getattr(row, name) for name in names} | {"predecessors": tasks.links_of([row])[row.pk]} | changed


def days_of(engagement: Engagement) -> dict[int, tuple[str, str]]:
    """Return first and last day of each task by its number, as month and day."""
    return {task.number: (f"{task.start_on:%m-%d}", f"{task.finish_on:%m-%d}") for task in engagement.tasks.unscoped()}


def numbered(engagement: Engagement, stages: list[Stage], count: int) -> None:
    """Fill the plan: ten chains in turn over the stages, unsettled."""
    rows = [
        TaskFactory.build(
            engagement=engagement, stage=stages[i * len(stages) // count], number=i + 1, position=i, days=i % 4,
            start_on=stages[0].start_on, finish_on=stages[0].start_on,
        )
        for i in range(count)
    ]  # fmt: skip
    Task.objects.bulk_create(rows)
    Dependency.objects.bulk_create(
        Dependency(task=row, after=rows[i - 10], lag_days=i % 3 - 1) for i, row in enumerate(rows) if i >= 10
    )
