"""Objectives, scope and readings; the frozen text both sides sign."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from engagements import measures
from engagements.models import Attachment, Engagement, Objective, Reading, ScopeItem, SignOff
from engagements.services import files, plan
from engagements.services.edits import write_row
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.files import EVIDENCE_FILES


@transaction.atomic
def save_objective(
    *, actor: User, engagement: Engagement, objective: Objective | None = None, **fields: Any
) -> Objective:
    """Create or change an objective. A signed text stays as it is: what changed shows until it is frozen again.

    Raises DomainError on "due_on" for a day before the first on site.
    """
    require(actor, Permission.EDIT_GOALS, engagement)
    if fields.get("due_on") and fields["due_on"] < engagement.start_on:
        raise DomainError(_("This day lies before the first day on site."), field="due_on")
    row = objective or Objective(engagement=engagement)
    action = write_row(row, "objective", fields)
    _audit(actor, engagement, action, row, {name: str(value) for name, value in fields.items()})
    return row


@transaction.atomic
def delete_objective(*, actor: User, objective: Objective) -> None:
    """Take an objective out. Raises DomainError where it was measured already, or somebody else took it out."""
    require(actor, Permission.EDIT_GOALS, objective.engagement)
    # Held against a reading that is being recorded at this moment, and against a second press.
    if not list(Objective.objects.unscoped().select_for_update().filter(pk=objective.pk)):
        raise DomainError(_("Somebody deleted this meanwhile."))
    if objective.readings.exists():
        raise DomainError(_("This objective was measured already and stays for the report."))
    _audit(actor, objective.engagement, "objective.deleted", objective, {"title": objective.title})
    objective.delete()


@transaction.atomic
def save_scope_item(
    *,
    actor: User,
    engagement: Engagement,
    item: ScopeItem | None = None,
    is_included: bool,
    text: str,
    reason: str = "",
) -> ScopeItem:
    """Create or change a line of the scope. Raises DomainError where something is left out without a reason."""
    require(actor, Permission.EDIT_GOALS, engagement)
    if not is_included and not reason:
        raise DomainError(_("Say why this is out of scope, so that nobody has to ask again."), field="reason")
    row = item or ScopeItem(engagement=engagement)
    action = write_row(row, "scope", {"is_included": is_included, "text": text, "reason": reason})
    _audit(actor, engagement, action, row, {"text": text, "in": is_included})
    return row


@transaction.atomic
def delete_scope_item(*, actor: User, item: ScopeItem) -> None:
    """Take a line out of the scope. Raises DomainError where somebody else took it out."""
    require(actor, Permission.EDIT_GOALS, item.engagement)
    if not list(ScopeItem.objects.unscoped().select_for_update().filter(pk=item.pk)):
        raise DomainError(_("Somebody deleted this meanwhile."))
    _audit(actor, item.engagement, "scope.deleted", item, {"text": item.text})
    item.delete()


@files.storing_atomically()
def record_reading(
    *,
    actor: User,
    objective: Objective,
    measured_on: date,
    value: Decimal,
    evidence: str,
    file: UploadedFile[Any] | None = None,
) -> Reading:
    """Keep a measured value, with a file that proves it where there is one; the client may open that once it is clear.

    Raises DomainError on "measured_on" for a day that has not come at the site, on "file" for one that may not be
    stored, and where the objective is measured from a fact.
    """
    require(actor, Permission.EDIT_GOALS, objective.engagement)
    if measured_on > objective.engagement.today():
        raise DomainError(_("This day has not come yet."), field="measured_on")
    engagement = Engagement.objects.lock(objective.engagement_id)
    row = Objective.objects.unscoped().select_for_update(no_key=True).filter(pk=objective.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if row.measure:
        raise DomainError(_("OnSite counts this itself; a reading by hand is not taken."))
    stored = _evidence(actor, engagement, file) if file else None
    reading = Reading.objects.create(
        objective=row, measured_on=measured_on, value=value, evidence=evidence, file=stored, recorded_by=actor
    )
    data = {"value": str(value), "on": str(measured_on)} | ({"file": stored.sha256} if stored else {})
    _audit(actor, objective.engagement, "objective.measured", reading, data)
    return reading


def keep_closing_values(actor: User, engagement: Engagement) -> None:
    """Keep, in the transaction that issues the closing report, the value of each objective it was issued with, also of
    one that is read from a fact; one that nobody measured has none. A later version adds its own: the newest counts."""
    now = measures.measure(engagement, engagement.objectives.unscoped().shared())
    Reading.objects.bulk_create(
        Reading(
            objective=found.objective, measured_on=found.on, value=found.value, evidence=found.evidence[:200], closes=True,
            recorded_by=actor,
        )
        for found in now
        if found.value is not None and found.on is not None
    )  # fmt: skip


def _evidence(actor: User, engagement: Engagement, file: UploadedFile[Any]) -> Attachment:
    return files.store(
        actor=actor, engagement=engagement, upload=file, field="file", kinds=EVIDENCE_FILES, looked_through=True
    )


def text_of_goals(engagement: Engagement) -> dict[str, Any]:
    """Return goals and scope as plain values: what is frozen, hashed, shown and printed."""
    objectives = list(engagement.objectives.unscoped())
    names = measures.names_of(engagement, [row.measure for row in objectives])
    return {
        "client": engagement.client.name,
        "engagement": engagement.name,
        "core_task": engagement.core_task,
        "purpose": engagement.purpose,
        "start_on": str(engagement.start_on),
        "agreed_go_live_on": str(engagement.agreed_go_live_on),
        "in_scope": [_line(item) for item in engagement.scope_items.unscoped() if item.is_included],
        "out_of_scope": [_line(item) for item in engagement.scope_items.unscoped() if not item.is_included],
        "objectives": [
            {
                "title": row.title,
                "metric": row.metric,
                "unit": row.unit,
                "baseline": None if row.baseline is None else _plain(row.baseline),
                "target": _plain(row.target),
                "direction": row.direction,
                "due_on": str(row.due_on),
                "how_measured": row.how_measured,
                # Left out where it is measured by hand: texts that were frozen before there were facts read the same.
                **({"measure": row.measure} if row.measure else {}),
                # By name: a role that is renamed or deleted afterwards is still called what was signed.
                **({"measure_of": names[row.measure]} if row.measure in names else {}),
            }
            for row in objectives
        ],
    }


def keep_agreed_plan(actor: User, sign_off: SignOff) -> None:
    """With goals and scope both sides agree to the plan as it stands: it becomes the baseline."""
    reason = _("Goals and scope, version %(version)s") % {"version": sign_off.version}
    plan.take_baseline(actor=actor, engagement=sign_off.engagement, reason=reason)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _line(item: ScopeItem) -> dict[str, str]:
    return {"text": item.text, "reason": item.reason}


def _audit(actor: User, engagement: Engagement, action: str, target: Any, data: dict[str, Any]) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=target, data=data)
