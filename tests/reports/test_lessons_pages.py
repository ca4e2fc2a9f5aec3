"""The pages of an engagement's lessons, and of the rules that bind it (R2, N1)."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from engagements.models import Engagement, Lesson, NoLesson, RuleApplication, Waiver
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from tests.conftest import SignIn
from tests.factories import EngagementFactory, LessonFactory, MembershipFactory, RuleVersionFactory, UserFactory
from tests.test_query_counts import same_at_thirty  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db

TOLD = {
    "title": "权限要提前确认",
    "what_happened": "上线当天三个角色没有权限。",
    "why": "只在口头确认过。",
    "rule": "进场前签署权限确认书。",
    "is_internal": "1",
}


def url(name: str, engagement: Engagement, *ids: int) -> str:
    return reverse(f"lessons:{name}", args=[engagement.pk, *ids])


def words(response: Any) -> str:
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(strip_tags(main)).split())


def bind(engagement: Engagement, **fields: Any) -> RuleApplication:
    """A rule with a line to tick that has reached the engagement."""
    fields = {"form": "checklist", "content": {"text": "逐角色试登录", "moment": "before"}} | fields
    version = RuleVersionFactory(industries=[engagement.client.industry], **fields)
    return RuleApplication.objects.create(engagement=engagement, rule=version.rule, version=version)


def test_a_lesson_is_written_changed_and_deleted(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """R2: what happened, why, rule; internal until somebody says otherwise."""
    browser = sign_in(engineer)
    assert "No lesson yet" in words(browser.get(url("list", engagement)))
    response = browser.post(url("lesson_create", engagement), TOLD)
    lesson = Lesson.objects.unscoped().get()
    assert response["Location"] == lesson.get_absolute_url()
    assert lesson.is_internal and lesson.written_by == engineer
    page = words(browser.get(lesson.get_absolute_url()))
    assert all(TOLD[name] in page for name in ("what_happened", "why", "rule"))
    shared = TOLD | {"is_internal": "0", "was": lesson.fingerprint}
    browser.post(url("lesson_edit", engagement, lesson.pk), shared)
    assert "client sees" in words(browser.get(url("list", engagement)))
    browser.post(url("lesson_delete", engagement, lesson.pk))
    assert not Lesson.objects.unscoped().exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", "长" * 161),
        ("title", "\x00\u202e"),
        ("what_happened", " "),
        ("why", ""),
        ("rule", "x" * 5001),
        ("is_internal", "perhaps"),
        ("is_internal", ""),
    ],
)
def test_a_refused_lesson_keeps_what_was_typed(
    name: str, value: str, engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """TRUST 13: a sentence beside the field, and the other fields as they were typed."""
    response = sign_in(engineer).post(url("lesson_create", engagement), TOLD | {name: value})
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {name}
    kept = TOLD["why"] if name != "why" else TOLD["rule"]
    assert kept in response.content.decode()
    assert not Lesson.objects.unscoped().exists()


def test_two_people_on_one_lesson_lose_nothing(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    """RULES: a stale edit keeps both texts for a person to choose."""
    lesson = LessonFactory(engagement=engagement, written_by=engineer)
    seen = lesson.fingerprint
    address = url("lesson_edit", engagement, lesson.pk)
    sign_in(colleague).post(address, TOLD | {"why": "同事写的原因", "was": seen})
    browser = sign_in(engineer)
    response = browser.post(address, TOLD | {"why": "我写的原因", "was": seen})
    body = response.content.decode()
    assert "同事写的原因" in body and "我写的原因" in body
    browser.post(address, TOLD | {"why": "我写的原因", "was": response.context["form"].data["was"]})
    assert Lesson.objects.unscoped().get().why == "我写的原因"


def test_none_needs_a_reason_and_can_be_withdrawn(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """R2: at least one lesson, or a stated "none" with its reason."""
    browser = sign_in(engineer)
    refused = browser.post(url("none_state", engagement), {"reason": ""})
    assert refused.status_code == 422 and not NoLesson.objects.unscoped().exists()
    browser.post(url("none_state", engagement), {"reason": "与上一期完全相同"})
    page = words(browser.get(url("list", engagement)))
    assert "与上一期完全相同" in page and "No lesson yet" not in page
    browser.post(url("none_withdraw", engagement))
    assert "No lesson yet" in words(browser.get(url("list", engagement)))


def test_a_trainer_reads_and_writes_nothing(engagement: Engagement, sign_in: SignIn) -> None:
    """R2: who may write is the service's rule, and the page shows no button that it would refuse."""
    trainer = UserFactory()
    MembershipFactory(engagement=engagement, user=trainer, part=Part.TRAINER)
    lesson = LessonFactory(engagement=engagement)
    browser = sign_in(trainer)
    assert lesson.title in words(browser.get(url("list", engagement)))
    assert "Edit" not in words(browser.get(lesson.get_absolute_url()))
    assert browser.post(url("lesson_create", engagement), TOLD).status_code == 403


@pytest.mark.parametrize("shared", [False, True])
def test_a_client_reaches_no_page_of_it(
    shared: bool, engagement: Engagement, client_pm: User, client_pm_2: User, sign_in: SignIn
) -> None:
    """N1: lessons are read in the closing report; rules never are."""
    lesson = LessonFactory(engagement=engagement, is_internal=not shared)
    application = bind(engagement)
    inside: list[tuple[str, list[int]]] = [
        *((name, []) for name in ("list", "requirements", "lesson_create")),
        *((name, [lesson.pk]) for name in ("lesson", "lesson_edit", "promote")),
    ]
    for name, ids in inside:
        assert sign_in(client_pm).get(url(name, engagement, *ids)).status_code == 403, name
        assert sign_in(client_pm_2).get(url(name, engagement, *ids)).status_code == 404, name
    company = [reverse("lessons:rules"), reverse("lessons:rule", args=[application.rule_id])]
    for address in company:
        assert sign_in(client_pm).get(address).status_code == 403
    home = sign_in(client_pm).get(reverse("reports:dashboard", args=[engagement.pk])).content.decode()
    assert reverse("lessons:rules") not in home and application.rule.title not in home


def test_what_rules_demand_here_is_listed_with_its_state(
    engagement: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    """N1: each rule with where it stands, the page that fulfils it, and who let it pass."""
    application = bind(engagement, rule__title="逐角色确认权限")
    waived = bind(engagement, rule__title="合同附件先到")
    Waiver.objects.create(
        engagement=engagement, before_phase="execution", obstacle=f"rule.{waived.rule_id}", obstacle_text="x",
        reason="客户法务在走流程", due_on=engagement.today(), granted_by=manager,
    )  # fmt: skip
    browser = sign_in(engineer)
    page = words(browser.get(url("requirements", engagement)))
    assert "逐角色确认权限 Open" in page and "合同附件先到 Waived" in page and "客户法务在走流程" in page
    assert "Waive :" not in page
    browser.post(url("rule_tick", engagement, application.pk))
    assert "逐角色确认权限 Fulfilled" in words(browser.get(url("requirements", engagement)))
    browser.post(url("rule_tick", engagement, application.pk), {"undo": "1"})
    assert "逐角色确认权限 Open" in words(browser.get(url("requirements", engagement)))


def test_a_manager_finds_the_waiver_where_the_rule_stands(
    engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    """N1: a waiver needs a manager and a reason: the way to it stands beside the rule at the next gate alone."""
    now, later = bind(engagement), bind(engagement, before_phase="closed")
    body = sign_in(manager).get(url("requirements", engagement)).content.decode()
    assert reverse("engagements:waive", args=[engagement.pk, now.obstacle_code]) in body
    assert reverse("engagements:waive", args=[engagement.pk, later.obstacle_code]) not in body


def test_review_and_overview_say_how_many_rules_wait(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """N1: "n rules bind here, m open", for the vendor alone."""
    bind(engagement)
    browser = sign_in(engineer)
    for route in ("engagements:review", "engagements:detail"):
        assert "1 binds here, 1 open" in words(browser.get(reverse(route, args=[engagement.pk])))
    assert "binds here" not in words(sign_in(client_pm).get(engagement.get_absolute_url(), follow=True))


@pytest.mark.parametrize("name", ["list", "requirements"])
def test_the_pages_ask_as_often_for_thirty_rows(
    name: str,
    engagement: Engagement,
    engineer: User,
    same_at_thirty: Callable[..., None],  # noqa: F811
) -> None:
    """SPEED: constant query counts."""

    def grow(rows: int) -> None:
        for _i in range(rows):
            LessonFactory(engagement=engagement, written_by=engineer)
            bind(engagement)

    grow(1)
    same_at_thirty(engineer, url(name, engagement), lambda: grow(29), 14)


def test_another_engagement_s_row_is_absent(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    """HOUSE: crossed ids are a 404."""
    other = bind(EngagementFactory())
    browser: Client = sign_in(manager)
    assert browser.post(url("rule_tick", engagement, other.pk)).status_code == 404
    assert browser.get(url("lesson", engagement, LessonFactory().pk)).status_code == 404
