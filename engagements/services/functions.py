"""Modules and functions: written, moved, taken out. Every change holds the engagement, so two people queue."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from engagements.function_tree import DEEPEST, beneath, branches
from engagements.models import Engagement, Function, Module, Objective
from engagements.services.rule_applications import apply_rules
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError

SLASH = "/"


@transaction.atomic
def save_module(
    *, actor: User, engagement: Engagement, module: Module | None = None, name: str, parent: Module | None = None
) -> Module:
    """Create, rename or put a module elsewhere; a new place is the last one there.

    Raises DomainError on "name" for a name that is taken there or holds a slash, on "parent" where it would lie in
    itself, too deep, or in a module that is gone.
    """
    require(actor, Permission.EDIT_PREPARATION, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    row = _held(engagement.modules.unscoped(), module) if module else Module(engagement=engagement)
    _refuse_place(engagement, row, parent)
    if SLASH in name:
        raise DomainError(
            _("A slash separates modules in the Excel file. Please write the name without it."), field="name"
        )
    others = engagement.modules.filter(parent=parent)
    if others.exclude(pk=row.pk).filter(name=name).exists():
        raise DomainError(_("There is a module of this name already."), field="name")
    is_new = row._state.adding
    if is_new or row.parent_id != (parent and parent.pk):
        row.position = _next_position(others)
    row.name, row.parent = name, parent
    row.save()
    _audit(actor, row, "module.created" if is_new else "module.changed", {"name": name, "in": parent and parent.pk})
    apply_rules(actor=actor, engagement=engagement)
    return row


@transaction.atomic
def delete_module(*, actor: User, module: Module) -> None:
    """Take an empty module out. Raises DomainError where something lies in it or is rolled out with it, or it is gone."""
    require(actor, Permission.EDIT_PREPARATION, module.engagement)
    engagement = Engagement.objects.lock(module.engagement_id)
    row = _held(engagement.modules.unscoped(), module)
    if row.children.exists() or row.functions.exists():
        raise DomainError(_("Functions or modules lie in this module. Move or delete them first."))
    _audit(actor, row, "module.deleted", {"name": row.name})
    try:
        row.delete()
    except models.ProtectedError as error:
        raise DomainError(_("This module has cells in the acceptance matrix, or courses, so it stays.")) from error
    apply_rules(actor=actor, engagement=engagement)


@transaction.atomic
def save_function(
    *,
    actor: User,
    engagement: Engagement,
    function: Function | None = None,
    was: str = "",
    objectives: Collection[Objective] | None = None,
    **fields: Any,
) -> Function:
    """Create or change a function; `fields` are the model's own, `objectives` replaces what it serves.

    `was` is the fingerprint of what the page showed: raises StaleError where somebody changed it since. Raises
    DomainError on "name" where the module has a function of this name, on "module" where the module is gone.
    """
    require(actor, Permission.EDIT_PREPARATION, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    row = _held(engagement.functions.unscoped(), function) if function else Function(engagement=engagement)
    is_new = row._state.adding
    if was and not is_new and was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
    module = fields.get("module", None if is_new else row.module)
    if module is None or not engagement.modules.filter(pk=module.pk).exists():
        raise DomainError(_("Somebody deleted this module meanwhile."), field="module")
    if module.functions.exclude(pk=row.pk).filter(name=fields.get("name", row.name)).exists():
        raise DomainError(_("There is a function of this name in the module already."), field="name")
    if is_new or row.module_id != module.pk:
        row.position = _next_position(module.functions)
    changed = sorted(name for name, value in fields.items() if is_new or getattr(row, name) != value)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    if objectives is not None:
        row.objectives.clear()
        row.objectives.add(*objectives)
    _audit(actor, row, "function.created" if is_new else "function.changed", {"name": row.name, "fields": changed})
    return row


@transaction.atomic
def delete_function(*, actor: User, function: Function) -> None:
    """Take a function out. Raises DomainError where an interview speaks of it, or it is gone."""
    require(actor, Permission.EDIT_PREPARATION, function.engagement)
    engagement = Engagement.objects.lock(function.engagement_id)
    row = _held(engagement.functions.unscoped(), function)
    if row.notes.exists():
        raise DomainError(_("Interviews speak of this function, so it stays. Move it or rename it instead."))
    _audit(actor, row, "function.deleted", {"name": row.name})
    row.delete()


@transaction.atomic
def move(*, actor: User, row: Module | Function, up: bool) -> None:
    """Exchange a module or function with its neighbour in the same module; at the end nothing happens."""
    require(actor, Permission.EDIT_PREPARATION, row.engagement)
    engagement = Engagement.objects.lock(row.engagement_id)
    siblings: list[Any]
    if isinstance(row, Module):
        place = _held(engagement.modules.unscoped(), row).parent_id
        siblings = list(engagement.modules.unscoped().filter(parent=place))
    else:
        place = _held(engagement.functions.unscoped(), row).module_id
        siblings = list(engagement.functions.unscoped().filter(module=place))
    here = siblings.index(row)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(siblings):
        return
    siblings[here], siblings[there] = siblings[there], siblings[here]
    for position, sibling in enumerate(siblings):
        sibling.position = position
    type(row).objects.bulk_update(siblings, ["position"])
    noun = "module" if isinstance(row, Module) else "function"
    _audit(actor, row, f"{noun}.moved", {"to": there})


def _held(rows: models.QuerySet[Any], row: Module | Function) -> Any:
    """Return the row as it stands under the engagement's lock."""
    found = rows.filter(pk=row.pk).first()
    if found is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    return found


def _refuse_place(engagement: Engagement, row: Module, parent: Module | None) -> None:
    tree = branches(engagement.modules.unscoped())
    within = beneath(tree, row) if row.pk else []
    above = next((branch for branch in tree if parent and branch.module.pk == parent.pk), None)
    if parent and above is None:
        raise DomainError(_("Somebody deleted this module meanwhile."), field="parent")
    if above is None:
        return
    if above in within:
        raise DomainError(_("A module can't lie in itself or in a part of itself."), field="parent")
    height = max((branch.depth for branch in within), default=1) - (within[0].depth if within else 1) + 1
    if above.depth + height > DEEPEST:
        message = _("Modules lie in each other at most %(most)s deep.") % {"most": DEEPEST}
        raise DomainError(message, field="parent")


def _next_position(rows: Any) -> int:
    last = rows.aggregate(last=models.Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def _audit(actor: User, row: Module | Function, action: str, data: dict[str, Any]) -> None:
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)
