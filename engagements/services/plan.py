"""The plan: laid out in working days, moved, kept as a baseline, photographed once per working day."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.models import Baseline, BaselineStage, Engagement, PlanSnapshot, Stage, StageKind
from engagements.models.plan import WINDOWS
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.calendar import WorkingCalendar, lay_out
from onsite.core.errors import DomainError


class Span(NamedTuple):
    """The days of a stage, both included."""

    start_on: date
    finish_on: date


@transaction.atomic
def lay_out_plan(*, actor: User, engagement: Engagement) -> list[Stage]:
    """(Re)build the five stages from their usual windows, one after another in the site's working days, filling
    the time until the agreed day. Raises DomainError once a baseline was agreed: from then on stages are moved."""
    require(actor, Permission.EDIT_PLAN, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    if engagement.baselines.exists():
        raise DomainError(_("The plan was agreed already. Move its stages instead of laying it out again."))
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
    take_snapshot(engagement)
    return stages


@transaction.atomic
def move_stage(
    *, actor: User, stage: Stage, start_on: date, finish_on: date, percent: int, note: str = ""
) -> list[Stage]:
    """Change a stage's days and progress, and return the later stages that had to move with it (see `follow`).

    Raises DomainError where the finish lies before the start, or the start before that of the stage before it.
    """
    require(actor, Permission.EDIT_PLAN, stage.engagement)
    engagement = Engagement.objects.lock(stage.engagement_id)
    rows = {row.position: row for row in engagement.stages.unscoped()}
    row = rows[stage.position]
    _check_order(rows.get(row.position - 1), start_on, finish_on)
    was, now = Span(row.start_on, row.finish_on), Span(start_on, finish_on)
    row.start_on, row.finish_on, row.percent, row.note = start_on, finish_on, percent, note
    row.save(update_fields=["start_on", "finish_on", "percent", "note"])
    later = [rows[position] for position in sorted(rows) if position > row.position]
    pushed = _push_back(later, was, now, engagement.working_calendar)
    audit.record(
        chain=engagement.audit_chain,
        actor=actor,
        action="plan.stage_moved",
        target=row,
        data={
            "from": [str(day) for day in was],
            "to": [str(day) for day in now],
            "percent": percent,
            "pushed": {other.kind: [str(other.start_on), str(other.finish_on)] for other in pushed},
        },
    )
    take_snapshot(engagement)
    return pushed


def follow(was: Span, now: Span, later: Span, calendar: WorkingCalendar) -> Span:
    """Return where a stage goes when the one before it moves from `was` to `now`.

    A stage that began after it begins on the next working day where they would overlap now; room between them is used
    up first. One that overlapped it moves back by as many working days as its finish did. Never earlier, never before
    the start of the stage before it, and with as many working days as it had.
    """
    start_on = later.start_on
    if later.start_on > was.finish_on:
        if later.start_on <= now.finish_on:
            start_on = calendar.shift(now.finish_on, 1)
    elif (late := calendar.working_days_between(was.finish_on, now.finish_on)) > 0:
        start_on = calendar.shift(later.start_on, late)
    if start_on < now.start_on:
        start_on = calendar.next_working(now.start_on)
    if start_on == later.start_on:
        return later
    days = max(1, calendar.day_number(later.start_on, later.finish_on))
    return Span(start_on, calendar.finish_on(start_on, days))


def _check_order(before: Stage | None, start_on: date, finish_on: date) -> None:
    if finish_on < start_on:
        raise DomainError(_("The finish lies before the start."), field="finish_on")
    if before is not None and start_on < before.start_on:
        raise DomainError(
            _("“%(stage)s” starts on %(day)s; this stage can't start before it.")
            % {"stage": before, "day": date_format(before.start_on)},
            field="start_on",
        )


def _push_back(later: list[Stage], was: Span, now: Span, calendar: WorkingCalendar) -> list[Stage]:
    pushed = []
    for stage in later:
        old = Span(stage.start_on, stage.finish_on)
        new = follow(was, now, old, calendar)
        if new == old:
            break
        stage.start_on, stage.finish_on = new
        stage.save(update_fields=["start_on", "finish_on"])
        pushed.append(stage)
        was, now = old, new
    return pushed


def take_baseline(*, actor: User, engagement: Engagement, reason: str) -> Baseline:
    """Keep the current plan as the agreed one; runs in the caller's transaction, which holds the engagement's lock."""
    number = engagement.baselines.count() + 1
    baseline = Baseline.objects.create(engagement=engagement, number=number, reason=reason)
    BaselineStage.objects.bulk_create(
        BaselineStage(baseline=baseline, stage=stage, start_on=stage.start_on, finish_on=stage.finish_on)
        for stage in engagement.stages.unscoped()
    )
    audit.record(
        chain=engagement.audit_chain, actor=actor, action="plan.baseline", target=baseline, data={"number": number}
    )
    return baseline


def take_snapshot(engagement: Engagement, on: date | None = None) -> None:
    """Keep today's picture of the plan, if the site works today: the latest of the day stands."""
    day = on or engagement.today()
    if not engagement.working_calendar.is_working(day):
        return
    PlanSnapshot.objects.bulk_create(
        [PlanSnapshot(stage=stage, taken_on=day, finish_on=stage.finish_on) for stage in engagement.stages.unscoped()],
        update_conflicts=True,
        unique_fields=["stage", "taken_on"],
        update_fields=["finish_on"],
    )


def take_all_snapshots() -> int:
    """Keep today's picture of every running engagement; return of how many."""
    running = Engagement.objects.unscoped().running()
    for engagement in running:
        take_snapshot(engagement)
    return len(running)
