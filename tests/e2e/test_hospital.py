"""N11, E2: a hospital goes live. Its patients' data is proved in two rounds, its cutover rehearsed, its Go signed on paper, its
system handed over; in the browser, the engineer on a phone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from engagements.models import Engagement, FollowUpVisit, Phase, Signature, SignOff
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core import audit
from standups.models import Cell, CellState, CutoverRun, LoadRound, Problem, RunStep, Source, UatRound
from tests.e2e.conftest import OpenPage
from tests.e2e.hands import fill, send
from tests.factories import (
    ClientFactory,
    EngagementFactory,
    EnvironmentFactory,
    FunctionFactory,
    MembershipFactory,
    RunSheetTemplateFactory,
    UserFactory,
)
from tests.factories.accounts import PASSWORD

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
STEPS = 40
FAILING = 17  # the step that is rolled back once


@pytest.fixture
def hospital(transactional_db: None) -> Engagement:
    """An engagement in execution, on its agreed day, with a run sheet of the company's to start from."""
    manager = UserFactory(role=Role.MANAGER, name="王海明")
    engagement = EngagementFactory(
        client=ClientFactory(name="江州市仁和医院", short_name="仁和医院", industry="healthcare"),
        name="HIS 上线",
        phase=Phase.EXECUTION,
        agreed_go_live_on=date.today(),
        created_by=manager,
    )
    for part, name, role in (
        (Part.LEAD, "李喆", Role.ENGINEER),
        (Part.ENGINEER, "孙一凡", Role.ENGINEER),
        (Part.CLIENT_PM, "周洁", Role.CLIENT),
        (Part.KEY_USER, "杜敏", Role.CLIENT),
    ):
        MembershipFactory(engagement=engagement, user=UserFactory(role=role, name=name), part=part)
    EnvironmentFactory(engagement=engagement, name="生产环境")
    FunctionFactory(
        in_engagement=engagement, name="初诊挂号", frequency="daily", rules="同一身份证只建一个档案\n停诊医生不可挂号"
    )
    steps = [
        {
            "kind": "backup" if number == 2 else "step", "title": f"切换步骤 {number}", "owner": "李喆", "side": "vendor",
            "planned_minutes": 5, "check_text": "记录数一致", "rollback": "恢复备份",
        }
        for number in range(1, STEPS + 1)
    ]  # fmt: skip
    RunSheetTemplateFactory(name="医院切换步骤表", steps=steps, created_by=manager)
    return engagement


def of_part(engagement: Engagement, part: Part) -> User:
    return engagement.memberships.unscoped().get(part=part).user


def test_a_hospital_goes_live_with_proof(hospital: Engagement, open_page: OpenPage) -> None:
    """Each person sees and does only their own side of it."""
    lead = open_page(of_part(hospital, Part.LEAD), language="en-GB", width=360)
    colleague = open_page(of_part(hospital, Part.ENGINEER), language="en-GB")
    pm = open_page(of_part(hospital, Part.CLIENT_PM), language="en-GB", width=360)
    nurse = open_page(of_part(hospital, Part.KEY_USER), language="en-GB", width=360)
    boss = open_page(hospital.created_by, language="en-GB")
    at = f"/engagements/{hospital.pk}"

    the_first_round_shows_the_mapping_error(lead, at)
    go_is_refused(lead, at, "患者主数据")
    the_second_round_explains_every_difference(lead, at)
    sign_on_screen(nurse, hospital, SignOff.Kind.DATA)
    the_pilot_is_trained_tested_and_accepted(lead, nurse, hospital, at)
    rehearse_with_one_rollback(lead, pm, at)
    go_on_paper(lead, colleague, hospital, at)
    hand_over(lead, pm, hospital, at)
    the_review_begins(boss, hospital, at)
    assert audit.first_broken(hospital.audit_chain) is None


def the_first_round_shows_the_mapping_error(lead: Page, at: str) -> None:
    """The allergies went into the wrong field: the sample says so, and the difference becomes a problem."""
    lead.goto(f"{at}/data-checks/new/")
    fill(lead, name="患者主数据", source="旧 HIS · PAT_MASTER", target="新 HIS · patient", owner="病案室")
    send(lead)
    lead.get_by_role("link", name="Enter the mapping").first.click()
    fill(
        lead, source_field_0="PAT_NAME", target_field_0="name", source_field_1="ALLERGY", target_field_1="allergy_note"
    )
    send(lead, "Save and open round 1")
    enter_counts(lead, allergies="0")
    note_sample(lead, wrong=14, explanation="")
    with lead.expect_navigation():
        lead.get_by_role("main").get_by_role("button", name="Raise as problem").first.click()
    problem = Problem.objects.unscoped().get()
    assert problem.source == Source.DATA_CHECK


def enter_counts(lead: Page, *, allergies: str, explanation: str = "") -> None:
    """From the round's page: patients and allergies on both sides."""
    round_url = lead.url
    lead.goto(round_url + "counts/")
    typed: dict[str, Any] = {
        "name_0": "患者总数", "source_value_0": "482113", "target_value_0": "482113",
        "name_1": "过敏史条数", "source_value_1": "23871", "target_value_1": allergies, "explanation_1": explanation,
    }  # fmt: skip
    fill(lead, **typed)
    send(lead, "Save")


def note_sample(lead: Page, *, wrong: int, explanation: str) -> None:
    round_url = lead.url
    lead.goto(round_url + "sample/")
    fill(lead, sample_size=500, sample_wrong=wrong, sample_checked_by="病案室 何主任", sample_explanation=explanation)
    send(lead)


def go_is_refused(lead: Page, at: str, obstacle: str) -> None:
    """What is not explained stands in the way, in so many words, and no risk can be taken with it."""
    for decision in ("go", "risks"):
        lead.goto(f"{at}/go-decision/")
        fill(lead, decision=decision, note="先上线再说")
        send(lead)
        assert obstacle in lead.inner_text("main")
        assert lead.locator('main [name="note"]').input_value() == "先上线再说"
    assert not SignOff.objects.filter(kind=SignOff.Kind.GO).exists()


def the_second_round_explains_every_difference(lead: Page, at: str) -> None:
    """A new mapping opens a new round and shows what changed; three duplicates are explained; the round is frozen."""
    data_object = LoadRound.objects.unscoped().get().data_object_id
    lead.goto(f"{at}/data-checks/{data_object}/mapping/")
    fill(lead, reason="过敏史写错字段", target_field_1="allergy_item")
    send(lead, "Save and open the next round")
    enter_counts(lead, allergies="23868", explanation="3 条重复记录，经病案室确认合并")
    note_sample(lead, wrong=0, explanation="")
    with lead.expect_navigation():
        lead.get_by_role("main").get_by_role("button", name="Freeze").first.click()
    lead.goto(f"{at}/data-checks/{data_object}/")
    told = lead.inner_text("main")
    assert "allergy_note" in told
    assert "allergy_item" in told
    second = LoadRound.objects.unscoped().get(number=2)
    assert second.mapping.version == 2
    assert second.sign_off is not None


def sign_on_screen(page: Page, engagement: Engagement, kind: str) -> None:
    """With the password, once more."""
    text = SignOff.objects.unscoped().current().get(engagement=engagement, kind=kind)
    page.goto(f"/engagements/{engagement.pk}/sign-offs/{text.pk}/")
    fill(page, proof=PASSWORD)
    with page.expect_navigation():
        page.locator("#sign button[type=submit]").last.click()
    text.refresh_from_db()
    assert text.is_signed


def the_pilot_is_trained_tested_and_accepted(lead: Page, nurse: Page, hospital: Engagement, at: str) -> None:
    """One cell: it goes live once its role is trained, and is tested at once, by the rules of its function."""
    lead.goto(f"{at}/roll-out/stages/new/")
    fill(lead, name="门诊试点")
    send(lead)
    lead.goto(f"{at}/roll-out/roles/new/")
    fill(lead, name="挂号员", people_needed=2)
    send(lead)
    lead.goto(f"{at}/roll-out/build/")
    send(lead, "Build the matrix")
    cell = Cell.objects.unscoped().get()
    lead.goto(f"{at}/roll-out/cells/{cell.pk}/")
    assert not lead.get_by_role("button", name="Make it live", exact=True).count()
    lead.goto(f"{at}/roll-out/roles/{cell.role_id}/")
    fill(lead, held_on=date.today(), people=2, note="情景考核合格")
    send(lead)
    lead.goto(f"{at}/roll-out/cells/{cell.pk}/")
    send(lead, "Make it live")
    lead.goto(f"{at}/cells/{cell.pk}/uat/open/")
    fill(lead, build="试点环境 2026.11")
    lead.get_by_label("杜敏").check()
    send(lead)
    uat = UatRound.objects.unscoped().get()
    assert uat.cases.count() == 2
    for case in uat.cases.unscoped():
        nurse.goto(f"{at}/uat/cases/{case.pk}/")
        send(nurse, "Passed")
    lead.goto(f"{at}/uat/{uat.pk}/judge/")
    fill(lead, result="accepted")
    send(lead)
    sign_on_screen(nurse, hospital, SignOff.Kind.UAT)
    cell.refresh_from_db()
    assert cell.state == CellState.ACCEPTED


def rehearse_with_one_rollback(lead: Page, pm: Page, at: str) -> None:
    """Forty steps, one of them rolled back and done again, while the client's side watches."""
    lead.goto(f"{at}/cutover/sheet/template/")
    lead.locator('main [name="template"]').select_option(label="医院切换步骤表")
    send(lead)
    tonight = datetime.combine(date.today() + timedelta(days=1), time(22))
    lead.goto(f"{at}/cutover/sheet/")
    fill(
        lead, planned_start_at=f"{tonight:%Y-%m-%dT%H:%M}", backup="全库备份到磁带，信息科验证可恢复",
        last_rollback_at=f"{tonight + timedelta(hours=5):%Y-%m-%dT%H:%M}", commander="周洁 138-0512-0000",
    )  # fmt: skip
    send(lead)
    lead.goto(f"{at}/cutover/")
    send(lead, "Start a rehearsal")
    run = CutoverRun.objects.unscoped().get()
    pm.goto(f"{at}/cutover/runs/{run.pk}/")
    for number in range(1, STEPS + 1):
        with lead.expect_response(lambda answer: answer.request.method == "POST"):
            lead.locator(f"#done-{number}").click()
        lead.locator(f"#done-{number}").wait_for(state="detached")
        if number == FAILING:
            roll_back_and_do_again(lead, at, run, number)
    pm.wait_for_function("document.querySelector('main').innerText.includes('40')", timeout=15_000)
    assert not pm.locator("main form[action*='/cutover/']").count()
    lead.goto(f"{at}/cutover/runs/{run.pk}/end/")
    fill(lead, note="第 17 步需要先停接口")
    send(lead)
    run.refresh_from_db()
    assert run.outcome == CutoverRun.Outcome.DONE
    assert list(run.steps.unscoped().exclude(rollbacks=0).values_list("position", "rollbacks")) == [(FAILING, 1)]


def roll_back_and_do_again(lead: Page, at: str, run: CutoverRun, number: int) -> None:
    step = RunStep.objects.unscoped().get(run=run, position=number)
    lead.goto(f"{at}/cutover/steps/{step.pk}/")
    fill(lead, reason="接口仍在写入")
    send(lead, "It is rolled back")
    lead.goto(f"{at}/cutover/runs/{run.pk}/")
    lead.locator(f"#done-{number}").click()
    lead.locator(f"#done-{number}").wait_for(state="detached")


def go_on_paper(lead: Page, colleague: Page, hospital: Engagement, at: str) -> None:
    """Nothing stands against it: Go, printed, signed, registered by one person and checked by another. The day follows."""
    lead.goto(f"{at}/go-decision/")
    fill(lead, decision="go", go_live_on=date.today(), note="会议一致同意")
    send(lead)
    text = SignOff.objects.unscoped().get(kind=SignOff.Kind.GO)
    assert lead.request.get(f"{at}/sign-offs/{text.pk}/sheet/").body().startswith(b"%PDF-")
    lead.goto(f"{at}/sign-offs/{text.pk}/paper/")
    fill(lead, part="client_pm", signer_name="周洁", signed_on=date.today(), code=text.code)
    lead.locator('main [name="scan"]').set_input_files({"name": "签署页.png", "mimeType": "image/png", "buffer": PNG})
    send(lead)
    hospital.refresh_from_db()
    assert hospital.go_live_on is None
    signature = Signature.objects.unscoped().get(sign_off=text)
    colleague.goto(f"{at}/sign-offs/{text.pk}/")
    with colleague.expect_navigation():
        colleague.locator(f'form[action*="/paper/{signature.pk}/check/"] button[value="accept"]').click()
    hospital.refresh_from_db()
    assert hospital.go_live_on == date.today()
    assert FollowUpVisit.objects.filter(engagement=hospital).count() == 2


def hand_over(lead: Page, pm: Page, hospital: Engagement, at: str) -> None:
    """Who takes over, whom to call; the open problem has somebody who cares; the client's PM signs."""
    problem = Problem.objects.unscoped().get()
    lead.goto(f"{at}/problems/{problem.pk}/edit/")
    fill(lead, owner_role="驻场工程师")
    send(lead)
    lead.goto(f"{at}/hand-over/edit/")
    fill(lead, taken_over_by="医院信息科", planned_on=date.today(), support_hours="工作日 8:30–18:00，其余时间打热线")
    send(lead)
    lead.goto(f"{at}/hand-over/contacts/new/")
    fill(lead, name="孙工", role="一线支持", phone="0512-5551 6100")
    send(lead)
    lead.goto(f"{at}/hand-over/")
    send(lead, "Freeze for signing")
    sign_on_screen(pm, hospital, SignOff.Kind.HANDOVER)


def the_review_begins(boss: Page, hospital: Engagement, at: str) -> None:
    """The gate finds nothing missing."""
    boss.goto(f"{at}/")
    send(boss, "Move to")
    hospital.refresh_from_db()
    assert hospital.phase == Phase.REVIEW
