"""E2, N2: rounds of acceptance tests, their cases and testers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from standups.models import Cell, CellState, UatCase, UatRound
from standups.services import uat, uat_cases
from tests.factories import ChangeRequestFactory, FunctionFactory, MembershipFactory, ModuleFactory, UserFactory
from tests.standups.testing import a_cell, cases_of, current, fresh, judge, opened, record, record_all, sign_on_paper


@pytest.fixture
def cell(engagement: Engagement) -> Cell:
    return a_cell(engagement)


def signed_v1(engineer: User, colleague: User, cell: Cell) -> UatRound:
    row = opened(engineer, cell)
    record_all(engineer, row)
    sign_on_paper(judge(engineer, row, "accepted"), engineer, colleague)
    return fresh(row)


def test_the_first_round_drafts_its_cases_from_the_rules(engineer: User, cell: Cell) -> None:
    """E2: each rule of each function is a case; a function without rules is one as well; deeper modules count."""
    inner = ModuleFactory(engagement=cell.engagement, parent=cell.module, name="退号")
    FunctionFactory(module=inner, name="窗口退号", rules="", how="刷卡\n确认", what="退回费用")
    FunctionFactory(module=ModuleFactory(engagement=cell.engagement, name="药房"), name="发药", rules="双人核对")
    row = opened(engineer, cell)
    found = [(case.number, case.title, case.steps, case.expected) for case in cases_of(row)]
    assert [(number, title) for number, title, _steps, _expected in found] == [
        (1, "身份证必填"), (2, "退号须冲正"), (3, "窗口退号"),
    ]  # fmt: skip
    assert found[0][2] == "扫身份证"
    assert "初诊挂号" in found[0][3]
    assert found[2][2:] == ("刷卡\n确认", "退回费用")


def test_a_long_rule_is_told_in_full(engineer: User, engagement: Engagement) -> None:
    rule = "挂" * 260
    [case] = cases_of(opened(engineer, a_cell(engagement, rules=f" - {rule}\n\n")))
    assert len(case.title) == 200
    assert case.expected == rule


@pytest.mark.parametrize("state", [CellState.NOT_STARTED, CellState.DESCOPED])
def test_only_a_live_cell_is_tested(engineer: User, cell: Cell, state: str) -> None:

    change = ChangeRequestFactory(engagement=cell.engagement) if state == CellState.DESCOPED else None
    Cell.objects.filter(pk=cell.pk).update(state=state, descoped_by=change)
    with pytest.raises(DomainError, match="not live"):
        opened(engineer, cell)


def test_no_second_round_is_open_beside_the_first(engineer: User, cell: Cell) -> None:
    opened(engineer, cell)
    with pytest.raises(DomainError, match="still open"):
        opened(engineer, cell)


def test_the_next_round_has_the_cases_without_results(engineer: User, colleague: User, cell: Cell) -> None:
    first = opened(engineer, cell)
    record_all(engineer, first, "fail")
    sign_on_paper(judge(engineer, first, "rejected", note="全部不合格"), engineer, colleague)
    [one, two] = cases_of(first)
    assert one.problem is not None and two.problem is not None
    two.problem.solved_on = cell.engagement.today()
    two.problem.save()
    second = opened(engineer, cell)
    assert (second.number, second.result, second.version) == (2, "", 1)
    [copy, other] = cases_of(second)
    assert (copy.number, copy.title, copy.outcome, copy.note, copy.recorded_by) == (1, one.title, "", "", None)
    assert copy.problem == one.problem  # still open: failing again is the same problem
    assert other.problem is None


def test_who_may_open_a_round(client_pm: User, key_user: User, cell: Cell) -> None:
    for user in (client_pm, key_user):
        with pytest.raises(PermissionDenied):
            opened(user, cell)


def test_testers_are_the_clients_people_or_names(
    engineer: User, key_user: User, client_pm_2: User, cell: Cell
) -> None:
    for stranger in (engineer, client_pm_2):
        with pytest.raises(DomainError) as refused:
            opened(engineer, cell, stranger)
        assert refused.value.field == "users"
    with pytest.raises(DomainError) as refused:
        opened(engineer, cell, names=("杜护士长", "杜护士长"))
    assert refused.value.field == "names"
    row = opened(engineer, cell, key_user, names=("杜护士长",))
    assert {(tester.name, tester.user) for tester in row.testers.unscoped()} == {
        (key_user.name, key_user), ("杜护士长", None),
    }  # fmt: skip


def test_two_testers_of_one_name_are_told_apart(engineer: User, cell: Cell) -> None:
    users = [UserFactory(role="client", name="王芳") for _n in range(2)]
    for user in users:
        MembershipFactory(engagement=cell.engagement, user=user, part=Part.KEY_USER)
    row = opened(engineer, cell, *users)
    names = set(row.testers.unscoped().values_list("name", flat=True))
    assert names == {f"王芳 ({user.email})" for user in users}


def test_testers_are_told_while_there_is_something_to_test(
    engineer: User, key_user: User, cell: Cell, mailoutbox: list[EmailMessage]
) -> None:
    """One mail for each tester; none once a result is proposed."""
    opened(engineer, cell, key_user)
    sweep()
    [mail] = [mail for mail in mailoutbox if mail.to == [key_user.email]]
    assert "门诊挂号" in mail.subject and "2 cases" in mail.body
    assert f"/uat/{UatRound.objects.unscoped().get().pk}/" in mail.body


def test_nobody_is_told_of_a_round_that_was_judged(
    engineer: User, key_user: User, cell: Cell, mailoutbox: list[EmailMessage]
) -> None:
    row = opened(engineer, cell, key_user)
    record_all(engineer, row)
    judge(engineer, row, "accepted")
    sweep()
    assert not [mail for mail in mailoutbox if "test" in mail.subject and "Acceptance" not in mail.subject]
    assert Message.objects.get(kind="uat_open").sent_at is None


def test_testers_and_build_change_while_it_is_open(engineer: User, key_user: User, cell: Cell) -> None:
    row = opened(engineer, cell, names=("杜护士长",))
    uat.change_round(actor=engineer, row=row, version=1, build="预生产", users=[key_user], names=["杜护士长"])
    found = fresh(row)
    assert (found.build, found.version) == ("预生产", 2)
    assert found.testers.unscoped().count() == 2
    with pytest.raises(StaleError):
        uat.change_round(actor=engineer, row=row, version=1, build="别的")
    assert fresh(row).build == "预生产"
    assert Message.objects.get(kind="uat_open").recipient == key_user


def test_a_signed_round_is_closed(engineer: User, colleague: User, cell: Cell) -> None:
    """Nothing of what was signed changes, whoever tries it and wherever."""
    row = signed_v1(engineer, colleague, cell)
    case = cases_of(row)[0]
    attempts: list[Callable[[], Any]] = [
        lambda: uat.change_round(actor=engineer, row=row, version=row.version, build="x"),
        lambda: uat_cases.add_case(actor=engineer, row=row, title="x", steps="", expected="x"),
        lambda: uat_cases.change_case(
            actor=engineer, case=case, version=case.version, title="x", steps="", expected="x"
        ),
        lambda: uat_cases.delete_case(actor=engineer, case=case),
        lambda: record(engineer, case, "fail"),
        lambda: judge(engineer, row, "rejected", note="x"),
    ]
    for attempt in attempts:
        with pytest.raises(DomainError, match="signed"):
            attempt()
    assert fresh(row).version == row.version
    assert UatCase.objects.unscoped().filter(round=row, outcome="pass").count() == 2


def test_numbers_stay_when_a_case_goes(engineer: User, cell: Cell) -> None:
    row = opened(engineer, cell)
    added = uat_cases.add_case(actor=engineer, row=row, title="复诊", steps="", expected="带出病历")
    assert added.number == 3
    uat_cases.delete_case(actor=engineer, case=cases_of(row)[0])
    assert [case.number for case in cases_of(row)] == [2, 3]
    assert fresh(row).version == 3
    entry = AuditEntry.objects.get(action="uat.case_deleted")
    assert entry.data["title"] == "身份证必填"


def test_other_words_are_another_test(engineer: User, cell: Cell) -> None:
    row = opened(engineer, cell)
    case = cases_of(row)[0]
    record(engineer, case)
    stored = cases_of(row)[0]
    uat_cases.change_case(
        actor=engineer, case=stored, version=stored.version, title="护照亦可", steps=stored.steps, expected="通过"
    )
    found = cases_of(row)[0]
    assert (found.title, found.outcome, found.tested_at) == ("护照亦可", "", None)


def test_two_people_reword_one_case(engineer: User, colleague: User, cell: Cell) -> None:
    """The second hears what the first wrote; nothing is overwritten in silence."""
    row = opened(engineer, cell)
    case = cases_of(row)[0]
    words: dict[str, Any] = {"steps": "", "expected": "通过", "version": case.version}
    uat_cases.change_case(actor=engineer, case=case, title="甲的说法", **words)
    with pytest.raises(StaleError, match="甲的说法"):
        uat_cases.change_case(actor=colleague, case=case, title="乙的说法", **words)
    assert cases_of(row)[0].title == "甲的说法"


def test_a_foreign_function_is_refused(engineer: User, foreign_engagement: Engagement, cell: Cell) -> None:
    foreign = FunctionFactory(module=ModuleFactory(engagement=foreign_engagement), name="别家")
    with pytest.raises(DomainError) as refused:
        uat_cases.add_case(
            actor=engineer, row=opened(engineer, cell), title="x", steps="", expected="x", function=foreign
        )
    assert refused.value.field == "function"


def test_a_change_withdraws_the_result_that_waits(engineer: User, cell: Cell) -> None:
    """N2: nobody signs what was otherwise."""
    row = opened(engineer, cell)
    record_all(engineer, row)
    frozen = judge(engineer, row, "accepted")
    uat_cases.add_case(actor=engineer, row=fresh(row), title="复诊", steps="", expected="带出病历")
    found = fresh(row)
    assert (found.sign_off, found.result) == (None, "")
    assert current(frozen).superseded_at is not None


def test_a_cell_taken_out_withdraws_what_waits(engineer: User, cell: Cell) -> None:
    row = opened(engineer, cell)
    record_all(engineer, row)
    frozen = judge(engineer, row, "accepted")
    uat.withdraw_open_results(cell)
    assert current(frozen).superseded_at is not None
    assert fresh(row).sign_off is None


def namesakes(cell: Cell, name: str, *addresses: str) -> list[User]:
    users: list[User] = [UserFactory(role="client", name=name, email=address) for address in addresses]
    for user in users:
        MembershipFactory(engagement=cell.engagement, user=user, part=Part.KEY_USER)
    return users


def test_a_name_that_reads_like_a_tester_with_an_account_is_refused(engineer: User, cell: Cell) -> None:
    users = namesakes(cell, "李伟", "a@x.cn", "b@x.cn")
    with pytest.raises(DomainError, match="twice") as refused:
        opened(engineer, cell, *users, names=("李伟 (a@x.cn)",))
    assert refused.value.field == "names"


def test_a_long_name_is_cut_and_its_address_stays(engineer: User, cell: Cell) -> None:
    row = opened(engineer, cell, *namesakes(cell, "李" * 80, "a@x.cn", "b@x.cn"))
    names = list(row.testers.unscoped().values_list("name", flat=True))
    assert [name[-9:] for name in names] == [" (a@x.cn)", " (b@x.cn)"]
    assert {len(name) for name in names} == {80}


def test_addresses_too_long_to_tell_apart_are_refused(engineer: User, cell: Cell) -> None:
    users = namesakes(cell, "李伟", f"{'a' * 60}@{'x' * 60}.cn", f"{'a' * 60}@{'x' * 60}.com")
    with pytest.raises(DomainError, match="twice"):
        opened(engineer, cell, *users)


def test_no_round_of_a_cell_that_was_removed(engineer: User, cell: Cell) -> None:
    Cell.objects.unscoped().filter(pk=cell.pk).delete()
    with pytest.raises(DomainError, match="removed this cell"):
        opened(engineer, cell)
