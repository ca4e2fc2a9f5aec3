"""E2: two people act on the matrix at the same moment; on PostgreSQL, with a connection each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engagements.models import ChangeRequest, Engagement, SignOff
from engagements.services import signing
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from standups.models import Cell, CellState, UatRound
from standups.services import cells, rollout, uat_judging
from standups.services.descoping import descope
from tests.conftest import InParallel
from tests.factories import (
    FunctionFactory,
    ModuleFactory,
    RolloutRoleFactory,
    RolloutStageFactory,
    UatCaseFactory,
    UatRoundFactory,
)
from tests.factories.accounts import PASSWORD
from tests.standups.rolling import built, change_in_force, every_pair, train

pytestmark = pytest.mark.usefixtures("postgresql")
ROUNDS = 6


def fresh(cell: Cell) -> Cell:
    return Cell.objects.unscoped().select_related("engagement", "module", "role", "stage").get(pk=cell.pk)


def going_live(user: User, cell: Cell) -> Callable[[], Any]:
    return lambda: cells.go_live(actor=user, cell=fresh(cell))


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_people_make_one_cell_live(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel, attempt: int
) -> None:
    """One did, the other hears since when."""
    first, *_others = built(engineer, engagement)
    train(engineer, engagement)
    done = in_parallel(*(going_live(user, first) for user in (engineer, colleague)))
    assert sorted(type(one).__name__ for one in done) == ["Cell", "DomainError"]
    assert AuditEntry.objects.filter(action="cell.live").count() == 1
    assert audit.first_broken(engagement.audit_chain) is None


def test_the_matrix_is_built_twice_at_once(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """Each cell comes once, and each knows what it builds on."""
    for _number in range(3):
        FunctionFactory(module=ModuleFactory(engagement=engagement))
    for kind in ("1_admin", "2_core", "3_staff"):
        RolloutRoleFactory(engagement=engagement, kind=kind)
    RolloutStageFactory(engagement=engagement)
    pairs = every_pair(engagement)

    def build(user: User) -> Callable[[], Any]:
        row = Engagement.objects.unscoped().get(pk=engagement.pk)
        return lambda: rollout.build_matrix(actor=user, engagement=row, chosen=pairs)

    assert sorted(in_parallel(build(engineer), build(colleague), build(engineer))) == [0, 0, 9]
    assert len(cells.ground_of(engagement)) == 6
    assert AuditEntry.objects.filter(action="rollout.built").count() == 1


def test_the_ground_is_changed_while_the_cell_goes_live(
    engagement: Engagement, engineer: User, manager: User, in_parallel: InParallel
) -> None:
    """Either it goes live as the page said, or it waits for its new ground; never live on ground it does not have."""
    first, second, _third = built(engineer, engagement)
    train(engineer, engagement)
    live, changed = in_parallel(
        going_live(engineer, first),
        lambda: cells.save_builds_on(actor=manager, cell=fresh(first), builds_on=[], reason="互不相关"),
    )
    assert isinstance(live, Cell)
    assert changed is None or isinstance(changed, DomainError)
    assert cells.ground_of(engagement)[second.pk] == {first.pk}


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_a_cell_is_descoped_while_its_result_is_signed(
    engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel, attempt: int
) -> None:
    """Either the signature counts and the cell stays, or the cell is gone and the stale signature is refused."""
    first, *_others = built(engineer, engagement)
    train(engineer, engagement)
    cell = cells.go_live(actor=engineer, cell=first)
    sign_off = frozen_result(engineer, client_pm, cell)
    change = change_in_force(engagement)

    def sign() -> Any:
        row = SignOff.objects.unscoped().select_related("engagement").get(pk=sign_off.pk)
        return signing.sign_on_screen(actor=client_pm, sign_off=row, text_hash=row.text_hash, proof=PASSWORD)

    def take_out() -> Any:
        row = ChangeRequest.objects.unscoped().get(pk=change.pk)
        return descope(actor=engineer, cell=fresh(cell), change=row)

    signed, taken = in_parallel(sign, take_out)
    state = fresh(cell).state
    sign_off.refresh_from_db()
    if isinstance(taken, Cell):
        assert isinstance(signed, StaleError)
        assert (state, sign_off.signed_at) == (CellState.DESCOPED, None)
    else:
        assert isinstance(taken, DomainError)
        assert signed is None
        assert (state, sign_off.signed_at is not None) == (CellState.ACCEPTED, True)


def frozen_result(engineer: User, client_pm: User, cell: Cell) -> SignOff:
    """Freeze the result of a passed round through the service of the acceptance tests."""
    row = UatRoundFactory(cell=cell, opened_by=engineer)
    UatCaseFactory(
        round=row, outcome="pass", tested_at=row.opened_at, tested_by_name=client_pm.name, recorded_by=engineer
    )
    return uat_judging.judge(actor=client_pm, row=row, version=row.version, result=UatRound.Result.ACCEPTED)
