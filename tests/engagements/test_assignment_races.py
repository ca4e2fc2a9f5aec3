"""Two who plan the same person at the same moment, on two real connections. With `_hold` taken out of
`services.assignments`, the first two fail; with `EngagementQuerySet.lock` taken out, the third."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from engagements.models import Absence, Assignment, Engagement
from engagements.services import assignments
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from tests.conftest import InParallel
from tests.engagements.test_task_races import told
from tests.factories import MembershipFactory

pytestmark = pytest.mark.usefixtures("postgresql")
AGAIN = 6


def assigning(actor: User, engagement: Engagement, user: User, first: int, percent: int) -> Callable[[], object]:
    start_on = engagement.today() + timedelta(days=first)
    return lambda: assignments.save_assignment(
        actor=actor, engagement=engagement, assignment=None, user=user, start_on=start_on,
        finish_on=start_on + timedelta(days=4), percent=percent,
    )  # fmt: skip


def test_two_engagements_can_not_both_take_the_whole_week(
    engagement: Engagement, foreign_engagement: Engagement, manager: User, other_manager: User, colleague: User,
    in_parallel: InParallel,
) -> None:  # fmt: skip
    """Neither is told by the other's plan without the lock on the person: both would be let in unwarned."""
    MembershipFactory(engagement=foreign_engagement, user=colleague, part=Part.ENGINEER)
    for number in range(AGAIN):
        results = in_parallel(
            assigning(manager, engagement, colleague, number * 10, 100),
            assigning(other_manager, foreign_engagement, colleague, number * 10, 100),
        )
        assert [error.field for error in told(results)] == ["is_meant"]
        assert Assignment.objects.unscoped().count() == number + 1


def test_an_absence_is_written_down_once(manager: User, colleague: User, in_parallel: InParallel) -> None:
    for number in range(AGAIN):
        day = Engagement().today() + timedelta(days=number)
        results = in_parallel(
            *(
                partial(
                    assignments.save_absence,
                    actor=actor,
                    absence=None,
                    user=colleague,
                    start_on=day,
                    finish_on=day,
                    kind=Absence.Kind.LEAVE,
                )
                for actor in (manager, colleague)
            )
        )
        assert [error.field for error in told(results)] == ["start_on"]
        assert Absence.objects.unscoped().count() == number + 1


def test_a_person_is_assigned_once_to_an_engagement_in_the_same_days(
    engagement: Engagement, manager: User, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    for number in range(AGAIN):
        results = in_parallel(
            *(assigning(actor, engagement, colleague, number * 10, 40) for actor in (manager, engineer))
        )
        assert [error.field for error in told(results)] == ["start_on"]
        assert Assignment.objects.unscoped().count() == number + 1
