"""Promises that a review found broken: who is asked, who is reminded, who may read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engagements import gates
from engagements.mails import sign_request, waiver_due
from engagements.models import Attachment, Engagement, FollowUpVisit, Membership, Phase
from engagements.services import followups, lifecycle, signing
from engagements.visit_mails import reminder
from onsite.accounts import services as accounts
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError
from onsite.notifications.models import Message
from tests.engagements.conftest import register
from tests.engagements.visiting import hold
from tests.factories import MembershipFactory, ObjectiveFactory, ScopeItemFactory, UserFactory, go_decision_of


def _frozen(engagement: Engagement, lead: User) -> None:
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    signing.freeze_goals(actor=lead, engagement=engagement)


def test_a_person_who_accepts_late_is_asked_to_sign(engagement: Engagement, manager: User, engineer: User) -> None:
    """P1: the request that could not be told to a closed account is told when it opens."""
    _frozen(engagement, engineer)
    pm = lifecycle.invite_client_person(
        actor=manager, engagement=engagement, email="pm@huadong.example", name="陈镕", part=Part.CLIENT_PM
    ).user
    request = Message.objects.get(kind="sign_request", recipient=pm)
    assert sign_request(request) is None
    request.cancelled_at = request.created_at
    request.save()
    token = Message.objects.get(kind="invitation", recipient=pm).payload["token"]
    accounts.accept_invitation(token=token, name="陈镕", password="", language="en")
    request = Message.objects.waiting().get(kind="sign_request", recipient=pm)
    assert sign_request(request) is not None


def test_agreeing_on_paper_ends_the_request_and_back_asks_again(
    engagement: Engagement, manager: User, engineer: User, client_pm: User
) -> None:
    """RULES, Signing: both sides agree what counts, and nobody is asked for the other."""
    _frozen(engagement, engineer)
    request = Message.objects.get(kind="sign_request", recipient=client_pm)
    engagement = lifecycle.change_engagement(actor=manager, engagement=engagement, signs_on_paper=True)
    assert sign_request(request) is None
    Message.objects.filter(pk=request.pk).update(cancelled_at=request.created_at)
    lifecycle.change_engagement(actor=manager, engagement=engagement, signs_on_paper=False)
    assert sign_request(Message.objects.waiting().get(pk=request.pk)) is not None


def test_the_client_sees_a_scan_once_it_was_checked(
    engagement: Engagement, engineer: User, colleague: User, client_pm: User
) -> None:
    """RULES, Signing: a wrong scan, perhaps another client's sheet, never reaches a client."""
    _frozen(engagement, engineer)
    sign_off = engagement.sign_offs.unscoped().get()
    signature = register(sign_off, colleague)
    seen = Attachment.objects.visible_to(client_pm)
    assert not seen.exists()
    signing.check_paper(actor=engineer, signature=signature, accepted=True)
    assert seen.get() == signature.scan


def test_reminders_go_to_whoever_leads_now(engagement: Engagement, manager: User, engineer: User) -> None:
    """R3: a lead who stays as an engineer is not reminded any more, the new one is; of waivers, too."""
    _frozen(engagement, engineer)
    today = engagement.today()
    gates.waive(
        actor=manager, engagement=engagement, obstacle="goals.signed.client_pm", reason="盖章中",
        due_on=today + timedelta(days=5),
    )  # fmt: skip
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.EXECUTION)
    engagement.refresh_from_db()
    go_decision_of(engagement, go_live_on=today)
    followups.record_go_live(actor=manager, engagement=engagement, on=today)
    lead = Membership.objects.unscoped().get(user=engineer)
    lifecycle.end_membership(actor=manager, membership=lead)
    MembershipFactory(engagement=engagement, user=engineer, part=Part.ENGINEER)
    successor = UserFactory()
    lifecycle.add_colleague(actor=manager, engagement=engagement, user=successor, part=Part.LEAD)
    visit = FollowUpVisit.objects.unscoped().first()
    assert visit is not None
    for kind, write in (("visit_reminder", reminder), ("waiver_due", waiver_due)):
        waiting = Message.objects.waiting().filter(kind=kind)
        assert write(waiting.filter(recipient=engineer)[0]) is None, kind
        assert write(waiting.filter(recipient=successor)[0]) is not None, kind


def test_a_changed_goal_does_not_silence_a_waived_signature(
    engagement: Engagement, manager: User, engineer: User
) -> None:
    """RULES: a waiver passes for a while; what it let pass stays missing until it is there."""
    _frozen(engagement, engineer)
    due_on = engagement.today() + timedelta(days=5)
    waiver = gates.waive(
        actor=manager, engagement=engagement, obstacle="goals.signed.client_pm", reason="盖章中", due_on=due_on
    )
    ObjectiveFactory(engagement=engagement)
    assert gates.still_stands(waiver)


def test_a_visit_is_not_held_months_before_its_day(engagement: Engagement, manager: User) -> None:
    """R3: three months after go-live can't be known on the first day; the client reads along until then."""
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.EXECUTION)
    engagement.refresh_from_db()
    go_decision_of(engagement, go_live_on=engagement.today())
    went_live_on = engagement.today() - timedelta(days=14)
    Engagement.objects.filter(pk=engagement.pk).update(start_on=went_live_on)
    engagement.refresh_from_db()
    soon, late = followups.record_go_live(actor=manager, engagement=engagement, on=went_live_on)
    hold(soon, manager, held_on=engagement.today())
    with pytest.raises(DomainError) as refused:
        hold(late, manager, held_on=engagement.today())
    assert refused.value.field == "held_on"


def test_a_waiver_ends_within_half_a_year(engagement: Engagement, manager: User, engineer: User) -> None:
    """RULES: it passes for a while, not for ever."""
    _frozen(engagement, engineer)
    with pytest.raises(DomainError) as refused:
        gates.waive(
            actor=manager, engagement=engagement, obstacle="goals.signed.client_pm", reason="盖章中",
            due_on=engagement.today() + timedelta(days=400),
        )  # fmt: skip
    assert refused.value.field == "due_on"


def test_a_sheet_that_waits_for_its_check_is_not_called_missing(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    """A refusal says what is missing: here it is the second pair of eyes."""
    _frozen(engagement, engineer)
    register(engagement.sign_offs.unscoped().get(), colleague)
    texts = {s.obstacle.code: s.obstacle.text for s in gates.standing_before(engagement, Phase.EXECUTION)}
    assert "second person's check" in texts["goals.signed.client_pm"]
    assert "is missing" in texts["goals.signed.business_owner"]


def test_nobody_of_the_client_is_invited_after_the_end(engagement: Engagement, manager: User) -> None:
    """RULES: the client reads along until the last visit is done."""
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CLOSED)
    engagement.refresh_from_db()
    with pytest.raises(DomainError):
        lifecycle.invite_client_person(
            actor=manager, engagement=engagement, email="late@huadong.example", name="周", part=Part.KEY_USER
        )
