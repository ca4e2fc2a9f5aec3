"""E4: three questions after a session; averages give nobody away, and a trend tells how it goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.factories import EnrolmentFactory, LearnerFactory
from tests.training.sitting import a_course, a_session, begun
from training.learning.home import home_of
from training.models import Enrolment, Feedback, Learner, TrainingSession
from training.services.enrolling import enrol
from training.services.feedback import give_feedback, note_feedback
from training.services.holding import save_attendance
from training.sessions.opinions import FEWEST, Opinion, Summary, summarise, trend

WORDS: dict[str, Any] = {"useful": 5, "clear": 4, "able": 3, "remark": "多练习"}


@pytest.fixture
def held(engineer: User, engagement: Engagement) -> list[Enrolment]:
    """Four people of whom three were there."""
    course, people = a_course(engagement, 4)
    row = a_session(engineer, course)
    found = enrol(actor=engineer, session=row, learners=people)
    save_attendance(actor=engineer, session=begun(row), there=[one.pk for one in found[:3]])
    return list(Enrolment.objects.unscoped().select_related("session__engagement", "learner__role").order_by("pk"))


def test_a_learner_who_was_there_answers_once_and_may_change_it_for_a_week(held: list[Enrolment]) -> None:
    one = held[0]
    give_feedback(learner=one.learner, enrolment=one, **WORDS)
    changed = give_feedback(learner=one.learner, enrolment=one, **WORDS | {"able": 5})
    assert (changed.able, Feedback.objects.count()) == (5, 1)
    with time_machine.travel(timezone.now() + timedelta(days=8)), pytest.raises(DomainError):
        give_feedback(learner=one.learner, enrolment=one, **WORDS)
    assert [row.data for row in AuditEntry.objects.filter(action="feedback.given")] == [{}], "and nobody's name"
    assert AuditEntry.objects.get(action="feedback.given").actor is None


def test_who_was_not_there_or_is_somebody_else_does_not_answer(held: list[Enrolment]) -> None:
    for learner, enrolment in ((held[3].learner, held[3]), (held[1].learner, held[0])):
        with pytest.raises(DomainError):
            give_feedback(learner=learner, enrolment=enrolment, **WORDS)
    assert not Feedback.objects.exists()


def test_paper_is_noted_by_us_once(engineer: User, client_pm: User, held: list[Enrolment], sign_in: SignIn) -> None:
    session = held[0].session
    url = reverse("training:session_feedback", args=[session.engagement_id, session.pk])
    typed = {**WORDS, "enrolment": held[0].pk}
    assert sign_in(client_pm).post(url, typed).status_code == 403
    assert sign_in(engineer).post(url, typed).status_code == 302
    assert sign_in(engineer).post(url, typed).status_code == 422
    for bad in ({"useful": 6}, {"clear": ""}, {"able": "x"}, {"enrolment": held[3].pk}, {"enrolment": "9" * 30}):
        assert sign_in(engineer).post(url, {**WORDS, "enrolment": held[1].pk} | bad).status_code == 422
    assert Feedback.objects.unscoped().get().noted_by == engineer
    with pytest.raises(DomainError):
        note_feedback(actor=engineer, enrolment=held[0], **WORDS)


def test_below_three_answers_nothing_is_shown(
    engineer: User, client_pm: User, held: list[Enrolment], sign_in: SignIn
) -> None:
    session = held[0].session
    for number, one in enumerate(held[:3]):
        give_feedback(learner=one.learner, enrolment=one, **WORDS | {"remark": f"意见{3 - number}"})
        for user in (engineer, client_pm):
            page = sign_in(user).get(session.get_absolute_url())
            text = page.content.decode()
            assert page.context["summary"].count == number + 1
            assert ("意见3" in text) is (number == 2)
    assert text.index("意见1") < text.index("意见2") < text.index("意见3"), "not in the order in which they came"


def test_what_we_noted_does_not_give_the_one_away_who_answered(
    engineer: User, held: list[Enrolment], sign_in: SignIn
) -> None:
    """Whoever noted two of three would know the third."""
    for one in held[:2]:
        note_feedback(actor=engineer, enrolment=one, **WORDS)
    give_feedback(learner=held[2].learner, enrolment=held[2], **WORDS | {"remark": "讲得太快"})
    page = sign_in(engineer).get(held[0].session.get_absolute_url())
    assert page.context["summary"] == Summary(3) and "讲得太快" not in page.content.decode()


def test_a_noted_form_that_its_learner_mends_is_the_newest_one(engineer: User, held: list[Enrolment]) -> None:
    note_feedback(actor=engineer, enrolment=held[0], **WORDS)
    give_feedback(learner=held[1].learner, enrolment=held[1], **WORDS)
    give_feedback(learner=held[0].learner, enrolment=held[0], **WORDS)
    rows = Feedback.objects.unscoped().order_by("given_at")
    assert [row.enrolment_id for row in rows] == [held[1].pk, held[0].pk]
    assert not rows.exclude(noted_by=None).exists()


def test_newer_answers_are_shown_by_threes(held: list[Enrolment], client_pm: User, sign_in: SignIn) -> None:
    """Were the fourth shown as it comes, the average before and after would tell it."""
    learners = LearnerFactory.create_batch(3, role=held[0].learner.role)
    later: list[Enrolment] = [
        EnrolmentFactory(session=held[0].session, learner=one, was_there=True) for one in learners
    ]
    url, shown = held[0].session.get_absolute_url(), []
    for number, one in enumerate([*held[:3], *later]):
        give_feedback(
            learner=one.learner, enrolment=one, **WORDS | {"able": number % 5 + 1, "remark": f"意见{number}"}
        )
        page = sign_in(client_pm).get(url)
        summary = page.context["summary"]
        shown.append(summary.shown)
        text = page.content.decode()
        assert len(summary.remarks) == summary.shown == sum(f"意见{said}" in text for said in range(6))
        assert ("not in this yet" in text) is (number in {3, 4})
    assert shown == [0, 0, 3, 3, 3, 6]


ANSWERS = st.lists(st.builds(Opinion, *[st.integers(1, 5)] * 3, st.text(max_size=5)), max_size=12)


@given(ANSWERS, ANSWERS)
def test_a_summary_is_the_plain_mean_of_full_threes(given: list[Opinion], noted: list[Opinion]) -> None:
    found = summarise(given, noted)
    assert found.count == len(given) + len(noted)
    if len(given) < FEWEST:
        assert found == Summary(found.count)
    else:
        shown = given[: len(given) // 3 * 3] + noted[: len(noted) // 3 * 3]
        assert (found.shown, found.waiting) == (len(shown), found.count - len(shown))
        total = sum(one.useful + one.clear + one.able for one in shown)
        assert found.mean == pytest.approx(total / 3 / len(shown))
        assert list(found.remarks) == sorted(found.remarks)


def test_a_trend_says_better_worse_or_the_same() -> None:
    now = timezone.now()
    means = [3.0, 4.0, 4.1, 2.0]
    rows = [(pk, "课", now + timedelta(days=pk), Summary(3, 3, mean, mean, mean)) for pk, mean in enumerate(means)]
    few = (9, "课", now + timedelta(days=9), Summary(2))
    points = trend([few, *reversed(rows)])
    assert [point.change for point in points] == ["", "better", "same", "worse"]
    assert [point.pk for point in points] == [0, 1, 2, 3]


def test_the_trend_stands_on_the_pages_of_training(
    engineer: User, client_pm: User, held: list[Enrolment], sign_in: SignIn
) -> None:
    for one in held[:3]:
        give_feedback(learner=one.learner, enrolment=one, **WORDS)
    session: TrainingSession = held[0].session
    home = reverse("training:home", args=[session.engagement_id])
    for user in (engineer, client_pm):
        (point,) = sign_in(user).get(home).context["feedback_trend"]
        assert (point.count, round(point.mean, 1)) == (3, 4.0)


def test_once_the_engagement_has_ended_nothing_is_asked_or_taken(held: list[Enrolment]) -> None:
    one = held[0]
    assert [place.enrolment for place in home_of(one.learner)["asked"]] == [one]
    Engagement.objects.unscoped().update(phase=Phase.CLOSED)
    learner = Learner.objects.unscoped().get(pk=one.learner_id)
    assert home_of(learner)["asked"] == []
    with pytest.raises(DomainError):
        give_feedback(learner=learner, enrolment=one, **WORDS)
