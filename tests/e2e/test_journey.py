"""The path that must work: an engagement from nothing to its closing report, by four people in a real browser, with a
real worker behind the pages. Nothing here is set up behind the pages' back but the manager's and the engineer's account."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page

from engagements.models import Engagement, FollowUpVisit
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core import audit
from onsite.notifications.models import MailboxMail, Message
from reports.models import Document
from tests.e2e.conftest import OpenPage
from tests.e2e.hands import fill, send
from tests.factories import UserFactory

Eventually = Callable[[Callable[[], object]], object]
PASSWORD = "correct horse 驻场"
INTERNAL = "内部：接口费用另议"


def mailed_link(user: User, eventually: Eventually) -> str:
    """Return the newest link that was mailed to this person."""
    mail = eventually(lambda: MailboxMail.objects.filter(to=user.email).first())
    assert isinstance(mail, MailboxMail)
    found = re.search(r"https?://\S+", mail.body)
    assert found
    return found[0]


@pytest.fixture
def people(transactional_db: None) -> tuple[User, User]:
    """The only two who exist before: a delivery manager and an engineer."""
    return UserFactory(role=Role.MANAGER, name="王海明"), UserFactory(role=Role.ENGINEER, name="李喆")


def test_from_nothing_to_the_closing_report(
    people: tuple[User, User], open_page: OpenPage, worker: None, eventually: Eventually
) -> None:
    """C1–C5, P1, P3, E1, R1, R3: the thinnest path through the whole life."""
    manager, engineer = people
    boss = open_page(manager, language="en-GB")
    engagement = create_engagement(boss, engineer)
    pm = join_as_client(boss, engagement, "client_pm", "陈镕", "pm@huadong.example", open_page, eventually)
    owner = join_as_client(boss, engagement, "business_owner", "周㛃", "owner@huadong.example", open_page, eventually)

    lead = open_page(engineer, language="en-GB", width=360)
    write_goals(lead, engagement)
    refused_before_the_signatures(boss, engagement)
    with lead.expect_navigation():
        lead.get_by_role("button", name="Freeze for signing").click()
    for signer in (pm, owner):
        sign(signer, engagement)
    analyse_a_function(lead, engagement)
    fit_the_contingency_plans(lead, engagement)
    waive_the_last_one(boss, engagement)
    issue_the_manual(boss, pm, engagement, eventually)
    boss.goto(f"/engagements/{engagement.pk}/")
    send(boss, "Move to")
    engagement.refresh_from_db()
    assert engagement.phase == "execution"
    assert engagement.baselines.count() == 1

    log_stand_up(lead, engagement)
    the_client_sees_it_without_internal_lines(pm, engagement)
    decide_to_go_live(pm, engagement)
    move_go_live(boss, engagement)
    date_the_hand_over(boss, engagement)
    issue_the_report(boss, engagement, eventually)
    close(boss, lead, engagement)
    assert audit.first_broken(engagement.audit_chain) is None


def create_engagement(boss: Page, engineer: User) -> Engagement:
    """P1: a client, an engagement with its calendar and days, an engineer who leads it."""
    boss.goto("/clients/new/")
    fill(boss, name="华东机械集团", short_name="华东机械", industry="manufacturing")
    send(boss)
    today = date.today()
    boss.goto("/engagements/new/")
    fill(
        boss,
        client=re.compile("华东机械集团"),
        name="生产计划模块上线",
        site="苏州工厂",
        start_on=today - timedelta(days=14),
        agreed_go_live_on=today + timedelta(days=28),
    )
    send(boss)
    engagement = Engagement.objects.unscoped().get()
    assert engagement.stages.count() == 5
    boss.goto(f"/engagements/{engagement.pk}/team/colleagues/new/")
    fill(boss, user=engineer.pk, part="lead")
    send(boss)
    return engagement


def join_as_client(
    boss: Page, engagement: Engagement, part: str, name: str, email: str, open_page: OpenPage, eventually: Eventually
) -> Page:
    """P1, TRUST 9: invited by mail; opening the link twice consumes nothing, sending the form does, once."""
    boss.goto(f"/engagements/{engagement.pk}/team/client/new/")
    fill(boss, name=name, email=email, part=part)
    send(boss)
    user = User.objects.get(email=email)
    assert user.last_login is None
    link = mailed_link(user, eventually)
    guest = open_page(None, language="en-GB", width=360)
    guest.goto(link)
    guest.goto(link)
    fill(guest, password=PASSWORD)
    send(guest, "Enter")
    assert User.objects.get(email=email).is_active
    second_try = open_page(None, language="en-GB").goto(link)
    assert second_try is not None and second_try.status == 410
    return guest


def write_goals(lead: Page, engagement: Engagement) -> None:
    """P1: a measurable objective and a line of scope, on a phone."""
    lead.goto(f"/engagements/{engagement.pk}/objectives/new/")
    fill(
        lead, title="至少培训 5 名内部操作员", metric="合格人数", unit="人", baseline=0, target=5,
        due_on=engagement.agreed_go_live_on,
    )  # fmt: skip
    send(lead)
    lead.goto(f"/engagements/{engagement.pk}/scope/new/")
    fill(lead, text="生产计划模块")
    send(lead)
    assert lead.url.endswith("/prepare/")


def refused_before_the_signatures(boss: Page, engagement: Engagement) -> None:
    """A refusal says what is missing and links to it."""
    boss.goto(f"/engagements/{engagement.pk}/")
    send(boss, "Move to")
    refusal = boss.get_by_role("main")
    refusal.get_by_role("link", name="Goals and scope are not frozen for signing yet.").click()
    assert boss.url.endswith("/prepare/")
    engagement.refresh_from_db()
    assert engagement.phase == "preparation"


def sign(signer: Page, engagement: Engagement) -> None:
    """P1: read the frozen text and sign it on screen; a wrong password signs nothing."""
    signer.goto(f"/engagements/{engagement.pk}/prepare/")
    signer.get_by_role("main").get_by_role("link", name="Read and sign").click()
    signer.locator('[name="proof"]').fill("wrong")
    send(signer, "Sign")
    assert "neither your password nor the code" in signer.inner_text("main")
    signer.locator('[name="proof"]').fill(PASSWORD)
    send(signer, "Sign")
    assert "Your signature stands under this text" in signer.inner_text("main")


def analyse_a_function(lead: Page, engagement: Engagement) -> None:
    """P2: a module, a function of daily use and its six answers, on a phone."""
    lead.goto(f"/engagements/{engagement.pk}/modules/new/")
    fill(lead, name="生产计划")
    send(lead)
    lead.goto(f"/engagements/{engagement.pk}/functions/new/")
    fill(
        lead, name="周计划排产", who="计划科排产员", what="排出下周工单", when="每周四 14:00 前", where="计划科",
        why="车间按它备料", how="运行排程后人工调整", rules="加急订单由生产副总经理批准", frequency="daily",
    )  # fmt: skip
    send(lead)
    assert engagement.functions.unscoped().get().unanswered == []


def fit_the_contingency_plans(lead: Page, engagement: Engagement) -> None:
    """P4: the three usual plans are taken over; two get the contact that makes them ready."""
    lead.goto(f"/engagements/{engagement.pk}/contingency/")
    send(lead, "Take over the three usual plans")
    plans = list(engagement.contingency_plans.unscoped())
    assert len(plans) == 3
    for plan in plans[:2]:
        lead.goto(f"/engagements/{engagement.pk}/contingency/{plan.pk}/")
        fill(lead, escalation="陈镕 0512-5550 8301")
        send(lead)


def waive_the_last_one(boss: Page, engagement: Engagement) -> None:
    """P5: each obstacle links to its place; the manager lets the third plan pass, with a reason and a day."""
    boss.goto(f"/engagements/{engagement.pk}/")
    obstacles = boss.get_by_role("main").locator(".obstacles li")
    assert obstacles.count() == 2
    with boss.expect_navigation():
        obstacles.filter(has_text="contingency plan").get_by_role("link", name="Waive").click()
    fill(boss, reason="厂家值班电话下周确认", due_on=date.today() + timedelta(days=7))
    send(boss)


def issue_the_manual(boss: Page, pm: Page, engagement: Engagement, eventually: Eventually) -> None:
    """P5: issued in the browser, printed by the worker; the client reads it then."""
    boss.goto(f"/engagements/{engagement.pk}/documents/field_manual/draft/")
    assert "Still empty" in boss.inner_text("main")
    fill(boss, summary="生产计划模块上线前，双方约定如下。")
    send(boss, "Issue")
    manual = eventually(lambda: Document.objects.unscoped().filter(kind="field_manual").exclude(pdf="").first())
    assert isinstance(manual, Document)
    pm.goto(f"/engagements/{engagement.pk}/documents/")
    assert "Field manual" in pm.inner_text("main")


def log_stand_up(lead: Page, engagement: Engagement) -> None:
    """E1: today's lines, one of them internal, and a problem; preview, publish."""
    lead.goto(f"/engagements/{engagement.pk}/stand-ups/today/")
    type_line(lead, "plan", "生产计划 UAT 第 2 轮")
    type_line(lead, "plan", INTERNAL, internal=True)
    type_line(lead, "problem", "患者信息导入字段映射错误")
    send(lead, "Preview what the client will see")
    assert INTERNAL not in lead.inner_text("main")
    send(lead, "Publish")
    assert engagement.problems.count() == 1


def type_line(page: Page, section: str, text: str, *, internal: bool = False) -> None:
    """Type into the first empty line of a section."""
    lines = page.locator(f'[data-section="{section}"] [data-line]')
    for i in range(lines.count()):
        line = lines.nth(i)
        field = line.locator('[name^="text-"]')
        if field.input_value() == "":
            field.fill(text)
            if internal:
                line.locator(".seg").get_by_text("Internal").click()
            return
    raise AssertionError(f"no empty line in {section}")


def the_client_sees_it_without_internal_lines(pm: Page, engagement: Engagement) -> None:
    """E1, C2: at once, on the dashboard."""
    pm.goto(f"/engagements/{engagement.pk}/dashboard/")
    shown = pm.inner_text("main")
    assert "生产计划 UAT 第 2 轮" in shown
    assert "患者信息导入字段映射错误" in shown
    assert INTERNAL not in pm.content()


def decide_to_go_live(pm: Page, engagement: Engagement) -> None:
    """N11: the client reads what stands against it, goes with these risks and signs; that is the go-live day."""
    pm.goto(f"/engagements/{engagement.pk}/go-decision/")
    assert "There is no acceptance matrix yet" in pm.inner_text("main")
    fill(pm, decision="risks", go_live_on=date.today() - timedelta(days=3), note="已知，现场值守")
    send(pm)
    assert "已知，现场值守" in pm.inner_text("main")
    pm.locator('[name="proof"]').fill(PASSWORD)
    send(pm, "Sign")
    engagement.refresh_from_db()
    assert engagement.go_live_on == date.today() - timedelta(days=3)


def date_the_hand_over(boss: Page, engagement: Engagement) -> None:
    """N11: nothing is handed over yet; the gate lets it pass with a reason and a day."""
    boss.goto(f"/engagements/{engagement.pk}/")
    with boss.expect_navigation():
        obstacle = boss.get_by_role("main").locator(".obstacles li").filter(has_text="hand-over")
        obstacle.get_by_role("link", name="Waive").click()
    fill(boss, reason="下周移交运维", due_on=date.today() + timedelta(days=7))
    send(boss)


def move_go_live(boss: Page, engagement: Engagement) -> None:
    """R3, C4: two visits and their reminders; moving the day supersedes them exactly once."""
    boss.goto(f"/engagements/{engagement.pk}/go-live/")
    fill(boss, on=date.today() - timedelta(days=1))
    send(boss)
    visits = FollowUpVisit.objects.unscoped().filter(engagement=engagement)
    assert sorted(visits.standing().values_list("kind", "revision")) == [("1m", 2), ("3m", 2)]
    assert visits.count() == 4
    reminders = Message.objects.filter(kind="visit_reminder")
    assert reminders.waiting().count() == 8  # two visits, two people, a week before and on the day
    assert reminders.exclude(cancelled_at=None).count() == 8


def issue_the_report(boss: Page, engagement: Engagement, eventually: Eventually) -> None:
    """R1, C3: the closing report is drafted from the data, issued, printed by the worker, downloaded as PDF."""
    boss.goto(f"/engagements/{engagement.pk}/")
    send(boss, "Move to")
    boss.goto(f"/engagements/{engagement.pk}/documents/closing_report/draft/")
    fill(boss, summary="目标已达成，按期上线。")
    send(boss, "Save")
    boss.goto(f"/engagements/{engagement.pk}/documents/closing_report/draft/")
    send(boss, "Issue")
    document = eventually(lambda: Document.objects.unscoped().filter(kind="closing_report").exclude(pdf="").first())
    assert isinstance(document, Document)
    boss.goto(f"/engagements/{engagement.pk}/documents/{document.pk}/")
    with boss.expect_download() as download:
        boss.get_by_role("main").get_by_role("link", name=re.compile("PDF")).first.click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def close(boss: Page, lead: Page, engagement: Engagement) -> None:
    """R1, R2: each thing that still stands in the way is a link to where it is mended."""
    at = f"/engagements/{engagement.pk}"
    boss.goto(f"{at}/")
    # Two more were waived on the way here, and are still owed.
    assert (
        boss.get_by_role("main").locator(".obstacles").get_by_role("link", name=re.compile(r"^Waive\b")).count() == 5
    )
    problem = engagement.problems.unscoped().get()
    lead.goto(f"{at}/problems/{problem.pk}/edit/")
    fill(lead, owner_role="信息科", due_on=date.today() + timedelta(days=20))
    send(lead)
    lead.goto(f"{at}/lessons/new/")
    fill(lead, title="字段映射先试一行", what_happened="整批导入后才发现", why="没有试", rule="先试一行")
    send(lead)
    lead.goto(f"{at}/surveys/new/")
    send(lead)
    lead.goto(f"{at}/surveys/{engagement.surveys.unscoped().get().pk}/ask/")
    send(lead)
    lead.goto(f"{at}/hand-over/access/new/")
    fill(lead, kind="account", what="VPN 账号")
    send(lead)
    lead.goto(f"{at}/hand-over/access/{engagement.returned_access.unscoped().get().pk}/return/")
    fill(lead, returned_on=date.today(), received_by="陈镕")
    send(lead)
    boss.goto(f"{at}/")
    send(boss, "Move to")
    engagement.refresh_from_db()
    assert engagement.phase == "closed"
