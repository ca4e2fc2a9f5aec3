"""E3: only the client says that an answer settles a concern; the vendor writes down, as itself, what was said elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from standups.models import ConcernState, Party, Problem, Remedy, Reply
from standups.services.replies import Measure, tick_measure
from standups.services.verdicts import confirm_answer, record_verdict, reopen_concern
from tests.conftest import SignIn
from tests.standups.browser import target, words_in
from tests.standups.concerning import answered, drafted, raised, state_of


@pytest.fixture
def concern(engagement: Engagement, engineer: User, client_pm: User) -> Problem:
    """A concern of the client's PM with an answer that waits for their word."""
    problem = raised(engagement, client_pm)
    answered(engineer, problem, Measure("增加索引", engagement.today() + timedelta(days=3)))
    problem.refresh_from_db()
    return problem


@pytest.fixture
def browser(client_pm: User, sign_in: SignIn) -> Client:
    return sign_in(client_pm)


def url_of(problem: Problem, name: str) -> str:
    return reverse(f"standups:{name}", args=[problem.engagement_id, problem.pk])


def test_the_client_confirms(engagement: Engagement, concern: Problem, client_pm: User, browser: Client) -> None:
    page = browser.get(concern.get_absolute_url()).content.decode()
    assert url_of(concern, "concern_confirm") in page
    assert target(browser.post(url_of(concern, "concern_confirm"), {"round": "1"})) == concern.get_absolute_url()
    concern.refresh_from_db()
    assert (concern.concern_state, concern.solved_on) == (ConcernState.CONFIRMED, engagement.today())
    reply = Reply.objects.unscoped().get()
    assert (reply.verdict, reply.verdict_by, reply.verdict_recorded_by) == ("confirmed", client_pm, None)
    page = browser.get(concern.get_absolute_url()).content.decode()
    assert url_of(concern, "concern_confirm") not in page
    assert AuditEntry.objects.filter(action="concern.confirmed").count() == 1


def test_the_client_sends_it_back(
    concern: Problem, engineer: User, colleague: User, key_user: User, sign_in: SignIn
) -> None:
    """The next round's draft starts from the last text; lead and answerer are told."""
    answer = sign_in(key_user).post(url_of(concern, "concern_reopen"), {"round": "1", "note": "上午仍然慢"})
    assert target(answer) == concern.get_absolute_url()
    concern.refresh_from_db()
    assert (concern.concern_state, concern.next_step_with, concern.solved_on) == ("open", Party.VENDOR, None)
    first, second = Reply.objects.unscoped().order_by("round")
    assert (first.verdict, first.verdict_by, first.verdict_note) == ("reopened", key_user, "上午仍然慢")
    assert (second.round, second.facts, second.answered_at) == (2, first.facts, None)
    assert [r.text for r in second.remedies.unscoped()] == ["增加索引"]
    assert {m.recipient for m in Message.objects.filter(kind="concern_reopened")} == {engineer}
    page = sign_in(colleague).get(url_of(concern, "reply")).content.decode()
    assert "上午仍然慢" in page and first.facts in page


def test_lead_and_answerer_are_told(engagement: Engagement, engineer: User, colleague: User, client_pm: User) -> None:
    problem = raised(engagement, client_pm)
    answered(colleague, problem)
    reopen_concern(actor=client_pm, problem=problem, round_seen=1, note="仍然慢")
    told = {message.recipient for message in Message.objects.filter(kind="concern_reopened")}
    assert told == {engineer, colleague}


def test_a_second_answer_after_it_was_sent_back(concern: Problem, engineer: User, client_pm: User) -> None:
    """The time to the first answer stays; each answer stands in the story."""
    first_answered_at = concern.first_answered_at
    reopen_concern(actor=client_pm, problem=concern, round_seen=1, note="仍然慢")
    answered(engineer, concern, Measure("增加索引", concern.engagement.today() + timedelta(days=3)))
    with pytest.raises(DomainError):
        confirm_answer(actor=client_pm, problem=concern, round_seen=1)
    confirm_answer(actor=client_pm, problem=concern, round_seen=2)
    concern.refresh_from_db()
    assert concern.first_answered_at == first_answered_at
    assert [r.verdict for r in Reply.objects.unscoped().order_by("round")] == ["reopened", "confirmed"]


def test_a_measure_ticked_meanwhile_is_ticked_in_the_next_draft(
    concern: Problem, engineer: User, client_pm: User
) -> None:
    reopen_concern(actor=client_pm, problem=concern, round_seen=1, note="仍然慢")
    tick_measure(actor=engineer, remedy=Remedy.objects.unscoped().get(reply__round=1), is_done=True)
    due_on = concern.engagement.today() + timedelta(days=3)
    drafted(engineer, concern, measures=[Measure("增加索引", due_on), Measure("扩容", due_on)])
    ticks = Remedy.objects.unscoped().filter(reply__round=2).values_list("text", "done_on")
    assert dict(ticks) == {"增加索引": concern.engagement.today(), "扩容": None}


@pytest.mark.parametrize(("note", "status"), [("", 422), ("x" * 301, 422), ("nul\x00", 422)])
def test_a_reason_is_needed_and_what_was_typed_survives(
    concern: Problem, browser: Client, note: str, status: int
) -> None:
    answer = browser.post(url_of(concern, "concern_reopen"), {"round": "1", "note": note})
    assert answer.status_code == status
    assert answer.context["form"].errors["note"]
    assert len(note) < 300 or note in answer.content.decode()
    assert state_of(concern) == ConcernState.ANSWERED


@pytest.mark.parametrize("round_seen", ["", "0", "2", "x", "99999999999999999999"])
def test_a_word_to_another_answer_is_no_word(concern: Problem, browser: Client, round_seen: str) -> None:
    browser.post(url_of(concern, "concern_confirm"), {"round": round_seen})
    browser.post(url_of(concern, "concern_reopen"), {"round": round_seen, "note": "仍然慢"})
    assert state_of(concern) == ConcernState.ANSWERED


def test_nothing_is_said_of_a_concern_without_an_answer(
    engagement: Engagement, client_pm: User, engineer: User
) -> None:
    problem = raised(engagement, client_pm)
    drafted(engineer, problem)
    with pytest.raises(DomainError):
        confirm_answer(actor=client_pm, problem=problem, round_seen=1)
    with pytest.raises(DomainError):
        reopen_concern(actor=client_pm, problem=problem, round_seen=1, note="仍然慢")
    assert state_of(problem) == ConcernState.OPEN


def test_what_is_confirmed_stays(concern: Problem, client_pm: User, key_user: User, engineer: User) -> None:
    confirm_answer(actor=client_pm, problem=concern, round_seen=1)
    with pytest.raises(DomainError):
        confirm_answer(actor=key_user, problem=concern, round_seen=1)
    with pytest.raises(DomainError):
        reopen_concern(actor=key_user, problem=concern, round_seen=1, note="仍然慢")
    with pytest.raises(DomainError):
        drafted(engineer, concern)
    assert Reply.objects.unscoped().get().verdict_by == client_pm


def test_the_vendor_never_says_it_as_the_client(
    concern: Problem, engineer: User, manager: User, client_pm_2: User, sign_in: SignIn
) -> None:
    for user in (engineer, manager, client_pm_2):
        with pytest.raises(PermissionDenied):
            confirm_answer(actor=user, problem=concern, round_seen=1)
        with pytest.raises(PermissionDenied):
            reopen_concern(actor=user, problem=concern, round_seen=1, note="x")
    assert sign_in(engineer).post(url_of(concern, "concern_confirm"), {"round": "1"}).status_code == 403
    assert url_of(concern, "concern_confirm") not in sign_in(engineer).get(concern.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("verdict", "state"), [("confirmed", "confirmed"), ("reopened", "open")])
def test_the_vendor_writes_down_what_was_said_elsewhere(
    concern: Problem, engineer: User, browser: Client, sign_in: SignIn, verdict: str, state: str
) -> None:
    """The page tells both sides who wrote it down."""
    fields = {"round": "1", "verdict": verdict, "verdict_by_name": "刘主任", "note": "微信：知道了"}
    assert target(sign_in(engineer).post(url_of(concern, "verdict_record"), fields)) == concern.get_absolute_url()
    assert state_of(concern) == state
    reply = Reply.objects.unscoped().get(round=1)
    assert (reply.verdict_by, reply.verdict_by_name, reply.verdict_recorded_by) == (None, "刘主任", engineer)
    words = words_in(browser.get(concern.get_absolute_url()).content, "concern")
    assert "Said outside OnSite; written down by 李喆" in words
    assert "刘主任" in words


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"verdict": ""}, "verdict"),
        ({"verdict": "maybe"}, "verdict"),
        ({"verdict_by_name": ""}, "verdict_by_name"),
        ({"note": ""}, "note"),
        ({"verdict_by": "999999"}, "verdict_by"),
        ({"round": "x"}, "round"),
    ],
)
def test_bad_input_is_said_beside_its_field(
    concern: Problem, engineer: User, sign_in: SignIn, change: dict[str, str], field: str
) -> None:
    fields = {"round": "1", "verdict": "confirmed", "verdict_by_name": "刘主任", "note": "微信：知道了"} | change
    answer = sign_in(engineer).post(url_of(concern, "verdict_record"), fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert state_of(concern) == ConcernState.ANSWERED


def test_one_of_the_vendors_people_is_not_the_client(concern: Problem, engineer: User, colleague: User) -> None:
    with pytest.raises(DomainError) as refused:
        record_verdict(
            actor=engineer, problem=concern, round_seen=1, verdict="confirmed", verdict_by=colleague,
            verdict_by_name="", note="好的",
        )  # fmt: skip
    assert refused.value.field == "verdict_by"


def test_the_database_refuses_a_word_before_the_answer(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    draft = drafted(engineer, raised(engagement, client_pm))
    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.filter(pk=draft.pk).update(verdict="confirmed")


def test_the_story_tells_each_answer(concern: Problem, engineer: User, client_pm: User, sign_in: SignIn) -> None:
    reopen_concern(actor=client_pm, problem=concern, round_seen=1, note="上午仍然慢")
    for user in (engineer, client_pm):
        page = sign_in(user).get(concern.get_absolute_url())
        steps = [(step.title, step.who) for step in page.context["steps"]]
        assert ("Answered", "李喆") in steps
        assert ("Not settled yet", "陈镕") in steps
