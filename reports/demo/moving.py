"""A stage's progress and delay, told of the stage as a whole; where it holds tasks, they carry it."""

from __future__ import annotations

from engagements.models import Stage, Task
from engagements.services import plan, tasks
from reports.demo.story import Move
from reports.demo.telling import Telling


def move_stages(telling: Telling, number: int) -> None:
    """Bring the stages where the story has them on this day."""
    for move in telling.story.moves:
        if move.day != number:
            continue
        stage = telling.engagement.stages.unscoped().get(kind=move.kind)
        if stage.tasks.exists():
            _through_tasks(telling, stage, move)
        else:
            _as_a_whole(telling, stage, move)


def _as_a_whole(telling: Telling, stage: Stage, move: Move) -> None:
    finish_on = stage.finish_on if move.finish is None else telling.days.on(move.finish)
    plan.move_stage(
        actor=telling.lead,
        stage=stage,
        start_on=stage.start_on,
        finish_on=finish_on,
        percent=move.percent,
        note=move.note,
    )


def _through_tasks(telling: Telling, stage: Stage, move: Move) -> None:
    """The first tasks are done first, as far as the stage is; what is late makes its last task longer."""
    rows = list(stage.tasks.unscoped().order_by("finish_on", "position"))
    days_done = sum(row.days for row in rows) * move.percent / 100
    for row in rows:
        # A milestone has no days: it is reached when all before it is done.
        percent = 100 if row.days <= days_done else round(100 * max(0, days_done) / max(1, row.days))
        days_done -= row.days
        if percent != row.percent:
            _save(telling, row, percent=percent)
    if move.finish is not None:
        calendar, wanted = telling.engagement.working_calendar, telling.days.on(move.finish)
        late = calendar.working_days_between(stage.finish_on, wanted)
        last = max(rows, key=lambda row: (row.finish_on, row.days))
        _save(telling, last, days=last.days + late)
    if move.note != stage.note:
        plan.note_stage(actor=telling.lead, stage=stage, note=move.note)


def _save(telling: Telling, row: Task, **fields: int) -> None:
    task = telling.engagement.tasks.unscoped().get(pk=row.pk)
    links = tasks.links_of([task]).get(task.pk, [])
    tasks.save_task(
        actor=telling.lead,
        engagement=telling.engagement,
        task=task,
        seen=tasks.version_of(task, links),
        predecessors=links,
        **fields,
    )
