"""Two change a calendar at once, on real connections: a day is changed once, and nobody's visit is missed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from engagements.models import Engagement, FollowUpVisit, Phase
from engagements.services import clients, followups, lifecycle
from onsite.accounts.models import User
from onsite.core import calendars
from onsite.core.calendar import follow_up_day
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry, CalendarDay
from tests.conftest import InParallel
from tests.engagements.changed_days import turn, turn_back
from tests.factories import EngagementFactory, go_decision_of

pytestmark = pytest.mark.usefixtures("postgresql")
AGAIN = 5


@pytest.fixture
def live(manager: User) -> Engagement:
    """It goes by a calendar without holidays and can go live."""
    today = date.today()
    row = EngagementFactory(phase=Phase.EXECUTION, calendar="WEEK", created_by=manager, start_on=today - timedelta(days=60),
                            agreed_go_live_on=today + timedelta(days=60))  # fmt: skip
    go_decision_of(row, go_live_on=row.agreed_go_live_on)
    return row


def refusals(results: list[Any]) -> list[DomainError]:
    """Return the refusals; anything else that went wrong fails the test."""
    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, DomainError) for error in errors), errors
    return errors  # type: ignore[return-value]


def friday(weeks: int) -> date:
    day = date.today() + timedelta(weeks=weeks)
    return day + timedelta(days=4 - day.weekday())


def test_a_day_is_changed_once(manager: User, other_manager: User, in_parallel: InParallel) -> None:
    """Without `unless_taken` the second one gets an IntegrityError."""
    for round_ in range(AGAIN):
        day = friday(round_)
        (error,) = refusals(in_parallel(lambda day=day: turn(manager, day), lambda day=day: turn(other_manager, day)))
        assert "changed already" in error.message
        assert error.field == "first_on"
    assert CalendarDay.objects.count() == AuditEntry.objects.filter(action="calendar.changed").count() == AGAIN


def test_a_day_is_taken_back_once(manager: User, other_manager: User, in_parallel: InParallel) -> None:
    for round_ in range(AGAIN):
        day = friday(round_)
        turn(manager, day)
        results = in_parallel(lambda day=day: turn_back(manager, day), lambda day=day: turn_back(other_manager, day))
        # The second one saw it gone before, or waited and found it gone.
        assert sum(isinstance(one, DomainError | CalendarDay.DoesNotExist) for one in results) == 1, results
    assert AuditEntry.objects.filter(action="calendar.taken_back").count() == AGAIN


def test_two_days_at_once_and_a_go_live_meanwhile_leave_no_visit_on_a_day_off(
    live: Engagement, manager: User, other_manager: User, in_parallel: InParallel
) -> None:
    """Without the engagements' locks a visit that is planned meanwhile stays on the day off."""
    for round_ in range(AGAIN):
        on = live.today() - timedelta(days=20 + round_)
        one, three = (follow_up_day(on, months, calendars.load("WEEK")) for months in (1, 3))
        row = Engagement.objects.unscoped().get(pk=live.pk)
        refusals(
            in_parallel(
                lambda day=one: turn(manager, day),
                lambda day=three: turn(other_manager, day),
                lambda row=row, on=on: followups.record_go_live(actor=manager, engagement=row, on=on),
            )
        )
        after = calendars.load("WEEK")
        for visit in FollowUpVisit.objects.unscoped().open():
            assert followups.rerolled([visit], after) == []


def test_it_waits_for_who_saves_a_client_or_invites_a_person(
    live: Engagement, manager: User, other_manager: User, in_parallel: InParallel
) -> None:
    """Without `audit.hold` two would wait for each other."""
    for round_ in range(AGAIN):
        day, client = friday(round_), live.client
        results = in_parallel(
            lambda day=day: turn(manager, day),
            lambda client=client: clients.save_client(
                actor=other_manager, client=client, name=client.name, short_name="华东", industry="banking"
            ),
        )
        results += in_parallel(
            lambda day=day: turn_back(manager, day),
            lambda round_=round_: lifecycle.invite_client_person(
                actor=other_manager, engagement=live, email=f"x{round_}@client.example", name="许蔓", part="key_user"
            ),
        )
        assert refusals(results) == []
