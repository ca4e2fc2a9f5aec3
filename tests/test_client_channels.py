"""N4, RULES "Who sees what": what is internal reaches a client by no channel. One engagement is filled with both kinds of
words, then every channel is read to its end: each page a client can reach by following links, with the files behind
them, the partials, the mails, and what the vendor prints or copies for the client."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from engagements.models import Engagement, Forecast, Scan
from engagements.models.engagement import Phase
from engagements.services import files
from engagements.services.plan import lay_out_plan
from onsite.accounts.models import User
from onsite.accounts.roles import CLIENT_PARTS, Part, Role
from onsite.notifications import kinds
from onsite.notifications.models import Message
from reports import services as documents
from reports.figures.weekly import Week
from reports.models import Document, DocumentKind
from standups.models import Answer, Evidence, Mood, Problem, Section
from standups.services.entry import AnswerEntry, Entry
from standups.services.ideas import note_idea
from standups.services.problems import save_problem
from standups.services.publishing import publish_stand_up
from standups.services.relationships import save_note
from standups.services.writing import save_stand_up
from tests.channels import body_of, walk, words_of
from tests.conftest import SignIn
from tests.factories import (
    ChangeRequestFactory,
    ConcernFactory,
    DocumentRequestFactory,
    EngagementFactory,
    EvidenceFactory,
    InterviewFactory,
    LineFactory,
    MembershipFactory,
    ObjectiveFactory,
    ProblemFactory,
    ReplyFactory,
    StandUpFactory,
    UserFactory,
)
from tests.reports.issuing import approve
from tests.standups import concerning
from tests.standups.browser import line
from tests.training.sitting import a_course, a_session
from training.models import Course, CourseVersion
from training.services.enrolling import enrol

CANARY = "canaryofours"
SHARED = "wordsforboth"


class Lived(NamedTuple):
    """An engagement in review in which both sides wrote, and who reads of it."""

    engagement: Engagement
    lead: User
    client_pm: User
    key_user: User


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: Any) -> Iterator[Lived]:
    """Built once for the module, with its documents issued and printed; nothing of it stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        engagement = EngagementFactory(phase=Phase.REVIEW, purpose=SHARED)
        people = {part: _member(engagement, part) for part in Part}
        lead, client_pm = people[Part.LEAD], people[Part.CLIENT_PM]
        ObjectiveFactory(engagement=engagement, title=SHARED)
        lay_out_plan(actor=lead, engagement=engagement)
        _days(engagement, lead)
        _problems(engagement, lead, client_pm)
        _concerns(engagement, lead, client_pm)
        _vendor_only(engagement, lead)
        _training(engagement, lead)
        _documents(engagement, lead)
        yield Lived(engagement, lead, client_pm, people[Part.KEY_USER])
        transaction.set_rollback(True)


def _member(engagement: Engagement, part: Part) -> User:
    user = UserFactory(role=Role.CLIENT if part in CLIENT_PARTS else Role.ENGINEER)
    MembershipFactory(engagement=engagement, user=user, part=part)
    return user


def _days(engagement: Engagement, engineer: User) -> None:
    """Two published days with both kinds of lines and answers, and a draft of today."""
    today = engagement.today()
    for title, internal in ((SHARED, False), (CANARY, True)):
        ProblemFactory(
            engagement=engagement, title=title, is_internal=internal, raised_on=today - timedelta(days=5), symptom=title,
            owner_role=title, next_step=title, is_key=True, cause=title, fix=title, prevention=title,
        )  # fmt: skip
    for ago in (2, 1):
        lines = [line(text, section, is_internal=text == CANARY) for section in Section for text in (SHARED, CANARY)]
        answers = [
            AnswerEntry(row.pk, Answer.CHANGED, note=CANARY, is_internal=True)
            for row in engagement.problems.unscoped()
        ]
        day = today - timedelta(days=ago)
        stand_up, _ = save_stand_up(
            actor=engineer, engagement=engagement, day=day, entry=Entry(lines=lines, answers=answers)
        )
        publish_stand_up(actor=engineer, stand_up=stand_up)
    LineFactory(stand_up=StandUpFactory(engagement=engagement, held_on=today, published_at=None), text=CANARY)


def _problems(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """A problem that was internal, with words of ours, and is shared now with others: its time line knows them all."""
    told = ProblemFactory(engagement=engagement, title=CANARY, is_internal=True, cause=CANARY, raised_by=engineer)
    words: dict[str, Any] = {"title": SHARED, "cause": SHARED, "next_step": SHARED, "is_internal": False}
    save_problem(actor=engineer, engagement=engagement, problem=told, **words)
    note_idea(
        actor=engineer, engagement=engagement, title=SHARED, words="", said_by=client_pm, said_by_name="",
        said_on=engagement.today(),
    )  # fmt: skip


def _concerns(engagement: Engagement, engineer: User, client_pm: User) -> None:
    concern = concerning.raised(engagement, client_pm, SHARED)
    EvidenceFactory(problem=concern, title=SHARED, result=SHARED, added_by=engineer)
    _evidence_of_ours(engagement, concern, engineer)
    concerning.answered(engineer, concern)
    open_one = concerning.raised(engagement, client_pm, f"{SHARED} 2")
    ReplyFactory(problem=open_one, acknowledgement=CANARY, facts=CANARY, written_by=engineer)
    ConcernFactory(engagement=engagement, title=CANARY, words=CANARY, is_internal=True, raised_by=engineer)


def _evidence_of_ours(engagement: Engagement, concern: Problem, engineer: User) -> None:
    """Internal, held back, and not looked through yet; a text and a file each."""
    for state in (Scan.CLEAN, Scan.FOUND, Scan.WAITING, Scan.UNREADABLE):
        held = {"scan": state, "is_internal": state == Scan.CLEAN}
        EvidenceFactory(problem=concern, title=CANARY, query=CANARY, result=CANARY, added_by=engineer, **held)
        upload = SimpleUploadedFile(f"{CANARY}-{state}.txt", f"{CANARY} {state}".encode())
        file = files.store(
            actor=engineer, engagement=engagement, upload=upload, field="upload", kinds={"text/plain": {".txt"}},
            is_internal=True,
        )  # fmt: skip
        file.scan = state
        file.save()
        EvidenceFactory(
            problem=concern, kind=Evidence.Kind.FILE, attachment=file, query="", result="", title=CANARY,
            is_internal=state == Scan.CLEAN, added_by=engineer,
        )  # fmt: skip


def _vendor_only(engagement: Engagement, engineer: User) -> None:
    save_note(
        actor=engineer, engagement=engagement, person=None, person_name=CANARY, mood=Mood.TENSE, matters=CANARY,
        text=CANARY, noted_on=engagement.today(),
    )  # fmt: skip
    ChangeRequestFactory(engagement=engagement, title=SHARED, reason=SHARED, price_note=CANARY, raised_by=engineer)
    DocumentRequestFactory(engagement=engagement, title=CANARY, purpose=CANARY)
    InterviewFactory(engagement=engagement, person=CANARY, held_by=engineer, remark=CANARY)
    Forecast.objects.unscoped().update_or_create(
        engagement=engagement,
        defaults={
            "runs": 10_000, "probability": 0.3719, "p50_on": engagement.today(), "p80_on": engagement.today(),
            "histogram": [[str(engagement.today()), 10_000]], "driver": "training",
        },
    )  # fmt: skip


def _training(engagement: Engagement, engineer: User) -> None:
    """A session of a course that was accepted and has words of ours since; its person is invited."""
    course, people = a_course(engagement, 1)
    version = CourseVersion.objects.unscoped().get(course=course)
    version.content["title"] = SHARED
    version.save()
    Course.objects.unscoped().filter(pk=course.pk).update(title=CANARY, aim=CANARY, why=CANARY)
    course.refresh_from_db()
    enrol(actor=engineer, session=a_session(engineer, course, place=SHARED), learners=people)


def _documents(engagement: Engagement, engineer: User) -> None:
    """Every kind of document, issued and printed; afterwards words of ours for the next version. Those of a week are
    written for the client and copied to them by hand, so they are no secret."""
    week = Week.of(engagement.today() - timedelta(days=2)).code
    for kind, period in (
        (DocumentKind.FIELD_MANUAL, ""),
        (DocumentKind.CLOSING_REPORT, ""),
        (DocumentKind.WEEKLY_REPORT, week),
    ):
        named: dict[str, Any] = {"actor": engineer, "engagement": engagement, "kind": kind, "period": period}
        draft = documents.save_draft(**named, version=0, summary=SHARED)
        if kind == DocumentKind.CLOSING_REPORT:
            approve(engagement)
        issued = documents.issue_document(**named, language="zh-hans", version=1)
        documents.render_document(issued.pk, lambda percent: None)
        if kind != DocumentKind.WEEKLY_REPORT:
            documents.save_draft(**named, version=draft.version, summary=CANARY)
    assert not Document.objects.unscoped().filter(pdf="").exists()


@pytest.mark.parametrize("htmx", [False, True], ids=["pages", "partials"])
def test_a_client_reaches_no_internal_word_by_any_link(lived: Lived, db: None, sign_in: SignIn, htmx: bool) -> None:
    for user in (lived.client_pm, lived.key_user):
        read = walk(sign_in(user), ["/", reverse("reports:dashboard", args=[lived.engagement.pk])], htmx=htmx)
        assert read.with_words(CANARY) == []
        assert read.with_words("37 %") == [], "a forecast that nobody published"
        assert len(read.with_words(SHARED)) >= 10, "the control: words for both are there"
        if not htmx:
            assert read.kinds["application/pdf"] >= 4, read.kinds
            assert sum("officedocument" in kind for kind in read.kinds) == 2, read.kinds
            assert read.kinds["text/calendar"] >= 1, read.kinds


def test_the_vendor_reaches_them(lived: Lived, db: None, sign_in: SignIn) -> None:
    """The control: they stand on many pages, in the spreadsheet and in a stored file."""
    read = walk(sign_in(lived.lead), [reverse("engagements:detail", args=[lived.engagement.pk])])
    found = read.with_words(CANARY)
    assert len(found) >= 15
    assert any("export" in url for url in found)
    assert any("/files/" in url for url in found)


def test_what_the_vendor_prints_or_copies_for_the_client_holds_none(lived: Lived, db: None, sign_in: SignIn) -> None:
    """Minutes, documents, Word files and texts for the chat group are the client's, whoever makes them."""
    browser, engagement = sign_in(lived.lead), lived.engagement
    day = engagement.today() - timedelta(days=2)
    printed = [reverse("reports:minutes", args=[engagement.pk, day])]
    for document in engagement.documents.unscoped():
        printed.append(reverse("reports:document_pdf", args=[engagement.pk, document.pk]))
        if document.kind == DocumentKind.WEEKLY_REPORT:
            printed.append(reverse("reports:document_word", args=[engagement.pk, document.pk]))
    for url in printed:
        answer = browser.get(url)
        words = words_of(answer.headers["Content-Type"].split(";")[0], body_of(answer))
        assert SHARED in words, url
        assert CANARY not in words, url
    for name, part in (("day_chat", day), ("week_chat", Week.of(day).code)):
        page = browser.get(reverse(f"reports:{name}", args=[engagement.pk, part])).content.decode()
        text = page.split("<textarea", 1)[1].split("</textarea>", 1)[0]
        assert SHARED in text
        assert CANARY not in text


def test_no_mail_to_a_client_holds_one(lived: Lived, db: None) -> None:
    told = 0
    to_clients = Q(recipient__role=Role.CLIENT) | Q(recipient=None)
    for message in Message.objects.select_related("recipient").filter(to_clients):
        for language in ("zh-hans", "en"):
            with translation.override(language):
                written = kinds.find(message.kind).write(message)
            if written is not None:
                words = written.subject + written.body + words_of("text/calendar", written.calendar)
                told += SHARED in words
                assert CANARY not in words, message.kind
    assert told >= 2, "the control: clients are told of what is theirs"
