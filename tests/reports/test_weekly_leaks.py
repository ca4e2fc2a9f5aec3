"""Whatever is planted for the vendor alone never reaches a client by a weekly report or a text for the chat group."""

from __future__ import annotations

import subprocess
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from reports import services
from reports.documents.printing import print_document
from reports.documents.word import word_of
from reports.models import Document
from standups.models import Answer, ConcernState, Kind, Mood, ProblemAnswer, RelationshipNote, Section, Severity
from tests.conftest import SignIn
from tests.factories import LineFactory, MembershipFactory, ProblemFactory, UserFactory
from tests.reports.issuing import printed, url
from tests.reports.weeks import INTERNAL, WEEKLY, attend, day, issue_week, last_week, report, said, stand_up

pytestmark = pytest.mark.django_db
SHARED = "shared-words"


@pytest.fixture
def planted(engagement: Engagement, foreign_engagement: Engagement, engineer: User, client_pm: User) -> Engagement:
    """The canary wherever something internal can stand in a week, shared words beside each."""
    held = stand_up(engagement, 2, created_by=engineer)
    attend(held, engineer, client_pm)
    for section in Section:
        for done in (True, False):
            LineFactory(stand_up=held, section=section, text=SHARED, is_done=done)
            # Each in its own words: the same ones would be told as one thing.
            LineFactory(
                stand_up=held, section=section, text=f"{INTERNAL} {section} {done}", is_done=done, is_internal=True
            )
    # What is said inside goes on from what was shared, and the other way round.
    open_line = said(held, f"{SHARED} 2")
    friday = stand_up(engagement, 5)
    said(friday, f"{INTERNAL} finished", done=True, after=open_line, is_internal=True)
    hidden_line = said(held, f"{INTERNAL} begun", is_internal=True)
    said(friday, f"{SHARED} 3", done=True, after=hidden_line)
    here = {"engagement": engagement, "raised_by": engineer, "raised_on": day(engagement, 1)}
    secret = {"title": INTERNAL, "owner_role": INTERNAL, "next_step": INTERNAL, "is_internal": True}
    shared = ProblemFactory(**here, title=SHARED, due_on=day(engagement, 3), cause=INTERNAL, fix=INTERNAL)
    hidden = ProblemFactory(**here, **secret, severity=Severity.CRITICAL, due_on=day(engagement, 2))
    ProblemFactory(**here, **secret, solved_on=day(engagement, 3))
    ProblemFactory(
        **here, **secret, kind=Kind.CONCERN, words=INTERNAL, said_at=timezone.now(), concern_state=ConcernState.OPEN
    )
    for problem in (shared, hidden):
        ProblemAnswer.objects.create(
            stand_up=held, problem=problem, answer=Answer.SOLVED, note=INTERNAL, is_internal=True, author=engineer
        )
    draft = stand_up(engagement, 4, published_at=None)
    LineFactory(stand_up=draft, section=Section.DONE, text=f"{INTERNAL} draft", is_done=True)
    unseen = UserFactory(role=Role.ENGINEER, name=INTERNAL)
    MembershipFactory(engagement=engagement, user=unseen, part=Part.ENGINEER)
    attend(draft, unseen)
    RelationshipNote.objects.create(
        engagement=engagement, person=client_pm, mood=Mood.UPSET, matters=INTERNAL, note=INTERNAL, author=engineer,
        noted_on=day(engagement, 2),
    )  # fmt: skip
    said(stand_up(foreign_engagement, 2), INTERNAL, done=True)
    ProblemFactory(engagement=foreign_engagement, title=INTERNAL, raised_on=day(engagement, 1))
    return engagement


@pytest.fixture
def issued(planted: Engagement, engineer: User) -> Document:
    document = issue_week(engineer, planted)
    printed(document)
    # Words of the next version are a draft: the vendor's.
    services.save_draft(
        actor=engineer, engagement=planted, kind=WEEKLY, period=document.period, version=0, summary=INTERNAL
    )
    return document


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_neither_snapshot_nor_files_hold_an_internal_word(planted: Engagement, language: str) -> None:
    found = report(planted, language=language)
    pdf = print_document(found)
    text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    with zipfile.ZipFile(BytesIO(word_of(found))) as archive:
        word = "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    for told in (found.to_json().decode(), text, word):
        assert INTERNAL not in told
        assert SHARED in told, "the control: shared words are there"
    assert (len(found.done), len(found.open_items), len(found.people)) == (2, 1, 2)


def test_a_shared_line_that_was_finished_inside_is_not_told_as_done(planted: Engagement) -> None:
    """That it was done is known from an internal line only."""
    found = report(planted)
    assert f"{SHARED} 2" not in [line.text for line in found.done]
    assert f"{SHARED} 3" in [line.text for line in found.done]


def pages_of(engagement: Engagement, document: Document) -> list[str]:
    week = last_week(engagement)
    days = [str(day(engagement, number)) for number in range(1, 8)]
    return [
        url("documents", engagement), url("documents", engagement) + "?weeks=all", url("document", engagement, document.pk),
        url("document_pdf", engagement, document.pk), url("document_word", engagement, document.pk),
        url("dashboard", engagement), url("weekly", engagement), url("weekly_report", engagement, week.code),
        url("week_chat", engagement, week.code),
        *(url("day_chat", engagement, held) + query for held in days for query in ("", "?language=en")),
    ]  # fmt: skip


def read(browser: Client, address: str) -> str:
    answer = browser.get(address, follow=True)
    body = answer.getvalue() if answer.streaming else answer.content
    if address.endswith("/word/") and answer.status_code == 200:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    return body.decode(errors="replace") + str(answer.headers)


def test_no_page_of_this_channel_tells_a_client_an_internal_word(
    issued: Document, planted: Engagement, client_pm: User, key_user: User, sign_in: SignIn
) -> None:
    for user in (client_pm, key_user):
        told = {address: read(sign_in(user), address) for address in pages_of(planted, issued)}
        assert [address for address, body in told.items() if INTERNAL in body] == []
        assert sum(SHARED in body for body in told.values()) >= 4, "the control: shared words are there"


def test_what_a_vendor_copies_for_the_chat_group_is_the_clients(
    issued: Document, planted: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """The draft's own words are in it, because their author copies them; nothing else that is internal is."""
    services.save_draft(
        actor=engineer, engagement=planted, kind=WEEKLY, period=issued.period, version=1, summary="小结"
    )
    browser = sign_in(engineer)
    for address in pages_of(planted, issued):
        if "/chat/" in address:
            answer = browser.get(address)
            if answer.status_code == 200:
                assert INTERNAL not in answer.context["text"]
                assert SHARED in answer.context["text"] or SHARED not in answer.content.decode()
    assert "小结" in browser.get(url("week_chat", planted, issued.period)).context["text"]


def test_the_canary_is_there_for_the_vendor(planted: Engagement, engineer: User, sign_in: SignIn) -> None:
    """The control: the day's own page shows what was planted."""
    held = day(planted, 2)
    assert INTERNAL in sign_in(engineer).get(reverse("standups:day", args=[planted.pk, held])).content.decode()


def test_a_day_that_is_not_published_has_no_text(planted: Engagement, engineer: User, sign_in: SignIn) -> None:
    browser = sign_in(engineer)
    assert browser.get(url("day_chat", planted, day(planted, 4))).status_code == 404
    assert browser.get(url("day_chat", planted, day(planted, 4) + timedelta(days=2))).status_code == 404
    assert browser.get(url("day_chat", planted, day(planted, 5))).status_code == 200
