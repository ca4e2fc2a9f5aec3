"""What the acceptance matrix is made of: roles, stages, and the cells between them. Every change holds the engagement."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError, Q
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from engagements.models import Engagement
from engagements.services.edits import write_row
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from standups.models import Cell, CellState, RolloutRole, RolloutStage
from standups.rollout.build import Link, Pair, Place, links, missing

MOST_CELLS = 4000
Kind = RolloutRole.Kind


def is_draft(engagement: Engagement) -> bool:
    """Say whether nothing of the matrix has begun: no cell is live, descoped or has a round of tests. One query."""
    begun = Q(rounds__isnull=False) | ~Q(state=CellState.NOT_STARTED)
    return not engagement.cells.filter(begun).exists()


@transaction.atomic
def start_matrix(*, actor: User, engagement: Engagement) -> None:
    """Lay down the usual two stages and three roles, in the language of the documents; what is there already stays, and
    where there are some of a kind, none of that kind is added."""
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    row = Engagement.objects.lock(engagement.pk)
    with override(row.language):
        stages = [(_("Pilot"), True), (_("Roll-out to everybody"), False)]
        roles = [
            (_("System administrators"), Kind.ADMINISTRATOR),
            (_("Key users"), Kind.CORE),
            (pgettext("role at the client's", "Users"), Kind.ORDINARY),
        ]
    if not row.rollout_stages.exists():
        for position, (name, is_before_go) in enumerate(stages):
            stage = row.rollout_stages.create(name=name, is_before_go=is_before_go, position=position)
            _audit(actor, stage, "rollout_stage.created", {"name": name, "is_before_go": is_before_go})
    if not row.rollout_roles.exists():
        for position, (name, kind) in enumerate(roles):
            role = row.rollout_roles.create(name=name, kind=kind, position=position)
            _audit(actor, role, "rollout_role.created", {"name": name, "kind": kind})


@transaction.atomic
def save_role(
    *, actor: User, engagement: Engagement, role: RolloutRole | None = None, was: str = "", **fields: Any
) -> RolloutRole:
    """Create or change a role; `fields` are the model's own, `was` is the fingerprint of what the page showed.

    Raises StaleError where somebody changed it since, DomainError on "name" for a name that is taken, and where it is
    gone or what it is called is signed. Once the matrix has begun, only those who lead the roll-out may say that fewer
    people have to be trained.
    """
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    row = _held(engagement.rollout_roles.unscoped(), role, was) if role else RolloutRole(engagement=engagement)
    _refuse_taken(engagement.rollout_roles.exclude(pk=row.pk), fields["name"], _("There is a role of this name."))
    if role and (fields["name"], fields["kind"]) != (row.name, row.kind):
        _refuse_signed(row)
    if role and fields["people_needed"] < row.people_needed and not is_draft(engagement):
        require(actor, Permission.LEAD_ROLLOUT, engagement)
    if role is None:
        row.position = _next_position(engagement.rollout_roles)
    action = write_row(row, "rollout_role", fields)
    _audit(actor, row, action, fields)
    return row


@transaction.atomic
def delete_role(*, actor: User, role: RolloutRole) -> None:
    """Take a role out. Raises DomainError where it has cells, noted trainings, courses or named people, or is gone."""
    require(actor, Permission.EDIT_ROLLOUT, role.engagement)
    engagement = Engagement.objects.lock(role.engagement_id)
    row = _held(engagement.rollout_roles.unscoped(), role)
    if row.cells.exists() or row.trainings.exists():
        raise DomainError(_("This role has cells in the matrix, or trainings: it stays."))
    _audit(actor, row, "rollout_role.deleted", {"name": row.name})
    try:
        row.delete()
    except ProtectedError as error:
        raise DomainError(_("This role has courses, or people were named for it: it stays.")) from error


@transaction.atomic
def save_stage(
    *, actor: User, engagement: Engagement, stage: RolloutStage | None = None, was: str = "", **fields: Any
) -> RolloutStage:
    """Create or change a stage; `fields` are the model's own, a new one is the last, `was` is the fingerprint of what the
    page showed.

    Raises StaleError where somebody changed it since, DomainError on "name" for a name that is taken, and where it is
    gone or what it is called is signed. Once the matrix has begun, only those who lead the roll-out may say whether it is
    needed for the Go.
    """
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    row = _held(engagement.rollout_stages.unscoped(), stage, was) if stage else RolloutStage(engagement=engagement)
    _refuse_taken(engagement.rollout_stages.exclude(pk=row.pk), fields["name"], _("There is a stage of this name."))
    if stage and fields["name"] != row.name:
        _refuse_signed(row)
    if stage and fields["is_before_go"] != row.is_before_go and not is_draft(engagement):
        require(actor, Permission.LEAD_ROLLOUT, engagement)
    if stage is None:
        row.position = _next_position(engagement.rollout_stages)
    action = write_row(row, "rollout_stage", fields)
    _audit(actor, row, action, fields)
    return row


@transaction.atomic
def delete_stage(*, actor: User, stage: RolloutStage) -> None:
    """Take a stage out. Raises DomainError where it has cells, or is gone."""
    require(actor, Permission.EDIT_ROLLOUT, stage.engagement)
    engagement = Engagement.objects.lock(stage.engagement_id)
    row = _held(engagement.rollout_stages.unscoped(), stage)
    if row.cells.exists():
        raise DomainError(_("This stage has cells in the matrix: it stays."))
    _audit(actor, row, "rollout_stage.deleted", {"name": row.name})
    row.delete()


@transaction.atomic
def move_stage(*, actor: User, stage: RolloutStage, up: bool) -> None:
    """Exchange a stage with its neighbour; at the end nothing happens. What the cells build on stays as it is."""
    require(actor, Permission.EDIT_ROLLOUT, stage.engagement)
    engagement = Engagement.objects.lock(stage.engagement_id)
    row = _held(engagement.rollout_stages.unscoped(), stage)
    stages = list(engagement.rollout_stages.unscoped())
    here = stages.index(row)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(stages):
        return
    stages[here], stages[there] = stages[there], stages[here]
    for position, other in enumerate(stages):
        other.position = position
    RolloutStage.objects.bulk_update(stages, ["position"])
    _audit(actor, row, "rollout_stage.moved", {"to": there})


@transaction.atomic
def build_matrix(*, actor: User, engagement: Engagement, chosen: Iterable[Pair]) -> int:
    """Add the cells that the chosen pairs of module and role lack in any stage, with what they build on, and return how
    many came; a cell that has not begun also builds on a new one that comes before it. What is there stays.

    Raises DomainError where nothing is chosen, there is no stage, a module or role is gone, or it would grow too large.
    """
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    pairs = set(chosen)
    stages = list(engagement.rollout_stages.unscoped().values_list("pk", flat=True))
    _refuse_pairs(engagement, pairs, stages)
    held = {Place(c.module_id, c.role_id, c.stage_id): c for c in engagement.cells.unscoped()}
    places = missing(sorted(pairs), stages, held)
    if len(held) + len(places) > MOST_CELLS:
        raise DomainError(_("A matrix has at most %(most)s cells. Choose fewer.") % {"most": MOST_CELLS})
    new = Cell.objects.bulk_create(
        [
            Cell(engagement=engagement, module_id=place.module, role_id=place.role, stage_id=place.stage)
            for place in places
        ]
    )
    cells = held | dict(zip(places, new, strict=True))
    groups = dict(engagement.rollout_roles.unscoped().values_list("pk", "kind"))
    _connect(cells, links(cells, groups=groups, stages=stages, among=set(places)))
    if new:
        _audit(actor, engagement, "rollout.built", {"cells": len(new)})
    return len(new)


def _connect(cells: dict[Place, Cell], wanted: Collection[Link]) -> None:
    """Write what cells build on; one that has begun or was taken out gets nothing new to build on."""
    through = Cell.builds_on.through
    rows = [
        through(from_cell_id=cells[link.cell].pk, to_cell_id=cells[link.on].pk)
        for link in wanted
        if cells[link.cell].state == CellState.NOT_STARTED
    ]
    through._default_manager.bulk_create(rows, ignore_conflicts=True, batch_size=400)


def _refuse_pairs(engagement: Engagement, pairs: Collection[Pair], stages: Collection[int]) -> None:
    if not stages:
        raise DomainError(_("Add a stage first: a cell lies in one."))
    if not pairs:
        raise DomainError(_("Choose at least one module for one role."))
    modules = set(engagement.modules.unscoped().values_list("pk", flat=True))
    roles = set(engagement.rollout_roles.unscoped().values_list("pk", flat=True))
    if any(module not in modules or role not in roles for module, role in pairs):
        raise DomainError(_("Somebody deleted one of these modules or roles meanwhile. Please look again."))


def _held(rows: Any, row: Any, was: str = "") -> Any:
    """Return the row as it stands under the engagement's lock; StaleError where it is not what the page showed."""
    found = rows.select_related("engagement").filter(pk=row.pk).first()
    if found is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if was and was != found.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Look at what they wrote, then save again."))
    return found


def _refuse_taken(others: Any, name: str, message: str) -> None:
    if others.filter(name=name).exists():
        raise DomainError(message, field="name")


def _refuse_signed(row: RolloutRole | RolloutStage) -> None:
    """What the client accepted for nurses must not become what they accepted for doctors."""
    if row.cells.filter(rounds__sign_off__signed_at__isnull=False).exists():
        text = _(
            "The client signed results of tests for “%(name)s”: it is not changed any more. Add a new one instead."
        )
        raise DomainError(text % {"name": row.name}, field="name")


def _next_position(rows: Any) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1


def _audit(actor: User, row: Any, action: str, data: dict[str, Any]) -> None:
    engagement = row if isinstance(row, Engagement) else row.engagement
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=data)
