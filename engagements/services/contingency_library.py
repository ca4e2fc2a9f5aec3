"""The company's own contingency plans to start from."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import ContingencyModel
from onsite.accounts.access import require_manager
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.unique import unless_taken


def save_model(
    *, actor: User, model: ContingencyModel | None = None, was: str = "", **fields: Any
) -> ContingencyModel:
    """Create the plan, or change the given one, for engagements to come; those that took it over keep theirs.

    `was` is the fingerprint of what the page showed: raises StaleError where somebody changed it since. Raises
    DomainError on "title" where another has it already. PermissionDenied for all but managers.
    """
    require_manager(actor)
    with unless_taken(_("The library has a plan of this title already."), field="title"):
        row = _held(model, was) if model else ContingencyModel(created_by=actor)
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
        _audit(actor, "contingency_model.changed" if model else "contingency_model.created", row)
    return row


@transaction.atomic
def delete_model(*, actor: User, model: ContingencyModel) -> None:
    """Take a plan out of the library. Raises DomainError where somebody else did; PermissionDenied for all but managers."""
    require_manager(actor)
    row = _held(model, "")
    _audit(actor, "contingency_model.deleted", row)
    row.delete()


def _held(model: ContingencyModel, was: str) -> ContingencyModel:
    row = ContingencyModel.objects.select_for_update().filter(pk=model.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if was and was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
    return row


def _audit(actor: User, action: str, row: ContingencyModel) -> None:
    audit.record(chain=audit.COMPANY, actor=actor, action=action, target=row, data={"title": row.title})
