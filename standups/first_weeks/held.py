"""A row as it stands under the engagement's lock, when two people may have it open."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.utils.translation import gettext as _

from engagements.models.fingerprint import fingerprint_of
from onsite.core.errors import DomainError, StaleError
from standups.models import ExitCriterion, HandOver, OperationsContact, ReturnedAccess

Row = TypeVar("Row", ExitCriterion, ReturnedAccess, OperationsContact)

# What the forms don't write: whoever does that meanwhile changes nobody's text.
_NOT_TYPED = ("sign_off", "recorded_by")


def mark_of(row: models.Model | None) -> str:
    """Return the fingerprint of what people wrote in this row; "new" where there is none yet."""
    if row is None:
        return "new"
    return fingerprint_of(row, without=[name for name in _NOT_TYPED if hasattr(row, name)])


def held_row(row: Row, was: str = "") -> Row:
    """Return the row as it is now, to be called under the engagement's lock.

    Raises DomainError where somebody deleted it, StaleError where `was` is not the mark of what stands there.
    """
    kind = type(row)
    now = kind.objects.unscoped().select_related("engagement").filter(pk=row.pk).first()
    if now is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    refuse_stale(now, was)
    return now


def refuse_stale(row: ExitCriterion | ReturnedAccess | OperationsContact | HandOver | None, was: str) -> None:
    """Raise StaleError where a mark is given and is not the row's."""
    if was and was != mark_of(row):
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
