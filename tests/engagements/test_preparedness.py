"""P5, gate to execution: agreed plan, understood functions, three ready contingency plans, an issued manual; all waivable."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from engagements import gates
from engagements.models import Baseline, ContingencyPlan, Engagement, Function, Phase, Question, SignOff, Waiver
from engagements.preparedness import EMERGENCIES
from onsite.accounts.models import User
from onsite.core.models import AuditEntry
from reports.dashboards.facts import Facts
from reports.models import Document
from tests.conftest import SignIn
from tests.ready import make_contingency_plan, make_function, make_manual, make_ready_for_execution

BY_US = {
    "plan.baseline", "functions.missing", "functions.open", "contingency.network", "contingency.permission",
    "contingency.interface", "field_manual.missing",
}  # fmt: skip


def missing(engagement: Engagement) -> dict[str, str]:
    """What this issue demands and is missing, by code."""
    standing = gates.standing_before(engagement, Phase.EXECUTION)
    return {found.obstacle.code: found.obstacle.text for found in standing if found.obstacle.code in BY_US}


def test_what_is_prepared_stands_in_no_way(engagement: Engagement, sign_off: SignOff, engineer: User) -> None:
    assert missing(engagement).keys() == BY_US - {"functions.open"}
    make_ready_for_execution(engagement, engineer)
    assert not missing(engagement)


def test_a_plan_that_nobody_agreed_on_has_no_baseline(
    engagement: Engagement, sign_off: SignOff, engineer: User
) -> None:
    """P3: slip can only be seen against an agreed plan."""
    make_ready_for_execution(engagement, engineer)
    Baseline.objects.filter(engagement=engagement).unscoped().delete()
    assert missing(engagement).keys() == {"plan.baseline"}


@pytest.mark.parametrize(
    ("fields", "stands"),
    [
        ({"frequency": "daily", "why": ""}, True),
        ({"frequency": "monthly", "risk": "high", "how": ""}, True),
        ({"frequency": "weekly", "risk": "medium", "how": ""}, False),
        ({"frequency": "daily"}, False),
        ({"frequency": "daily", "rules": "", "pain_points": "", "signed_off_by": ""}, False),
    ],
)
def test_only_daily_or_risky_functions_must_be_complete(
    engagement: Engagement, fields: dict[str, str], stands: bool
) -> None:
    """P2, P5: complete 5W1H for functions of high risk or daily use."""
    make_function(engagement, name="月末结账", **fields)
    found = missing(engagement)
    assert ("functions.open" in found) is stands
    assert not stands or "月末结账" in found["functions.open"]
    assert "functions.missing" not in found


@pytest.mark.parametrize("question", Question.values)
def test_each_of_the_six_questions_counts(engagement: Engagement, question: str) -> None:
    make_function(engagement, **{question: ""})
    assert "functions.open" in missing(engagement)


def test_many_functions_are_one_obstacle_that_names_some(engagement: Engagement) -> None:
    for number in range(7):
        make_function(engagement, name=f"功能{number}", who="")
    text = missing(engagement)["functions.open"]
    assert "7 functions" in text and "功能3 and 3 more" in text and "功能4" not in text


@pytest.mark.parametrize("absent", [{"owner": None}, {"escalation": ""}, {"steps": []}])
def test_a_plan_that_nobody_could_follow_is_not_ready(
    engagement: Engagement, engineer: User, absent: dict[str, object]
) -> None:
    """P4: an owner, an escalation contact, and steps."""
    plan = make_contingency_plan(engagement, engineer, "network")
    ContingencyPlan.objects.filter(pk=plan.pk).update(**absent)
    assert "not ready" in missing(engagement)["contingency.network"]
    assert "missing" in missing(engagement)["contingency.permission"]
    make_contingency_plan(engagement, engineer, "network", title="备用线路")
    assert "contingency.network" not in missing(engagement)


def test_a_plan_whose_owner_left_is_not_ready(engagement: Engagement, engineer: User, manager: User) -> None:
    """P4: the gate, the portfolio and the page of the plans say the same."""
    make_contingency_plan(engagement, engineer, "network")
    waiver = Waiver.objects.create(
        engagement=engagement, before_phase=Phase.EXECUTION, obstacle="contingency.network", obstacle_text="x",
        reason="x", due_on=engagement.today(), granted_by=manager,
    )  # fmt: skip
    assert "contingency.network" not in missing(engagement)
    assert not Facts(manager, [engagement]).is_still_missing(waiver)
    engagement.memberships.filter(user=engineer).update(ended_at=timezone.now())
    assert "not ready" in missing(engagement)["contingency.network"]
    assert Facts(manager, [engagement]).is_still_missing(waiver)


def test_other_emergencies_are_not_demanded(engagement: Engagement, engineer: User) -> None:
    make_contingency_plan(engagement, engineer, "other")
    assert {f"contingency.{emergency}" for emergency in EMERGENCIES} <= missing(engagement).keys()


def test_a_manual_is_issued_when_it_is_frozen(engagement: Engagement, engineer: User) -> None:
    """Its printing follows in the worker."""
    assert "field_manual.missing" in missing(engagement)
    make_manual(engagement, engineer)
    assert "field_manual.missing" not in missing(engagement)


def test_a_manager_waives_each_with_a_reason(engagement: Engagement, sign_off: SignOff, manager: User) -> None:
    """P5: the reason stands in the audit."""
    make_function(engagement, why="")
    for code in missing(engagement):
        gates.waive(
            actor=manager, engagement=engagement, obstacle=code, reason=f"现场补：{code}",
            due_on=engagement.today() + timedelta(days=5),
        )  # fmt: skip
    reasons = {entry.data["reason"] for entry in AuditEntry.objects.filter(action="gate.waived")}
    assert reasons == {f"现场补：{code}" for code in missing(engagement)}
    assert not any(s.blocks for s in gates.standing_before(engagement, Phase.EXECUTION) if s.obstacle.code in BY_US)


def test_the_overview_links_to_each_place_and_hints_at_the_rest(
    engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    make_function(engagement, name="每日派工", why="")
    make_function(engagement, name="年度盘点", frequency="rarely", why="")
    shown = sign_in(manager).get(reverse("engagements:detail", args=[engagement.pk])).content.decode()
    for place in ("function_list", "contingency_list"):
        assert f'href="{reverse(f"engagements:{place}", args=[engagement.pk])}"' in shown
    assert f'href="{reverse("reports:draft", args=[engagement.pk, "field_manual"])}"' in shown
    hint = shown.split("not in the way")[1]
    assert "年度盘点" in hint and "每日派工" not in hint


def test_the_bulk_answer_is_the_gates_own(engagement: Engagement, sign_off: SignOff, manager: User) -> None:
    """RULES: what was waived counts on the portfolio only while it is still missing, obstacle by obstacle."""
    function = make_function(engagement, why="")
    waivers = [
        Waiver.objects.create(
            engagement=engagement, before_phase=Phase.EXECUTION, obstacle=code, obstacle_text=code, reason="x",
            due_on=engagement.today(), granted_by=manager,
        )
        for code in sorted(BY_US)
    ]  # fmt: skip

    def standing() -> set[str]:
        facts = Facts(manager, [engagement])
        bulk = {waiver.obstacle for waiver in waivers if facts.is_still_missing(waiver)}
        assert bulk == {waiver.obstacle for waiver in waivers if gates.still_stands(waiver)}
        return bulk

    assert standing() == BY_US - {"functions.missing"}
    Function.objects.filter(pk=function.pk).update(why="减少换线")
    make_ready_for_execution_but_for_functions(engagement, manager)
    assert standing() == set()
    Function.objects.filter(pk=function.pk).unscoped().delete()
    ContingencyPlan.objects.filter(emergency="network").update(escalation="")
    Document.objects.filter(engagement=engagement).unscoped().delete()
    assert standing() == {"functions.missing", "contingency.network", "field_manual.missing"}


def make_ready_for_execution_but_for_functions(engagement: Engagement, manager: User) -> None:
    for emergency in EMERGENCIES:
        make_contingency_plan(engagement, manager, emergency)
    make_manual(engagement, manager)
    Baseline.objects.create(engagement=engagement, number=1, reason="已约定")
