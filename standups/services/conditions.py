"""Conditions of acceptance: reminded of on their day, met once with a proof (E2)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.services import files
from engagements.services.reminders import lead_of
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.files import DOCUMENTS, examine
from onsite.notifications.services import cancel, enqueue
from standups.models import Condition, UatRound

REMIND_AT = time(9)


@files.storing_atomically()
def meet_condition(
    *, actor: User, condition: Condition, proof: str, met_on: date, proof_file: UploadedFile[Any] | None = None
) -> Condition:
    """Note that a condition is met, on which day, and what proves it; once.

    Raises DomainError where it is met already, not signed, or replaced by a later round; on "proof" where nothing
    proves it, on "met_on" for a day to come or before the acceptance, on "proof_file" where the file can't be stored.
    """
    engagement = condition.round.cell.engagement
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    if proof_file is not None:
        examine(proof_file, field="proof_file", kinds=DOCUMENTS)
    engagement = Engagement.objects.lock(engagement.pk)
    accepted_on = _refuse_not_open(condition)
    if not proof.strip():
        raise DomainError(_("Say what proves it, and where it can be seen."), field="proof")
    if met_on > engagement.today():
        raise DomainError(_("This day has not come yet at the site."), field="met_on")
    if accepted_on is not None and met_on < accepted_on:
        text = _("It was accepted on %(day)s: a condition is met on that day or later.")
        raise DomainError(text % {"day": date_format(accepted_on)}, field="met_on")
    stored = None
    if proof_file is not None:
        stored = files.store(
            actor=actor, engagement=engagement, upload=proof_file, field="proof_file", kinds=DOCUMENTS,
            is_internal=False, looked_through=True,
        )  # fmt: skip
    Condition.objects.filter(pk=condition.pk).update(proof=proof, proof_file=stored, met_on=met_on, recorded_by=actor)
    cancel(prefix=f"condition:{condition.pk}:")
    data = {"condition": condition.text, "proof": proof, "on": str(met_on), "sha256": stored.sha256 if stored else ""}
    audit.record(chain=engagement.audit_chain, actor=actor, action="condition.met", target=condition, data=data)
    return Condition.objects.unscoped().get(pk=condition.pk)


def plan_reminders(row: UatRound) -> None:
    """Queue a reminder of each condition at nine on its day in its reader's own zone: to whoever sees to it, if they
    are the vendor's, else to the lead. Runs in the caller's transaction."""
    for condition in row.conditions.unscoped().open().select_related("owner"):
        _remind(condition, row.cell.engagement)


def remind_anew(engagement: Engagement) -> None:
    """Queue the reminders of all that is open, for whoever is reminded now that somebody came or left. Who was told
    already is not told again; runs in the caller's transaction."""
    rows = Condition.objects.unscoped().in_force().open().filter(round__cell__engagement=engagement)
    for condition in rows.select_related("owner"):
        _remind(condition, engagement)


def drop_reminders_before(row: UatRound) -> None:
    """Nobody is reminded of a condition that a later round replaced."""
    rows = Condition.objects.unscoped().open().filter(round__cell=row.cell_id, round__number__lt=row.number)
    for condition in rows:
        cancel(prefix=f"condition:{condition.pk}:")


def reminded(condition: Condition, engagement: Engagement) -> User | None:
    """Return who is reminded of it."""
    owner = condition.owner
    if owner is not None:
        ours = engagement.memberships.unscoped().active().of_vendor().filter(user=owner)
        if ours.exists():
            return owner
    return lead_of(engagement)


def _remind(condition: Condition, engagement: Engagement) -> None:
    user = reminded(condition, engagement)
    if user is not None:
        enqueue(
            kind="condition_due",
            recipient=user,
            dedupe_key=f"condition:{condition.pk}:{user.pk}",
            payload={"condition": condition.pk},
            due_at=datetime.combine(condition.due_on, REMIND_AT, tzinfo=user.zone),
        )


def _refuse_not_open(condition: Condition) -> date | None:
    """Raise DomainError where there is nothing to be met, else return the day on which the client signed it."""
    row = Condition.objects.unscoped().select_related("recorded_by", "round__sign_off").filter(pk=condition.pk).first()
    if row is None or not row.round.is_signed:
        raise DomainError(_("This condition is not signed, or was withdrawn."))
    if row.met_on is not None and row.recorded_by is not None:
        words = {"name": row.recorded_by.name, "day": date_format(row.met_on)}
        raise DomainError(_("%(name)s noted already that it was met on %(day)s.") % words)
    if not Condition.objects.in_force().filter(pk=row.pk).exists():
        raise DomainError(_("A later round was signed: this condition is not in force any more."))
    signatures = row.round.sign_off.signatures.unscoped().counting() if row.round.sign_off else ()
    return max((one.signed_on for one in signatures), default=None)
