"""The run sheet of a cutover: its head, its steps and their order (N11). Every change takes the engagement's lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError, StaleError
from standups.cutover.usual import usual_steps
from standups.models import RunSheet, RunSheetTemplate, SheetStep

MOST_STEPS = 300
# A week: longer is no step of a cutover.
MOST_MINUTES = 7 * 24 * 60
# What a step says, without its place: what a template keeps and what a run copies.
SAID = ("kind", "title", "owner", "side", "planned_minutes", "check_text", "rollback")


@transaction.atomic
def save_head(*, actor: User, engagement: Engagement, was: str, **fields: Any) -> RunSheet:
    """Keep when it begins, until when it can be rolled back, the backup, and who decides.

    `was` is the mark of what the page showed: raises StaleError where somebody changed it since, DomainError on
    "last_rollback_at" for a moment before the start, and beside a text that holds a password, a key or a token.
    """
    refuse_access_data(texts_of(fields))
    engagement, sheet = _held_sheet(actor, engagement)
    if was != sheet.fingerprint:
        raise _stale()
    for name, value in fields.items():
        setattr(sheet, name, value)
    begins, until = sheet.planned_start_at, sheet.last_rollback_at
    if begins is not None and until is not None and until < begins:
        raise DomainError(_("This moment lies before the planned start."), field="last_rollback_at")
    sheet.save(update_fields=list(fields))
    _changed(actor, sheet, "run_sheet.changed", {name: str(value) for name, value in fields.items()})
    return sheet


@transaction.atomic
def add_step(*, actor: User, engagement: Engagement, position: int | None = None, **fields: Any) -> SheetStep:
    """Put a step in at this place, at the end where none is named; those behind it move on.

    Raises DomainError where the sheet is full, and beside a text that holds a password, a key or a token.
    """
    refuse_access_data(texts_of(fields))
    engagement, sheet = _held_sheet(actor, engagement)
    count = sheet.steps.count()
    _refuse_too_many(count + 1)
    place = min(max(position or count + 1, 1), count + 1)
    sheet.steps.filter(position__gte=place).update(position=F("position") + 1)
    row = SheetStep.objects.create(sheet=sheet, position=place, **fields)
    _changed(actor, sheet, "run_sheet.step_added", {"step": row.title, "position": place})
    return row


@transaction.atomic
def change_step(*, actor: User, step: SheetStep, was: str, **fields: Any) -> SheetStep:
    """Change what a step says. Raises StaleError where somebody changed it since the page showed `was`, and DomainError
    where it is gone, and beside a text that holds a password, a key or a token."""
    refuse_access_data(texts_of(fields))
    _engagement, sheet = _held_sheet(actor, step.sheet.engagement)
    row = _held_step(sheet, step)
    if was != row.fingerprint:
        raise _stale()
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))
    _changed(actor, sheet, "run_sheet.step_changed", {name: str(getattr(row, name)) for name in SAID})
    return row


@transaction.atomic
def move_step(*, actor: User, step: SheetStep, by: int = 0, to: int | None = None) -> SheetStep:
    """Move a step by so many places, or to a place; beyond an end it stays there. Raises DomainError where it is gone."""
    _engagement, sheet = _held_sheet(actor, step.sheet.engagement)
    _held_step(sheet, step)
    rows = list(sheet.steps.unscoped())
    here = next(at for at, row in enumerate(rows) if row.pk == step.pk)
    there = min(max(here + by if to is None else to - 1, 0), len(rows) - 1)
    row = rows.pop(here)
    rows.insert(there, row)
    if there != here:
        _number(rows)
        _changed(actor, sheet, "run_sheet.step_moved", {"step": row.title, "from": here + 1, "to": there + 1})
    return row


@transaction.atomic
def delete_step(*, actor: User, step: SheetStep) -> None:
    """Take a step out; runs that copied it keep it. Raises DomainError where somebody else took it out."""
    _engagement, sheet = _held_sheet(actor, step.sheet.engagement)
    row = _held_step(sheet, step)
    title = row.title
    row.delete()
    _number(list(sheet.steps.unscoped()))
    _changed(actor, sheet, "run_sheet.step_deleted", {"step": title})


@transaction.atomic
def lay_out_sheet(*, actor: User, engagement: Engagement, template: RunSheetTemplate | None, version: int) -> RunSheet:
    """Replace all steps by those of the template; None is the usual sheet, in the language of the documents.

    `version` is that of the sheet the page showed, 0 for none: raises StaleError where somebody changed it since.
    """
    engagement, sheet = _held_sheet(actor, engagement)
    if sheet.version != max(version, 1):
        raise StaleError(_("Somebody changed the run sheet meanwhile. Look at it again before you replace its steps."))
    with override(engagement.language):
        said = usual_steps() if template is None else template.steps
    _refuse_too_many(len(said))
    sheet.steps.unscoped().delete()
    SheetStep.objects.bulk_create(
        SheetStep(sheet=sheet, position=at, **{name: step[name] for name in SAID})
        for at, step in enumerate(said, start=1)
    )
    data = {"template": template.name if template else "usual", "steps": len(said)}
    _changed(actor, sheet, "run_sheet.laid_out", data)
    return sheet


def texts_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what people wrote in words."""
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _held_sheet(actor: User, engagement: Engagement) -> tuple[Engagement, RunSheet]:
    """Return the engagement, locked, and its sheet, which begins with the first change."""
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    sheet = RunSheet.objects.unscoped().filter(engagement=engagement).first()
    return engagement, sheet or RunSheet.objects.create(engagement=engagement)


def _held_step(sheet: RunSheet, step: SheetStep) -> SheetStep:
    row = sheet.steps.unscoped().filter(pk=step.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    return row


def _number(rows: Sequence[SheetStep]) -> None:
    """Give the steps their numbers in this order."""
    moved = [row for at, row in enumerate(rows, start=1) if row.position != at]
    for at, row in enumerate(rows, start=1):
        row.position = at
    SheetStep.objects.bulk_update(moved, ["position"])


def _stale() -> StaleError:
    return StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))


def _refuse_too_many(count: int) -> None:
    if count > MOST_STEPS:
        raise DomainError(_("A run sheet holds at most %(most)s steps.") % {"most": MOST_STEPS})


def _changed(actor: User, sheet: RunSheet, action: str, data: dict[str, Any]) -> None:
    """Count the change, and write it down."""
    RunSheet.objects.filter(pk=sheet.pk).update(version=F("version") + 1)
    sheet.version += 1
    audit.record(chain=sheet.engagement.audit_chain, actor=actor, action=action, target=sheet, data=data)
