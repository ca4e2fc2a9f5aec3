"""Environments and checklists: what an engineer must find on site. Access data themselves are refused."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import ChecklistItem, Engagement, Environment
from engagements.rules.kept import refuse_removal
from engagements.services.edits import write_row
from engagements.usual_checklist import usual_lines
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError
from onsite.core.unique import unless_taken


def save_environment(
    *, actor: User, engagement: Engagement, environment: Environment | None = None, **fields: str
) -> Environment:
    """Create or change an environment. Raises DomainError on a field that holds access data, on "name" where there is one
    of that name, and where somebody else deleted it."""
    require(actor, Permission.EDIT_PREPARATION, engagement)
    refuse_access_data(fields)
    row = environment or Environment(engagement=engagement)
    with unless_taken(_("There is an environment of this name already.")):
        action = write_row(row, "environment", fields)
        _audit(actor, engagement, action, row, fields)
    return row


@transaction.atomic
def delete_environment(*, actor: User, environment: Environment) -> None:
    """Delete an environment. Raises DomainError where somebody else did."""
    require(actor, Permission.EDIT_PREPARATION, environment.engagement)
    _hold(environment)
    _audit(actor, environment.engagement, "environment.deleted", environment, {"name": environment.name})
    environment.delete()


@transaction.atomic
def save_checklist_item(
    *, actor: User, engagement: Engagement, item: ChecklistItem | None = None, moment: str, text: str
) -> ChecklistItem:
    """Create or change a line of a checklist. Raises DomainError on "text" where it holds access data, and where somebody
    else deleted it."""
    require(actor, Permission.EDIT_PREPARATION, engagement)
    refuse_access_data({"text": text})
    row = item or ChecklistItem(engagement=engagement)
    action = write_row(row, "checklist", {"moment": moment, "text": text})
    _audit(actor, engagement, action, row, {"moment": moment, "text": text})
    return row


@transaction.atomic
def delete_checklist_item(*, actor: User, item: ChecklistItem) -> None:
    """Delete a line of a checklist. Raises DomainError where somebody else did, or a standing rule asks for it."""
    require(actor, Permission.EDIT_PREPARATION, item.engagement)
    Engagement.objects.lock(item.engagement_id)
    _hold(item)
    refuse_removal(item)
    _audit(actor, item.engagement, "checklist.deleted", item, {"text": item.text})
    item.delete()


@transaction.atomic
def start_checklist(*, actor: User, engagement: Engagement) -> int:
    """Add what is missing of the usual lines, in the engagement's language; return how many."""
    require(actor, Permission.EDIT_PREPARATION, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    known = set(engagement.checklist.unscoped().values_list("moment", "text"))
    rows = [
        ChecklistItem(engagement=engagement, moment=moment, text=text)
        for moment, text in usual_lines(engagement.language, known)
    ]
    ChecklistItem.objects.bulk_create(rows)
    if rows:
        _audit(actor, engagement, "checklist.started", engagement, {"lines": len(rows)})
    return len(rows)


def _hold(row: Environment | ChecklistItem) -> None:
    if not list(type(row).objects.unscoped().select_for_update().filter(pk=row.pk)):
        raise DomainError(_("Somebody deleted this meanwhile."))


def _audit(actor: User, engagement: Engagement, action: str, target: Any, data: dict[str, Any]) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=target, data=data)
