"""A cell of the acceptance matrix: made live, put on other ground, or removed while the matrix is a draft."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, Obstacle, RefusedError, StaleError
from onsite.core.templatetags.when import day
from standups.models import Cell, CellState
from standups.rollout import readiness
from standups.rollout.state import untrained_obstacle
from standups.services.rollout import is_draft

NOT_ACCEPTED = "cell.builds_on"


def before_live(cell: Cell) -> list[Obstacle]:
    """Return why this cell can't go live: each cell it builds on that the client has not accepted, and its role if it is
    not trained. What was descoped is no ground any more, and so no obstacle. Three queries."""
    open_ground = cell.builds_on.unscoped().required().exclude(state__in=Cell.SETTLED)
    found = [
        Obstacle(
            f"{NOT_ACCEPTED}.{ground.pk}",
            _("It builds on “%(cell)s”: %(state)s.") % {"cell": ground, "state": ground.get_state_display()},
            ground.get_absolute_url(),
        )
        for ground in open_ground.select_related("module", "role", "stage")
    ]
    untrained = {role.pk: role for role in readiness.untrained(cell.engagement)}
    role = untrained.get(cell.role_id)
    return found + ([untrained_obstacle(role)] if role else [])


@transaction.atomic
def go_live(*, actor: User, cell: Cell, override_reason: str = "") -> Cell:
    """Make a cell live today at the site. With a reason those who lead the roll-out may do so against what stands in the
    way; the reason is kept with the cell, beside that of ground that was taken away, and the client reads it.

    Raises RefusedError with every obstacle, DomainError where it is live already or was descoped, on "override_reason"
    where the reasons grow too long.
    """
    require(actor, Permission.EDIT_ROLLOUT, cell.engagement)
    row = held(cell)
    if row.state == CellState.DESCOPED:
        raise DomainError(_("This cell was descoped by a change request."))
    if row.state != CellState.NOT_STARTED:
        raise DomainError(_("This cell is already live since %(day)s.") % {"day": day(row.live_on)})
    obstacles, reason = before_live(row), override_reason.strip()
    if obstacles and not reason:
        raise RefusedError(_("This cell can't go live yet."), obstacles)
    if obstacles:
        require(actor, Permission.LEAD_ROLLOUT, row.engagement)
    row.state, row.live_on, row.made_live_by = CellState.LIVE, row.engagement.today(), actor
    # Against nothing there is nothing to override: a reason would make a proper start look like an exception.
    if obstacles:
        row.override_reason = _with_reason(row, reason, field="override_reason")
    row.save(update_fields=["state", "live_on", "made_live_by", "override_reason"])
    data: dict[str, object] = {"cell": str(row), "on": str(row.live_on)}
    if obstacles:
        data |= {"override": reason, "against": [found.text for found in obstacles]}
    _audit(actor, row, "cell.live", data)
    return row


@transaction.atomic
def save_builds_on(*, actor: User, cell: Cell, builds_on: Collection[Cell], was: str = "", reason: str = "") -> None:
    """Say anew what must be accepted before this cell goes live; `was` is `ground_mark` of what the page showed.

    Taking away what the client has not accepted is going live without it, said sooner: it needs a reason, which is kept
    with the cell, and the client reads it. Raises StaleError where somebody changed it since, DomainError on "reason"
    where it is missing or too long, on "builds_on" for the cell itself, one of another engagement, and one that builds
    on this cell; DomainError where the cell has begun.
    """
    require(actor, Permission.LEAD_ROLLOUT, cell.engagement)
    row = held(cell)
    if row.state != CellState.NOT_STARTED:
        raise DomainError(_("This cell has begun: what it builds on is not changed any more."))
    ground = ground_of(row.engagement)
    known = ground.get(row.pk, frozenset())
    if was and was != ground_mark(known):
        raise StaleError(_("Somebody changed this meanwhile. Look at what they chose, then save again."))
    wanted = {other.pk for other in builds_on}
    if row.engagement.cells.filter(pk__in=wanted).count() != len(wanted):
        raise DomainError(_("Somebody deleted one of these cells meanwhile."), field="builds_on")
    if row.pk in reached_from(wanted, ground):
        raise DomainError(_("One of these builds on this cell itself: neither could begin."), field="builds_on")
    data: dict[str, object] = {"cell": str(row), "was": sorted(known), "is": sorted(wanted)}
    dropped = row.engagement.cells.unscoped().required().filter(pk__in=known - wanted).exclude(state__in=Cell.SETTLED)
    if dropped.exists():
        _take_away(actor, row, reason.strip())
        data["reason"] = reason.strip()
    row.builds_on.clear()
    row.builds_on.add(*wanted)
    _audit(actor, row, "cell.ground_changed", data)


def _take_away(actor: User, row: Cell, reason: str) -> None:
    if not reason:
        raise DomainError(_("The client has not accepted all that you take away here: say why."), field="reason")
    # Whoever makes the cell live later did not decide this.
    row.override_reason = _with_reason(row, f"{reason} ({actor.name})", field="reason")
    row.save(update_fields=["override_reason"])


def _with_reason(row: Cell, reason: str, *, field: str) -> str:
    """Return what is kept of why it did not wait: every reason, for each was another step."""
    found = " · ".join(filter(None, [row.override_reason, reason]))
    most = Cell._meta.get_field("override_reason").max_length or 0
    if len(found) > most:
        text = _("All reasons of this cell together have at most %(most)s characters. Please say it shorter.")
        raise DomainError(text % {"most": most}, field=field)
    return found


@transaction.atomic
def remove_cell(*, actor: User, cell: Cell) -> None:
    """Take a cell out while the matrix is a draft. Raises DomainError where anything has begun, or it is gone."""
    require(actor, Permission.LEAD_ROLLOUT, cell.engagement)
    row = held(cell)
    if not is_draft(row.engagement):
        raise DomainError(
            _("The roll-out has begun: a cell leaves the matrix by a change request that both sides signed.")
        )
    _audit(actor, row, "cell.removed", {"cell": str(row)})
    row.delete()


def held(cell: Cell) -> Cell:
    """Return the cell as it stands now, held with its engagement until the transaction ends; DomainError where it is
    gone."""
    engagement = Engagement.objects.lock(cell.engagement_id)
    row = engagement.cells.unscoped().select_related("module", "role", "stage").filter(pk=cell.pk).first()
    if row is None:
        raise DomainError(_("Somebody removed this cell meanwhile."))
    row.engagement = engagement
    return row


def ground_of(engagement: Engagement) -> dict[int, frozenset[int]]:
    """Return by the cell's id the ids of those it builds on; cells that build on nothing are not there. One query."""
    through = Cell.builds_on.through._default_manager
    found: dict[int, set[int]] = {}
    pairs = through.filter(from_cell__engagement=engagement).values_list("from_cell_id", "to_cell_id")
    for cell, ground in pairs:
        found.setdefault(cell, set()).add(ground)
    return {cell: frozenset(ground) for cell, ground in found.items()}


def ground_mark(ground: Iterable[int]) -> str:
    """Return what a page showed a cell to build on, in a few characters: "-" for nothing."""
    return ",".join(str(pk) for pk in sorted(ground)) or "-"


def reached_from(cells: Iterable[int], ground: Mapping[int, Collection[int]]) -> set[int]:
    """Return these cells, all they build on, all that builds on, and so on."""
    found: set[int] = set()
    ahead = list(cells)
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            ahead += ground.get(here, ())
    return found


def _audit(actor: User, row: Cell, action: str, data: dict[str, object]) -> None:
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)
