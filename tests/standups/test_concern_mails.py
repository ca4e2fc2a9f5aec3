"""E3: who must know of a concern is told, with what is true when the mail is sent; a client reads only what is shared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from standups.models import Evidence, Problem
from standups.services.concerns import note_concern
from standups.services.replies import Measure
from standups.services.verdicts import confirm_answer, reopen_concern
from tests.factories import EvidenceFactory, MembershipFactory
from tests.standups.concerning import TEXTS, WORDS, answered, drafted, raised

INTERNAL = "只有我们知道的话"


@pytest.fixture
def concern(engagement: Engagement, engineer: User, client_pm: User, key_user: User) -> Problem:
    """Raised by a key user; the lead is told of it."""
    return raised(engagement, key_user)


def sent() -> dict[str, str]:
    """Send what waits; return subject and text by address."""
    mail.outbox.clear()
    sweep()
    assert not Message.objects.exclude(last_error="").exists()
    return {message.to[0]: f"{message.subject}\n{message.body}" for message in mail.outbox}


def test_the_lead_reads_the_clients_words(concern: Problem, engineer: User, key_user: User) -> None:
    told = sent()
    assert set(told) == {engineer.email}
    assert WORDS in told[engineer.email]
    assert key_user.name in told[engineer.email]
    assert concern.get_absolute_url() in told[engineer.email]


def test_whoever_said_it_and_the_clients_pm_are_asked(
    concern: Problem, engineer: User, key_user: User, client_pm: User, business_owner: User
) -> None:
    """In the mail stand the client's words and the acknowledgement; the facts stand where the evidence is."""
    sent()
    EvidenceFactory(problem=concern, title=INTERNAL, is_internal=True)
    answered(engineer, concern, Measure("增加索引", concern.engagement.today() + timedelta(days=1)))
    told = sent()
    assert set(told) == {key_user.email, client_pm.email}
    for text in told.values():
        assert WORDS in text
        assert TEXTS["acknowledgement"] in text
        assert INTERNAL not in text


def test_answerer_and_lead_read_what_is_still_open(
    concern: Problem, engineer: User, colleague: User, key_user: User
) -> None:
    answered(colleague, concern)
    reopen_concern(actor=key_user, problem=concern, round_seen=1, note="上午仍然慢")
    told = sent()
    assert set(told) == {engineer.email, colleague.email}
    assert all("上午仍然慢" in text for text in told.values())


def a_lead_who_left(concern: Problem, engineer: User, client: User) -> None:
    engineer.memberships.unscoped().update(ended_at=timezone.now())


def another_lead(concern: Problem, engineer: User, client: User) -> None:
    engineer.memberships.unscoped().update(part=Part.ENGINEER)
    MembershipFactory(engagement=concern.engagement, part=Part.LEAD)


def an_answer(concern: Problem, engineer: User, client: User) -> None:
    answered(engineer, concern)
    Message.objects.filter(kind="concern_answered").delete()


def an_end(concern: Problem, engineer: User, client: User) -> None:
    Engagement.objects.update(phase=Phase.CANCELLED)


Change = Callable[[Problem, User, User], None]


@pytest.mark.parametrize("change", [a_lead_who_left, another_lead, an_answer, an_end])
def test_what_is_no_longer_true_is_not_told(concern: Problem, engineer: User, key_user: User, change: Change) -> None:
    change(concern, engineer, key_user)
    assert sent() == {}
    assert not Message.objects.filter(cancelled_at=None).exists()


def confirmed(concern: Problem, engineer: User, client: User) -> None:
    confirm_answer(actor=client, problem=concern, round_seen=1)


def sent_back(concern: Problem, engineer: User, client: User) -> None:
    reopen_concern(actor=client, problem=concern, round_seen=1, note="仍然慢")
    Message.objects.filter(kind="concern_reopened").delete()


def hidden(concern: Problem, engineer: User, client: User) -> None:
    Problem.objects.update(is_internal=True)


def clients_who_left(concern: Problem, engineer: User, client: User) -> None:
    concern.engagement.memberships.unscoped().of_client().update(ended_at=timezone.now())


@pytest.mark.parametrize("change", [confirmed, sent_back, hidden, clients_who_left])
def test_a_question_that_is_answered_is_not_asked(
    concern: Problem, engineer: User, key_user: User, change: Change
) -> None:
    sent()
    answered(engineer, concern)
    change(concern, engineer, key_user)
    assert sent() == {}


def test_of_two_answers_only_the_last_is_told(concern: Problem, engineer: User, key_user: User) -> None:
    sent()
    answered(engineer, concern)
    reopen_concern(actor=key_user, problem=concern, round_seen=1, note="仍然慢")
    draft = drafted(engineer, concern, acknowledgement="第二次答复")
    assert draft.round == 2
    answered(engineer, concern)
    told = sent()
    assert engineer.email not in told, "the answer that was sent back has its successor"
    assert len(mail.outbox) == 2
    assert Message.objects.filter(kind="concern_answered", cancelled_at=None).count() == 2


def test_a_mail_to_the_client_holds_no_draft(concern: Problem, engineer: User, key_user: User) -> None:
    sent()
    answered(engineer, concern)
    Evidence.objects.update(title=INTERNAL)
    told = sent()
    assert INTERNAL not in "".join(told.values())


def test_nobody_is_told_of_their_own_doing(engagement: Engagement, manager: User, client_pm: User) -> None:
    """Without a lead the manager leads; what they note themselves is no news to them."""
    note_concern(
        actor=manager, engagement=engagement, words=WORDS, said_by=client_pm, said_by_name="", said_at=timezone.now()
    )
    assert not Message.objects.exists()
