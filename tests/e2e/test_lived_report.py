"""R1, RULES: every number of the closing report, recomputed from raw rows by a second, plain implementation, on an engagement
that was created and lived through the browser with a moved clock: over a holiday, with slips, emergencies and a late go-live."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from playwright.sync_api import FilePayload

from engagements.models import Client, ContingencyPlan, Engagement, Invocation, Objective, SignOff, Stage, Survey
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core import audit
from reports.documents.closing_report import ClosingReport
from reports.models import DelayVoice, Document
from standups.models import Problem, RolloutRole
from tests.e2e.conftest import OpenPage
from tests.e2e.hands import fill, send
from tests.e2e.life import Life, press, sign, write
from tests.e2e.proving import accept_with_a_condition, check_the_data, rehearse, see_them_do_it, teach
from tests.e2e.test_journey import type_line
from tests.factories import MembershipFactory, UserFactory
from tests.reports.reckoning import Reckoning, numbers_of

PREPARING, FIRST, AGREED = date(2026, 3, 25), date(2026, 3, 30), date(2026, 4, 30)
LIVE, REVIEWED = date(2026, 5, 7), date(2026, 5, 18)
# Tomb-Sweeping Day and Labour Day as far as they fall between Monday and Friday, and the Saturday that makes up for them.
DAYS_OFF = {date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 5)}
DAYS_WORKED = {date(2026, 5, 9)}
PNG = FilePayload(name="满意度.png", mimeType="image/png", buffer=b"\x89PNG\r\n\x1a\n" + b"\x00" * 64)


@pytest.fixture
def life(transactional_db: None, open_page: OpenPage) -> Iterator[Life]:
    """Seven people who know each other, and nothing else."""
    people: dict[str, User] = {
        "boss": UserFactory(role=Role.MANAGER, name="王海明"),
        "lead": UserFactory(role=Role.ENGINEER, name="李喆"),
        **{key: UserFactory(role=Role.CLIENT, name=name) for key, name in
           (("pm", "陈镕"), ("owner", "周㛃"), ("tester", "𠮷田"))},
    }  # fmt: skip
    with time_machine.travel(PREPARING, tick=True) as traveller:
        yield Life(traveller, open_page, people)


def test_every_number_of_a_lived_report_is_right(life: Life) -> None:
    engagement, at = prepare(life)
    live_through(life, engagement, at)
    report = review(life, engagement, at)
    told = Reckoning(engagement.pk, today=REVIEWED, days_off=DAYS_OFF, days_worked=DAYS_WORKED).numbers()
    assert numbers_of(report) == told
    assert_the_story(told)
    assert audit.first_broken(engagement.audit_chain) is None


def assert_the_story(told: dict[str, object]) -> None:
    """What somebody who was there would say, so that two wrong ways can't agree by being empty."""
    known = {
        "facts.slip_days": 2, "facts.objectives_met": 2, "facts.objectives_total": 3, "facts.open_items": 2,
        "standups.held_days": 4, "standups.average_minutes": Decimal("15.3"), "problem_counts.0.count": 3,
        "emergencies.total.kept": 1, "emergencies.total.longest_minutes": 23, "training.roles.0.trained": 3,
        "satisfaction.score": Decimal("4.5"), "satisfaction.on_paper": 1, "acceptance.runs.0.real_minutes": 42,
        "acceptance.data.0.differing": 1, "delay.milestones.4.slip_days": 2, "follow_ups.1.planned_on": date(2026, 8, 7),
        "goal_chain.rows.1.closing": (Decimal("3.4"), None), "goal_chain.rows.1.functions.#": 1,
    }  # fmt: skip
    assert {name: told[name] for name in known} == known


# --- before the first day -------------------------------------------------------------------------------------------


def prepare(life: Life) -> tuple[Engagement, str]:
    """Created, agreed, and ready for the first day on site."""
    life.begin(PREPARING)
    boss, lead = life["boss"], life["lead"]
    write(boss, "/clients/new/", name="江海银行股份有限公司", short_name="江海银行", industry="banking")
    write(boss, "/engagements/new/", client=Client.objects.unscoped().get().pk, name="零售 CRM 上线", site="总行六层",
          start_on=FIRST, agreed_go_live_on=AGREED)  # fmt: skip
    engagement = Engagement.objects.unscoped().get()
    at = f"/engagements/{engagement.pk}"
    write(boss, f"{at}/team/colleagues/new/", user=life.people["lead"].pk, part="lead")
    for who, part in (("pm", Part.CLIENT_PM), ("owner", Part.BUSINESS_OWNER), ("tester", Part.KEY_USER)):
        MembershipFactory(engagement=engagement, user=life.people[who], part=part)
    write(lead, f"{at}/roll-out/roles/new/", name="客户经理", people_needed=3)
    agree(life, at)
    write(lead, f"{at}/modules/new/", name="客户经营")
    write(lead, f"{at}/functions/new/", name="登记商机", who="客户经理", what="登记", when="每天", where="支行", why="跟进",
          how="在客户视图里", rules="同一客户只有一条", frequency="daily",
          objectives=Objective.objects.unscoped().get(title="登记用时").pk)  # fmt: skip
    get_ready_for_emergencies(life, at)
    write(boss, f"{at}/documents/field_manual/draft/", "Issue", summary="双方约定如下。")
    write(boss, f"{at}/", "Move to")
    life.end(engagement)
    engagement.refresh_from_db()
    assert engagement.phase == "execution"
    return engagement, at


def agree(life: Life, at: str) -> None:
    """Three objectives: one up, one down, one that OnSite counts; signed by both."""
    lead, role = life["lead"], RolloutRole.objects.unscoped().get()
    for fields in (
        {"title": "周使用率", "metric": "占比", "unit": "%", "baseline": 0, "target": 90, "direction": "up"},
        {"title": "登记用时", "metric": "用时", "unit": "分钟", "baseline": 12, "target": 3, "direction": "down"},
        {"title": "培训合格", "metric": "人数", "unit": "人", "baseline": 0, "target": 3, "direction": "up",
         "measure": f"training.role:{role.pk}"},
    ):  # fmt: skip
        lead.goto(f"{at}/objectives/new/")
        fill(lead, due_on=AGREED, **fields)
        send(lead)
    write(lead, f"{at}/scope/new/", text="客户视图")
    lead.goto(f"{at}/prepare/")
    press(lead, "/goals/freeze/")
    text = SignOff.objects.unscoped().get()
    for who in ("pm", "owner"):
        sign(life[who], f"{at}/sign-offs/{text.pk}/")


def get_ready_for_emergencies(life: Life, at: str) -> None:
    lead = life["lead"]
    lead.goto(f"{at}/contingency/")
    press(lead, "/take-over/")
    for plan in ContingencyPlan.objects.unscoped():
        write(lead, f"{at}/contingency/{plan.pk}/", escalation="陈镕 0512-5550 8301")


# --- on site --------------------------------------------------------------------------------------------------------


def live_through(life: Life, engagement: Engagement, at: str) -> None:
    """Three days, a holiday, a migration done again, and after another holiday a go-live two working days late."""
    life.begin(FIRST)
    stand_up(life, at, 12, problems=("报表超时", "支行客户经理看到其他支行的客户"))
    life.end(engagement)

    life.begin(FIRST + timedelta(days=1))
    stand_up(life, at, 15, problems=("短信延迟",), internal="内部：接口费用另议")
    emergency(life, at, minutes=9.5)
    tell_the_key_problem(life, at, solved_on=FIRST + timedelta(days=1))
    life.end(engagement)

    life.begin(FIRST + timedelta(days=2))
    stand_up(life, at, None)
    emergency(life, at, minutes=22.2)
    move(life, engagement, at, "environment", percent=100)
    waiting = Problem.objects.unscoped().get(title="短信延迟")
    write(life["lead"], f"{at}/problems/{waiting.pk}/edit/", next_step_with="third_party", owner_role="短信平台厂家")
    life.end(engagement)

    life.begin(date(2026, 4, 8))
    stand_up(life, at, 19)
    move(life, engagement, at, "migration", percent=60, finish_on=date(2026, 4, 14), note="映射重做")
    check_the_data(life, at)
    teach(life, at)
    life.end(engagement)

    life.begin(date(2026, 4, 24))
    see_them_do_it(life, at)
    accept_with_a_condition(life, at)
    rehearse(life, at)
    move(life, engagement, at, "migration", percent=100)
    move(life, engagement, at, "testing", percent=100, start_on=date(2026, 4, 15), finish_on=date(2026, 4, 24))
    life.end(engagement)

    life.begin(LIVE)
    move(life, engagement, at, "training", percent=100, start_on=date(2026, 4, 27), finish_on=date(2026, 5, 6))
    go_live(life, engagement, at)
    life.end(engagement)


def stand_up(life: Life, at: str, minutes: int | None, *, problems: tuple[str, ...] = (), internal: str = "") -> None:
    """Today's lines; in writing where nobody met. Problems from before are still there."""
    lead = life["lead"]
    lead.goto(f"{at}/stand-ups/today/")
    type_line(lead, "plan", "UAT 第 2 轮")
    for problem in problems:
        type_line(lead, "problem", problem)
    if internal:
        type_line(lead, "problem", internal, internal=True)
    if minutes is None:
        lead.locator('[name="in_writing"]').check()
    else:
        lead.locator('[name="minutes"]').fill(str(minutes))
    with lead.expect_navigation():
        lead.get_by_role("button", name="Preview").first.click()
    with lead.expect_navigation():
        lead.get_by_role("button", name="Publish").first.click()


def move(life: Life, engagement: Engagement, at: str, kind: str, **fields: Any) -> None:
    stage = Stage.objects.unscoped().get(engagement=engagement, kind=kind)
    write(life["lead"], f"{at}/plan/stages/{stage.pk}/", **fields)


def emergency(life: Life, at: str, *, minutes: float) -> None:
    """Somebody responds after so many minutes, and ends it an hour later."""
    lead, plan = life["lead"], ContingencyPlan.objects.unscoped().order_by("pk").first()
    assert plan is not None
    write(lead, f"{at}/contingency/{plan.pk}/invoke/", "Invoke now")
    running = Invocation.objects.unscoped().get(ended_at=None)
    life.later(minutes=minutes)
    lead.goto(f"{at}/contingency/invocations/{running.pk}/")
    with lead.expect_response(lambda answer: answer.request.method == "POST"):
        lead.locator("#respond").click()
    life.later(hours=1)
    write(lead, f"{at}/contingency/invocations/{running.pk}/", "End the emergency", cause="交换机断电")


def tell_the_key_problem(life: Life, at: str, *, solved_on: date) -> None:
    """One is solved and told from symptom to prevention; another gets an owner and a day."""
    key = Problem.objects.unscoped().get(title__startswith="支行")
    lead = life["lead"]
    lead.goto(f"{at}/problems/{key.pk}/edit/")
    lead.locator('main [name="is_key"]').check()
    for name, text in (
        ("symptom", "培训中断"),
        ("cause", "口头确认"),
        ("fix", "逐角色核对"),
        ("prevention", "先签确认书"),
    ):
        lead.locator(f'main [name="{name}"]').fill(text)
    lead.locator('main [name="solved_on"]').fill(str(solved_on))
    with lead.expect_navigation():
        lead.locator("main .acts .btn-primary").first.click()
    assert Problem.objects.unscoped().get(pk=key.pk).solved_on == solved_on


def go_live(life: Life, engagement: Engagement, at: str) -> None:
    """The client's PM takes the risks and signs; what is left gets its owner and its day."""
    pm, lead = life["pm"], life["lead"]
    write(pm, f"{at}/go-decision/", decision="risks", go_live_on=LIVE, note="现场值守")
    text = SignOff.objects.unscoped().get(kind=SignOff.Kind.GO)
    sign(pm, f"{at}/sign-offs/{text.pk}/")
    move(life, engagement, at, "go_live", percent=100, start_on=LIVE, finish_on=LIVE)
    slow, late = Problem.objects.unscoped().filter(title__in=["报表超时", "短信延迟"]).order_by("title")
    write(lead, f"{at}/problems/{slow.pk}/edit/", owner_role="驻场工程师", due_on=date(2026, 5, 26))
    write(lead, f"{at}/problems/{late.pk}/edit/", solved_on=LIVE)
    write(
        lead, f"{at}/hand-over/edit/", taken_over_by="运行中心", planned_on=date(2026, 5, 22), support_hours="工作日"
    )


# --- the review -----------------------------------------------------------------------------------------------------


def review(life: Life, engagement: Engagement, at: str) -> ClosingReport:
    """Measured, asked, learned, and issued."""
    life.begin(REVIEWED)
    boss, lead = life["boss"], life["lead"]
    write(boss, f"{at}/", "Move to")
    for title, value in (("周使用率", 93), ("登记用时", "3.4")):
        objective = Objective.objects.unscoped().get(title=title)
        write(lead, f"{at}/objectives/{objective.pk}/readings/new/", value=value, measured_on=REVIEWED,
              evidence="系统日志")  # fmt: skip
    ask_everybody(life, at)
    publish_the_delay(life, at)
    write(
        lead,
        f"{at}/lessons/new/",
        title="权限要提前确认",
        what_happened="停了半天",
        why="口头确认",
        rule="先签确认书",
        is_internal=0,
    )
    write(lead, f"{at}/hand-over/access/new/", kind="account", what="堡垒机账号")
    (access,) = engagement.returned_access.unscoped()
    write(lead, f"{at}/hand-over/access/{access.pk}/return/", returned_on=REVIEWED, received_by="许蔓")
    write(
        boss,
        f"{at}/documents/closing_report/draft/",
        "Save",
        summary="两个目标达成。",
        proposals="每月公布使用率\n再省 40 秒",
    )
    write(boss, f"{at}/documents/closing_report/draft/", "Issue")
    document = Document.objects.unscoped().get(kind="closing_report")
    return ClosingReport.from_json(json.dumps(document.snapshot))


def ask_everybody(life: Life, at: str) -> None:
    """The end's survey with a question of its own: the PM answers signed in, the owner on paper."""
    lead, pm = life["lead"], life["pm"]
    write(lead, f"{at}/surveys/new/", text_1="培训够用吗？", kind_1="mark")
    survey = Survey.objects.unscoped().get()
    write(lead, f"{at}/surveys/{survey.pk}/ask/")
    (own,) = survey.questions
    pm.goto(f"{at}/surveys/{survey.pk}/answer/")
    fill(pm, overall=4, **{f"own_{own['key']}": 5})
    send(pm)
    lead.goto(f"{at}/surveys/{survey.pk}/paper/")
    lead.locator('main [name="scan"]').set_input_files(PNG)
    fields = {"person": life.people["owner"].pk, "answered_on": REVIEWED, "overall": 5, f"own_{own['key']}": 4}
    fill(lead, **fields)
    send(lead)
    assert survey.answers.unscoped().count() == 2


def publish_the_delay(life: Life, at: str) -> None:
    """The client's PM agrees to the first line, and objects to the second."""
    boss, pm = life["boss"], life["pm"]
    boss.goto(f"{at}/delay/")
    press(boss, "/delay/publish/")
    pm.goto(f"{at}/delay/")
    with pm.expect_navigation():
        pm.get_by_role("button", name="I agree").first.click()
    pm.get_by_role("link", name="I see it differently").first.click()
    fill(pm, stance="objects", comment="我方当天已经回复")
    send(pm)
    assert DelayVoice.objects.unscoped().count() == 2
