"""E2, N2: what is accepted, on which conditions, and who signs it; the lineage from v1 to v4."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements import agreements
from engagements.models import Engagement, SignOff
from engagements.section_text import read_sections
from engagements.services import signing
from engagements.signatures import Signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError, StaleError
from onsite.notifications.models import Message
from reports.building.sheet import build_sheet
from standups.models import Cell, CellState, Condition, UatCase, UatRound
from standups.services import rollout
from standups.services.conditions import meet_condition
from standups.services.uat_judging import Wanted, withdraw_judgement
from standups.services.uat_judging import judge as judge_round
from standups.uat.lineage import lineage_of
from tests.conftest import SignIn
from tests.engagements.conftest import register, sign
from tests.factories import ChangeRequestFactory, ConditionFactory, MembershipFactory, UatRoundFactory, UserFactory
from tests.standups.testing import a_cell, cases_of, current, fresh, judge, opened, record, record_all, sign_on_paper
from tests.world import PNG


@pytest.fixture
def cell(engagement: Engagement) -> Cell:
    return a_cell(engagement)


@pytest.fixture
def tested(engineer: User, key_user: User, cell: Cell) -> UatRound:
    """Everything passed; the key user is a tester."""
    row = opened(engineer, cell, key_user)
    record_all(engineer, row)
    return fresh(row)


def wanted(engagement: Engagement, **fields: Any) -> Wanted:
    return Wanted(**{"text": "退号须冲正", "owner_name": "李哲", "due_on": engagement.today(), **fields})


def test_accepted_needs_every_case_passed(engineer: User, tested: UatRound) -> None:
    record(engineer, cases_of(tested)[1], "fail")
    with pytest.raises(DomainError, match="Case 2 did not pass"):
        judge(engineer, tested, "accepted")


@pytest.mark.parametrize("result", ["accepted", "conditional"])
def test_nothing_untested_is_accepted(engineer: User, tested: UatRound, result: str) -> None:
    record(engineer, cases_of(tested)[0], "", note="")
    conditions = [wanted(tested.cell.engagement)] if result == "conditional" else []
    with pytest.raises(DomainError, match="Not everything is tested yet: case 1"):
        judge(engineer, tested, result, conditions=conditions)


def test_what_is_untested_can_be_rejected(engineer: User, tested: UatRound) -> None:
    """A round that broke down need not be tested to its end."""
    record(engineer, cases_of(tested)[0], "", note="")
    assert judge(engineer, tested, "rejected", note="环境不可用").text["facts"]["counts"]["open"] == 1


def test_conditional_needs_a_condition_and_only_then(engineer: User, tested: UatRound) -> None:
    with pytest.raises(DomainError, match="at least one condition"):
        judge(engineer, tested, "conditional")
    for result in ("accepted", "rejected"):
        with pytest.raises(DomainError, match="only"):
            judge(engineer, tested, result, note="x", conditions=[wanted(tested.cell.engagement)])


def test_a_rejection_needs_a_reason(engineer: User, tested: UatRound) -> None:
    with pytest.raises(DomainError) as refused:
        judge(engineer, tested, "rejected", note=" ")
    assert refused.value.field == "note"


def test_nothing_tested_nothing_judged(engineer: User, engagement: Engagement) -> None:
    cell = a_cell(engagement)
    row = opened(engineer, cell)
    row.cases.unscoped().delete()
    for result in ("accepted", "conditional", "rejected", "", "else"):
        with pytest.raises(DomainError):
            judge(engineer, row, result, note="x")
    assert not SignOff.objects.unscoped().exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"text": " "}, "text_0"), ({"owner_name": ""}, "text_0"), ({"due_on": -1}, "due_on_0")],
)
def test_a_condition_says_what_who_and_when(
    engineer: User, tested: UatRound, fields: dict[str, Any], field: str
) -> None:
    engagement = tested.cell.engagement
    if "due_on" in fields:
        fields = {"due_on": engagement.today() - timedelta(days=1)}
    with pytest.raises(DomainError) as refused:
        judge(engineer, tested, "conditional", conditions=[wanted(engagement, **fields)])
    assert refused.value.field == field
    assert not Condition.objects.unscoped().exists()


def test_a_condition_of_a_stranger_is_refused(engineer: User, tested: UatRound, outsider_engineer: User) -> None:
    with pytest.raises(DomainError, match="in this engagement"):
        judge(engineer, tested, "conditional", conditions=[wanted(tested.cell.engagement, owner=outsider_engineer)])


def test_who_may_judge(tested: UatRound, client_pm: User, business_owner: User, outsider_engineer: User) -> None:
    with pytest.raises(PermissionDenied):
        judge(outsider_engineer, tested, "accepted")
    assert judge(business_owner, tested, "accepted") != judge(client_pm, tested, "accepted")


def test_the_second_judge_reads_it_again(engineer: User, client_pm: User, tested: UatRound) -> None:
    judge_round(actor=engineer, row=tested, version=tested.version, result="accepted")
    with pytest.raises(StaleError, match="Accepted"):
        judge_round(actor=client_pm, row=tested, version=tested.version, result="rejected", note="不同意")
    assert fresh(tested).result == "accepted"


def test_the_text_tells_every_case(engineer: User, tested: UatRound, cell: Cell) -> None:
    """N2: what is signed is the round's content: build, testers, each case with its words, the conditions; as printed."""
    frozen = judge(engineer, tested, "conditional", conditions=[wanted(cell.engagement)])
    told = str(read_sections(frozen.text))
    for word in ("测试环境 2026.11.3", "𠮷田", "身份证必填", "退号须冲正", "杜护士长", "李哲", "扫身份证"):
        assert word in told
    assert frozen.about.endswith("v1")
    assert "身份证必填".encode() in build_sheet(current(frozen)).to_json()


def test_the_tester_or_the_pm_signs(
    engineer: User, tested: UatRound, key_user: User, client_pm: User, business_owner: User
) -> None:
    """RULES, Signing: a key user who did not test here does not, nor does the business owner; nobody else is asked."""
    other = UserFactory(role="client")
    MembershipFactory(engagement=tested.cell.engagement, user=other, part=Part.KEY_USER)
    frozen = judge(engineer, tested, "accepted")
    for user in (other, business_owner, engineer):
        with pytest.raises(PermissionDenied):
            sign(current(frozen), user)
    state = Signing.of(current(frozen), client_pm)
    assert {user for part in state.parts for user in part.people} == {key_user, client_pm}
    asked = Message.objects.filter(kind="sign_request", dedupe_key__startswith=f"sign:{frozen.pk}:")
    assert {message.recipient for message in asked} == {key_user, client_pm}
    sign(current(frozen), key_user)
    tested.cell.refresh_from_db()
    assert tested.cell.state == CellState.ACCEPTED


def test_the_cell_waits_for_the_signature(engineer: User, tested: UatRound, client_pm: User) -> None:
    frozen = judge(engineer, tested, "accepted")
    tested.cell.refresh_from_db()
    assert (tested.cell.state, tested.cell.decided_on) == (CellState.LIVE, None)
    sign(current(frozen), client_pm)
    tested.cell.refresh_from_db()
    assert tested.cell.decided_on == tested.cell.engagement.today()


@pytest.mark.parametrize(
    "change",
    [
        lambda row, user: record(user, cases_of(row)[0], "fail"),
        lambda row, user: withdraw_judgement(actor=user, row=row),
        lambda row, user: judge(user, row, "rejected", note="反悔"),
    ],
)
def test_a_stale_text_is_not_signed(
    engineer: User, tested: UatRound, client_pm: User, change: Callable[[UatRound, User], Any], sign_in: SignIn
) -> None:
    """N2: neither in the service nor on the page that was open before (409), nor on a sheet that was printed before."""
    frozen = judge(engineer, tested, "accepted")
    change(fresh(tested), engineer)
    with pytest.raises(StaleError):
        sign(frozen, client_pm)
    page = reverse("engagements:sign_off", args=[frozen.engagement_id, frozen.pk])
    answer = sign_in(client_pm).post(page, {"text_hash": frozen.text_hash, "proof": "a-long-test-password"})
    assert answer.status_code == 409
    with pytest.raises(StaleError):
        register(current(frozen), engineer)
    tested.cell.refresh_from_db()
    assert tested.cell.state == CellState.LIVE


def test_a_text_whose_round_moved_on_holds_no_more(engineer: User, tested: UatRound, client_pm: User) -> None:
    """The watch behind the superseding: also where a change forgot to supersede."""
    frozen = judge(engineer, tested, "accepted")
    UatRound.objects.filter(pk=tested.pk).update(version=99)
    with pytest.raises(StaleError, match="round changed"):
        sign(frozen, client_pm)


def test_a_cell_that_was_taken_out_is_not_signed(engineer: User, tested: UatRound, client_pm: User) -> None:
    frozen = judge(engineer, tested, "accepted")
    change = ChangeRequestFactory(engagement=tested.cell.engagement)
    Cell.objects.filter(pk=tested.cell_id).update(state=CellState.DESCOPED, descoped_by=change)
    with pytest.raises(StaleError, match="taken out"):
        sign(frozen, client_pm)
    with pytest.raises(DomainError, match="taken out"):
        record(engineer, cases_of(tested)[0], "fail")


@pytest.mark.parametrize("part", ["role", "stage", "module"])
def test_what_was_renamed_since_is_not_signed(
    engineer: User, tested: UatRound, client_pm: User, part: str, sign_in: SignIn
) -> None:
    """N2: nobody accepts for one role what was tested for another; judged anew it can be signed."""
    frozen = judge(engineer, tested, "accepted")
    row = getattr(tested.cell, part)
    was, row.name = row.name, "改名"
    row.save()
    with pytest.raises(StaleError, match=f"{was}.*改名"):
        sign(current(frozen), client_pm)
    assert was in sign_in(client_pm).get(tested.get_absolute_url()).content.decode()
    sign(current(judge(engineer, tested, "accepted")), client_pm)
    assert fresh(tested).is_signed


def test_a_signed_role_or_stage_keeps_its_name(
    engineer: User, tested: UatRound, client_pm: User, engagement: Engagement
) -> None:
    """Its name and group are signed; how many are trained, and what the Go needs, is not. A rejection is signed, too."""
    role, stage = tested.cell.role, tested.cell.stage
    sign(current(judge(engineer, tested, "rejected", note="不合格")), client_pm)
    fields: dict[str, Any] = {"name": role.name, "kind": role.kind, "people_needed": 7}
    for wrong in ({"name": "药师"}, {"kind": "1_admin"}):
        with pytest.raises(DomainError, match="signed"):
            rollout.save_role(actor=engineer, engagement=engagement, role=role, **(fields | wrong))
    with pytest.raises(DomainError, match="signed"):
        rollout.save_stage(actor=engineer, engagement=engagement, stage=stage, name="全院", is_before_go=True)
    assert rollout.save_role(actor=engineer, engagement=engagement, role=role, **fields).people_needed == 7
    rollout.save_stage(actor=engineer, engagement=engagement, stage=stage, name=stage.name, is_before_go=False)


def test_withdrawing_drops_conditions_and_requests(engineer: User, tested: UatRound, client_pm: User) -> None:
    frozen = judge(engineer, tested, "conditional", conditions=[wanted(tested.cell.engagement)])
    withdraw_judgement(actor=engineer, row=fresh(tested))
    assert not Condition.objects.unscoped().exists()
    assert not Message.objects.waiting().filter(dedupe_key__startswith=f"sign:{frozen.pk}:").exists()
    with pytest.raises(DomainError, match="no result"):
        withdraw_judgement(actor=engineer, row=fresh(tested))


def test_the_text_is_at_home_on_the_round(engineer: User, tested: UatRound) -> None:
    frozen = judge(engineer, tested, "accepted")
    assert agreements.home_of(current(frozen)) == tested.get_absolute_url()
    withdraw_judgement(actor=engineer, row=fresh(tested))
    assert agreements.home_of(current(frozen)) == tested.get_absolute_url()


def test_the_lineage_from_v1_to_v4(
    engineer: User, colleague: User, key_user: User, client_pm: User, engagement: Engagement, sign_in: SignIn
) -> None:
    """N2: who accepted what, when, on which conditions: also after everything else was renamed or changed."""
    cell = a_cell(engagement, override_reason="院长要求试点先行", made_live_by=engineer)
    one = opened(engineer, cell, names=("杜护士长",))
    record_all(engineer, one, "fail")
    sign_on_paper(judge(engineer, one, "rejected", note="全部不合格"), engineer, colleague)
    two = opened(engineer, cell, key_user)
    record_all(key_user, two)
    record(key_user, cases_of(two)[1], "blocked", note="接口不通")
    sign(current(judge(key_user, two, "rejected", note="接口不通，无法判断")), key_user)
    three = opened(engineer, cell, key_user)
    record_all(key_user, three)
    due_on = engagement.today() + timedelta(days=3)
    text = judge(client_pm, three, "conditional", conditions=[wanted(engagement, due_on=due_on, owner=engineer)])
    sign(current(text), client_pm)
    condition = Condition.objects.unscoped().get()
    meet_condition(actor=engineer, condition=condition, proof="冲正日志 11-22", met_on=engagement.today())
    four = opened(engineer, cell, key_user)
    record_all(key_user, four)
    sign_on_paper(judge(engineer, four, "accepted"), engineer, colleague, Part.KEY_USER, signer_name="𠮷田")

    # Whatever rows say later, what was signed stays told.
    UatCase.objects.unscoped().update(outcome="fail", note="改写", title="改写")
    UatRound.objects.unscoped().update(build="改写", result_note="改写")
    cell.module.name = "改名"
    cell.module.save()
    cell.override_reason = "改写"
    cell.save(update_fields=["override_reason"])
    Condition.objects.unscoped().update(text="改写", owner_name="改写", due_on=engagement.today())

    found = lineage_of(Cell.objects.unscoped().get(pk=cell.pk), client_pm)
    assert [(one.name, one.result, one.passed, one.failed, one.blocked) for one in found] == [
        ("v1", "rejected", 0, 2, 0), ("v2", "rejected", 1, 0, 1), ("v3", "conditional", 2, 0, 0),
        ("v4", "accepted", 2, 0, 0),
    ]  # fmt: skip
    signers = [[(one.name, one.part, one.method, one.on) for one in version.signers] for version in found]
    today = engagement.today()
    assert signers == [
        [("陈镕", "Client PM", "on paper", today)], [("𠮷田", "Key user", "on screen", today)],
        [("陈镕", "Client PM", "on screen", today)], [("𠮷田", "Key user", "on paper", today)],
    ]  # fmt: skip
    assert {version.cell_name for version in found} == {"门诊挂号 · 挂号员 · 试点"}
    assert [version.note for version in found] == ["全部不合格", "接口不通，无法判断", "", ""]
    assert {version.build for version in found} == {"测试环境 2026.11.3"}
    assert [version.testers for version in found] == [("杜护士长",), ("𠮷田",), ("𠮷田",), ("𠮷田",)]
    assert {(version.override, version.override_by) for version in found} == {("院长要求试点先行", "李喆")}
    [kept] = found[2].conditions
    assert (kept.text, kept.owner, kept.due_on) == ("退号须冲正", "李哲", due_on)
    assert (kept.met_on, kept.proof) == (today, "冲正日志 11-22")
    assert all(version.is_signed for version in found)
    cell.refresh_from_db()
    assert cell.state == CellState.ACCEPTED
    page = sign_in(client_pm).get(four.get_absolute_url()).content.decode()
    for word in ("v1", "v2", "v3", "v4", "门诊挂号 · 挂号员 · 试点", "接口不通", "冲正日志", "院长要求试点先行"):
        assert word in page


def test_the_lineage_shows_the_round_that_runs(engineer: User, tested: UatRound, client_pm: User) -> None:
    record(engineer, cases_of(tested)[1], "blocked")
    [version] = lineage_of(tested.cell, client_pm)
    assert (version.passed, version.blocked, version.untested, version.total) == (1, 1, 0, 2)
    assert (version.result, version.is_signed, version.signers, version.conditions) == ("", False, (), ())


def test_the_lineage_asks_as_often_for_thirty_rounds(tested: UatRound, client_pm: User) -> None:
    counts = []
    for numbers in (range(2, 3), range(3, 32)):
        for number in numbers:
            ConditionFactory(round=UatRoundFactory(cell=tested.cell, number=number))
        with CaptureQueriesContext(connection) as captured:
            assert len(lineage_of(tested.cell, client_pm)) == number
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 4


def test_the_text_binds_the_pictures(engineer: User, tested: UatRound) -> None:
    """N2: another picture would be another text."""
    case = cases_of(tested)[0]
    record(engineer, case, "fail", evidence=[SimpleUploadedFile("x.png", PNG)])
    facts = judge(engineer, tested, "rejected", note="x").text["facts"]
    assert facts["cases"][0]["evidence"] == [hashlib.sha256(PNG).hexdigest()]
    assert facts["cases"][1]["evidence"] == []


def test_the_lineage_is_told_to_members_only(tested: UatRound, client_pm_2: User, outsider_engineer: User) -> None:
    assert lineage_of(tested.cell, client_pm_2) == lineage_of(tested.cell, outsider_engineer) == ()


def test_a_sheet_that_waits_for_its_check_is_no_signature(
    engineer: User, colleague: User, tested: UatRound, client_pm: User
) -> None:
    frozen = judge(engineer, tested, "accepted")
    signature = register(current(frozen), engineer)
    assert lineage_of(tested.cell, engineer)[0].signers == ()
    signing.check_paper(actor=colleague, signature=signature, accepted=True)
    assert lineage_of(tested.cell, engineer)[0].is_signed


def test_the_text_says_who_wrote_a_result_down(engineer: User, key_user: User, cell: Cell) -> None:
    """A vendor person in the tester's name, and then in their own: what is signed tells the two apart."""
    first, second = cases_of(opened(engineer, cell, key_user))
    record(engineer, first, tested_by_name=key_user.name)
    record(key_user, second)
    frozen = judge(engineer, first.round, "accepted")
    [table] = [section for section in read_sections(frozen.text).sections if len(section.columns) == 7]
    assert [row[5] for row in table.rows] == [f"{key_user.name}（{engineer.name} 代为登记）", key_user.name]
    assert [case["recorded_by"] for case in frozen.text["facts"]["cases"]] == [engineer.name, key_user.name]
