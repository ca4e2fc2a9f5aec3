"""The company's pages of standing rules: promoting a lesson, versions, what became of a rule (N1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from engagements.models import Engagement, Lesson, RuleApplication, RuleVersion, StandingRule, Waiver
from onsite.accounts.models import User
from reports.lessons.words import bound_words, demanded, version_differences
from tests.conftest import SignIn
from tests.factories import (
    ClientFactory,
    EngagementFactory,
    LessonFactory,
    MembershipFactory,
    ProblemFactory,
    RuleVersionFactory,
)
from tests.reports.test_lessons_pages import words
from tests.test_query_counts import same_at_thirty  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db

LETTER = {
    "title": "上线前确认权限",
    "text": "进场前由客户逐角色确认权限。",
    "form": "sign_off",
    "before_phase": "execution",
    "industries": ["banking"],
    "sign_off_title": "权限确认书",
    "sign_off_paragraphs": "我方确认下列权限。",
    "sign_off_points": "录入\n审批\n",
}


@pytest.fixture
def lesson(engagement: Engagement) -> Lesson:
    return LessonFactory(engagement=engagement, title="权限要提前确认")


@pytest.fixture
def bank(manager: User) -> Engagement:
    return EngagementFactory(
        client=ClientFactory(name="东海银行", short_name="东海", industry="banking"),
        name="信贷系统",
        created_by=manager,
    )


def promote_url(lesson: Lesson) -> str:
    return reverse("lessons:promote", args=[lesson.engagement_id, lesson.pk])


def test_a_manager_makes_a_rule_of_a_lesson(lesson: Lesson, bank: Engagement, manager: User, sign_in: SignIn) -> None:
    """N1: promoted, it binds the bank and leaves the factory alone; the page tells both."""
    browser = sign_in(manager)
    first = browser.get(promote_url(lesson))
    assert first.context["form"]["title"].value() == lesson.title
    browser.post(promote_url(lesson), LETTER)
    rule = StandingRule.objects.get()
    version = rule.versions.get()
    assert version.content == {"title": "权限确认书", "paragraphs": ["我方确认下列权限。"], "points": ["录入", "审批"]}
    page = words(browser.get(rule.get_absolute_url()))
    assert "Binds engagements with industry: Banking. It stands before “Execution”." in page
    assert "权限确认书" in page and "录入审批" in page.replace(" ", "")
    assert "东海 · 信贷系统 Open" in page and "华东机械 · 生产计划" not in page.partition("Engagements it binds")[2]
    assert browser.get(promote_url(lesson))["Location"] == rule.get_absolute_url()


def test_only_managers_promote_retire_and_write_versions(lesson: Lesson, engineer: User, sign_in: SignIn) -> None:
    """N1: may be promoted (manager)."""
    version = RuleVersionFactory()
    browser = sign_in(engineer)
    addresses = [promote_url(lesson), *(reverse(f"lessons:{name}", args=[version.rule_id]) for name in ("rule_version", "rule_retire"))]  # fmt: skip
    assert [browser.post(address, LETTER).status_code for address in addresses] == [403, 403, 403]
    assert "Make it a standing rule" not in words(browser.get(lesson.get_absolute_url()))
    page = words(browser.get(version.rule.get_absolute_url()))
    assert "Write a new version" not in page and "Retire the rule" not in page


def test_the_preview_shows_whom_it_would_bind_and_saves_nothing(
    lesson: Lesson, bank: Engagement, manager: User, sign_in: SignIn
) -> None:
    """N1: which running engagements it would bind at once, before the button is pressed."""
    browser = sign_in(manager)
    response = browser.post(promote_url(lesson), LETTER | {"preview": "1"})
    page = words(response)
    assert "1 running engagement at once" in page and "东海 · 信贷系统" in page and "Nothing is saved yet." in page
    assert not StandingRule.objects.exists() and not RuleApplication.objects.unscoped().exists()
    assert "进场前由客户逐角色确认权限。" in response.content.decode()
    everybody = words(browser.post(promote_url(lesson), LETTER | {"preview": "1", "binds_all": "on"}))
    assert "Binds every engagement." in everybody and "2 running engagements at once" in everybody
    nobody = words(browser.post(promote_url(lesson), LETTER | {"preview": "1", "industries": []}))
    assert "Binds nobody: no condition names anything." in nobody


@pytest.mark.parametrize(("language", "title"), [("en", "Permission confirmation letter")])
def test_the_letter_is_at_hand(lesson: Lesson, manager: User, language: str, title: str, sign_in: SignIn) -> None:
    """N1: the permission confirmation letter is the first template; what was typed beside it stays."""
    response = sign_in(manager).post(
        promote_url(lesson), {"title": "我写的标题", "text": "", "template": "permission"}
    )
    form = response.context["form"]
    assert form["sign_off_title"].value() == title
    assert "{client}" in form["sign_off_paragraphs"].value() and len(form["sign_off_points"].value().splitlines()) >= 4
    assert form["form"].value() == "sign_off"
    assert "我写的标题" in response.content.decode() and not form.errors
    assert not StandingRule.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 161}, "title"),
        ({"text": ""}, "text"),
        ({"text": "\x00"}, "text"),
        ({"form": "oath"}, "form"),
        ({"form": ""}, "form"),
        ({"before_phase": "preparation"}, "before_phase"),
        ({"industries": ["space"]}, "industries"),
        ({"industries": []}, "industries"),
        ({"core_tasks": ["dance"]}, "core_tasks"),
        ({"clients": ["999999999999999999999999"]}, "clients"),
        ({"clients": ["x"]}, "clients"),
        ({"modules": "一\n" * 21}, "modules"),
        ({"modules": "长" * 61}, "modules"),
        ({"sign_off_title": ""}, "sign_off_title"),
        ({"sign_off_paragraphs": "", "sign_off_points": ""}, "sign_off_paragraphs"),
        ({"sign_off_points": "行\n" * 41}, "sign_off_points"),
        ({"form": "document"}, "document_title"),
        ({"form": "checklist", "checklist_moment": "before"}, "checklist_text"),
        ({"form": "checklist", "checklist_text": "试", "checklist_moment": "never"}, "checklist_moment"),
        ({"form": "plan", "plan_title": "停电", "plan_trigger": "断电", "plan_emergency": "other"}, "plan_minutes"),
        ({"form": "plan", "plan_minutes": "0"}, "plan_minutes"),
        ({"form": "plan", "plan_minutes": "9" * 40}, "plan_minutes"),
    ],
)
def test_a_refused_rule_says_so_beside_its_field(
    changed: dict[str, Any], field: str, lesson: Lesson, manager: User, sign_in: SignIn
) -> None:
    """TRUST 13: hostile and forgotten input alike; what was typed stays, nothing is saved."""
    response = sign_in(manager).post(promote_url(lesson), LETTER | changed)
    assert response.status_code == 200
    assert field in response.context["form"].errors, response.context["form"].errors
    assert "录入" in response.content.decode() or "sign_off_points" in changed
    assert not StandingRule.objects.exists()


def test_what_stands_in_another_form_s_fields_keeps_nobody_from_saving(
    lesson: Lesson, manager: User, sign_in: SignIn
) -> None:
    """N1: the fields that are put away don't count."""
    sign_in(manager).post(promote_url(lesson), LETTER | {"plan_minutes": "-5", "document_kind": "x"})
    assert RuleVersion.objects.get().content["title"] == "权限确认书"


def test_a_new_version_says_what_changed(manager: User, bank: Engagement, sign_in: SignIn) -> None:
    """N1: rules have versions; the page shows the differences."""
    version = RuleVersionFactory(text="旧的说明")
    address = reverse("lessons:rule_version", args=[version.rule_id])
    browser = sign_in(manager)
    form = browser.get(address).context["form"]
    assert form["sign_off_title"].value() == "权限确认书" and "title" not in form.fields
    newer = LETTER | {"text": "新的说明", "before_phase": "review", "note": "改到验收前", "based_on": "1"}
    assert browser.post(address, newer | {"note": ""}).context["form"].errors.keys() == {"note"}
    browser.post(address, newer)
    page = words(browser.get(version.rule.get_absolute_url()))
    assert "version 2" in page and "改到验收前" in page
    assert "旧的说明 → 新的说明" in page and "before “Execution” → before “Review”" in page
    stale = browser.post(address, newer | {"text": "第三份"})
    assert "What somebody else saved meanwhile" in words(stale) and "第三份" in stale.content.decode()
    assert version.rule.versions.count() == 2
    browser.post(address, newer | {"text": "第三份", "based_on": stale.context["form"].data["based_on"]})
    assert version.rule.versions.count() == 3


def test_a_retired_rule_says_why_and_changes_no_more(manager: User, sign_in: SignIn) -> None:
    """N1: and can retire."""
    rule = RuleVersionFactory().rule
    browser = sign_in(manager)
    retire = reverse("lessons:rule_retire", args=[rule.pk])
    assert browser.post(retire, {"reason": ""}).status_code == 422
    browser.post(retire, {"reason": "系统已内置权限确认"})
    page = words(browser.get(rule.get_absolute_url()))
    assert "系统已内置权限确认" in page and "Write a new version" not in page
    assert browser.get(reverse("lessons:rule_version", args=[rule.pk]))["Location"] == rule.get_absolute_url()
    assert rule.title not in words(browser.get(reverse("lessons:rules")))
    assert rule.title in words(browser.get(reverse("lessons:rules"), {"state": "retired"}))


def test_the_rule_page_counts_what_became_of_it(
    engagement: Engagement, bank: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    """N1: applied, satisfied, waived, recurred; who is in one engagement reads the names of that one only."""
    version = RuleVersionFactory(
        binds_all=True, form="checklist", content={"text": "试登录", "moment": "before"}, rule__lesson__engagement=bank
    )
    for row in (engagement, bank):
        RuleApplication.objects.create(engagement=row, rule=version.rule, version=version)
    Waiver.objects.create(
        engagement=bank, before_phase="execution", obstacle=f"rule.{version.rule_id}", obstacle_text="x",
        reason="银行的理由", due_on=bank.today(), granted_by=manager,
    )  # fmt: skip
    ProblemFactory(engagement=bank, title="银行的问题", recurs=version.rule)
    ProblemFactory(engagement=engagement, title="工厂的问题", recurs=version.rule)
    told = "bound 2 fulfilled 0 waived 1 open 1 happened again 2"
    page = words(sign_in(manager).get(version.rule.get_absolute_url()))
    assert told in page and "东海 · 信贷系统 Waived" in page and "银行的理由" in page and "银行的问题" in page
    body = sign_in(engineer).get(version.rule.get_absolute_url())
    assert told in words(body) and "工厂的问题" in words(body)
    for secret in ("东海", "信贷系统", "银行的理由", "银行的问题", version.rule.lesson.get_absolute_url()):
        assert secret not in body.content.decode()


def test_clients_a_reader_does_not_know_are_only_counted(bank: Engagement, engagement: Engagement) -> None:
    """RULES: who is in no engagement of a client does not read its name."""
    RuleVersionFactory(industries=[]).clients.add(bank.client, engagement.client)
    version = RuleVersion.objects.with_clients().get()
    with translation.override("en"):
        assert (
            bound_words(version, {engagement.client_id})
            == "Binds engagements with client: 华东机械 or 1 other client."
        )


def test_a_lesson_of_another_client_is_not_listed(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    """N1: lessons not yet promoted, that this person may see."""
    LessonFactory(engagement=engagement, title="我们的教训")
    LessonFactory(engagement=foreign_engagement, title="别人的教训")
    address = reverse("lessons:rules")
    mine = words(sign_in(engineer).get(address))
    assert "我们的教训" in mine and "别人的教训" not in mine
    assert "别人的教训" in words(sign_in(manager).get(address))


@pytest.mark.parametrize(
    ("query", "rules", "lessons"),
    [
        ({}, {"银行规则", "所有规则"}, {"口头确认", "断网"}),
        ({"q": "权限"}, {"银行规则"}, {"口头确认"}),
        ({"q": "权限 没有这个词"}, set(), set()),
        ({"industry": "healthcare"}, {"所有规则"}, set()),
        ({"industry": "manufacturing"}, {"所有规则"}, {"口头确认", "断网"}),
        ({"state": "all", "industry": "banking"}, {"银行规则", "所有规则", "退役规则"}, set()),
        ({"state": "nonsense", "q": "\x00"}, {"银行规则", "所有规则"}, {"口头确认", "断网"}),
    ],
)
def test_words_and_filters_narrow_the_list_down(
    query: dict[str, str], rules: set[str], lessons: set[str], engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    """N1: filter active or retired, industry; search words."""
    source = {"rule__lesson__title": "已成规则", "rule__lesson__engagement": engagement}
    RuleVersionFactory(rule__title="银行规则", text="确认权限", **source)
    everybody = {
        "industries": [],
        "binds_all": True,
        "form": "checklist",
        "content": {"text": "备份", "moment": "before"},
    }
    RuleVersionFactory(rule__title="所有规则", text="先备份", **everybody, **source)
    gone = RuleVersionFactory(rule__title="退役规则", text="确认权限", **source).rule
    StandingRule.objects.filter(pk=gone.pk).update(retired_at=gone.promoted_at, retire_reason="x", retired_by=manager)
    LessonFactory(engagement=engagement, title="口头确认", why="权限只在口头确认")
    LessonFactory(engagement=engagement, title="断网", what_happened="断网", why="线路", rule="备线")
    page = words(sign_in(manager).get(reverse("lessons:rules"), query))
    assert {name for name in ("银行规则", "所有规则", "退役规则") if name in page} == rules
    assert {name for name in ("口头确认", "断网") if name in page} == lessons


def test_every_form_is_told_in_words() -> None:
    """N1: what is demanded, line by line; a value that is no longer offered stands as it was stored."""
    contents: dict[str, dict[str, Any]] = {
        "sign_off": {"title": "权限确认书", "paragraphs": ["甲"], "points": ["乙"]},
        "document": {"title": "网络拓扑图", "purpose": "找单点", "kind": "vanished"},
        "checklist": {"text": "试登录", "moment": "before"},
        "plan": {"title": "停电", "emergency": "other", "trigger": "断电", "minutes": 10, "steps": ["叫电工"], "fallback": "纸"},
    }  # fmt: skip
    with translation.override("en"):
        for form, content in contents.items():
            told = demanded(RuleVersion(form=form, content=content))
            said = " ".join([line.text + " ".join(line.lines) for line in told])
            assert str(content.get("title") or content["text"]) in said
        first = RuleVersionFactory(form="checklist", content=contents["checklist"])
        RuleVersionFactory(rule=first.rule, number=2, form="document", content=contents["document"])
        now, was = RuleVersion.objects.with_clients()
        changed = {row.what: (row.how, row.was, row.now) for row in version_differences(was, now, set())}
    assert changed["Line to tick"] == ("removed", "试登录", "")
    assert changed["Document"] == ("added", "", "网络拓扑图")
    assert "Who is bound" not in changed


def test_the_company_s_pages_ask_as_often_for_thirty_rows(
    engagement: Engagement,
    manager: User,
    engineer: User,
    same_at_thirty: Callable[..., None],  # noqa: F811
) -> None:
    """SPEED: constant query counts."""
    first = RuleVersionFactory()

    def grow(rows: int) -> None:
        for _i in range(rows):
            version = RuleVersionFactory()
            number = first.rule.versions.count() + 1
            newer = RuleVersionFactory(rule=first.rule, number=number, text=f"{number}")
            StandingRule.objects.filter(pk=first.rule_id).update(version=number)
            version.clients.add(engagement.client)
            newer.clients.add(engagement.client)
            LessonFactory(engagement=engagement)
            bound = EngagementFactory()
            MembershipFactory(engagement=bound, user=engineer)
            RuleApplication.objects.create(engagement=bound, rule=first.rule, version=newer)
            ProblemFactory(engagement=bound, recurs=first.rule)

    grow(1)
    same_at_thirty(engineer, reverse("lessons:rules"), lambda: grow(1), 14)
    same_at_thirty(engineer, first.rule.get_absolute_url(), lambda: grow(28), 20)
    same_at_thirty(manager, reverse("lessons:rules"), lambda: None, 14)
