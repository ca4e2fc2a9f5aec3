"""Which tasks drive a stage: those whose delay by one working day would move the stage's finish."""

from __future__ import annotations

from engagements.models import Stage, Task
from engagements.settling import PlanRows


def driving_tasks(rows: PlanRows) -> dict[int, list[int]]:
    """Return for each stage (id) the ids of the tasks that drive its finish, sorted.

    It follows the rule by which `PlanRows` settles. From the tasks that finish last back along what has no room between;
    where a task waits for nothing, or a stage holds none, a stage that ends right before drives it as well. What is fixed
    on a day is driven by nothing. A stage that nothing of this drives has none: it is moved by hand. Not found is only what
    moves a stage's start and thereby, its finish staying where it is, one that begins on the same day. Linear.
    """
    found: dict[int, set[int]] = {}
    before: Stage | None = None
    for stage in rows.stages:
        found[stage.pk] = _driving(rows, stage, before, found)
        before = stage
    return {pk: sorted(tasks) for pk, tasks in found.items()}


def _driving(rows: PlanRows, stage: Stage, before: Stage | None, found: dict[int, set[int]]) -> set[int]:
    tasks = rows.tasks_of(stage)
    if not tasks:
        return set(found[before.pk]) if before is not None and _pushes(rows, before, stage) else set()
    chain = _chain(rows, [task for task in tasks if task.finish_on == stage.finish_on])
    befores = {late.pk: early for early, late in zip(rows.stages, rows.stages[1:], strict=False)}
    driving = {task.pk for task in chain}
    for task in chain:
        early = befores.get(task.stage_id)
        if early is not None and _is_free(rows, task) and _pushes(rows, early, task):
            # Absent only where a task waits for one of a later stage: no plan is read backwards.
            driving |= found.get(early.pk, set())
    return driving


def _chain(rows: PlanRows, last: list[Task]) -> list[Task]:
    """Return these tasks and all before them that have no room."""
    by_key = {task.pk: task for task in rows.tasks}
    chain = {task.pk: task for task in last}
    waiting = list(last)
    while waiting:
        task = waiting.pop()
        if task.fixed_on is not None:
            continue
        for after, lag in rows.waits_for.get(task.pk, ()):
            early = by_key[after]
            room = rows.engagement.working_calendar.working_days_between(early.finish_on, task.start_on)
            if after not in chain and room <= int(task.days > 0) + lag:
                chain[after] = early
                waiting.append(early)
    return list(chain.values())


def _is_free(rows: PlanRows, task: Task) -> bool:
    """Whether the task follows the stage before it: it waits for nothing and isn't fixed."""
    return task.fixed_on is None and not rows.waits_for.get(task.pk)


def _pushes(rows: PlanRows, early: Stage, late: Stage | Task) -> bool:
    """Whether what follows would have to move if the stage before it ended one working day later."""
    return late.start_on <= rows.engagement.working_calendar.shift(early.finish_on, 1)
