"""Two people at the plan at the same moment, on two real connections. With `EngagementQuerySet.lock` taken out of
`services.tasks`, these fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engagements.models import Dependency, Engagement, Stage, Task
from engagements.predecessors import Link
from engagements.services import plan, tasks
from engagements.settling import PlanRows
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError
from tests.conftest import InParallel
from tests.engagements.plans import create, fields_of

pytestmark = pytest.mark.usefixtures("postgresql")
AGAIN = 6  # A race that is there shows within a few rounds.


def told(results: list[Any]) -> list[Any]:
    """Return the refusals; anything else that went wrong fails the test."""
    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, DomainError) for error in errors), errors
    return errors


@pytest.fixture
def stages(engagement: Engagement, engineer: User) -> list[Stage]:
    return plan.lay_out_plan(actor=engineer, engagement=engagement)


def test_a_cycle_can_not_be_made_by_two_at_once(
    engagement: Engagement, stages: list[Stage], engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """Each half is allowed by itself; one of the two is refused, every time."""
    for _round in range(AGAIN):
        one, other = create(engagement, engineer, stages[0]), create(engagement, engineer, stages[0])

        def wait(task: Task, after: Task, actor: User) -> Callable[[], object]:
            version, fields = tasks.version_of(task, ()), fields_of(task, predecessors=(Link(after.number),))
            return lambda: tasks.save_task(actor=actor, engagement=engagement, task=task, seen=version, **fields)

        assert len(told(in_parallel(wait(one, other, engineer), wait(other, one, colleague)))) == 1
        assert Dependency.objects.filter(task__in=[one, other]).count() == 1


def test_moves_at_once_all_count_and_the_plan_is_settled(
    engagement: Engagement, stages: list[Stage], engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    first = create(engagement, engineer, stages[0], days=2)
    last = create(engagement, engineer, stages[1], days=3, predecessors=(Link(first.number),))
    calendar = engagement.working_calendar
    results = in_parallel(
        *(lambda actor=actor: tasks.move_task(actor=actor, task=first, step=1) for actor in (engineer, colleague) * 2)
    )
    assert told(results) == []
    moved = Task.objects.unscoped().get(pk=first.pk)
    assert moved.start_on == calendar.shift(first.start_on, 4)
    assert Task.objects.unscoped().get(pk=last.pk).start_on == calendar.shift(moved.finish_on, 1)
    rows = PlanRows.load(engagement)
    rows.settle()
    assert rows.changed() == []
    assert audit.first_broken(engagement.audit_chain) is None


def test_new_tasks_at_once_have_numbers_of_their_own(
    engagement: Engagement, stages: list[Stage], engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    results = in_parallel(
        *(lambda actor=actor: create(engagement, actor, stages[0]) for actor in (engineer, colleague) * 3)
    )
    assert told(results) == []
    assert sorted(task.number for task in results) == [1, 2, 3, 4, 5, 6]
