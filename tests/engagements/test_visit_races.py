"""TRUST, races on PostgreSQL: a visit is held once, and an hour agreed on while it is replaced or held leaves no trace."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import pytest

from engagements.models import Engagement, FollowUpVisit, NewNeed, Phase, Reading
from engagements.services import followups
from engagements.services.new_needs import Need
from engagements.services.visits import Value
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.conftest import InParallel
from tests.engagements.visiting import appoint, hold
from tests.factories import ObjectiveFactory, go_decision_of

pytestmark = pytest.mark.usefixtures("postgresql")
AGAIN = 5


@pytest.fixture
def live(engagement: Engagement, manager: User) -> Engagement:
    """It went live a month ago."""
    on = engagement.today() - timedelta(days=31)
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.EXECUTION, start_on=on)
    engagement.refresh_from_db()
    go_decision_of(engagement, go_live_on=on)
    followups.record_go_live(actor=manager, engagement=engagement, on=on)
    return engagement


def fresh(kind: str = "1m") -> FollowUpVisit:
    return FollowUpVisit.objects.unscoped().open().select_related("engagement").get(kind=kind)


def refused(results: Iterable[object]) -> int:
    """Return how many were refused in words; anything else that went wrong is raised."""
    errors = [one for one in results if isinstance(one, Exception)]
    for error in errors:
        if not isinstance(error, DomainError):
            raise error
    return len(errors)


def test_a_visit_is_held_once(live: Engagement, manager: User, in_parallel: InParallel) -> None:
    objective = ObjectiveFactory(engagement=live)
    rows = [fresh() for _number in range(4)]
    told = {"values": [Value(objective.pk, Decimal(12), "抽样")], "needs": [Need("报表", manager)]}
    assert refused(in_parallel(*[lambda row=row: hold(row, manager, **told) for row in rows])) == 3
    assert Reading.objects.unscoped().count() == 1
    assert NewNeed.objects.unscoped().count() == 1


def test_an_hour_agreed_on_while_go_live_moves(live: Engagement, manager: User, in_parallel: InParallel) -> None:
    """Whichever comes first: no invitation to a replaced visit goes out, and each open visit has its own messages."""
    for number in range(AGAIN):
        visit, on = fresh("3m"), live.today() - timedelta(days=30 - number)
        at = live.local(visit.due_on, followups.REMIND_AT)
        refused(
            in_parallel(
                lambda visit=visit, at=at: appoint(visit, manager, appointed_at=at, all_the_same=True),
                lambda on=on: followups.record_go_live(
                    actor=manager, engagement=Engagement.objects.unscoped().get(pk=live.pk), on=on
                ),
            )
        )
        open_ones = set(FollowUpVisit.objects.unscoped().open().values_list("pk", flat=True))
        assert len(open_ones) == 2
        waiting = Message.objects.waiting().exclude(kind="visit_cancelled")
        assert {message.payload["visit"] for message in waiting} <= open_ones
    sweep()
    assert not Message.objects.filter(kind="visit_invitation").exclude(sent_at=None).exists()


def test_held_and_agreed_on_at_once(live: Engagement, manager: User, in_parallel: InParallel) -> None:
    at = live.local(live.today() + timedelta(days=3), followups.REMIND_AT)
    rows = [fresh(), fresh()]
    refused(
        in_parallel(
            lambda: hold(rows[0], manager),
            lambda: appoint(rows[1], manager, appointed_at=at, reason="出差", all_the_same=True),
        )
    )
    visit = FollowUpVisit.objects.unscoped().get(kind="1m")
    assert visit.held_on is not None
    assert not Message.objects.waiting().filter(payload__visit=visit.pk).exists()
