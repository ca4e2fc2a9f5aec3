"""E4, TRUST 9: what a learner opens by a mailed link: theirs alone, without signing in, and nothing in logs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from engagements.models import Attachment, Engagement, FollowUpVisit, Phase
from onsite.accounts.models import User
from onsite.core.redact import redact
from onsite.notifications import services as outbox
from onsite.notifications.models import Message
from tests.conftest import SignIn
from tests.factories.training import CourseFactory, CourseVersionFactory, LearnerFactory
from tests.training.sitting import a_course, a_session, begun
from training.learning.access import link_for
from training.models import Enrolment, Feedback, Learner, LearnerLink, PracticalCheck, TrainingSession
from training.services.enrolling import enrol
from training.services.holding import save_attendance
from training.services.learner_links import send_links
from training.services.learners import say_left


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


@pytest.fixture
def invited(engineer: User, engagement: Engagement) -> list[Enrolment]:
    course, people = a_course(engagement)
    return enrol(actor=engineer, session=a_session(engineer, course), learners=people)


@pytest.fixture
def learner(invited: list[Enrolment]) -> Learner:
    return invited[0].learner


def opened(learner: Learner, browser: Client | None = None) -> Client:
    found = browser or Client()
    answer = found.get(reverse("learn:open", args=[link_for(learner)]))
    assert (answer.status_code, answer["Location"]) == (302, "/learn/")
    return found


def held(actor: User, enrolments: list[Enrolment]) -> TrainingSession:
    session = begun(enrolments[0].session)
    save_attendance(actor=actor, session=session, there=[enrolments[0].pk])
    session.refresh_from_db()
    return session


def test_a_link_opens_ones_own_pages_and_leads_on_at_once(learner: Learner) -> None:
    token = link_for(learner)
    browser = Client()
    for _again in range(2):
        answer = browser.get(reverse("learn:open", args=[token]))
        assert answer.status_code == 302 and answer["Referrer-Policy"] == "strict-origin"
        assert "no-store" in answer["Cache-Control"]
    assert not LearnerLink.objects.filter(token_hash=token).exists(), "only its hash is kept"
    page = browser.get("/learn/")
    assert learner.name in page.content.decode() and token not in page.content.decode()


def test_opening_changes_nothing(learner: Learner) -> None:
    token = link_for(learner)
    before = list(LearnerLink.objects.unscoped().values())
    Client().head(reverse("learn:open", args=[token]))
    Client().get(reverse("learn:open", args=[token]))
    assert list(LearnerLink.objects.unscoped().values()) == before
    assert Client().post(reverse("learn:open", args=[token])).status_code == 405


def test_no_log_holds_the_link() -> None:
    token = "Il4pA_CpG4-ItMNFPj6TRgKunNQYshcSKxLxJV9ZyiE"
    line = redact(None, "info", {"request": f"GET /learn/{token}/", "kept": "GET /learn/sessions/12/feedback/"})
    assert token not in str(line) and line["kept"] == "GET /learn/sessions/12/feedback/"


def test_ended_links_get_one_calm_page(engineer: User, engagement: Engagement, learner: Learner) -> None:
    token = link_for(learner)
    browser = opened(learner)
    url = reverse("learn:open", args=[token])
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        assert browser.get("/learn/").status_code == Client().get(url).status_code == 410
    browser = opened(learner)
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CANCELLED)
    assert browser.get("/learn/").status_code == 410
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.EXECUTION)
    assert browser.get("/learn/").status_code == 200
    say_left_in_running(engineer, engagement, learner)
    assert browser.get("/learn/").status_code == 410
    assert "/learn/ask/" in Client().get(reverse("learn:open", args=["a" * 43])).content.decode()


def test_access_ends_with_the_clients(engineer: User, engagement: Engagement, learner: Learner) -> None:
    """Also for a link that is mailed again, and for one that was asked for before."""
    browser = opened(learner)
    day = timezone.localdate()
    visit = FollowUpVisit.objects.create(engagement=engagement, kind="1m", revision=1, anchor_on=day, due_on=day)
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CLOSED)
    Message.objects.all().delete()
    send_links(email=learner.email)
    assert Message.objects.count() == 1 and browser.get("/learn/").status_code == 200, "the visit is still to come"
    FollowUpVisit.objects.filter(pk=visit.pk).update(held_on=day)
    assert browser.get("/learn/").status_code == 410
    assert Client().get(reverse("learn:open", args=[link_for(learner)])).status_code == 410
    assert outbox.sweep() == 0
    Message.objects.all().delete()
    send_links(email=learner.email)
    assert not Message.objects.exists()


def say_left_in_running(actor: User, engagement: Engagement, learner: Learner) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.EXECUTION)
    say_left(actor=actor, learner=Learner.objects.unscoped().select_related("role__engagement").get(pk=learner.pk))


def test_guessing_is_slowed_down(db: None) -> None:
    answers = [Client().get(reverse("learn:open", args=[f"{number:043d}"])).status_code for number in range(32)]
    assert answers[:30] == [410] * 30 and answers[-1] == 429


def test_a_good_link_opens_whoever_guesses_beside_it(learner: Learner, settings: Any) -> None:
    """Also behind the proxy, where the machine is what the proxy says: another one does not wait."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    url = reverse("learn:open", args=["a" * 43])
    for _number in range(30):
        Client(headers={"x-forwarded-for": "1.1.1.1, 10.9.9.9"}).get(url)
    assert Client(headers={"x-forwarded-for": "10.9.9.9"}).get(url).status_code == 429
    assert Client(headers={"x-forwarded-for": "10.9.9.8"}).get(url).status_code == 410
    opened(learner, Client(headers={"x-forwarded-for": "10.9.9.9"}))


def test_only_accepted_courses_of_ones_role_are_shown(engagement: Engagement, learner: Learner) -> None:
    CourseFactory(engagement=engagement, title="没有验收的课", roles=[learner.role])
    other = CourseFactory(engagement=engagement, title="别的角色的课")
    CourseVersionFactory(course=other)
    gone = CourseFactory(engagement=engagement, title="停用的课", roles=[learner.role], retired_at=timezone.now())
    CourseVersionFactory(course=gone)
    text = opened(learner).get("/learn/").content.decode()
    assert learner.enrolments.unscoped().get().session.course.title in text
    assert not any(title in text for title in ("没有验收的课", "别的角色的课", "停用的课"))


def test_nobody_opens_what_is_anothers(engineer: User, invited: list[Enrolment], learner: Learner) -> None:
    session = invited[0].session
    stranger = opened(LearnerFactory())
    for name in ("session_ics", "session_play", "feedback"):
        assert stranger.get(reverse(f"learn:{name}", args=[session.pk])).status_code == 404
        assert Client().get(reverse(f"learn:{name}", args=[session.pk])).status_code == 410
        assert stranger.get(f"/learn/sessions/{10**17}/session.ics").status_code == 404
    assert session.course.title not in stranger.get("/learn/").content.decode()


def test_a_session_is_taken_along_for_the_calendar(learner: Learner, invited: list[Enrolment]) -> None:
    answer = opened(learner).get(reverse("learn:session_ics", args=[invited[0].session_id]))
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("DTSTART") == invited[0].session.starts_at


def test_feedback_is_given_by_who_was_there(engineer: User, invited: list[Enrolment], learner: Learner) -> None:
    url = reverse("learn:feedback", args=[invited[0].session_id])
    browser = opened(learner)
    assert browser.get(url).status_code == 404
    held(engineer, invited)
    assert url in browser.get("/learn/").content.decode()
    assert browser.post(url, {"useful": 5}).status_code == 422
    words = {"useful": 5, "clear": 4, "able": 3, "remark": "多练习"}
    assert browser.post(url, words).status_code == 302
    assert "checked" in browser.get(url).content.decode()
    assert browser.post(url, words | {"able": 1}).status_code == 302
    assert Feedback.objects.unscoped().get().able == 1
    assert opened(invited[1].learner).get(url).status_code == 404, "was not there"
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert browser.get(url).status_code == 200
        assert browser.post(url, words).status_code == 422


def test_a_recording_is_played_once_it_is_cleared(
    engineer: User, engagement: Engagement, invited: list[Enrolment], learner: Learner
) -> None:
    session = held(engineer, invited)
    file = Attachment(
        engagement=engagement, name="a.mp4", media_type="video/mp4", size_bytes=10, sha256="0" * 64,
        uploaded_by=engineer, is_internal=True, scan="unreadable",
    )  # fmt: skip
    file.file.save("a.mp4", ContentFile(b"0123456789"))
    session.recording = file
    session.save()
    url = reverse("learn:session_play", args=[session.pk])
    browser = opened(learner)
    assert browser.get(url).status_code == 404
    Attachment.objects.filter(pk=file.pk).update(scan="clean")
    part = browser.get(url, headers={"Range": "bytes=2-4"})
    assert part.status_code == 206 and b"".join(part.streaming_content) == b"234"  # type: ignore[attr-defined]
    assert url in browser.get("/learn/").content.decode()


def test_whoever_asks_for_a_link_is_told_the_same(learner: Learner) -> None:
    Message.objects.all().delete()
    known, unknown = (
        Client().post("/learn/ask/", {"email": email}).content.decode()
        for email in (learner.email.upper(), "no@x.example")
    )
    assert strip(known) == strip(unknown)
    Client().post("/learn/ask/", {"email": learner.email})
    (message,) = Message.objects.all()
    assert message.address == learner.email and message.payload == {"learner": learner.pk}
    assert outbox.sweep() == 1


def strip(page: str) -> str:
    """Without what differs from answer to answer: the nonces."""
    return re.sub(r'nonce="[^"]*"|value="[^"]*"', "", page)


def test_asking_again_and_again_is_slowed_down(db: None) -> None:
    answers = [Client().post("/learn/ask/", {"email": "a@x.example"}).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_a_class_asks_from_behind_one_router(db: None) -> None:
    answers = [Client().post("/learn/ask/", {"email": f"p{number}@x.example"}).status_code for number in range(201)]
    assert answers == [200] * 200 + [429]


def test_whoever_noted_the_cookie_is_not_let_in_with_the_next_one(invited: list[Enrolment]) -> None:
    browser, other = opened(invited[0].learner), Client()
    other.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert other.get("/learn/").status_code == 200, "the same browser, so far"
    opened(invited[1].learner, browser)
    assert other.get("/learn/").status_code == 410
    other.cookies["sessionid"] = browser.cookies["sessionid"].value
    browser.post("/learn/leave/")
    assert Session.objects.filter(pk=other.cookies["sessionid"].value).count() == 0


def test_a_member_who_is_signed_in_is_not_disturbed(
    engineer: User, engagement: Engagement, learner: Learner, sign_in: SignIn
) -> None:
    browser = opened(learner, sign_in(engineer))
    assert browser.get(reverse("training:home", args=[engagement.pk])).status_code == 200
    other = LearnerFactory(name="另一个人")
    assert "另一个人" in opened(other, browser).get("/learn/").content.decode()
    assert browser.post("/learn/leave/").status_code == 302
    assert browser.get("/learn/").status_code == 410
    assert browser.get(reverse("training:home", args=[engagement.pk])).status_code == 200


def test_a_learner_gets_into_nothing_else(engagement: Engagement, learner: Learner) -> None:
    browser = opened(learner)
    for url in (reverse("training:home", args=[engagement.pk]), reverse("wiki:list"), "/"):
        answer: Any = browser.get(url)
        assert answer.status_code == 302 and "login" in answer["Location"]


def test_the_own_page_says_of_each_course_what_is_missing(
    engineer: User, invited: list[Enrolment], learner: Learner
) -> None:
    def missing() -> list[list[str]]:
        return [[what.value for what in row.missing] for row in opened(learner).get("/learn/").context["courses"]]

    assert missing() == [["session", "check"]]
    session = held(engineer, invited)
    assert missing() == [["check"]]
    PracticalCheck.objects.create(
        course=session.course, learner=learner, outcome="passed", checked_by=engineer, checked_on=timezone.localdate()
    )
    assert missing() == [[]]
    assert 'class="tag ok"' in opened(learner).get("/learn/").content.decode()
