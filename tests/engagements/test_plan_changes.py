"""P1 and P3: an accepted change moves the baseline by exactly what it moves the plan, so that it counts no slip."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from engagements import planning
from engagements.models import Baseline, BaselineTask, Dependency, Engagement, Stage, Task
from engagements.services import plan, tasks
from onsite.accounts.models import User
from onsite.core.calendar import WorkingCalendar
from onsite.core.errors import DomainError
from tests.factories import EngagementFactory, TaskFactory

WEEK = WorkingCalendar()
MONDAY = date(2026, 3, 2)


@pytest.fixture
def stages(engagement: Engagement, engineer: User) -> list[Stage]:
    """Monday 2 March to Wednesday 15 April 2026, Monday to Friday."""
    engagement.calendar, engagement.start_on, engagement.agreed_go_live_on = "WEEK", MONDAY, date(2026, 4, 15)
    engagement.save()
    return plan.lay_out_plan(actor=engineer, engagement=engagement)


def agree(engagement: Engagement, actor: User) -> None:
    with transaction.atomic():
        plan.take_baseline(actor=actor, engagement=engagement, reason="约定")


def accept(engagement: Engagement, actor: User, stage: Stage, days: int) -> Baseline:
    baseline = plan.move_baseline(actor=actor, engagement=engagement, stage=stage, days=days, reason="变更")
    plan.extend_stage(actor=actor, engagement=engagement, stage=stage, days=days)
    return baseline


def shifts(engagement: Engagement, user: User) -> list[int | None]:
    return [planned.shift for planned in planning.plan_of(engagement, user).stages]


def slip(engagement: Engagement, actor: User, position: int, days: int) -> None:
    row = engagement.stages.unscoped().get(position=position)
    finish_on = WEEK.shift(row.finish_on, days)
    plan.move_stage(actor=actor, stage=row, start_on=row.start_on, finish_on=finish_on, percent=0)


def test_an_accepted_change_of_three_days_adds_no_slip(
    engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    agree(engagement, engineer)
    before = engagement.stages.unscoped().get(position=5).finish_on
    accept(engagement, engineer, stages[2], 3)
    assert shifts(engagement, engineer) == [0, 0, 0, 0, 0]
    assert engagement.stages.unscoped().get(position=5).finish_on == WEEK.shift(before, 3)
    assert engagement.baselines.count() == 2


def test_a_slip_that_is_there_stays_as_it_is(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    agree(engagement, engineer)
    slip(engagement, engineer, 2, 2)
    assert shifts(engagement, engineer) == [0, 2, 2, 2, 2]
    accept(engagement, engineer, stages[2], 3)
    assert shifts(engagement, engineer) == [0, 2, 2, 2, 2]


def test_room_that_a_slip_used_up_makes_no_new_slip(
    engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    """The baseline had two free days before the training, the current plan has none: both ends must move alike."""
    training = stages[3]
    plan.move_stage(
        actor=engineer, stage=training, start_on=WEEK.shift(training.start_on, 2),
        finish_on=WEEK.shift(training.finish_on, 2), percent=0,
    )  # fmt: skip
    agree(engagement, engineer)
    slip(engagement, engineer, 3, 2)
    assert shifts(engagement, engineer) == [0, 0, 2, 0, 0]
    accept(engagement, engineer, stages[2], 3)
    assert shifts(engagement, engineer) == [0, 0, 2, 0, 0]


def test_tasks_follow_and_their_baseline_with_them(
    engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    """A stage with tasks grows by its last open work; the root of the next tasked stage follows."""
    testing, training = stages[2], stages[3]
    first = TaskFactory(engagement=engagement, stage=testing, days=4)
    second = TaskFactory(engagement=engagement, stage=testing, days=5)
    Dependency.objects.create(task=second, after=first)
    TaskFactory(engagement=engagement, stage=training, days=6, not_before_on=training.start_on)
    with transaction.atomic():
        tasks.reschedule(engagement)
    agree(engagement, engineer)
    accept(engagement, engineer, testing, 3)
    assert shifts(engagement, engineer) == [0, 0, 0, 0, 0]
    newest = {row.name: row for row in BaselineTask.objects.unscoped().filter(baseline__number=2)}
    for task in engagement.tasks.unscoped():
        assert (newest[task.name].start_on, newest[task.name].finish_on) == (task.start_on, task.finish_on)
    assert Task.objects.unscoped().get(pk=second.pk).days == 8
    assert Task.objects.unscoped().get(stage=training).start_on == WEEK.shift(training.start_on, 3)


def test_without_an_agreement_there_is_nothing_to_move(
    engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    with pytest.raises(DomainError):
        plan.move_baseline(actor=engineer, engagement=engagement, stage=stages[0], days=1, reason="变更")
    assert not Baseline.objects.exists()


@given(
    position=st.integers(1, 5),
    days=st.integers(1, 12),
    slips=st.lists(st.tuples(st.integers(1, 5), st.integers(-2, 8))),
)
def test_no_change_adds_a_slip_to_any_plan(
    manager: User, position: int, days: int, slips: list[tuple[int, int]]
) -> None:
    """By property: whatever slipped before, before and after the agreement."""
    with transaction.atomic():
        engagement = EngagementFactory(created_by=manager, start_on=MONDAY, agreed_go_live_on=date(2026, 4, 15))
        plan.lay_out_plan(actor=manager, engagement=engagement)
        for number, (late, by) in enumerate(slips):
            if number == len(slips) // 2:
                agree(engagement, manager)
            if by > 0:
                slip(engagement, manager, late, by)
        if not engagement.baselines.exists():
            agree(engagement, manager)
        before = shifts(engagement, manager)
        accept(engagement, manager, engagement.stages.unscoped().get(position=position), days)
        assert shifts(engagement, manager) == before
        transaction.set_rollback(True)
