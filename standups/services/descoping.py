"""Taking a cell out of the matrix after the roll-out began: only by a change request that both sides signed."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from engagements.models import ChangeRequest
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, Obstacle, RefusedError
from standups.models import Cell, CellState
from standups.services.cells import held
from standups.services.uat import withdraw_open_results

NO_CHANGE = "cell.descope.change"


@transaction.atomic
def descope(*, actor: User, cell: Cell, change: ChangeRequest | None) -> Cell:
    """Take a cell out by a change request of this engagement that takes something out of the scope, is signed and carried
    out. It stays visible with the change's number; what builds on it is free of it. A result of it that waits for signatures can't be signed any more.

    Raises RefusedError with the way to the change requests for any other change, DomainError where the cell is descoped
    already or the client accepted it.
    """
    require(actor, Permission.LEAD_ROLLOUT, cell.engagement)
    row = held(cell)
    if row.state == CellState.DESCOPED and row.descoped_by is not None:
        raise DomainError(_("Change request %(number)s has descoped it already.") % {"number": row.descoped_by.number})
    if row.is_settled:
        raise DomainError(_("The client has accepted this cell: it stays in the matrix."))
    rows = row.engagement.changes.unscoped().in_force().taking_out()
    found = rows.filter(pk=change.pk).first() if change else None
    if found is None:
        raise refusal(row)
    row.state, row.descoped_by = CellState.DESCOPED, found
    row.save(update_fields=["state", "descoped_by"])
    withdraw_open_results(row)
    data = {"cell": str(row), "change": found.number}
    audit.record(chain=row.engagement.audit_chain, actor=actor, action="cell.descoped", target=row, data=data)
    return row


def refusal(cell: Cell) -> RefusedError:
    """Say that a cell leaves the matrix only by a signed change request, with the way there."""
    text = _("Raise a change request that takes it out of the scope, and have both sides sign it.")
    url = reverse("engagements:change_list", args=[cell.engagement_id])
    return RefusedError(
        _(
            "A cell is descoped only by a change request that takes something out of the scope, that both sides signed "
            "and that was carried out."
        ),
        [Obstacle(NO_CHANGE, text, url, waivable=False)],
    )
