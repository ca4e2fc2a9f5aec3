"""The plan: laid out in working days, moved, kept as a baseline, photographed once per working day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.driving import driving_tasks
from engagements.models import Baseline, BaselineStage, BaselineTask, Engagement, PlanSnapshot, Stage, StageKind, Task
from engagements.models.plan import WINDOWS
from engagements.scheduling import Span
from engagements.services import forecast
from engagements.settling import PlanRows
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.calendar import lay_out
from onsite.core.errors import DomainError


@transaction.atomic
def lay_out_plan(*, actor: User, engagement: Engagement) -> list[Stage]:
    """(Re)build the five stages from their usual windows, one after another in the site's working days, filling
    the time until the agreed day. Raises DomainError once a baseline was agreed: from then on stages are moved."""
    require(actor, Permission.EDIT_PLAN, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    if engagement.baselines.exists():
        raise DomainError(_("The plan was agreed already. Move its stages instead of laying it out again."))
    if engagement.tasks.exists():
        raise DomainError(_("The plan holds tasks, and they lay out its stages. Move the tasks instead."))
    windows = [(WINDOWS[kind].least_days, WINDOWS[kind].most_days) for kind in StageKind]
    spans = lay_out(engagement.start_on, windows, engagement.working_calendar, agreed_on=engagement.agreed_go_live_on)
    # The rows stay when the plan is laid out anew: each working day's snapshot hangs on them.
    stages = [
        Stage.objects.unscoped().update_or_create(
            engagement=engagement,
            kind=kind,
            defaults={"position": position, "start_on": span.start_on, "finish_on": span.finish_on},
        )[0]
        for position, (kind, span) in enumerate(zip(StageKind, spans, strict=True), start=1)
    ]
    audit.record(chain=engagement.audit_chain, actor=actor, action="plan.laid_out", target=engagement)
    after_plan_changed(engagement)
    return stages


@transaction.atomic
def move_stage(
    *, actor: User, stage: Stage, start_on: date, finish_on: date, percent: int, note: str = ""
) -> list[Stage]:
    """Change a stage's days and progress, and return the later stages that had to move with it (see `settling`).

    Raises DomainError where the finish lies before the start, or the start before that of the stage before it, and where
    the stage holds tasks: those move it.
    """
    require(actor, Permission.EDIT_PLAN, stage.engagement)
    engagement = Engagement.objects.lock(stage.engagement_id)
    rows = PlanRows.load(engagement)
    row = rows.stage(stage.pk)
    if rows.tasks_of(row):
        raise DomainError(_("This stage holds tasks: its days and its progress are theirs."))
    _check_order({other.position: other for other in rows.stages}.get(row.position - 1), start_on, finish_on)
    was = Span(row.start_on, row.finish_on)
    row.start_on, row.finish_on, row.percent, row.note = start_on, finish_on, percent, note
    rows.settle()
    pushed = [other for other in rows.save() if isinstance(other, Stage) and other.pk != row.pk]
    _audit_move(actor, engagement, "plan.stage_moved", row, was, pushed, percent=percent)
    after_plan_changed(engagement)
    return pushed


@transaction.atomic
def note_stage(*, actor: User, stage: Stage, note: str) -> list[Stage]:
    """Change what is said to both sides about a stage; no other stage moves with it."""
    require(actor, Permission.EDIT_PLAN, stage.engagement)
    Stage.objects.filter(pk=stage.pk).update(note=note)
    audit.record(
        chain=stage.engagement.audit_chain, actor=actor, action="plan.stage_noted", target=stage, data={"note": note}
    )
    return []


@transaction.atomic
def extend_stage(*, actor: User, engagement: Engagement, stage: Stage, days: int) -> None:
    """Make a stage `days` working days longer in the current plan; what follows moves as usual.

    Part of carrying out an accepted change, whose service judged who may: the last signature under it may be a client's.
    Call `move_baseline` first, so that both move by the same.
    """
    rows = PlanRows.load(Engagement.objects.lock(engagement.pk))
    row = rows.stage(stage.pk)
    was = Span(row.start_on, row.finish_on)
    rows.grow(row, days)
    rows.settle()
    pushed = [other for other in rows.save() if isinstance(other, Stage) and other.pk != row.pk]
    _audit_move(actor, engagement, "plan.stage_extended", row, was, pushed, days=days)
    after_plan_changed(engagement)


@transaction.atomic
def move_baseline(*, actor: User, engagement: Engagement, stage: Stage, days: int, reason: str) -> Baseline:
    """Keep a new baseline: the newest one, each stage and task moved by the working days by which the current plan moves
    when the stage grows by `days`. So every shift stays what it was: a slip neither vanishes nor arises.

    Call it before `extend_stage`, which says who may. Raises DomainError where nothing was agreed yet.
    """
    engagement = Engagement.objects.lock(engagement.pk)
    newest = engagement.baselines.unscoped().newest_first().first()
    if newest is None:
        raise DomainError(_("Nothing was agreed yet that a change could move."))
    rows = PlanRows.load(engagement)
    before = _spans(rows)
    rows.grow(rows.stage(stage.pk), days)
    rows.settle()
    after = _spans(rows)

    def moved(row: Any, key: tuple[type[Stage | Task], int | None]) -> dict[str, date]:
        calendar, ends = engagement.working_calendar, zip(before.get(key, ()), after.get(key, ()), strict=True)
        late = [calendar.working_days_between(*end) for end in ends] or [0, 0]
        days = [
            calendar.shift(day, by) if by else day for day, by in zip((row.start_on, row.finish_on), late, strict=True)
        ]
        return {"start_on": min(days), "finish_on": days[1]}

    baseline = _next_baseline(actor, engagement, reason)
    BaselineStage.objects.bulk_create(
        BaselineStage(baseline=baseline, stage_id=row.stage_id, **moved(row, (Stage, row.stage_id)))
        for row in newest.stages.unscoped()
    )
    BaselineTask.objects.bulk_create(
        BaselineTask(baseline=baseline, task_id=row.task_id, name=row.name, **moved(row, (Task, row.task_id)))
        for row in newest.tasks.unscoped()
    )
    return baseline


def _spans(rows: PlanRows) -> dict[tuple[type[Stage | Task], int | None], Span]:
    return {(type(row), row.pk): Span(row.start_on, row.finish_on) for row in rows.rows}


def _check_order(before: Stage | None, start_on: date, finish_on: date) -> None:
    if finish_on < start_on:
        raise DomainError(_("The finish lies before the start."), field="finish_on")
    if before is not None and start_on < before.start_on:
        raise DomainError(
            _("“%(stage)s” starts on %(day)s; this stage can't start before it.")
            % {"stage": before, "day": date_format(before.start_on)},
            field="start_on",
        )


def take_baseline(*, actor: User, engagement: Engagement, reason: str) -> Baseline:
    """Keep the current plan as the agreed one; runs in the caller's transaction, which holds the engagement's lock."""
    baseline = _next_baseline(actor, engagement, reason)
    BaselineStage.objects.bulk_create(
        BaselineStage(baseline=baseline, stage=stage, start_on=stage.start_on, finish_on=stage.finish_on)
        for stage in engagement.stages.unscoped()
    )
    BaselineTask.objects.bulk_create(
        BaselineTask(baseline=baseline, task=task, name=task.name, start_on=task.start_on, finish_on=task.finish_on)
        for task in engagement.tasks.unscoped()
    )
    take_snapshot(engagement)
    return baseline


def _next_baseline(actor: User, engagement: Engagement, reason: str) -> Baseline:
    number = engagement.baselines.count() + 1
    baseline = Baseline.objects.create(engagement=engagement, number=number, reason=reason)
    audit.record(
        chain=engagement.audit_chain, actor=actor, action="plan.baseline", target=baseline, data={"number": number}
    )
    return baseline


def _audit_move(
    actor: User, engagement: Engagement, action: str, row: Stage, was: Span, pushed: list[Stage], **data: int
) -> None:
    moves: dict[str, Any] = {
        "from": [str(day) for day in was],
        "to": [str(row.start_on), str(row.finish_on)],
        "pushed": {other.kind: [str(other.start_on), str(other.finish_on)] for other in pushed},
    }
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=moves | data)


def after_plan_changed(engagement: Engagement) -> None:
    """What every change of the plan ends with, in its transaction."""
    take_snapshot(engagement)
    forecast.refresh(engagement)


def take_snapshot(engagement: Engagement, on: date | None = None) -> None:
    """Keep today's picture of the plan, if the site works today: the latest of the day stands. Five queries."""
    day = on or engagement.today()
    if not engagement.working_calendar.is_working(day):
        return
    rows = PlanRows.load(engagement)
    driving = driving_tasks(rows)
    baseline = engagement.baselines.unscoped().newest_first().first()
    kept = {"taken_on": day, "baseline": baseline}
    pictures = [
        PlanSnapshot(
            stage=stage, finish_on=stage.finish_on, percent=stage.percent,
            has_tasks=bool(rows.tasks_of(stage)), driving_tasks=driving[stage.pk], **kept,
        )
        for stage in rows.stages
    ]  # fmt: skip
    PlanSnapshot.objects.bulk_create(
        pictures,
        update_conflicts=True,
        unique_fields=["stage", "taken_on"],
        update_fields=["finish_on", "percent", "has_tasks", "driving_tasks", "baseline"],
    )


def take_all_snapshots() -> int:
    """Keep today's picture of every running engagement, each in its own transaction; return of how many."""
    running = Engagement.objects.unscoped().running().values_list("pk", flat=True)
    for pk in running:
        with transaction.atomic():
            take_snapshot(Engagement.objects.lock(pk))
    return len(running)
