"""What is said beside the stand-ups of the sample data: each page has something real in each state it can be in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from reports.demo.stories import ERP, HOSPITAL
from reports.demo.story import Story
from standups.models import Evidence, Idea, Problem, RelationshipNote
from tests.reports.test_demo import printed, told

__all__ = ["printed", "told"]
BOTH = pytest.mark.parametrize("story", [ERP, HOSPITAL], ids=["erp", "hospital"])


def person(engagement: Engagement, part: Part) -> User:
    return engagement.memberships.unscoped().active().with_part(part).select_related("user")[0].user


def test_concerns_stand_in_every_state(told: Callable[[Story], Engagement]) -> None:
    """E3: confirmed, waiting for the client, sent back, and never answered."""
    for story, states in (
        (ERP, ["answered", "confirmed", "open", "open"]),
        (HOSPITAL, ["answered", "confirmed", "open"]),
    ):
        rows = told(story).problems.unscoped().concerns()
        assert sorted(row.concern_state for row in rows) == states
    sent_back, never = told(ERP).problems.unscoped().unanswered()
    assert sent_back.replies.unscoped().given().get().verdict == "reopened"
    assert sent_back.replies.unscoped().drafts().get().round == 2
    assert not never.replies.exists() and never.said_by == person(told(ERP), Part.BUSINESS_OWNER)


@BOTH
def test_every_answer_rests_on_evidence_the_client_sees(story: Story, told: Callable[[Story], Engagement]) -> None:
    """E3: a query with its result and plan, cleared, taken before the answer was given."""
    engagement = told(story)
    seen = Evidence.objects.visible_to(person(engagement, Part.CLIENT_PM))
    for row in engagement.problems.unscoped().concerns():
        for reply in row.replies.unscoped().given():
            pieces = seen.filter(problem=row)
            assert pieces and all(piece.query and piece.result for piece in pieces)
            assert row.said_at is not None and reply.answered_at is not None and row.first_answered_at is not None
            assert row.said_at < row.first_answered_at <= reply.answered_at
            assert all(piece.taken_at <= reply.answered_at for piece in pieces)


@BOTH
def test_ideas_became_changes_got_answers_and_wait(story: Story, told: Callable[[Story], Engagement]) -> None:
    ideas = told(story).ideas.unscoped().with_people()
    assert {row.outcome for row in ideas} == {"", "change", "answered"}
    assert all(row.told_at for row in ideas if row.news) and any(not row.thanked_at for row in ideas)
    for row in ideas:
        if row.change is not None:
            assert row.change.origin == "idea" and row.change.title != ""
            assert row.said_on <= row.change.raised_at.date()
    assert Idea.objects.visible_to(person(told(story), Part.CLIENT_PM)).filter(engagement=told(story)).exists()


@BOTH
def test_notes_on_people_are_the_vendors_alone(story: Story, told: Callable[[Story], Engagement]) -> None:
    engagement = told(story)
    assert engagement.relationship_notes.unscoped().count() >= 3
    assert not RelationshipNote.objects.visible_to(person(engagement, Part.CLIENT_PM)).exists()


@BOTH
def test_days_were_read_and_spoken_of(story: Story, told: Callable[[Story], Engagement]) -> None:
    stand_ups = told(story).stand_ups.unscoped()
    assert stand_ups.exclude(acknowledgements=None).exists() and stand_ups.filter(acknowledgements=None).exists()
    assert stand_ups.exclude(comments=None).exists()


@BOTH
def test_problems_say_what_they_are_and_who_cares(story: Story, told: Callable[[Story], Engagement]) -> None:
    rows = Problem.objects.unscoped().filter(engagement=told(story))
    assert {row.source for row in rows} == {"stand_up", "client"}
    assert {"data", "interface", "environment", "concern"} <= {row.kind for row in rows}
    assert len({row.owner_id for row in rows}) > 1 and all(row.owner_id for row in rows)
    assert rows.exclude(functions=None).exists() and rows.exclude(objectives=None).exists()
    assert story is HOSPITAL or rows.exclude(tasks=None).exists()


@BOTH
def test_nothing_was_said_at_the_moment_of_seeding(story: Story, told: Callable[[Story], Engagement]) -> None:
    """The words are of their own days: whoever looks sees days between a doubt, its answer and the word on it."""
    engagement = told(story)
    today = engagement.today()
    for idea in engagement.ideas.unscoped():
        assert idea.noted_at.astimezone(engagement.zone).date() == idea.said_on <= today
    for row in engagement.problems.unscoped().concerns():
        assert row.said_at is not None and row.said_at.astimezone(engagement.zone).date() == row.raised_on
        assert row.solved_on is None or row.raised_on < row.solved_on <= today
