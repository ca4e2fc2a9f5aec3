"""N11: two people at the Go decision at the same moment; on PostgreSQL, with a connection each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engagements import go_decision
from engagements.models import Engagement, FollowUpVisit, SignOff
from engagements.services import followups
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import StaleError
from standups.going_live import go
from standups.services import go as deciding
from tests.conftest import InParallel
from tests.engagements.conftest import sign
from tests.factories import ProblemFactory
from tests.standups.deciding import SPOILED, decide, make_ready

pytestmark = pytest.mark.usefixtures("postgresql")
ROUNDS = 6


@pytest.fixture
def rows(engagement: Engagement, engineer: User) -> dict[str, Any]:
    return make_ready(engagement, engineer)


def fresh(engagement: Engagement) -> Engagement:
    return Engagement.objects.unscoped().select_related("client").get(pk=engagement.pk)


def reread(sign_off: SignOff) -> SignOff:
    """Each thread loads its own row, as each request does."""
    return SignOff.objects.unscoped().select_related("engagement__client").get(pk=sign_off.pk)


def deciding_after(engagement: Engagement, actor: User, after: int | None, days: int) -> Callable[[], SignOff]:
    return lambda: deciding.decide(
        actor=actor, engagement=fresh(engagement), decision=go_decision.Decision.GO, note="", after=after,
        seen=go.standing_against(engagement).fingerprint, go_live_on=engagement.today() + timedelta(days=days),
    )  # fmt: skip


def test_of_two_who_decide_at_once_one_is_told(
    rows: dict[str, Any], engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    after: int | None = None
    for number in range(ROUNDS):
        results = in_parallel(
            deciding_after(engagement, client_pm, after, number), deciding_after(engagement, engineer, after, 20)
        )
        kept = [result for result in results if isinstance(result, SignOff)]
        assert [type(result) for result in results if result not in kept] == [StaleError]
        newest = go_decision.newest(engagement)
        assert newest is not None
        assert (newest.pk, newest.version) == (kept[0].pk, number + 1)
        after = newest.pk


def test_a_signature_while_it_is_decided_anew(
    rows: dict[str, Any], engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    """Signed in time, or refused: the day is always that of the last decision that was signed."""
    for number in range(ROUNDS):
        old = decide(engagement, client_pm, go_live_on=engagement.today() + timedelta(days=30 + number))
        signed, new = in_parallel(
            lambda old=old: sign(reread(old), client_pm), deciding_after(engagement, engineer, old.pk, 60)
        )
        assert isinstance(new, SignOff), new
        old.refresh_from_db()
        assert isinstance(signed, StaleError) == (old.signed_at is None)
        assert old.superseded_at is not None
        if old.signed_at is not None:
            assert old.signed_at <= old.superseded_at
            assert fresh(engagement).go_live_on == go_decision.day_of(old)
    assert audit.first_broken(engagement.audit_chain) is None


def test_a_signature_while_something_new_stands_against_it(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, in_parallel: InParallel
) -> None:
    """It was signed before that came, and then the day is there; or it is refused, and nothing is."""
    sign_off = decide(engagement, client_pm)
    signed, _spoiled = in_parallel(lambda: sign(reread(sign_off), client_pm), lambda: SPOILED["data.open"](rows))
    sign_off.refresh_from_db()
    is_live = fresh(engagement).go_live_on is not None
    assert (signed is None) == is_live == (sign_off.signed_at is not None)
    assert FollowUpVisit.objects.count() == (2 if is_live else 0)
    if signed is not None:
        assert isinstance(signed, StaleError)


def test_a_go_decided_while_a_problem_comes_never_hides_it(
    rows: dict[str, Any], engagement: Engagement, client_pm: User, in_parallel: InParallel
) -> None:
    """Whatever the text of a plain Go does not name refuses its signature."""
    for _round in range(ROUNDS):
        newest = go_decision.newest(engagement)
        in_parallel(
            deciding_after(engagement, client_pm, newest.pk if newest else None, 9),
            lambda: ProblemFactory(engagement=engagement, severity="critical"),
        )
        found = go_decision.newest(engagement)
        if found is not None and found != newest:
            assert found.text["facts"]["marks"] == []
            with pytest.raises(StaleError):
                sign(found, client_pm)
        engagement.problems.update(solved_on=engagement.today())


def test_the_manual_door_and_the_signature_at_once_leave_one_pair_of_visits(
    rows: dict[str, Any], engagement: Engagement, manager: User, client_pm: User, in_parallel: InParallel
) -> None:
    sign_off = decide(engagement, client_pm, go_live_on=engagement.today())
    results = in_parallel(
        lambda: sign(reread(sign_off), client_pm),
        lambda: followups.record_go_live(
            actor=manager, engagement=fresh(engagement), on=engagement.today() - timedelta(days=1)
        ),
    )
    assert [result for result in results if isinstance(result, Exception)] == []
    visits = FollowUpVisit.objects.unscoped().standing()
    assert {visit.anchor_on for visit in visits} == {fresh(engagement).go_live_on}
    assert visits.count() == 2
