"""Contingency plans: prepared, fitted, kept, and never lost. (P4)"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from engagements.contingency_library import library, usual_plans
from engagements.forms.contingency import ContingencyPlanForm, StepsField
from engagements.models import ContingencyModel, ContingencyPlan, Emergency, Engagement, Membership
from engagements.services import contingency, contingency_library
from engagements.services.contingency import LONGEST_STEP, MOST_STEPS
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.factories import ContingencyModelFactory, ContingencyPlanFactory

pytestmark = pytest.mark.django_db


def filled(plan: ContingencyPlan, **fields: Any) -> dict[str, Any]:
    """What a browser sends for this plan."""
    shown = ContingencyPlanForm.initial_of(plan) | {"steps": "\n".join(plan.steps)} | fields
    return {name: "" if value is None else getattr(value, "pk", value) for name, value in shown.items()}


def refused(field: str, **fields: Any) -> None:
    with pytest.raises(DomainError) as error:
        contingency.save_plan(**fields)
    assert error.value.field == field


# --- The library -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_three_usual_plans_are_whole(language: str) -> None:
    """P4: network, permission, interface; each with a trigger, a limit, five to seven steps and a fallback."""
    with override(language):
        plans = usual_plans()
    assert [plan.emergency for plan in plans] == [Emergency.NETWORK, Emergency.PERMISSION, Emergency.INTERFACE]
    for plan in plans:
        assert plan.title
        assert plan.trigger
        assert plan.fallback
        assert 1 <= plan.respond_within_minutes <= 60
        assert 5 <= len(plan.steps) <= 7
        assert all(len(step) <= LONGEST_STEP for step in plan.steps)


def test_the_three_come_with_one_press_and_never_twice(engagement: Engagement, engineer: User) -> None:
    """P4: the second press, and one after a plan was renamed, add nothing."""
    first = contingency.take_over_usual_plans(actor=engineer, engagement=engagement)
    assert [plan.owner_id for plan in first] == [engineer.pk] * 3
    assert not any(plan.is_ready for plan in first), "nobody said yet whom to call"
    contingency.save_plan(actor=engineer, engagement=engagement, plan=first[0], title="车间断网")
    assert contingency.take_over_usual_plans(actor=engineer, engagement=engagement) == []
    assert engagement.contingency_plans.count() == 3
    assert AuditEntry.objects.filter(action="contingency.created").count() == 3


def test_the_plans_come_in_the_language_of_the_documents(engagement: Engagement, engineer: User) -> None:
    """P4: what the client reads is in the client's language, whoever presses."""
    Engagement.objects.filter(pk=engagement.pk).update(language="en")
    with override("zh-hans"):
        contingency.take_over_usual_plans(actor=engineer, engagement=engagement)
    assert engagement.contingency_plans.unscoped()[0].title == "Network outage"


def test_a_plan_of_the_library_is_copied_once(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """P4: the company's own plan comes as a copy; a later change of the library leaves it alone."""
    model = ContingencyModelFactory(title="服务器宕机")
    browser = sign_in(engineer)
    url = reverse("engagements:contingency_from_library", args=[engagement.pk])
    for _press in range(2):
        browser.post(url, {"plan": f"model-{model.pk}"})
    contingency_library.save_model(actor=engagement.created_by, model=model, trigger="改了")
    plan = engagement.contingency_plans.unscoped().get()
    assert (plan.title, plan.trigger, plan.steps) == ("服务器宕机", "应用服务器无响应", ["联系机房", "切换备机"])
    assert browser.post(url, {"plan": "nonsense"}).status_code == 200


def test_only_a_manager_keeps_the_library(engineer: User, manager: User, sign_in: SignIn) -> None:
    """P4: engineers read it, the client's people don't."""
    model = contingency_library.save_model(actor=manager, title="宕机", trigger="无响应", respond_within_minutes=5)
    for act in (
        lambda: contingency_library.save_model(actor=engineer, title="另一个"),
        lambda: contingency_library.delete_model(actor=engineer, model=model),
    ):
        with pytest.raises(PermissionDenied):
            act()
    with pytest.raises(DomainError) as error:
        contingency_library.save_model(actor=manager, title="宕机", trigger="x", respond_within_minutes=5)
    assert error.value.field == "title"
    assert "宕机" in sign_in(engineer).get(reverse("engagements:contingency_library")).content.decode()
    contingency_library.delete_model(actor=manager, model=model)
    with pytest.raises(DomainError):
        contingency_library.delete_model(actor=manager, model=model)
    assert [plan.model for plan in library(ContingencyModel.objects.all())] == [None] * 3


# --- Fitted to the engagement ---------------------------------------------------------------------------------------


def test_a_plan_is_ready_with_an_owner_a_contact_and_steps(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """P4: the page says what still lacks, also where the owner has left; the client reads it."""
    plan = ContingencyPlanFactory(engagement=engagement, steps=[])
    url = reverse("engagements:contingency_list", args=[engagement.pk])
    browser = sign_in(client_pm)
    (card,) = browser.get(url).context["cards"]
    assert card.lacks == ["an owner", "an escalation contact", "steps"]
    contingency.save_plan(
        actor=engineer, engagement=engagement, plan=plan, owner=engineer, escalation="张工", steps=["一"]
    )
    (card,) = browser.get(url).context["cards"]
    assert card.lacks == []
    assert card.plan.is_ready
    Membership.objects.filter(user=engineer).update(ended_at=timezone.now())
    (card,) = browser.get(url).context["cards"]
    assert card.lacks == ["an owner: 李喆 has left the engagement"]


def test_what_can_not_be_is_refused_beside_its_field(
    engagement: Engagement, engineer: User, colleague: User, outsider_engineer: User
) -> None:
    """P4: strangers, one person twice, a rehearsal to come, a limit of nothing."""
    plan = ContingencyPlanFactory(engagement=engagement)
    given: dict[str, Any] = {"actor": engineer, "engagement": engagement, "plan": plan}
    tomorrow = engagement.today() + timedelta(days=1)
    refused("owner", **given, owner=outsider_engineer)
    refused("deputy", **given, owner=None, deputy=outsider_engineer)
    refused("deputy", **given, owner=engineer, deputy=engineer)
    refused("rehearsed_on", **given, rehearsed_on=tomorrow)
    refused("rehearsed_on", **given, rehearsal_result="顺利", rehearsed_on=None)
    refused("respond_within_minutes", **given, respond_within_minutes=0)
    refused("respond_within_minutes", **given, respond_within_minutes=1441)
    refused("steps", **given, steps=["x" * (LONGEST_STEP + 1)])
    refused("steps", **given, steps=["x"] * (MOST_STEPS + 1))
    other = ContingencyPlanFactory(engagement=engagement)
    refused("title", **given, title=other.title)
    plan.refresh_from_db()
    assert (plan.owner, plan.deputy, plan.rehearsed_on, plan.respond_within_minutes) == (None, None, None, 10)
    saved = contingency.save_plan(
        **given, owner=engineer, deputy=colleague, rehearsed_on=engagement.today(), respond_within_minutes=1440
    )
    assert (saved.owner, saved.deputy) == (engineer, colleague)


def test_a_stale_save_keeps_both_texts(
    engagement: Engagement, engineer: User, colleague: User, sign_in: SignIn
) -> None:
    """P4: the later one sees the other's text, their own stays typed, and the second save replaces knowingly."""
    plan = ContingencyPlanFactory(engagement=engagement)
    url = reverse("engagements:contingency_edit", args=[engagement.pk, plan.pk])
    mine, theirs = filled(plan, trigger="我的触发条件"), filled(plan, trigger="同事的触发条件")
    assert sign_in(colleague).post(url, theirs).status_code == 302
    browser = sign_in(engineer)
    page = browser.post(url, mine)
    assert page.status_code == 200
    words = page.content.decode()
    assert "同事的触发条件" in words
    assert "我的触发条件" in words
    plan.refresh_from_db()
    assert plan.trigger == "同事的触发条件"
    again = browser.post(url, mine | {"was": page.context["form"]["was"].value()})
    assert again.status_code == 302
    plan.refresh_from_db()
    assert plan.trigger == "我的触发条件"


def test_an_unchanged_plan_is_not_stale(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """P4: what the page showed is what is stored, to the last line break."""
    plan = ContingencyPlanFactory(engagement=engagement, rehearsed_on=engagement.today(), owner=engineer)
    url = reverse("engagements:contingency_edit", args=[engagement.pk, plan.pk])
    before = plan.fingerprint
    for _press in range(2):
        assert sign_in(engineer).post(url, filled(plan)).status_code == 302
    assert ContingencyPlan.objects.unscoped().get(pk=plan.pk).fingerprint == before
    with pytest.raises(StaleError):
        contingency.save_plan(actor=engineer, engagement=engagement, plan=plan, was="0" * 64, title="x")


def test_a_deleted_plan_is_told_not_brought_back(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """P4: deleting twice, or saving what somebody deleted, is a sentence and no error page."""
    plan: ContingencyPlan = ContingencyPlanFactory(engagement=engagement)
    pk = plan.pk
    contingency.delete_plan(actor=engineer, plan=plan)
    plan.pk = pk
    for act in (
        lambda: contingency.delete_plan(actor=engineer, plan=plan),
        lambda: contingency.save_plan(actor=engineer, engagement=engagement, plan=plan, title="x"),
        lambda: contingency.invoke(actor=engineer, plan=plan),
    ):
        with pytest.raises(DomainError):
            act()
    assert engagement.contingency_plans.count() == 0


def test_an_invoked_plan_is_not_deleted(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """P4: its log stays for the report."""
    plan = ContingencyPlanFactory(engagement=engagement)
    contingency.invoke(actor=engineer, plan=plan)
    with pytest.raises(DomainError):
        contingency.delete_plan(actor=engineer, plan=plan)
    page = sign_in(engineer).get(reverse("engagements:contingency_edit", args=[engagement.pk, plan.pk]))
    assert "Delete this plan" not in page.content.decode()


def test_the_clients_people_read_and_write_nothing(engagement: Engagement, client_pm: User) -> None:
    """P4: plans are the vendor's to keep."""
    plan = ContingencyPlanFactory(engagement=engagement)
    for act in (
        lambda: contingency.save_plan(actor=client_pm, engagement=engagement, plan=plan, title="x"),
        lambda: contingency.take_over_usual_plans(actor=client_pm, engagement=engagement),
        lambda: contingency.delete_plan(actor=client_pm, plan=plan),
        lambda: contingency.invoke(actor=client_pm, plan=plan),
    ):
        with pytest.raises(PermissionDenied):
            act()


# --- The form ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("respond_within_minutes", "0"), ("respond_within_minutes", "1441"), ("respond_within_minutes", "一"),
        ("steps", "x" * 301), ("steps", "x\n" * 31), ("steps", "a\x00b"), ("title", ""), ("title", "x" * 121),
        ("emergency", "flood"), ("owner", "999999"), ("owner", "x"), ("rehearsed_on", "2026-02-30"),
        ("trigger", " "),
    ],
)  # fmt: skip
def test_bad_input_is_a_sentence_beside_the_field(
    field: str, value: str, engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """P4: never an error page, and what was typed stays."""
    plan = ContingencyPlanFactory(engagement=engagement)
    url = reverse("engagements:contingency_edit", args=[engagement.pk, plan.pk])
    page = sign_in(engineer).post(url, filled(plan, **{field: value}))
    assert page.status_code == 200
    assert page.context["form"].errors[field]


@given(st.lists(st.text(max_size=40), max_size=MOST_STEPS))
def test_steps_come_back_as_they_were_shown(lines: list[str]) -> None:
    """P4: cleaning what a cleaned list is shown as changes nothing."""
    field = StepsField(required=False)
    try:
        steps = field.clean("\n".join(lines))
    except ValidationError:
        return  # Hidden characters are refused elsewhere.
    assert field.clean(field.prepare_value(steps)) == steps
    assert all(step == step.strip() and step for step in steps)
