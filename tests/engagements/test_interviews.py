"""Interviews (P2): notes against the open questions, confirmed by link or on paper, fill the Ws they answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement, Function, Interview, InterviewNote, Module, Question
from engagements.services import confirmations, interviews
from engagements.services.confirmations import merged
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.services import sweep
from tests.conftest import SignIn
from tests.engagements.conftest import a_scan
from tests.factories import InterviewFactory


@pytest.fixture
def function(engagement: Engagement) -> Function:
    """A function of which only "who" is known."""
    module = Module.objects.create(engagement=engagement, name="生产计划")
    return Function.objects.create(engagement=engagement, module=module, name="月度排产", who="计划员")


@pytest.fixture
def interview(engagement: Engagement, function: Function, engineer: User, client_pm: User) -> Interview:
    """A talk with the client PM in which "when" was answered."""
    row = save(engagement, engineer, functions=[function], user=client_pm)
    return save(engagement, engineer, row, answers={note_of(row, "when").pk: "每月 25 日"}, user=client_pm)


def save(engagement: Engagement, actor: User, row: Interview | None = None, **fields: Any) -> Interview:
    given_ = {"person": "陈镕", "person_role": "生产部", "held_on": engagement.today(), "user": None} | fields
    return interviews.save_interview(actor=actor, engagement=engagement, interview=row, **given_)  # type: ignore[arg-type]


def note_of(row: Interview, question: str) -> InterviewNote:
    return row.notes.unscoped().get(question=question)


def fresh(row: Any) -> Any:
    return type(row).objects.unscoped().get(pk=row.pk)


def send(row: Interview, actor: User) -> str:
    """Mail the notes; return the path of the link."""
    interviews.send_to_confirm(actor=actor, interview=row)
    mail.outbox.clear()
    sweep()
    found = re.search(r"https?://[^/]+(/links/interview/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_the_open_questions_become_the_guide(engagement: Engagement, function: Function, engineer: User) -> None:
    """P2: only what nobody answered is asked; all six where asked so, and never the same question twice."""
    row = save(engagement, engineer, functions=[function])
    assert [note.question for note in row.notes.unscoped()] == ["what", "when", "where", "why", "how"]
    save(engagement, engineer, row, functions=[function], all_six=True)
    assert {note.question for note in row.notes.unscoped()} == set(Question.values)
    save(engagement, engineer, row, functions=[function], all_six=True)
    assert row.notes.count() == 6


def test_the_form_asks_and_keeps_what_was_typed(
    engagement: Engagement, function: Function, engineer: User, sign_in: SignIn
) -> None:
    """P2: choose functions, then write; a refused form loses nothing."""
    browser = sign_in(engineer)
    create = reverse("engagements:interview_create", args=[engagement.pk])
    assert "checked" in browser.get(create + "?about=gaps").content.decode()
    Function.objects.filter(pk=function.pk).update(name="{{ 7|add:7 }}<b>")
    body = {
        "person": "周㛃",
        "person_role": "",
        "held_on": str(engagement.today()),
        "user": "",
        "functions": [function.pk],
    }
    edit = browser.post(create, body)["Location"]
    row = Interview.objects.unscoped().get()
    assert edit == reverse("engagements:interview_edit", args=[engagement.pk, row.pk])
    typed = {f"note_{note.pk}": f"答{note.question}" for note in row.notes.unscoped()}
    refused = browser.post(edit, body | typed | {"held_on": "", "functions": []}).content.decode()
    assert all(text in refused for text in typed.values())
    assert "{{ 7|add:7 }}&lt;b&gt;" in refused, "a name is neither a template nor a page"
    assert browser.post(edit, body | typed | {"functions": []}).status_code == 302
    assert {note.text for note in row.notes.unscoped()} == set(typed.values())


def test_two_who_write_at_once_lose_no_word(
    interview: Interview, engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """P2: different answers both stay; of the same answer the later writer reads the other's first."""
    browser = sign_in(engineer)
    edit = reverse("engagements:interview_edit", args=[engagement.pk, interview.pk])
    shown = browser.get(edit).context["form"]
    body = {name: shown[name].value() or "" for name in shown.fields if name != "functions"}
    body |= {"held_on": str(engagement.today()), "user": "", "all_six": ""}
    del body["all_six"]
    why, how, when = (note_of(interview, question).pk for question in ("why", "how", "when"))
    other = {why: "为了交期", when: "每月 20 日"}
    save(engagement, engineer, interview, answers=other)
    assert browser.post(edit, body | {f"note_{how}": "手工"}).status_code == 302
    assert [note_of(interview, question).text for question in ("why", "how", "when")] == [
        "为了交期",
        "手工",
        "每月 20 日",
    ]
    refused = browser.post(edit, body | {f"note_{why}": "为了成本"})
    assert "“为了交期”" in refused.content.decode()
    assert note_of(interview, "why").text == "为了交期"
    again = refused.context["form"]
    assert again[f"note_{why}"].value() == "为了成本"
    assert again[f"note_{when}"].value() == "每月 20 日", "what was not touched is theirs"
    body |= {name: again[name].value() or "" for name in again.fields if name.startswith(("note_", "seen_"))}
    assert browser.post(edit, body).status_code == 302
    assert [note_of(interview, question).text for question in ("why", "how")] == ["为了成本", "手工"]


def test_confirming_by_link_fills_what_was_open(
    interview: Interview, function: Function, engineer: User, client_pm: User
) -> None:
    """P2, TRUST 9: GET shows, POST confirms once, in the person's own name."""
    url = send(interview, engineer)
    browser = Client()
    for _i in range(2):
        assert "每月 25 日" in browser.get(url).content.decode()
    assert fresh(function).when == ""
    assert browser.post(url, {"remark": "节假日顺延"}).status_code == 200
    row = fresh(interview)
    assert (row.method, row.remark) == ("link", "节假日顺延")
    assert (fresh(function).when, fresh(function).who, fresh(function).how) == ("每月 25 日", "计划员", "")
    assert AuditEntry.objects.get(action="interview.confirmed").actor_id == client_pm.pk
    assert AuditEntry.objects.get(action="function.answered").data["questions"] == ["when"]
    assert browser.get(url).status_code == browser.post(url).status_code == 410


def test_a_confirmed_interview_does_not_change(
    interview: Interview, function: Function, engagement: Engagement, engineer: User, client_pm: User
) -> None:
    confirmations.confirm_on_paper(actor=engineer, interview=interview, scan=a_scan())
    row = fresh(interview)
    tries: list[Callable[[], object]] = [
        lambda: save(engagement, engineer, row, answers={note_of(row, "when").pk: "别的"}, user=client_pm),
        lambda: interviews.delete_interview(actor=engineer, interview=row),
        lambda: interviews.send_to_confirm(actor=engineer, interview=row),
        lambda: confirmations.confirm_on_paper(actor=engineer, interview=row, scan=a_scan()),
    ]
    for attempt in tries:
        with pytest.raises(DomainError):
            attempt()
    assert note_of(row, "when").text == "每月 25 日"
    assert (row.method, row.scan.is_internal) == ("paper", True)
    assert fresh(function).when == "每月 25 日"


def test_a_change_of_the_notes_ends_the_mailed_link(
    interview: Interview, engagement: Engagement, engineer: User, client_pm: User
) -> None:
    """P2: nobody confirms a text they did not read."""
    url = send(interview, engineer)
    save(engagement, engineer, interview, user=client_pm)
    assert Client().get(url).status_code == 200, "nothing changed, so the link stays"
    save(engagement, engineer, interview, answers={note_of(interview, "why").pk: "为了交期"}, user=client_pm)
    assert fresh(interview).sent_at is None
    assert Client().post(url, {"remark": ""}).status_code == 410
    assert fresh(interview).confirmed_at is None
    again = send(interview, engineer)
    assert Client().post(again, {"remark": ""}).status_code == 200


def test_nothing_is_sent_without_notes_or_without_a_person(
    engagement: Engagement, function: Function, engineer: User, client_pm: User
) -> None:
    blank = save(engagement, engineer, functions=[function], user=client_pm)
    nobody = save(engagement, engineer, functions=[function])
    save(engagement, engineer, nobody, answers={note_of(nobody, "why").pk: "为了交期"})
    for row in (blank, nobody):
        with pytest.raises(DomainError):
            interviews.send_to_confirm(actor=engineer, interview=row)
    with pytest.raises(DomainError):
        confirmations.confirm_on_paper(actor=engineer, interview=blank, scan=a_scan())


def test_another_view_is_added_with_its_name(
    interview: Interview, function: Function, engineer: User, engagement: Engagement
) -> None:
    """P2: a W with other text gets this one on a new line with the person's name; the same is not repeated."""
    Function.objects.filter(pk=function.pk).update(when="每月月底")
    confirmations.confirm_on_paper(actor=engineer, interview=interview, scan=a_scan())
    both = fresh(function).when
    assert re.fullmatch("每月月底\n陈镕.{1,2}每月 25 日", both)
    second = save(engagement, engineer, functions=[function], all_six=True)
    save(engagement, engineer, second, answers={note_of(second, "when").pk: "每月 25 日"})
    confirmations.confirm_on_paper(actor=engineer, interview=second, scan=a_scan())
    assert fresh(function).when == both


TEXTS = st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"]), max_size=40)


@given(TEXTS, TEXTS)
def test_merging_loses_nothing_and_repeats_nothing(known: str, said: str) -> None:
    once = merged(known, said, "陈镕")
    assert known.strip() in once
    assert said.strip() in once
    assert merged(once, said, "陈镕") == once


def test_interviews_are_the_vendors(
    interview: Interview, engagement: Engagement, client_pm: User, sign_in: SignIn
) -> None:
    """The person interviewed reads theirs by the mailed link only."""
    browser = sign_in(client_pm)
    assert browser.get(reverse("engagements:interview_list", args=[engagement.pk])).status_code == 403
    assert browser.get(reverse("engagements:interview", args=[engagement.pk, interview.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        interviews.send_to_confirm(actor=client_pm, interview=interview)


def test_an_empty_interview_page_says_what_to_do_first(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    page = sign_in(engineer).get(reverse("engagements:interview_list", args=[engagement.pk]))
    assert "First list the modules and functions" in page.content.decode()
    InterviewFactory(engagement=engagement, person="周㛃")
    page = sign_in(engineer).get(reverse("engagements:interview_list", args=[engagement.pk]))
    assert "周㛃" in page.content.decode()
