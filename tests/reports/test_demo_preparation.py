"""The sample preparation: every chapter of the manual has something to say, and wishes and emergencies happened in time."""

from __future__ import annotations

from collections.abc import Callable

from engagements.models import ChangeRequest, Engagement, Invocation
from onsite.accounts.models import User
from reports.building.snapshots import restored
from reports.demo.stories import ERP, HOSPITAL, STORIES
from reports.demo.story import Story
from reports.documents.chapters import outline
from reports.documents.field_manual import FieldManual
from reports.models import DocumentKind
from tests.reports.test_demo import printed, told

__all__ = ["printed", "told"]


def manual_of(engagement: Engagement) -> FieldManual:
    row = engagement.documents.unscoped().of_kind(DocumentKind.FIELD_MANUAL).order_by("-version").first()
    assert row is not None
    found = restored(row)
    assert isinstance(found, FieldManual) and found.sha256 == row.snapshot_hash
    return found


def test_every_chapter_stands_in_the_planning_modules_manual(told: Callable[[Story], Engagement]) -> None:
    """P5: from the cover to the signatures."""
    manual = manual_of(told(ERP))
    assert [anchor for anchor, _title, stands in outline(manual) if not stands] == []
    rules = [function.rules for module in manual.modules for function in module.functions]
    assert any("财务总监批准" in rule for rule in rules) and any("生产副总经理批准" in rule for rule in rules)
    assert all(card.owner and card.owner.phone and card.escalation for card in manual.contingency)


def test_what_hurts_and_why_it_is_a_risk_stay_with_the_vendor(told: Callable[[Story], Engagement]) -> None:
    """P2, P5: pain points and the reasons of a risk stand in no client's document."""
    text = manual_of(told(ERP)).to_json().decode()
    for area in ERP.preparation.areas:
        for does in area.functions:
            assert not does.pain_points or does.pain_points not in text
            assert not does.risk_reason or does.risk_reason not in text


def test_a_wish_was_accepted_and_another_waits(told: Callable[[Story], Engagement]) -> None:
    """P1: the accepted one counts no slip, the undecided one changes nothing."""
    done, waiting = told(ERP).changes.unscoped().order_by("number")
    assert done.applied_at is not None and waiting.decision == ChangeRequest.Decision.UNDECIDED
    assert told(HOSPITAL).changes.unscoped().undecided().exists()


def test_the_outage_was_answered_in_time_and_is_over(told: Callable[[Story], Engagement]) -> None:
    """P4."""
    happened = Invocation.objects.unscoped().get(plan__engagement=told(ERP))
    assert happened.ended_at is not None and happened.responded_at is not None
    assert happened.invoked_at < happened.responded_at <= happened.respond_by < happened.ended_at
    assert all(step.done_at <= happened.ended_at for step in happened.steps.unscoped() if step.done_at)


def test_nothing_of_the_preparation_is_stamped_at_the_moment_of_seeding(told: Callable[[Story], Engagement]) -> None:
    for story in STORIES:
        engagement = told(story)
        for row in engagement.document_requests.unscoped():
            assert row.asked_at is None or row.asked_at.astimezone(engagement.zone).date() < engagement.today()
        for change in engagement.changes.unscoped():
            assert change.raised_at.astimezone(engagement.zone).date() < engagement.today()


def test_the_people_of_the_stories_are_in_their_engagements(told: Callable[[Story], Engagement]) -> None:
    for story in STORIES:
        members = set(told(story).memberships.unscoped().values_list("user_id", flat=True))
        owners = told(story).contingency_plans.unscoped().exclude(owner=None).values_list("owner_id", flat=True)
        assert set(owners) <= members and User.objects.filter(pk__in=owners).exists()
