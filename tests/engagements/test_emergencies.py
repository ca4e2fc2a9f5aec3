"""An emergency: the clock, the steps, who was told, and how it ended. (P4)"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from engagements import gates
from engagements.models import ContingencyPlan, Engagement, Invocation, InvocationStep, Membership, Phase
from engagements.services import contingency
from engagements.services.emergencies import MOST_STEPS
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, RefusedError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.conftest import SignIn
from tests.factories import ContingencyPlanFactory

pytestmark = pytest.mark.django_db
BEGIN = datetime.fromisoformat("2026-11-18T10:00:00+08:00")


@pytest.fixture(autouse=True)
def at_ten(time_machine: Any) -> Any:
    time_machine.move_to(BEGIN, tick=False)
    return time_machine


@pytest.fixture
def plan(engagement: Engagement, engineer: User, colleague: User) -> ContingencyPlan:
    """Three steps, ten minutes, owned by the lead, the colleague as deputy."""
    return ContingencyPlanFactory(engagement=engagement, owner=engineer, deputy=colleague)


@pytest.fixture
def running(plan: ContingencyPlan, engineer: User) -> Invocation:
    return contingency.invoke(actor=engineer, plan=plan)


def steps_of(invocation: Invocation) -> list[InvocationStep]:
    return list(invocation.steps.unscoped().select_related("invocation__plan__engagement__client"))


def page_of(invocation: Invocation, user: User, sign_in: SignIn) -> str:
    url = reverse("engagements:invocation", args=[invocation.plan.engagement_id, invocation.pk])
    return sign_in(user).get(url).content.decode()


def address(name: str, invocation: Invocation, *ids: int) -> str:
    return reverse(f"engagements:{name}", args=[invocation.plan.engagement_id, invocation.pk, *ids])


# --- It begins --------------------------------------------------------------------------------------------------------


def test_invoking_copies_the_steps_and_the_limit(plan: ContingencyPlan, running: Invocation, engineer: User) -> None:
    """P4: a later change of the plan leaves the log as it was."""
    contingency.save_plan(
        actor=engineer, engagement=plan.engagement, plan=plan, steps=["ganz anders"], respond_within_minutes=99
    )
    assert [(step.position, step.text) for step in steps_of(running)] == [
        (1, "确认影响范围"), (2, "联系网络管理员"), (3, "切换备用线路"),
    ]  # fmt: skip
    running.refresh_from_db()
    assert (running.limit_minutes, running.invoked_at, running.respond_by) == (
        10,
        BEGIN,
        BEGIN + timedelta(minutes=10),
    )


def test_a_plan_runs_once_at_a_time(
    plan: ContingencyPlan, running: Invocation, colleague: User, engineer: User, sign_in: SignIn
) -> None:
    """P4: the second press says so and leads to the log; the database itself allows no second."""
    url = reverse("engagements:contingency_invoke", args=[plan.engagement_id, plan.pk])
    answer = sign_in(colleague).post(url, follow=True)
    assert answer.redirect_chain == [(address("invocation", running), 302)]
    assert "李喆 invoked this plan at 10:00; it is still running." in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Invocation.objects.create(plan=plan, limit_minutes=1, invoked_at=BEGIN, invoked_by=engineer)
    contingency.end(actor=engineer, invocation=running, cause="光缆")
    contingency.invoke(actor=colleague, plan=plan)
    assert plan.invocations.count() == 2


def test_it_asks_once_before_the_clock_starts(plan: ContingencyPlan, engineer: User, sign_in: SignIn) -> None:
    """P4: looking at the question starts nothing."""
    url = reverse("engagements:contingency_invoke", args=[plan.engagement_id, plan.pk])
    assert "Invoke now" in sign_in(engineer).get(url).content.decode()
    assert not plan.invocations.exists()
    sign_in(engineer).post(url)
    assert plan.invocations.count() == 1


def test_owner_deputy_lead_and_manager_are_told(
    plan: ContingencyPlan, colleague: User, client_pm: User, manager: User, engineer: User, mailoutbox: list[Any]
) -> None:
    """P4: not who pressed, and not the client's people."""
    contingency.invoke(actor=colleague, plan=plan)
    sweep()
    assert {mail.to[0] for mail in mailoutbox} == {engineer.email, manager.email}
    assert "10:10 (Shanghai)" in mailoutbox[0].body
    assert "/contingency/invocations/" in mailoutbox[0].body


def test_nobody_is_told_of_what_is_over(
    running: Invocation, engineer: User, colleague: User, mailoutbox: list[Any]
) -> None:
    """P4: the mail is written when it is sent."""
    contingency.end(actor=engineer, invocation=running, cause="误报")
    sweep()
    assert mailoutbox == []
    assert Message.objects.cancelled().count() == 2


def test_who_left_is_not_told(running: Invocation, colleague: User, mailoutbox: list[Any]) -> None:
    """P4: a deputy who is no longer in the engagement hears nothing of it."""
    Membership.objects.filter(user=colleague).update(ended_at=timezone.now())
    sweep()
    assert colleague.email not in {mail.to[0] for mail in mailoutbox}
    assert len(mailoutbox) == 1


# --- Its course -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "minutes", "kept"), [(0, 0, True), (599, 10, True), (600, 10, True), (601, 11, False)]
)
def test_the_limit_is_kept_to_the_second(
    seconds: int, minutes: int, kept: bool, running: Invocation, engineer: User, at_ten: Any
) -> None:
    """P4: the minutes that are printed never contradict the verdict."""
    at_ten.move_to(BEGIN + timedelta(seconds=seconds), tick=False)
    row = contingency.respond(actor=engineer, invocation=running)
    assert (row.response_minutes, row.limit_kept) == (minutes, kept)
    with pytest.raises(DomainError):
        contingency.respond(actor=engineer, invocation=running)


@given(st.integers(0, 10**6), st.integers(1, 1440))
def test_minutes_and_verdict_agree(seconds: int, limit: int) -> None:
    """P4: for every moment and every limit."""
    row = Invocation(invoked_at=BEGIN, limit_minutes=limit, responded_at=BEGIN + timedelta(seconds=seconds))
    assert row.response_minutes is not None
    assert row.limit_kept == (row.response_minutes <= limit)


def test_the_first_step_done_is_a_response(running: Invocation, engineer: User, colleague: User, at_ten: Any) -> None:
    """P4: nobody has to press twice in a crisis; the later steps change nothing of it."""
    first, second, _third = steps_of(running)
    at_ten.move_to(BEGIN + timedelta(minutes=4), tick=False)
    contingency.tick_step(actor=colleague, step=first)
    at_ten.move_to(BEGIN + timedelta(minutes=14), tick=False)
    contingency.tick_step(actor=engineer, step=second)
    running.refresh_from_db()
    assert (running.response_minutes, running.limit_kept) == (4, True)
    done = [(step.done_by, step.done_at) for step in steps_of(running)]
    assert done[0] == (colleague, BEGIN + timedelta(minutes=4))
    assert done[2] == (None, None)


def test_a_mark_taken_back_takes_its_response_back(running: Invocation, engineer: User, at_ten: Any) -> None:
    """P4: a slip of the thumb must not keep a limit; a response that was noted on its own stays."""
    first, second, _third = steps_of(running)
    contingency.tick_step(actor=engineer, step=first)
    at_ten.move_to(BEGIN + timedelta(minutes=12), tick=False)
    contingency.tick_step(actor=engineer, step=second)
    contingency.untick_step(actor=engineer, step=first)
    running.refresh_from_db()
    assert (running.response_minutes, running.limit_kept) == (12, False)
    contingency.untick_step(actor=engineer, step=second)
    running.refresh_from_db()
    assert running.responded_at is None
    contingency.respond(actor=engineer, invocation=running)
    at_ten.move_to(BEGIN + timedelta(minutes=13), tick=False)
    contingency.tick_step(actor=engineer, step=first)
    contingency.untick_step(actor=engineer, step=first)
    running.refresh_from_db()
    assert running.response_minutes == 12
    with pytest.raises(DomainError):
        contingency.untick_step(actor=engineer, step=first)


def test_a_step_is_done_once(running: Invocation, engineer: User, colleague: User) -> None:
    """P4: the second person is told who did it."""
    step = steps_of(running)[0]
    contingency.tick_step(actor=colleague, step=step)
    with pytest.raises(DomainError, match="王堃 did this already, at 10:00"):
        contingency.tick_step(actor=engineer, step=step)
    assert steps_of(running)[0].done_by == colleague


def test_steps_that_had_to_be_taken_stand_at_the_end(running: Invocation, engineer: User, sign_in: SignIn) -> None:
    """P4: added as done, or still to do; a log has an end."""
    browser = sign_in(engineer)
    url = address("invocation_step_add", running)
    browser.post(url, {"text": "联系物业", "is_done": "on"})
    browser.post(url, {"text": "通知车间"})
    added = steps_of(running)[3:]
    assert [(step.position, step.text, step.done_by) for step in added] == [
        (4, "联系物业", engineer), (5, "通知车间", None),
    ]  # fmt: skip
    assert browser.post(url, {"text": ""}).status_code == 422
    InvocationStep.objects.filter(pk=added[1].pk).update(position=MOST_STEPS)
    answer = browser.post(url, {"text": "还有"})
    assert answer.status_code == 422
    assert "This log is full." in answer.content.decode()


def test_the_page_shows_the_clock_of_the_site(
    running: Invocation, engineer: User, client_pm: User, sign_in: SignIn, at_ten: Any
) -> None:
    """P4: minutes since, the limit, and whether it is overdue; the client looks on without a button."""
    at_ten.move_to(BEGIN + timedelta(minutes=3, seconds=30), tick=False)
    page = page_of(running, engineer, sign_in)
    assert 'data-passed="210">3</b>' in page
    assert "The first response is due by 10:10 (10 min)." in page
    at_ten.move_to(BEGIN + timedelta(minutes=11), tick=False)
    assert "The first response was due at 10:10 (10 min)." in page_of(running, engineer, sign_in)
    seen = page_of(running, client_pm, sign_in)
    assert "确认影响范围" in seen
    assert "<button" not in seen.partition('id="course"')[2].partition("</main>")[0]


def test_every_press_works_without_a_script(running: Invocation, engineer: User, sign_in: SignIn) -> None:
    """P4: plain forms: respond, tick, undo, end."""
    browser = sign_in(engineer)
    step = steps_of(running)[0]
    browser.post(address("invocation_respond", running))
    browser.post(address("invocation_step", running, step.pk))
    assert steps_of(running)[0].done_by == engineer
    browser.post(address("invocation_step", running, step.pk), {"undo": "yes"})
    assert steps_of(running)[0].done_by is None
    assert browser.post(address("invocation_end", running), {"cause": " "}).status_code == 422
    answer = browser.post(address("invocation_end", running), {"cause": "光缆被挖断"}, follow=True)
    assert "光缆被挖断" in answer.content.decode()
    assert "<form" not in answer.content.decode().partition('id="course"')[2].partition("</main>")[0]


# --- Its end ----------------------------------------------------------------------------------------------------------


def test_an_ended_log_is_closed_for_good(running: Invocation, engineer: User, plan: ContingencyPlan) -> None:
    """P4: a cause is needed; then nothing changes any more, and the chain holds every step."""
    step = steps_of(running)[0]
    with pytest.raises(DomainError) as error:
        contingency.end(actor=engineer, invocation=running, cause=" \n")
    assert error.value.field == "cause"
    contingency.tick_step(actor=engineer, step=step)
    contingency.end(actor=engineer, invocation=running, cause="核心交换机重启")
    for act in (
        lambda: contingency.respond(actor=engineer, invocation=running),
        lambda: contingency.tick_step(actor=engineer, step=steps_of(running)[1]),
        lambda: contingency.untick_step(actor=engineer, step=step),
        lambda: contingency.add_step(actor=engineer, invocation=running, text="迟到"),
        lambda: contingency.end(actor=engineer, invocation=running, cause="另一个"),
    ):
        with pytest.raises(DomainError, match="ended this emergency at 10:00; its log is closed"):
            act()
    actions = AuditEntry.objects.filter(action__startswith="contingency.").values_list("action", flat=True)
    assert list(actions.order_by("pk")) == ["contingency.invoked", "contingency.step_done", "contingency.ended"]
    assert audit.first_broken(plan.engagement.audit_chain) is None


def test_what_ended_without_a_response_was_answered_by_its_end(
    running: Invocation, engineer: User, at_ten: Any
) -> None:
    """P4: nobody escapes the limit by pressing nothing."""
    at_ten.move_to(BEGIN + timedelta(minutes=25), tick=False)
    row = contingency.end(actor=engineer, invocation=running, cause="自行恢复")
    assert (row.response_minutes, row.limit_kept) == (25, False)


def test_only_engineers_act(running: Invocation, client_pm: User, outsider_engineer: User) -> None:
    """P4: the client reads; another engagement's engineer is nobody here."""
    for user in (client_pm, outsider_engineer):
        for act in (
            lambda user=user: contingency.respond(actor=user, invocation=running),
            lambda user=user: contingency.tick_step(actor=user, step=steps_of(running)[0]),
            lambda user=user: contingency.end(actor=user, invocation=running, cause="x"),
        ):
            with pytest.raises(PermissionDenied):
                act()


def test_an_engagement_is_not_closed_over_a_running_emergency(
    running: Invocation, engagement: Engagement, manager: User, engineer: User
) -> None:
    """P4: after the closing nobody could end it."""
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.REVIEW)
    engagement.refresh_from_db()
    with pytest.raises(RefusedError) as refused:
        gates.change_phase(actor=manager, engagement=engagement, to=Phase.CLOSED)
    assert f"emergency.running.{running.pk}" in {obstacle.code for obstacle in refused.value.obstacles}
    contingency.end(actor=engineer, invocation=running, cause="x")
    codes = {standing.obstacle.code for standing in gates.standing_before(engagement, Phase.CLOSED)}
    assert not {code for code in codes if code.startswith("emergency.")}
