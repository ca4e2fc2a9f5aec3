"""The run sheet, its rehearsals and the cutover itself, and the hand-over to operations."""

from __future__ import annotations

from datetime import datetime, timedelta

from engagements.models import Engagement
from reports.demo.agreement import put_signature
from reports.demo.proof import HandedOver, Run, Sheet
from reports.demo.telling import Telling
from standups.models import CutoverRun, ExitCriterion, RunSheet, RunStep
from standups.services import cutover_runs, first_weeks, hand_over, run_sheet


def prepare(telling: Telling, number: int) -> None:
    """Lay out the sheet and rehearse."""
    proof = telling.story.proof
    if proof.sheet is not None and proof.sheet.on == number:
        _lay_out(telling, proof.sheet)
    for run in proof.runs:
        if run.day == number and not run.is_real:
            _go_through(telling, run)


def carry_out(telling: Telling, number: int) -> None:
    """Switch over, once it is decided; later hand over."""
    proof = telling.story.proof
    for run in proof.runs:
        if run.day == number and run.is_real:
            _go_through(telling, run)
    if proof.handed_over is not None and proof.handed_over.day == number:
        _hand_over(telling, proof.handed_over)


def _lay_out(telling: Telling, sheet: Sheet) -> None:
    engagement = telling.engagement
    run_sheet.lay_out_sheet(actor=telling.lead, engagement=engagement, template=None, version=0)
    day = engagement.agreed_go_live_on if sheet.night_of is None else telling.days.on(sheet.night_of)
    begins = _at(engagement, datetime.combine(day - timedelta(days=1), sheet.begins))
    row = RunSheet.objects.unscoped().get(engagement=engagement)
    run_sheet.save_head(
        actor=telling.lead,
        engagement=engagement,
        was=row.fingerprint,
        planned_start_at=begins,
        freeze_at=begins,
        last_rollback_at=begins + timedelta(minutes=sheet.rolls_back_for_minutes),
        backup=sheet.backup,
        commander=sheet.commander,
    )


def _at(engagement: Engagement, moment: datetime) -> datetime:
    return moment.replace(tzinfo=engagement.zone)


def _go_through(telling: Telling, run: Run) -> None:
    """Step by step, then back to the hours of the story: a step that was rolled back took its time twice."""
    kind = CutoverRun.Kind.CUTOVER if run.is_real else CutoverRun.Kind.REHEARSAL
    row = cutover_runs.start_run(actor=telling.lead, engagement=telling.engagement, kind=kind)
    for place, step in enumerate(row.steps.unscoped(), start=1):
        if place in run.back:
            cutover_runs.start_step(actor=telling.lead, step=step)
            cutover_runs.roll_back_step(actor=telling.lead, step=step, reason=run.back[place])
        cutover_runs.start_step(actor=telling.lead, step=step)
        cutover_runs.finish_step(actor=telling.lead, step=step)
    row = cutover_runs.end_run(actor=telling.lead, run=row, note=run.note)
    _put_back(telling, run, row)


def _put_back(telling: Telling, run: Run, row: CutoverRun) -> None:
    began = now = _at(telling.engagement, datetime.combine(telling.days.on(run.day), run.hour))
    if run.is_real:
        began = now = now - timedelta(days=1)  # the night before the day on which it is live
    steps = list(row.steps.unscoped())
    for place, step in enumerate(steps, start=1):
        minutes = max(1, step.planned_minutes + run.over.get(place, 0))
        step.started_at = now + timedelta(minutes=minutes * step.rollbacks)
        step.finished_at = now = step.started_at + timedelta(minutes=minutes)
    RunStep.objects.bulk_update(steps, ["started_at", "finished_at"])
    CutoverRun.objects.filter(pk=row.pk).update(started_at=began, ended_at=now)


def _hand_over(telling: Telling, told: HandedOver) -> None:
    engagement, lead, day = telling.engagement, telling.lead, telling.days.on(told.day)
    first_weeks.start_criteria(actor=lead, engagement=engagement)
    by_hand = ExitCriterion.objects.unscoped().filter(engagement=engagement, kind=ExitCriterion.Kind.BY_HAND)
    for criterion, evidence in zip(by_hand.order_by("pk"), told.met, strict=False):
        first_weeks.mark_met(actor=lead, criterion=criterion, evidence=evidence, met_on=day)
    for contact in told.contacts:
        hand_over.save_contact(
            actor=lead, engagement=engagement, name=contact.name, role=contact.role, phone=contact.phone,
            hours=contact.hours,
        )  # fmt: skip
    for lent in told.lent:
        access = hand_over.save_access(actor=lead, engagement=engagement, kind=lent.kind, what=lent.what)
        if lent.back is not None:
            hand_over.give_back(
                actor=lead, access=access, returned_on=telling.days.on(lent.back[0]), received_by=lent.back[1]
            )
    hand_over.save_hand_over(
        actor=lead, engagement=engagement, planned_on=day, taken_over_by=told.to, support_hours=told.hours,
        note=told.note,
    )  # fmt: skip
    text = hand_over.freeze_hand_over(actor=lead, engagement=engagement)
    put_signature(telling, text, told.signed_by, told.day)
