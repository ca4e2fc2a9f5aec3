"""Runs through the sheet: begun, gone through step by step, ended (N11). Every change takes the engagement's lock and
counts the run's version up by a conditional update, so that whoever watches notices it and nothing changes an ended run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements import go_decision
from engagements.models import Engagement
from onsite.accounts.access import can, require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError, Obstacle, RefusedError
from standups.models import CutoverRun, RunSheet, RunStep
from standups.services.run_sheet import SAID

State = RunStep.State
LONGEST_NOTE = 300
_OPEN = (State.TODO, State.RUNNING, State.ROLLED_BACK)


@transaction.atomic
def start_run(*, actor: User, engagement: Engagement, kind: str) -> CutoverRun:
    """Start the clock with a copy of the sheet's steps.

    Raises DomainError where one is running already, naming who started it, where the sheet has no steps, and where the
    cutover went through already under this decision;
    RefusedError for the cutover itself while no signed decision to go stands. Where the ink is under way, whoever may
    waive a signature may start it, but not against a “Not yet” that the client signed.
    """
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    running = engagement.cutover_runs.unscoped().running().select_related("started_by").first()
    if running is not None:
        words = {"person": running.started_by.name, "hour": hour_of(engagement, running.started_at)}
        raise DomainError(_("%(person)s started one at %(hour)s; it is still running.") % words)
    run = new_run(actor, engagement, kind, timezone.now())
    _audit(actor, engagement, "cutover.started", run, {"kind": run.kind, "number": run.number})
    return run


def new_run(actor: User, engagement: Engagement, kind: str, started_at: datetime, **ended: Any) -> CutoverRun:
    """Create a run with a copy of the sheet's steps; under the engagement's lock. Raises as `start_run`."""
    sheet = RunSheet.objects.unscoped().filter(engagement=engagement).first()
    steps = list(sheet.steps.unscoped()) if sheet else []
    if sheet is None or not steps:
        raise DomainError(_("The run sheet has no steps yet."))
    if kind == CutoverRun.Kind.CUTOVER:
        _refuse_without_go(actor, engagement)
        _refuse_outside_go(engagement, started_at)
    last = engagement.cutover_runs.unscoped().aggregate(last=Max("number"))["last"] or 0
    run = CutoverRun.objects.create(
        engagement=engagement, number=last + 1, kind=kind, started_at=started_at, started_by=actor,
        last_rollback_at=_last_rollback(sheet, kind, started_at), **ended,
    )  # fmt: skip
    RunStep.objects.bulk_create(
        RunStep(run=run, position=step.position, **{name: getattr(step, name) for name in SAID}) for step in steps
    )
    return run


def _refuse_without_go(actor: User, engagement: Engagement) -> None:
    decision = go_decision.standing_go(engagement)
    held_back = go_decision.is_held_back(engagement)
    if decision is not None and (decision.is_signed or (not held_back and can(actor, Permission.WAIVE, engagement))):
        return
    text = _("No decision to go live stands.") if decision is None else _("The decision to go live is not signed yet.")
    if decision is not None and held_back:
        text = _("The client signed “Not yet”. A newer decision counts once they have signed it.")
    found = Obstacle("cutover.no_go", text, reverse("standups:go_decision", args=[engagement.pk]))
    raise RefusedError(_("The cutover begins once the client decided to go live. Rehearse until then."), [found])


def _refuse_outside_go(engagement: Engagement, started_at: datetime) -> None:
    """A decision carries one cutover that went through, and none from before it was frozen."""
    decision = go_decision.standing_go(engagement)
    decided_at = decision.frozen_at.replace(second=0, microsecond=0) if decision else started_at
    if started_at < decided_at:
        words = {"hour": hour_of(engagement, decided_at)}
        raise DomainError(_("The decision to go live was frozen only later, at %(hour)s.") % words, field="started_at")
    gone = CutoverRun.objects.filter(engagement=engagement, kind=CutoverRun.Kind.CUTOVER)
    if gone.filter(outcome=CutoverRun.Outcome.DONE, started_at__gte=decided_at).exists():
        raise DomainError(_("The cutover went through already. Another one needs a new decision to go live."))


@transaction.atomic
def start_step(*, actor: User, step: RunStep) -> RunStep:
    """Note that a step begins now; one that was rolled back or skipped begins anew.

    Raises DomainError naming who did what with it meanwhile, or who ended the run.
    """
    engagement, row = _held(actor, step)
    if row.state in {State.RUNNING, State.DONE}:
        raise DomainError(_already(engagement, row))
    return _set(actor, engagement, row, "cutover.step_started", State.RUNNING, started_at=timezone.now())


@transaction.atomic
def finish_step(*, actor: User, step: RunStep, note: str = "") -> RunStep:
    """Note that a step is done now; in one tap where nobody noted its beginning. Raises as `start_step`, and on "note"
    where that holds a password, a key or a token."""
    engagement, row = _held(actor, step)
    refuse_access_data({"note": note})
    if row.state in {State.DONE, State.SKIPPED}:
        raise DomainError(_already(engagement, row))
    now = timezone.now()
    begun = row.started_at if row.state == State.RUNNING and row.started_at else now
    return _set(
        actor, engagement, row, "cutover.step_done", State.DONE,
        started_at=begun, finished_at=max(now, begun), note=_joined(row.note, note),
    )  # fmt: skip


@transaction.atomic
def skip_step(*, actor: User, step: RunStep, reason: str) -> RunStep:
    """Leave a step out. Raises DomainError on "reason" where none is told, where it is under way, and as `start_step`."""
    engagement, row = _held(actor, step)
    if row.state in {State.RUNNING, State.DONE, State.SKIPPED}:
        raise DomainError(_already(engagement, row))
    _demand_reason(reason)
    return _set(actor, engagement, row, "cutover.step_skipped", State.SKIPPED, note=_joined(row.note, reason))


@transaction.atomic
def roll_back_step(*, actor: User, step: RunStep, reason: str) -> RunStep:
    """Note that what a step did was undone; it can be started again. Raises DomainError on "reason" where none is told,
    where there is nothing to undo, and where the run ended."""
    engagement, row = _held(actor, step)
    if row.state not in {State.RUNNING, State.DONE}:
        raise DomainError(_("There is nothing to roll back: this step was not done."))
    _demand_reason(reason)
    now = timezone.now()
    begun = row.started_at or now
    return _set(
        actor, engagement, row, "cutover.step_rolled_back", State.ROLLED_BACK, started_at=begun,
        finished_at=max(now, begun), note=_joined(row.note, reason), rollbacks=row.rollbacks + 1,
    )  # fmt: skip


@transaction.atomic
def undo_step(*, actor: User, step: RunStep) -> RunStep:
    """Take back a mark that was a mistake: the step is under way again since it really began, and where nobody noted
    that, it is to do, or rolled back as it was. Raises DomainError where there is none."""
    engagement, row = _held(actor, step)
    if row.state not in {State.RUNNING, State.DONE, State.SKIPPED}:
        raise DomainError(_("There is no mark to take back."))
    begun = row.started_at if row.state == State.DONE and row.started_at != row.finished_at else None
    before = State.RUNNING if begun else State.ROLLED_BACK if row.rollbacks else State.TODO
    return _set(actor, engagement, row, "cutover.step_undone", before, started_at=begun)


@transaction.atomic
def end_run(*, actor: User, run: CutoverRun, note: str = "") -> CutoverRun:
    """Close a run that went through. Raises RefusedError with every step that is open, DomainError where it ended, and
    on "note" where that holds a password, a key or a token."""
    engagement, row = _held_run(actor, run)
    refuse_access_data({"note": note})
    url = row.get_absolute_url()
    still = [
        Obstacle("cutover.step_open", f"{step.position}. {step.title} · {step.get_state_display()}",
                 f"{url}#step-{step.position}", waivable=False)
        for step in row.steps.unscoped().filter(state__in=_OPEN)
    ]  # fmt: skip
    if still:
        raise RefusedError(_("Steps are still open. Do them, or skip them with a reason."), still)
    return _end(actor, engagement, row, CutoverRun.Outcome.DONE, note)


@transaction.atomic
def roll_back_run(*, actor: User, run: CutoverRun, reason: str, is_confirmed: bool = False) -> CutoverRun:
    """Give up and go back to the old system. Raises DomainError on "reason" where none is told, on "is_confirmed" where
    the last moment to roll back has passed and nobody said that it is meant all the same, and where it ended."""
    engagement, row = _held_run(actor, run)
    _demand_reason(reason)
    until = row.last_rollback_at
    if until is not None and timezone.now() > until and not is_confirmed:
        words = {"hour": hour_of(engagement, until)}
        text = _("The last moment to roll back was %(hour)s. Say that it is meant all the same.")
        raise DomainError(text % words, field="is_confirmed")
    return _end(actor, engagement, row, CutoverRun.Outcome.ROLLED_BACK, reason)


def hour_of(engagement: Engagement, at: datetime) -> str:
    """Return the hour at the site, with its day where that is not today."""
    local = at.astimezone(engagement.zone)
    is_today = local.date() == timezone.localdate(timezone=engagement.zone)
    return local.strftime("%H:%M" if is_today else "%m-%d %H:%M")


def _end(actor: User, engagement: Engagement, run: CutoverRun, outcome: str, note: str) -> CutoverRun:
    run.outcome, run.note = outcome, note
    run.ended_at, run.ended_by = max(timezone.now(), run.started_at), actor
    run.save(update_fields=["outcome", "note", "ended_at", "ended_by"])
    _audit(actor, engagement, "cutover.ended", run, {"outcome": outcome, "note": note})
    return run


def _last_rollback(sheet: RunSheet, kind: str, started_at: datetime) -> datetime | None:
    """The cutover's is the sheet's; a rehearsal has as long as the cutover will have."""
    if kind == CutoverRun.Kind.CUTOVER or sheet.last_rollback_at is None:
        return sheet.last_rollback_at
    if sheet.planned_start_at is None:
        return None
    return started_at + (sheet.last_rollback_at - sheet.planned_start_at)


def _held(actor: User, step: RunStep) -> tuple[Engagement, RunStep]:
    """Return the engagement, locked, and the step as it stands, its running run counted up."""
    engagement, run = _held_run(actor, step.run)
    row = RunStep.objects.unscoped().select_related("done_by").get(pk=step.pk)
    row.run = run
    return engagement, row


def _held_run(actor: User, run: CutoverRun) -> tuple[Engagement, CutoverRun]:
    require(actor, Permission.EDIT_ROLLOUT, run.engagement)
    engagement = Engagement.objects.lock(run.engagement_id)
    counted = CutoverRun.objects.filter(pk=run.pk, ended_at=None).update(version=F("version") + 1)
    row = CutoverRun.objects.unscoped().select_related("ended_by").get(pk=run.pk)
    if not counted and row.ended_by is not None and row.ended_at is not None:
        words = {"person": row.ended_by.name, "hour": hour_of(engagement, row.ended_at)}
        raise DomainError(_("%(person)s ended this run at %(hour)s.") % words)
    return engagement, row


def _set(
    actor: User, engagement: Engagement, row: RunStep, action: str, state: str,
    *, started_at: datetime | None = None, finished_at: datetime | None = None, **fields: Any,
) -> RunStep:  # fmt: skip
    """Write the step's new state over what it was, which the audit keeps."""
    was = {"was": row.state, "from": str(row.started_at or ""), "until": str(row.finished_at or "")}
    row.state, row.started_at, row.finished_at = state, started_at, finished_at
    row.done_by = actor if state != State.TODO else None
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "started_at", "finished_at", "done_by", *fields])
    _audit(actor, engagement, action, row, {"step": row.position, "title": row.title, "note": row.note} | was)
    return row


def _already(engagement: Engagement, row: RunStep) -> str:
    """Say who did what with the step, and when."""
    words = {"person": row.done_by.name if row.done_by else "", "hour": ""}
    at = row.started_at if row.state == State.RUNNING else row.finished_at
    if at is not None:
        words["hour"] = hour_of(engagement, at)
    if row.state == State.RUNNING:
        return _("%(person)s started this step at %(hour)s; it is under way.") % words
    if row.state == State.SKIPPED:
        return _("%(person)s skipped this step already.") % words
    return _("%(person)s marked this step as done at %(hour)s.") % words


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError(_("Say why, in a few words."), field="reason")
    refuse_access_data({"reason": reason})


def _joined(noted: str, new: str) -> str:
    """Return both notes, the new one alone where both are too long; the audit keeps each."""
    both = " · ".join(filter(None, [noted, new.strip()]))
    return both if len(both) <= LONGEST_NOTE else new.strip()[:LONGEST_NOTE]


def _audit(actor: User, engagement: Engagement, action: str, row: CutoverRun | RunStep, data: dict[str, Any]) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=data)
