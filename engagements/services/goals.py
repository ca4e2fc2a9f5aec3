"""Objectives, scope and readings; the frozen text both sides sign."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement, Objective, Reading, ScopeItem
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError


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
    action = _save(row, "objective", fields)
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
    action = _save(row, "scope", {"is_included": is_included, "text": text, "reason": reason})
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


@transaction.atomic
def record_reading(*, actor: User, objective: Objective, measured_on: date, value: Decimal, evidence: str) -> Reading:
    """Keep a measured value. Raises DomainError on "measured_on" for a day that has not come at the site."""
    require(actor, Permission.EDIT_GOALS, objective.engagement)
    if measured_on > objective.engagement.today():
        raise DomainError(_("This day has not come yet."), field="measured_on")
    if not Objective.objects.unscoped().select_for_update(no_key=True).filter(pk=objective.pk).first():
        raise DomainError(_("Somebody deleted this meanwhile."))
    reading = Reading.objects.create(
        objective=objective, measured_on=measured_on, value=value, evidence=evidence, recorded_by=actor
    )
    _audit(actor, objective.engagement, "objective.measured", reading, {"value": str(value), "on": str(measured_on)})
    return reading


def text_of_goals(engagement: Engagement) -> dict[str, Any]:
    """Return goals and scope as plain values: what is frozen, hashed, shown and printed."""
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
            }
            for row in engagement.objectives.unscoped()
        ],
    }


def _save(row: Objective | ScopeItem, noun: str, fields: dict[str, Any]) -> str:
    """Write the row and return what happened; an edit never brings a deleted row back."""
    for name, value in fields.items():
        setattr(row, name, value)
    if row._state.adding:
        row.save()
        return f"{noun}.created"
    if not type(row).objects.filter(pk=row.pk).update(**fields):
        raise DomainError(_("Somebody deleted this meanwhile."))
    return f"{noun}.changed"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _line(item: ScopeItem) -> dict[str, str]:
    return {"text": item.text, "reason": item.reason}


def _audit(actor: User, engagement: Engagement, action: str, target: Any, data: dict[str, Any]) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=target, data=data)
