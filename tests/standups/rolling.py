"""Acceptance matrices as the tests of the roll-out need them, built by the real services."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from engagements.models import ChangeRequest, Engagement, SignOff
from engagements.section_text import Section, text_of_sections
from engagements.services import signing
from onsite.accounts.models import User
from standups.models import Cell, CellState, RolloutRole
from standups.services import role_training, rollout
from tests.factories import (
    ChangeRequestFactory,
    FunctionFactory,
    ModuleFactory,
    RolloutRoleFactory,
    RolloutStageFactory,
)

KINDS = list(RolloutRole.Kind)


def built(actor: User, engagement: Engagement, *, modules: int = 1, roles: int = 3, stages: int = 1) -> list[Cell]:
    """Build the whole matrix; the roles take their group in turn. Return the cells in their order."""
    for number in range(modules):
        FunctionFactory(module=ModuleFactory(engagement=engagement, name=f"模块{number}", position=number))
    for number in range(roles):
        kind = KINDS[number % len(KINDS)]
        RolloutRoleFactory(engagement=engagement, name=f"角色{number}", kind=kind, position=number)
    for number in range(stages):
        RolloutStageFactory(engagement=engagement, name=f"阶段{number}", position=number, is_before_go=number == 0)
    rollout.build_matrix(actor=actor, engagement=engagement, chosen=every_pair(engagement))
    return cells_of(engagement)


def every_pair(engagement: Engagement) -> list[tuple[int, int]]:
    modules = engagement.modules.unscoped().values_list("pk", flat=True)
    roles = engagement.rollout_roles.unscoped().values_list("pk", flat=True)
    return [(module, role) for module in modules for role in roles]


def cells_of(engagement: Engagement) -> list[Cell]:
    rows = engagement.cells.unscoped().select_related("engagement", "module", "role", "stage")
    return list(rows.order_by("stage__position", "module__position", "role__kind", "role__position"))


def train(actor: User, engagement: Engagement) -> None:
    """Everybody who must be trained is."""
    for role in engagement.rollout_roles.unscoped().select_related("engagement"):
        role_training.note_training(
            actor=actor, role=role, held_on=engagement.today(), people=role.people_needed, note="考核通过"
        )


def settle(*cells: Cell, state: str = CellState.ACCEPTED) -> None:
    """As a signed result leaves them."""
    today = timezone.localdate()
    Cell.objects.unscoped().filter(pk__in=[cell.pk for cell in cells]).update(
        state=state, live_on=today, decided_on=today
    )


@transaction.atomic
def change_in_force(engagement: Engagement, out_of_scope: str = "病案室") -> ChangeRequest:
    """A change request that both sides signed and that was carried out."""
    change: ChangeRequest = ChangeRequestFactory(
        engagement=engagement, decision=ChangeRequest.Decision.DO, out_of_scope=out_of_scope
    )
    change.sign_off = signing.add_version(
        actor=engagement.created_by,
        engagement=engagement,
        kind=SignOff.Kind.CHANGE,
        topic=str(change.number),
        text=text_of_sections(engagement, [Section("变更", paragraphs=("缩小范围",))], {}),
    )
    change.applied_at = timezone.now()
    change.save()
    return change
