"""P1: what happens between the decision on a change and its last signature, and a change that contradicts itself."""

from __future__ import annotations

from datetime import date

import pytest

from engagements.models import Engagement, Phase, SignOff, StageKind
from engagements.services import goals, signing
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from tests.engagements.changing import decide, raise_change, text_of
from tests.engagements.conftest import sign
from tests.factories import TaskFactory


@pytest.fixture
def agreed(engagement: Engagement, sign_off: SignOff, client_pm: User, business_owner: User) -> Engagement:
    """Goals and scope are signed by both; the plan is the baseline."""
    sign(sign_off, client_pm)
    sign(sign_off, business_owner)
    return fresh(engagement)


def fresh(engagement: Engagement) -> Engagement:
    return Engagement.objects.unscoped().select_related("client").get(pk=engagement.pk)


def test_a_go_live_recorded_before_the_last_signature_ends_the_text(
    agreed: Engagement, engineer: User, client_pm: User, business_owner: User
) -> None:
    """P1: what was decided before the go-live was recorded does not move the agreed day after it."""
    text = text_of(decide(raise_change(agreed, engineer), engineer))
    sign(text, client_pm)
    Engagement.objects.update(go_live_on=agreed.today(), phase=Phase.REVIEW)
    was_on = fresh(agreed).agreed_go_live_on
    with pytest.raises(StaleError, match="go-live day was recorded"):
        sign(text_of(text.change), business_owner)
    assert fresh(agreed).agreed_go_live_on == was_on
    assert not agreed.changes.exclude(applied_at=None).exists()


def test_a_stage_done_after_the_decision_stops_the_first_signer_too(
    agreed: Engagement, engineer: User, client_pm: User
) -> None:
    """P1: nobody signs a text that the last signature could not carry out."""
    text = text_of(decide(raise_change(agreed, engineer), engineer))
    TaskFactory(stage=agreed.stages.unscoped().get(kind=StageKind.TESTING), percent=100)
    with pytest.raises(StaleError, match="are done"):
        sign(text, client_pm)
    assert not text.signatures.exists()


def test_the_signed_day_is_the_agreed_day_whatever_calendar_follows(
    agreed: Engagement, engineer: User, client_pm: User, business_owner: User
) -> None:
    """P1: another working calendar between decision and signature does not make another day of what both sides read."""
    days = {"start_on": date(2026, 9, 1), "agreed_go_live_on": date(2026, 9, 30)}
    Engagement.objects.update(calendar="WEEK", **days)
    ready = signing.freeze_goals(actor=engineer, engagement=fresh(agreed))
    for person in (client_pm, business_owner):
        sign(ready, person)
    text = text_of(decide(raise_change(fresh(agreed), engineer), engineer))
    Engagement.objects.update(calendar="CN")
    for person in (client_pm, business_owner):
        sign(text_of(text.change), person)
    assert str(fresh(agreed).agreed_go_live_on) == text.text["goals"]["agreed_go_live_on"] == "2026-10-05"
    assert goals.text_of_goals(fresh(agreed)) == text.text["goals"]


def test_one_line_does_not_come_in_and_leave(agreed: Engagement, engineer: User) -> None:
    """P1: such a change would say nothing."""
    with pytest.raises(DomainError) as refused:
        raise_change(agreed, engineer, out_of_scope="移动审批")
    assert refused.value.field == "out_of_scope"
