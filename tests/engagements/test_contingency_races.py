"""Two people in the same emergency at the same moment, on two real connections. Without the engagement's lock these fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engagements.models import ContingencyPlan, Engagement, Invocation, InvocationStep
from engagements.services import contingency
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from tests.conftest import InParallel
from tests.engagements.test_races import AGAIN, told
from tests.factories import ContingencyPlanFactory

pytestmark = pytest.mark.usefixtures("postgresql")


def plan_of(pk: int) -> ContingencyPlan:
    return ContingencyPlan.objects.unscoped().select_related("engagement").get(pk=pk)


def step_of(pk: int) -> InvocationStep:
    return InvocationStep.objects.unscoped().select_related("invocation__plan__engagement").get(pk=pk)


def invocation_of(pk: int) -> Invocation:
    return Invocation.objects.unscoped().select_related("plan__engagement").get(pk=pk)


def test_a_plan_invoked_twice_at_once_runs_once(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """P4: one clock, one set of mails; the second is told who was first."""
    for _round in range(AGAIN):
        plan = ContingencyPlanFactory(engagement=engagement)

        def press(actor: User, pk: int = plan.pk) -> Callable[[], object]:
            return lambda: contingency.invoke(actor=actor, plan=plan_of(pk))

        assert len(told(in_parallel(*[press(user) for user in (engineer, colleague, engineer)]))) == 2
        assert plan.invocations.count() == 1
    assert AuditEntry.objects.filter(action="contingency.invoked").count() == AGAIN
    assert Message.objects.filter(kind="contingency_invoked").count() <= 2 * AGAIN


def test_a_step_ticked_by_two_at_once_is_one_persons(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """P4: who and when of the first stay."""
    running = contingency.invoke(actor=engineer, plan=ContingencyPlanFactory(engagement=engagement))
    for step in running.steps.unscoped():
        results = in_parallel(
            lambda pk=step.pk: contingency.tick_step(actor=engineer, step=step_of(pk)),
            lambda pk=step.pk: contingency.tick_step(actor=colleague, step=step_of(pk)),
        )
        assert len(told(results)) == 1
        (winner,) = [row for row in results if isinstance(row, InvocationStep)]
        assert step_of(step.pk).done_by_id == winner.done_by_id
    assert AuditEntry.objects.filter(action="contingency.step_done").count() == 3
    running.refresh_from_db()
    assert running.responded_at == min(step.done_at for step in running.steps.unscoped() if step.done_at)


def test_nothing_is_ticked_or_added_after_the_end(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """P4: either the step is in the log before it closes, or the person is told that it is closed."""
    for _round in range(AGAIN):
        running = contingency.invoke(actor=engineer, plan=ContingencyPlanFactory(engagement=engagement))
        first = running.steps.unscoped()[0]
        told(
            in_parallel(
                lambda pk=running.pk: contingency.end(actor=engineer, invocation=invocation_of(pk), cause="光缆"),
                lambda pk=first.pk: contingency.tick_step(actor=colleague, step=step_of(pk)),
                lambda pk=running.pk: contingency.add_step(actor=colleague, invocation=invocation_of(pk), text="物业"),
            )
        )
        running.refresh_from_db()
        assert running.ended_at is not None
        late = AuditEntry.objects.filter(action__in=["contingency.step_done", "contingency.step_added"])
        ended = AuditEntry.objects.filter(action="contingency.ended").latest("pk")
        assert not late.filter(number__gt=ended.number).exists()
        assert not running.steps.filter(done_at__gt=running.ended_at).exists()
    assert audit.first_broken(engagement.audit_chain) is None


def test_two_steps_added_at_once_both_stand(engagement: Engagement, engineer: User, in_parallel: InParallel) -> None:
    """P4: no step is lost for its number."""
    running = contingency.invoke(actor=engineer, plan=ContingencyPlanFactory(engagement=engagement))
    adds = [
        lambda text=text: contingency.add_step(actor=engineer, invocation=invocation_of(running.pk), text=text)
        for text in ("一", "二", "三")
    ]
    assert told(in_parallel(*adds)) == []
    assert sorted(step.position for step in running.steps.unscoped()) == [1, 2, 3, 4, 5, 6]


def test_the_usual_plans_taken_over_twice_at_once_are_three(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """P4: one press adds all three, two presses too."""
    results = in_parallel(
        *[
            lambda user=user: contingency.take_over_usual_plans(actor=user, engagement=engagement)
            for user in (engineer, colleague, engineer)
        ]
    )
    assert told(results) == []
    assert engagement.contingency_plans.count() == 3


def test_a_plan_is_deleted_or_invoked_not_both(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """P4: no log without its plan."""
    for _round in range(AGAIN):
        plan = ContingencyPlanFactory(engagement=engagement)
        given = plan_of(plan.pk), plan_of(plan.pk)
        results = in_parallel(
            lambda row=given[0]: contingency.delete_plan(actor=engineer, plan=row),
            lambda row=given[1]: contingency.invoke(actor=colleague, plan=row),
        )
        assert len(told(results)) == 1
        still_there = ContingencyPlan.objects.filter(pk=plan.pk).exists()
        assert still_there == Invocation.objects.filter(plan_id=plan.pk).exists()


def test_two_who_save_the_same_plan_do_not_overwrite_each_other(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """P4: the second one's text is refused as stale, not lost in silence."""
    plan = ContingencyPlanFactory(engagement=engagement)
    was = plan_of(plan.pk).fingerprint
    results = in_parallel(
        *[
            lambda user=user: contingency.save_plan(
                actor=user, engagement=engagement, plan=plan_of(plan.pk), was=was, trigger=user.name
            )
            for user in (engineer, colleague)
        ]
    )
    assert len(told(results)) == 1
