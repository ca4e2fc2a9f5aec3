"""E3: a client's idea is thanked for, becomes a change request or gets an answer, and its outcome is told back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from engagements.models import Engagement, Membership
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from standups.models import Idea
from standups.services import ideas
from tests.engagements.asking import mailed
from tests.factories import IdeaFactory
from tests.standups.suggesting import WISH, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea(engagement: Engagement, engineer: User, client_pm: User) -> Idea:
    """An open idea of the client's PM."""
    return IdeaFactory(engagement=engagement, title="单据合成一页", said_by=client_pm, said_by_name="")


@pytest.fixture
def spoken(engagement: Engagement, engineer: User) -> Idea:
    """An open idea of somebody without an account."""
    return IdeaFactory(engagement=engagement, title="扫码枪放两把")


# --- noted and suggested ---------------------------------------------------------------------------------------------


def test_the_client_suggests_their_own(engagement: Engagement, key_user: User) -> None:
    """A key user may, too; the same form sent twice is one idea."""
    first = ideas.suggest_idea(actor=key_user, engagement=engagement, title="扫码枪放两把", words="排队")
    again = ideas.suggest_idea(actor=key_user, engagement=engagement, title="扫码枪放两把", words="排队")
    assert first == again
    row = engagement.ideas.unscoped().get()
    assert (row.said_by, row.noted_by, row.said_on, row.person) == (key_user, key_user, engagement.today(), "𠮷田")
    assert AuditEntry.objects.get(action="idea.noted").data["title"] == "扫码枪放两把"


def test_the_same_words_are_new_once_the_first_has_an_outcome(
    engagement: Engagement, engineer: User, key_user: User
) -> None:
    first = ideas.suggest_idea(actor=key_user, engagement=engagement, title="扫码枪放两把")
    ideas.answer_idea(actor=engineer, idea=first, answer="已采购")
    assert ideas.suggest_idea(actor=key_user, engagement=engagement, title="扫码枪放两把") != first


def test_the_vendor_notes_whose_it_is(engagement: Engagement, engineer: User, client_pm: User) -> None:
    today = engagement.today()
    named = ideas.note_idea(actor=engineer, engagement=engagement, title="甲", said_by_name="孙丽", said_on=today)
    theirs = ideas.note_idea(actor=engineer, engagement=engagement, title="乙", said_by=client_pm, said_on=today)
    assert [row.person for row in (named, theirs)] == ["孙丽", client_pm.name]
    assert theirs.noted_by == engineer


def test_what_the_vendor_can_not_note(
    engagement: Engagement, engineer: User, client_pm: User, client_pm_2: User
) -> None:
    """Somebody's, one person's, of this client's, and not of tomorrow."""
    today = engagement.today()
    for wrong, field in (
        ({"said_on": today}, "said_by_name"),
        ({"said_on": today, "said_by": client_pm, "said_by_name": "孙丽"}, "said_by_name"),
        ({"said_on": today, "said_by": client_pm_2}, "said_by"),
        ({"said_on": today, "said_by": engineer}, "said_by"),
        ({"said_on": today + timedelta(days=1), "said_by": client_pm}, "said_on"),
    ):
        with pytest.raises(DomainError) as refused:
            ideas.note_idea(actor=engineer, engagement=engagement, title="甲", **wrong)
        assert refused.value.field == field, wrong
    assert engagement.ideas.count() == 0


def test_who_may_not(
    idea: Idea, engagement: Engagement, engineer: User, manager: User, client_pm: User, client_pm_2: User
) -> None:
    """The vendor suggests nothing in a client's name; the client decides nothing in the vendor's."""
    for actor in (engineer, manager, client_pm_2):
        with pytest.raises(PermissionDenied):
            ideas.suggest_idea(actor=actor, engagement=engagement, title="甲")
    for act in (
        lambda: ideas.note_idea(
            actor=client_pm, engagement=engagement, title="甲", said_by_name="乙", said_on=engagement.today()
        ),
        lambda: ideas.thank_for_idea(actor=client_pm, idea=idea, thanks="谢谢"),
        lambda: ideas.answer_idea(actor=client_pm, idea=idea, answer="好"),
        lambda: ideas.turn_into_change(actor=client_pm, idea=idea, **WISH),
        lambda: ideas.mark_told(actor=client_pm, idea=idea),
        lambda: ideas.reopen_idea(actor=client_pm, idea=idea),
    ):
        with pytest.raises(PermissionDenied):
            act()


# --- thanks ----------------------------------------------------------------------------------------------------------


def test_thanks_are_said_once_and_mailed(idea: Idea, engineer: User, manager: User, client_pm: User) -> None:
    ideas.thank_for_idea(actor=engineer, idea=idea, thanks="谢谢，我们没想到。")
    with pytest.raises(DomainError, match="李喆"):
        ideas.thank_for_idea(actor=manager, idea=idea, thanks="也谢谢")
    row = fresh(idea)
    assert (row.thanks, row.thanked_by) == ("谢谢，我们没想到。", engineer)
    assert row.thanked_at is not None
    sent = mailed()
    assert [(one.to, "谢谢，我们没想到。" in one.body) for one in sent] == [([client_pm.email], True)]
    assert idea.get_absolute_url() in sent[0].body


def test_nobody_is_mailed_for_a_name(spoken: Idea, engineer: User) -> None:
    ideas.thank_for_idea(actor=engineer, idea=spoken, thanks="谢谢")
    ideas.answer_idea(actor=engineer, idea=spoken, answer="已采购")
    assert Message.objects.count() == 0
    assert fresh(spoken).waits_to_be_told


# --- answered --------------------------------------------------------------------------------------------------------


def test_an_answer_is_mailed_at_once(idea: Idea, engineer: User, client_pm: User) -> None:
    ideas.answer_idea(actor=engineer, idea=idea, answer="下周起合成一页。")
    row = fresh(idea)
    assert (row.outcome, row.answer, row.decided_by) == ("answered", "下周起合成一页。", engineer)
    assert row.told_at is not None
    assert [(one.to, "下周起合成一页。" in one.body) for one in mailed()] == [([client_pm.email], True)]
    for act in (
        lambda: ideas.answer_idea(actor=engineer, idea=idea, answer="改了"),
        lambda: ideas.reopen_idea(actor=engineer, idea=idea),
    ):
        with pytest.raises(DomainError):
            act()
    assert mailed() == []
    assert audit.first_broken(idea.engagement.audit_chain) is None


def test_who_left_is_told_by_nobody(idea: Idea, engineer: User, client_pm: User) -> None:
    """No mail, and it stands as not told, so that a person does."""
    Membership.objects.filter(user=client_pm).update(ended_at=timezone.now())
    ideas.answer_idea(actor=engineer, idea=idea, answer="好")
    assert (mailed(), fresh(idea).waits_to_be_told) == ([], True)


def test_told_in_person(spoken: Idea, engineer: User) -> None:
    with pytest.raises(DomainError):
        ideas.mark_told(actor=engineer, idea=spoken)
    ideas.answer_idea(actor=engineer, idea=spoken, answer="已采购")
    ideas.mark_told(actor=engineer, idea=spoken)
    told_at = fresh(spoken).told_at
    ideas.mark_told(actor=engineer, idea=spoken)
    assert fresh(spoken).told_at == told_at is not None
    assert AuditEntry.objects.filter(action="idea.told").count() == 1
    with pytest.raises(DomainError):
        ideas.reopen_idea(actor=engineer, idea=spoken)


def test_reopened_while_nobody_was_told(spoken: Idea, engineer: User) -> None:
    ideas.answer_idea(actor=engineer, idea=spoken, answer="不做")
    ideas.reopen_idea(actor=engineer, idea=spoken)
    row = fresh(spoken)
    assert (row.is_open, row.answer, row.decided_by) == (True, "", None)
    assert AuditEntry.objects.get(action="idea.reopened").data["answer"] == "不做"
    ideas.answer_idea(actor=engineer, idea=spoken, answer="做")
    assert fresh(spoken).answer == "做"


# --- the list --------------------------------------------------------------------------------------------------------


def test_what_needs_somebody_stands_first(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """Open, then not told back, then the rest; the newest first."""
    today = engagement.today()
    answered = {"engagement": engagement, "outcome": "answered", "answer": "好"}
    IdeaFactory(title="已告知", told_at=timezone.now(), **answered)
    IdeaFactory(title="未告知", **answered)
    IdeaFactory(title="旧", engagement=engagement, said_on=today - timedelta(days=3))
    IdeaFactory(title="新", engagement=engagement)
    rows = engagement.ideas.visible_to(client_pm).by_need()
    assert [row.title for row in rows] == ["新", "旧", "未告知", "已告知"]
    assert [row.title for row in engagement.ideas.visible_to(engineer).untold()] == ["未告知"]


def test_the_other_client_sees_none(idea: Idea, client_pm_2: User) -> None:
    assert not Idea.objects.visible_to(client_pm_2).exists()
