"""E4: the purchase request course, end to end. From the case to the printed guide and the video, through session, quiz and
practical check, until the objective "at least 5 operators trained" stands at 5 and the client's PM sees it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from engagements.models import Engagement, Objective, Phase
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core import audit
from onsite.notifications.models import MailboxMail
from standups.models import RolloutRole
from tests.e2e.conftest import OpenPage
from tests.e2e.hands import fill, send
from tests.e2e.webm import a_webm
from tests.factories import (
    ClientFactory,
    EngagementFactory,
    MembershipFactory,
    ModuleFactory,
    RolloutRoleFactory,
    UserFactory,
)
from training.models import Course, GuideEdition, Learner, QuizAttempt, TrainingSession, Video

Eventually = Callable[[Callable[[], object]], object]
TITLE = "采购申请：从缺料提示到提交审批"
OPERATORS = {"钱雨桐": "qian@client.example", "叶喆": "ye@client.example"}
MANUAL = (("手填《采购申请单》一式三联", 20, 1, "3_high", 0), ("送科长与财务签字", 35, 2, "2_medium", 2))
SYSTEM = (("在例外信息里转成采购申请", 2, 1, "1_low", 0), ("提交，系统检查预算", 3, 1, "0_none", 1))


@pytest.fixture
def factory(transactional_db: None) -> Engagement:
    """A manufacturer's engagement with five operators, three of whom were trained before."""
    manager = UserFactory(role=Role.MANAGER, name="王海明")
    engagement = EngagementFactory(
        client=ClientFactory(name="华东机械集团", short_name="华东机械"), phase=Phase.EXECUTION, created_by=manager
    )
    for part, name, role in (
        (Part.LEAD, "李喆", Role.ENGINEER),
        (Part.CLIENT_PM, "陈镕", Role.CLIENT),
    ):
        MembershipFactory(engagement=engagement, user=UserFactory(role=role, name=name), part=part)
    ModuleFactory(engagement=engagement, name="采购")
    RolloutRoleFactory(engagement=engagement, name="操作员", people_needed=5)
    return engagement


def of_part(engagement: Engagement, part: Part) -> User:
    return engagement.memberships.unscoped().get(part=part).user


def test_the_purchase_request_is_taught(
    factory: Engagement, open_page: OpenPage, worker: None, eventually: Eventually, tmp_path: Path
) -> None:
    """Each on their own screen: the lead at a desk, the trainer's list on a phone, the operators by their mailed links."""
    lead = open_page(of_part(factory, Part.LEAD), language="en-GB")
    phone = open_page(of_part(factory, Part.LEAD), language="en-GB", width=360)
    pm = open_page(of_part(factory, Part.CLIENT_PM), language="en-GB")
    at = f"/engagements/{factory.pk}"

    agree_on_five_operators(lead, factory, at)
    the_objective_stands_at(pm, at, 3)
    course = write_the_course(lead, at)
    issue_the_guide(lead, pm, course, at, eventually)
    film_it(lead, pm, course, at, eventually, tmp_path)
    ask_a_quiz(lead, course, at)
    session = plan_a_session(lead, course, at)
    links = {email: mailed_link(email, eventually) for email in OPERATORS.values()}
    take_attendance(phone, session, at)
    for email, link in links.items():
        take_the_quiz(open_page(language="en-GB", width=360), email, link, course)
    the_objective_stands_at(pm, at, 3)
    see_them_do_it(phone, course, at)
    the_objective_stands_at(pm, at, 5)
    assert audit.first_broken(factory.audit_chain) is None


def agree_on_five_operators(lead: Page, engagement: Engagement, at: str) -> None:
    """The objective is measured from the role's training; three operators were trained before there was a course."""
    role = RolloutRole.objects.unscoped().get()
    lead.goto(f"{at}/objectives/new/")
    fill(
        lead, title="至少培训 5 名操作员", metric="合格人数", unit="人", baseline=0, target=5, direction="up",
        due_on=date.today() + timedelta(days=30), measure=f"training.role:{role.pk}",
    )  # fmt: skip
    send(lead)
    assert Objective.objects.unscoped().get().measure == f"training.role:{role.pk}"
    lead.goto(f"{at}/roll-out/roles/{role.pk}/")
    fill(lead, held_on=date.today(), people=3, note="上一批，纸质考核")
    send(lead)


def the_objective_stands_at(pm: Page, at: str, operators: int) -> None:
    """As the client's PM reads it, on the dashboard."""
    pm.goto(f"{at}/dashboard/")
    expect(pm.get_by_role("main")).to_contain_text("至少培训 5 名操作员")
    goal = pm.locator(".goal").filter(has_text="至少培训 5 名操作员")
    expect(goal).to_contain_text(re.compile(rf"{operators} 人\s*≥ 5 人"))


def write_the_course(lead: Page, at: str) -> Course:
    """Without a case it is not accepted; with one that shows both ways it is, and says what it saves."""
    lead.goto(f"{at}/training/courses/new/")
    fill(
        lead, title=TITLE, module=re.compile("采购"), duration_minutes=90, aim="能独立提交并跟踪采购申请",
        why="预算在提交时就检查",
    )  # fmt: skip
    lead.get_by_label("操作员").check()
    send(lead)
    course = Course.objects.unscoped().get()
    lead.goto(f"{at}/training/courses/{course.pk}/accept/")
    expect(lead.locator(".obstacles")).to_be_visible()
    lead.goto(f"{at}/training/courses/{course.pk}/cases/new/")
    fill(lead, title="车间申请采购刀具", times_per_month=40)
    for way, steps in (("manual", MANUAL), ("system", SYSTEM)):
        for place, step in enumerate(steps):
            write_step(lead, way, place, step)
    send(lead)
    lead.goto(f"{at}/training/courses/{course.pk}/")
    expect(lead.get_by_role("main")).to_contain_text("手填《采购申请单》一式三联")
    lead.goto(f"{at}/training/courses/{course.pk}/accept/")
    send(lead)
    assert course.versions.count() == 1
    return course


def write_step(lead: Page, way: str, place: int, step: tuple[str, int, int, str, int]) -> None:
    if place:
        lead.locator(f"fieldset.{way} [data-add-step]").click()
    names = ("text", "minutes", "people", "error_risk", "approvals")
    for name, value in zip(names, step, strict=True):
        field = lead.locator(f'main [name="{way}_{name}"]').nth(place)
        if name == "error_risk":
            field.select_option(value=str(value))
        else:
            field.fill(str(value))


def issue_the_guide(lead: Page, pm: Page, course: Course, at: str, eventually: Eventually) -> None:
    """Written in Markdown, frozen, printed by the worker; the client's PM opens the PDF."""
    lead.goto(f"{at}/training/courses/{course.pk}/guides/zh-hans/")
    fill(
        lead,
        text="## 怎么做\n\n1. 打开**例外信息**\n2. 点“转采购申请”\n\n| 情况 | 谁批 |\n| --- | --- |\n| 预算内 | 科长 |\n",
    )
    send(lead)
    lead.goto(f"{at}/training/courses/{course.pk}/materials/")
    with lead.expect_navigation():
        lead.locator('form[action*="/guides/zh-hans/issue/"] button').first.click()
    edition = GuideEdition.objects.unscoped().get()
    eventually(lambda: GuideEdition.objects.unscoped().filter(pk=edition.pk).exclude(pdf="").exists())
    pm.goto(f"{at}/training/courses/{course.pk}/materials/")
    expect(pm.get_by_role("main")).to_contain_text("PDF")
    assert pm.request.get(f"{at}/training/guides/{edition.pk}/").body().startswith(b"%PDF-")


def film_it(lead: Page, pm: Page, course: Course, at: str, eventually: Eventually, folder: Path) -> None:
    """A video of the same, shown to the client once a worker has looked at it."""
    lead.goto(f"{at}/training/courses/{course.pk}/videos/new/")
    fill(lead, title="三分钟学会提交采购申请")
    file = folder / "操作.webm"
    file.write_bytes(a_webm(lead, room_bytes=2048))
    lead.locator('main input[type="file"]').set_input_files(file)
    expect(lead.locator("[data-said]")).to_have_text("has arrived.")
    send(lead)
    video = Video.objects.unscoped().get()

    def is_shown() -> bool:
        lead.goto(f"{at}/training/videos/{video.pk}/")
        button = lead.locator('form[action$="/show/"] button')
        if button.count():
            with lead.expect_navigation():
                button.first.click()
        return Video.objects.unscoped().get().version_id is not None

    eventually(is_shown)
    pm.goto(f"{at}/training/videos/{video.pk}/")
    expect(pm.locator(".player video")).to_be_visible()


def ask_a_quiz(lead: Page, course: Course, at: str) -> None:
    """Two questions, one of them with two right answers."""
    questions: list[dict[str, Any]] = [
        {"text": "何时检查预算？", "kind": "single", "option_0": "提交时", "option_1": "付款时"},
        {
            "text": "提交前核对什么？",
            "kind": "multiple",
            "option_0": "需求数量",
            "option_1": "在途数量",
            "option_2": "开户银行",
        },
    ]
    for number, question in enumerate(questions):
        lead.goto(f"{at}/training/courses/{course.pk}/quiz/questions/new/")
        fill(lead, **question)
        for at_option in range(number + 1):
            lead.locator(f'main [name="right_{at_option}"]').check()
        send(lead)
    lead.goto(f"{at}/training/courses/{course.pk}/quiz/")
    fill(lead, pass_percent=80)
    lead.locator('main [name="is_open"]').check()
    send(lead)


def plan_a_session(lead: Page, course: Course, at: str) -> TrainingSession:
    """Two operators are named and enrolled; each gets a mail."""
    role = RolloutRole.objects.unscoped().get()
    lead.goto(f"{at}/training/people/paste/")
    fill(lead, role=role.pk, people="\n".join(f"{name}\uff0c{email}" for name, email in OPERATORS.items()))
    send(lead)
    assert Learner.objects.unscoped().count() == len(OPERATORS)
    tomorrow = date.today() + timedelta(days=1)
    lead.goto(f"{at}/training/sessions/new/")
    fill(
        lead,
        course=course.pk,
        starts_at=f"{tomorrow}T14:00",
        ends_at=f"{tomorrow}T15:30",
        place="二楼培训室",
        capacity=12,
    )
    send(lead)
    session = TrainingSession.objects.unscoped().get()
    lead.goto(f"{at}/training/sessions/{session.pk}/enrol/")
    send(lead, "Enrol all of 操作员")
    assert session.enrolments.count() == len(OPERATORS)
    return session


def take_attendance(phone: Page, session: TrainingSession, at: str) -> None:
    """On the trainer's phone, once the hour has come."""
    begun = timezone.now() - timedelta(hours=1)
    TrainingSession.objects.filter(pk=session.pk).update(starts_at=begun, ends_at=begun + timedelta(minutes=50))
    phone.goto(f"{at}/training/sessions/{session.pk}/attendance/")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in OPERATORS:
        phone.get_by_label(name).check()
    send(phone, "Save the list")
    session.refresh_from_db()
    assert session.is_held


def mailed_link(email: str, eventually: Eventually) -> str:
    """The path of the link that invited this operator."""
    mail = eventually(lambda: MailboxMail.objects.filter(to=email).order_by("pk").first())
    assert isinstance(mail, MailboxMail)
    found = re.search(r"https?://\S+/learn/\S+", mail.body)
    assert found, mail.body
    return urlsplit(found[0]).path


def take_the_quiz(page: Page, email: str, link: str, course: Course) -> None:
    """By the mailed link, without signing in, on a phone and in their own language."""
    page.goto(link)
    expect(page.get_by_role("main")).to_contain_text(TITLE)
    page.goto(f"/learn/courses/{course.pk}/quiz/")
    send(page)
    for answer in ("提交时", "需求数量", "在途数量"):
        page.get_by_label(answer).check()
    send(page)
    assert QuizAttempt.objects.unscoped().get(learner__email=email).has_passed


def see_them_do_it(phone: Page, course: Course, at: str) -> None:
    """The trainer ticks whom they saw do it by themselves."""
    phone.goto(f"{at}/training/courses/{course.pk}/checks/")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for learner in Learner.objects.unscoped():
        fill(phone, **{f"outcome_{learner.pk}": "passed"})
    send(phone, "Save the checks")
