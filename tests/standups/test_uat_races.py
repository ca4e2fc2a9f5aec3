"""N2: two people act on one round at the same moment; on PostgreSQL, with a connection each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engagements.models import Engagement, SignOff
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from standups.models import Cell, Condition, Problem, UatCase, UatRound
from standups.services.conditions import meet_condition
from standups.services.uat_judging import Wanted
from standups.services.uat_judging import judge as judge_round
from tests.conftest import InParallel
from tests.engagements.conftest import sign
from tests.standups.testing import a_cell, cases_of, current, fresh, judge, opened, record, record_all

pytestmark = pytest.mark.usefixtures("postgresql")
ROUNDS = 6


@pytest.fixture
def row(engineer: User, key_user: User, engagement: Engagement) -> UatRound:
    return fresh(opened(engineer, a_cell(engagement), key_user))


def kinds(done: list[Any]) -> list[str]:
    return sorted(type(one).__name__ for one in done)


def recording(user: User, case: UatCase, outcome: str, **fields: Any) -> Callable[[], Any]:
    """Each thread loads its own row, as each request does, and shows the version its page had."""
    version = case.version

    def act() -> Any:
        mine = UatCase.objects.unscoped().select_related("round__cell__engagement__client").get(pk=case.pk)
        return record(user, mine, outcome, version=version, **fields)

    return act


def test_two_testers_one_case(row: UatRound, key_user: User, client_pm: User, in_parallel: InParallel) -> None:
    """One result stands; the other tester hears it. One problem is raised, by whoever was first."""
    case = cases_of(row)[0]
    done = in_parallel(
        recording(key_user, case, "fail", note="读卡失败"), recording(client_pm, case, "fail", note="打印卡纸")
    )
    assert kinds(done) == ["StaleError", "UatCase"]
    assert Problem.objects.unscoped().count() == 1
    assert AuditEntry.objects.filter(action="uat.result_recorded").count() == 1
    assert audit.first_broken(row.cell.engagement.audit_chain) is None


def test_a_double_press_records_once(row: UatRound, key_user: User, in_parallel: InParallel) -> None:
    case = cases_of(row)[0]
    done = in_parallel(*[recording(key_user, case, "fail", note="卡纸")] * 3)
    assert kinds(done) == ["UatCase"] * 3
    assert Problem.objects.unscoped().count() == 1
    assert cases_of(row)[0].version == 2


@pytest.mark.parametrize("_time", range(ROUNDS))
def test_sign_while_a_result_is_recorded(
    row: UatRound, engineer: User, client_pm: User, key_user: User, in_parallel: InParallel, _time: int
) -> None:
    """Either the signature was first and the round is closed, or the stale text is refused: never both, never neither."""
    record_all(engineer, row)
    frozen = current(judge(engineer, row, "accepted"))
    case = cases_of(row)[0]
    signed, recorded = in_parallel(
        lambda: sign(current(frozen), client_pm), recording(key_user, case, "fail", note="又不行了")
    )
    cell = Cell.objects.unscoped().get(pk=row.cell_id)
    if signed is None:
        assert type(recorded).__name__ == "DomainError"
        assert (cell.state, cases_of(row)[0].outcome) == ("accepted", "pass")
        assert fresh(row).is_signed
    else:
        assert type(signed).__name__ == "StaleError"
        assert (cell.state, cases_of(row)[0].outcome) == ("live", "fail")
        assert (fresh(row).sign_off, current(frozen).signed_at) == (None, None)


def test_two_judge_at_once(row: UatRound, engineer: User, client_pm: User, in_parallel: InParallel) -> None:
    record_all(engineer, row)
    version = fresh(row).version

    def judging(user: User, result: str, note: str) -> Callable[[], Any]:
        return lambda: judge_round(actor=user, row=fresh(row), version=version, result=result, note=note)

    done = in_parallel(judging(engineer, "accepted", ""), judging(client_pm, "rejected", "不同意"))
    assert kinds(done) == ["SignOff", "StaleError"]
    assert SignOff.objects.unscoped().filter(superseded_at=None).count() == 1
    assert fresh(row).sign_off is not None


def test_two_open_a_round_at_once(
    engineer: User, colleague: User, key_user: User, engagement: Engagement, in_parallel: InParallel
) -> None:
    cell = a_cell(engagement)

    def opening(user: User) -> Callable[[], Any]:
        return lambda: opened(user, Cell.objects.unscoped().select_related("engagement").get(pk=cell.pk), key_user)

    done = in_parallel(opening(engineer), opening(colleague))
    assert kinds(done) == ["DomainError", "UatRound"]
    assert UatRound.objects.unscoped().count() == 1
    assert UatCase.objects.unscoped().count() == 2
    assert Message.objects.filter(kind="uat_open").count() == 1


def test_a_condition_is_met_once(
    row: UatRound, engineer: User, colleague: User, client_pm: User, in_parallel: InParallel
) -> None:
    record_all(engineer, row)
    wanted = Wanted("退号须冲正", "李哲", row.cell.engagement.today())
    sign(current(judge(engineer, row, "conditional", conditions=[wanted])), client_pm)

    def meeting(user: User) -> Callable[[], Any]:
        def act() -> Any:
            mine = Condition.objects.unscoped().select_related("round__cell__engagement").get()
            return meet_condition(actor=user, condition=mine, proof=user.name, met_on=row.cell.engagement.today())

        return act

    done = in_parallel(meeting(engineer), meeting(colleague))
    assert kinds(done) == ["Condition", "DomainError"]
    assert AuditEntry.objects.filter(action="condition.met").count() == 1
