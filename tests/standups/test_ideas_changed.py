"""E3: an idea that became a change request is linked to it, follows it to its decision, and is told back each time."""

from __future__ import annotations

import pytest

from engagements.models import ChangeRequest, Engagement
from engagements.services import changes
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from standups.models import Idea
from standups.services import ideas
from tests.engagements.asking import mailed
from tests.engagements.changing import CANARY, decide, text_of
from tests.engagements.conftest import sign
from tests.factories import IdeaFactory
from tests.standups.suggesting import agree, become_change, fresh

pytestmark = pytest.mark.django_db
REJECT, NEXT = ChangeRequest.Decision.REJECT, ChangeRequest.Decision.NEXT_PHASE


@pytest.fixture
def idea(engagement: Engagement, engineer: User, client_pm: User, business_owner: User) -> Idea:
    """An open idea of the client's PM, after goals and scope were agreed; nothing waits to be mailed."""
    agree(engagement, engineer, client_pm, business_owner)
    row = IdeaFactory(engagement=engagement, title="单据合成一页", said_by=client_pm, said_by_name="")
    mailed()
    return row


def loaded(change: ChangeRequest) -> ChangeRequest:
    return ChangeRequest.objects.unscoped().select_related("engagement").get(pk=change.pk)


def test_the_two_are_linked_and_nobody_is_told_before_a_decision(idea: Idea, engineer: User) -> None:
    change = become_change(idea, engineer)
    row = fresh(idea)
    assert (row.outcome, row.change, row.news, row.told_at) == ("change", change, "", None)
    assert mailed() == []
    with pytest.raises(DomainError):
        ideas.mark_told(actor=engineer, idea=idea)
    with pytest.raises(DomainError):
        ideas.answer_idea(actor=engineer, idea=idea, answer="好")
    assert [CANARY in str(entry.data) for entry in AuditEntry.objects.filter(action__startswith="idea.")] == [False]


def test_without_agreed_goals_nothing_is_written(engagement: Engagement, engineer: User) -> None:
    """The link and the change request stand or fall together."""
    idea = IdeaFactory(engagement=engagement)
    with pytest.raises(DomainError, match="agreed"):
        become_change(idea, engineer)
    assert (ChangeRequest.objects.count(), fresh(idea).is_open) == (0, True)


@pytest.mark.parametrize(
    ("decision", "words"), [(REJECT, "not done in this engagement"), (NEXT, "left to the next phase")]
)
def test_a_refusal_is_told_with_its_reason(
    idea: Idea, engineer: User, client_pm: User, decision: str, words: str
) -> None:
    decide(become_change(idea, engineer), engineer, decision)
    client_pm.language = "en"
    client_pm.save()
    (sent,) = mailed()
    assert (sent.to, words in sent.body, "双方都需要" in sent.body) == ([client_pm.email], True, True)
    assert CANARY not in sent.body
    assert fresh(idea).told_at is not None


def test_told_when_it_will_be_done_and_when_it_is_agreed(
    idea: Idea, engineer: User, client_pm: User, business_owner: User
) -> None:
    """One mail for each; the second comes with the last signature, whoever of the client's gives it."""
    User.objects.update(language="en")
    change = decide(become_change(idea, engineer), engineer)
    (sent,) = [one for one in mailed() if "your idea" in one.subject]
    assert "as soon as both sides have signed" in sent.body
    text = text_of(change)
    sign(text, business_owner)
    assert [one for one in mailed() if "your idea" in one.subject] == []
    sign(text, client_pm)
    (sent,) = [one for one in mailed() if "your idea" in one.subject]
    assert "it is agreed" in sent.body
    assert fresh(idea).news == "applied"


def test_what_was_withdrawn_before_the_mail_went_is_not_told(idea: Idea, engineer: User) -> None:
    """Written when it is sent: no mail says what is no longer true, and the new decision is told."""
    User.objects.update(language="en")
    change = decide(become_change(idea, engineer), engineer)
    changes.withdraw_decision(actor=engineer, change=change)
    assert (fresh(idea).told_at, fresh(idea).news) == (None, "")
    assert mailed() == []
    decide(loaded(change), engineer, REJECT)
    assert ["not done" in one.body for one in mailed()] == [True]


def test_the_same_decision_twice_is_one_mail(idea: Idea, engineer: User) -> None:
    User.objects.update(language="en")
    change = decide(become_change(idea, engineer), engineer)
    assert len([one for one in mailed() if "your idea" in one.subject]) == 1
    changes.withdraw_decision(actor=engineer, change=change)
    decide(loaded(change), engineer)
    assert [one for one in mailed() if "your idea" in one.subject] == []
    assert fresh(idea).told_at is not None


def test_a_name_is_told_in_person_once_it_is_decided(idea: Idea, engineer: User) -> None:
    Idea.objects.filter(pk=idea.pk).update(said_by=None, said_by_name="孙丽")
    decide(become_change(idea, engineer), engineer, REJECT)
    assert fresh(idea).waits_to_be_told
    ideas.mark_told(actor=engineer, idea=idea)
    assert not fresh(idea).waits_to_be_told


def test_reopened_before_a_decision_the_change_request_stays(idea: Idea, engineer: User) -> None:
    change = become_change(idea, engineer)
    ideas.reopen_idea(actor=engineer, idea=idea)
    assert (fresh(idea).is_open, fresh(idea).change) == (True, None)
    decide(loaded(change), engineer, REJECT)
    assert (mailed(), fresh(idea).is_open) == ([], True)


def test_a_decided_change_request_is_not_taken_back(idea: Idea, engineer: User) -> None:
    Idea.objects.filter(pk=idea.pk).update(said_by=None, said_by_name="孙丽")
    decide(become_change(idea, engineer), engineer, REJECT)
    with pytest.raises(DomainError):
        ideas.reopen_idea(actor=engineer, idea=idea)
    assert fresh(idea).change is not None
