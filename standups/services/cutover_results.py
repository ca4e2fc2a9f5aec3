"""What a run took: times put right, minutes taken over into the sheet, and a run that was gone through on paper (N11)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError, StaleError
from standups.cutover.course import keyed, real_minutes
from standups.models import CutoverRun, RunSheet, RunStep, SheetStep
from standups.services.cutover_runs import hour_of, new_run
from standups.services.run_sheet import MOST_MINUTES

State = RunStep.State


class Taken(NamedTuple):
    """How many steps have their real minutes now, and which took too long to be taken over."""

    changed: int
    too_long: list[str]


@dataclass(frozen=True)
class PaperStep:
    """What stands on paper beside the step with this id of the sheet; a skipped one has no times. `rollbacks` is how often
    it was rolled back, also where it stayed done in the end."""

    step_id: int
    state: str
    started_at: datetime | None = None
    finished_at: datetime | None = None
    note: str = ""
    rollbacks: int = 0


@transaction.atomic
def correct_step(
    *, actor: User, step: RunStep, was: str, started_at: datetime, finished_at: datetime, note: str = ""
) -> RunStep:
    """Put right when a done step really began and ended, also after the run.

    Raises StaleError where somebody changed it since the page showed `was`; DomainError for a step that is not done, on
    "started_at" for a moment before the run, on "finished_at" for one before it began, after the run, or still to come,
    and on "note" where that holds a password, a key or a token.
    """
    require(actor, Permission.EDIT_ROLLOUT, step.run.engagement)
    refuse_access_data({"note": note})
    engagement = Engagement.objects.lock(step.run.engagement_id)
    row = RunStep.objects.unscoped().select_related("run").get(pk=step.pk)
    if was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
    if row.state not in {State.DONE, State.ROLLED_BACK}:
        raise DomainError(_("Only a step that was gone through has times to put right."))
    refuse_times(engagement, row.run.started_at, row.run.ended_at, started_at, finished_at)
    data = {"step": row.position, "from": str(row.started_at), "until": str(row.finished_at), "note": row.note}
    row.started_at, row.finished_at, row.note = started_at, finished_at, note
    row.save(update_fields=["started_at", "finished_at", "note"])
    CutoverRun.objects.filter(pk=row.run_id).update(version=F("version") + 1)
    now = {"now_from": str(started_at), "now_until": str(finished_at), "now_note": note}
    _audit(actor, engagement, "cutover.step_corrected", row, data | now)
    return row


@transaction.atomic
def take_minutes(*, actor: User, run: CutoverRun, version: int) -> Taken:
    """Put the minutes that the run's steps really took into the sheet; return how many steps that changed.

    A step is found by its name; one noted as done in one tap took no measured time and changes nothing, nor does one
    that took longer than a step of a sheet may: somebody forgot to mark it. Raises
    StaleError where the sheet is another one than version `version`, and DomainError while the run goes on.
    """
    require(actor, Permission.EDIT_ROLLOUT, run.engagement)
    engagement = Engagement.objects.lock(run.engagement_id)
    run = CutoverRun.objects.unscoped().get(pk=run.pk)
    if run.ended_at is None:
        raise DomainError(_("This run is still going on."))
    sheet = RunSheet.objects.unscoped().filter(engagement=engagement).first()
    if sheet is None or sheet.version != version:
        raise StaleError(
            _("Somebody changed the run sheet meanwhile. Look at it again before you replace its minutes.")
        )
    took = {key: real_minutes(step) for key, step in keyed(run.steps.unscoped()).items()}
    changed: list[SheetStep] = []
    too_long: list[str] = []
    for key, step in keyed(sheet.steps.unscoped()).items():
        minutes = took.get(key)
        if minutes is not None and minutes > MOST_MINUTES:
            too_long.append(f"{step.position}. {step.title}")
        elif minutes is not None and minutes != step.planned_minutes:
            step.planned_minutes = minutes
            changed.append(step)
    if changed:
        SheetStep.objects.bulk_update(changed, ["planned_minutes"])
        RunSheet.objects.filter(pk=sheet.pk).update(version=F("version") + 1)
        told = [f"{step.position}. {step.title}: {step.planned_minutes}" for step in changed]
        _audit(actor, engagement, "run_sheet.minutes_taken", run, {"steps": told})
    return Taken(len(changed), too_long)


@transaction.atomic
def enter_from_paper(
    *,
    actor: User,
    engagement: Engagement,
    version: int,
    kind: str,
    started_at: datetime,
    ended_at: datetime,
    outcome: str,
    note: str = "",
    steps: Collection[PaperStep],
) -> CutoverRun:
    """Keep a run that was gone through with the printed sheet.

    Raises StaleError where the sheet is another one than version `version`; DomainError on "ended_at" for an end before
    the start or still to come, on "outcome" where one that went through has open steps, on "started_at-<id>" or
    "finished_at-<id>" of a step whose times can't be, on "started_at" where another run was going on at that time and
    for a cutover from before the decision to go, on a note that holds a password, a key or a token, and as `start_run`
    otherwise.
    """
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    refuse_access_data({"note": note} | {f"note-{step.step_id}": step.note for step in steps})
    engagement = Engagement.objects.lock(engagement.pk)
    sheet = RunSheet.objects.unscoped().filter(engagement=engagement).first()
    if sheet is not None and sheet.version != version:
        raise StaleError(_("Somebody changed the run sheet meanwhile. What you typed is kept; look at the steps again, then save."))  # fmt: skip
    if ended_at < started_at:
        raise DomainError(_("It can't end before it began."), field="ended_at")
    if ended_at > timezone.now():
        raise DomainError(_("This moment has not come yet."), field="ended_at")
    _refuse_overlap(engagement, started_at, ended_at)
    ended = {"ended_at": ended_at, "ended_by": actor, "outcome": outcome, "note": note, "from_paper": True}
    run = new_run(actor, engagement, kind, started_at, **ended)
    _fill(actor, engagement, run, sheet, {step.step_id: step for step in steps})
    data = {"kind": run.kind, "number": run.number, "outcome": outcome, "steps": len(steps)}
    _audit(actor, engagement, "cutover.entered_from_paper", run, data)
    return run


def _refuse_overlap(engagement: Engagement, started_at: datetime, ended_at: datetime) -> None:
    """One run at a time, also on paper; the same paper entered twice overlaps itself. Paper knows minutes only: a run that
    ended within the minute in which this one began was over."""
    runs = CutoverRun.objects.unscoped().filter(engagement=engagement)
    later = Q(ended_at=None) | Q(ended_at__gte=started_at + timedelta(minutes=1)) | Q(started_at=started_at)
    other = runs.filter(later, Q(started_at__lt=ended_at) | Q(started_at=started_at)).first()
    if other is None:
        return
    words = {"run": str(other), "hour": hour_of(engagement, other.started_at)}
    if other.ended_at is None:
        text = _("%(run)s began at %(hour)s and is still running: only one run goes on at a time.")
        raise DomainError(text % words, field="started_at")
    text = _(
        "%(run)s went on from %(hour)s to %(end)s: only one run goes on at a time. Is this paper entered already?"
    )
    raise DomainError(text % (words | {"end": hour_of(engagement, other.ended_at)}), field="started_at")


def refuse_times(
    engagement: Engagement,
    run_started_at: datetime,
    run_ended_at: datetime | None,
    started_at: datetime,
    finished_at: datetime,
    suffix: str = "",
) -> None:
    """Raise DomainError, on "started_at" or "finished_at" and this suffix, for times that can't be."""
    if started_at < run_started_at.replace(second=0, microsecond=0):
        text = _("The run began at %(hour)s only.") % {"hour": hour_of(engagement, run_started_at)}
        raise DomainError(text, field=f"started_at{suffix}")
    if finished_at < started_at:
        raise DomainError(_("It can't end before it began."), field=f"finished_at{suffix}")
    if run_ended_at is not None and finished_at.replace(second=0, microsecond=0) > run_ended_at:
        text = _("The run was over at %(hour)s.") % {"hour": hour_of(engagement, run_ended_at)}
        raise DomainError(text, field=f"finished_at{suffix}")
    if finished_at > timezone.now():
        raise DomainError(_("This moment has not come yet."), field=f"finished_at{suffix}")


def _fill(
    actor: User, engagement: Engagement, run: CutoverRun, sheet: RunSheet | None, told: dict[int, PaperStep]
) -> None:
    """Write into the copied steps what the paper says of them; they stand in the sheet's order."""
    ids = list(sheet.steps.unscoped().values_list("pk", flat=True)) if sheet else []
    rows = list(run.steps.unscoped())
    for step_id, row in zip(ids, rows, strict=True):
        said = told.get(step_id)
        if said is None:
            continue
        if said.started_at is not None and said.finished_at is not None:
            refuse_times(engagement, run.started_at, run.ended_at, said.started_at, said.finished_at, f"-{step_id}")
        row.state, row.note, row.done_by = said.state, said.note, actor
        row.started_at, row.finished_at = said.started_at, said.finished_at
        row.rollbacks = said.rollbacks
    if run.outcome == CutoverRun.Outcome.DONE and any(row.state in {State.TODO, State.ROLLED_BACK} for row in rows):
        text = _("It did not go through: not every step is done or skipped.")
        raise DomainError(text, field="outcome")
    RunStep.objects.bulk_update(rows, ["state", "note", "done_by", "started_at", "finished_at", "rollbacks"])


def _audit(actor: User, engagement: Engagement, action: str, row: Any, data: dict[str, Any]) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=data)
