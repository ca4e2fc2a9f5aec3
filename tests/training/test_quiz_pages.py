"""E4: writing a quiz, and taking it: by the mailed link and signed in; nothing typed is lost, nothing right is told early."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement, FollowUpVisit
from onsite.accounts.models import User
from tests.conftest import SignIn
from tests.factories import LearnerFactory
from tests.training.learning import RIGHT, WRONG, a_course, a_quiz, a_role, attempt, learners, passes
from training.learning.access import link_for
from training.models import Course, Learner, Quiz, QuizAttempt, QuizQuestion

MARK = "正确答案的暗号"
HINT = "看流程图第三步"


def here(route: str, engagement: Engagement, *ids: int) -> str:
    return reverse(f"training:{route}", args=[engagement.pk, *ids])


def by_link(learner: Learner) -> Client:
    browser = Client(headers={"Accept-Language": "en"})
    browser.get(reverse("learn:open", args=[link_for(learner)]))
    browser.cookies["django_language"] = "en"
    return browser


def chosen(row: QuizAttempt, *, right: bool = True) -> dict[str, Any]:
    """Return what a page with every question answered sends."""
    places = [
        [str(at) for at, option in enumerate(question["options"]) if option["is_right"] == right]
        for question in row.questions
    ]
    return {"attempt": str(row.number)} | {f"q{at}": found[:1] for at, found in enumerate(places)}


@pytest.fixture
def taught(engagement: Engagement) -> tuple[Course, Learner]:
    role = a_role(engagement)
    course = a_course(role, title="采购申请")
    [person] = learners(role)
    return course, person


# --- Writing ------------------------------------------------------------------------------------------------------------------


def test_a_quiz_is_written_opened_and_changed(
    engagement: Engagement, engineer: User, sign_in: SignIn, taught: tuple[Course, Learner]
) -> None:
    course, _person = taught
    browser, page = sign_in(engineer), here("quiz", engagement, course.pk)
    assert "makes nobody ready, and nobody unready" in browser.get(page).content.decode()
    assert "Write the first question" in browser.get(page).content.decode()
    rules = {"pass_percent": "70", "most_attempts": "", "is_open": "on"}
    refused = browser.post(page, rules | {"was": browser.get(page).context["form"]["was"].value()})
    assert refused.status_code == 422
    assert "There is no question yet" in refused.content.decode()
    new = here("quiz_question_create", engagement, course.pk)
    typed = {"text": "何时检查预算?", "kind": "single", "option_0": RIGHT, "option_5": WRONG, "explanation": HINT}
    refused = browser.post(new, typed)
    assert refused.status_code == 422
    assert all(words in refused.content.decode() for words in (RIGHT, WRONG, HINT, "Tick the right option"))
    assert browser.post(new, typed | {"right_0": "on", "again": "yes"}).headers["Location"] == new
    row = QuizQuestion.objects.unscoped().get()
    assert row.options == [{"text": RIGHT, "is_right": True}, {"text": WRONG, "is_right": False}]
    assert browser.post(page, rules | {"was": browser.get(page).context["form"]["was"].value()}).status_code == 302
    assert Quiz.objects.unscoped().get().is_open
    edit = here("quiz_question_edit", engagement, course.pk, row.pk)
    assert RIGHT in browser.get(edit).content.decode()


def test_both_texts_stand_there_where_two_write_one_question(
    engagement: Engagement, engineer: User, sign_in: SignIn, taught: tuple[Course, Learner]
) -> None:
    course, _person = taught
    row = a_quiz(course, questions=1).questions.unscoped().get()
    browser, edit = sign_in(engineer), here("quiz_question_edit", engagement, course.pk, row.pk)
    typed = {"kind": "single", "option_0": "我的答案", "right_0": "on", "option_1": WRONG, "was": row.fingerprint}
    QuizQuestion.objects.unscoped().update(text="同事改的题")
    stale = browser.post(edit, typed | {"text": "我写的题"})
    assert stale.status_code == 422
    for words in ("同事改的题", "我写的题", "我的答案", RIGHT):
        assert words in stale.content.decode(), words
    again = stale.context["form"]["was"].value()
    assert browser.post(edit, typed | {"text": "我写的题", "was": again}).status_code == 302


@pytest.mark.parametrize(
    "bad",
    [
        {"text": "\x00", "option_0": "\u202e"},
        {"text": "长" * 10_000, "kind": "nonsense", "was": "9" * 500},
        {"option_0": "甲", "option_1": "甲", "right_7": "on"},
    ],
)
def test_bad_questions_are_refused_with_a_sentence(
    engagement: Engagement, engineer: User, sign_in: SignIn, taught: tuple[Course, Learner], bad: dict[str, str]
) -> None:
    course, _person = taught
    browser = sign_in(engineer)
    assert browser.post(here("quiz_question_create", engagement, course.pk), bad).status_code == 422
    absurd = {"pass_percent": "9" * 400, "most_attempts": "-1", "is_open": "on"}
    assert browser.post(here("quiz", engagement, course.pk), absurd).status_code == 422


# --- Taking -------------------------------------------------------------------------------------------------------------------


def test_a_learner_takes_the_quiz_by_the_link(taught: tuple[Course, Learner]) -> None:
    course, person = taught
    a_quiz(course, most_attempts=2)
    QuizQuestion.objects.unscoped().update(
        options=[{"text": MARK, "is_right": True}, {"text": WRONG, "is_right": False}]
    )
    browser, url = by_link(person), reverse("learn:quiz", args=[course.pk])
    assert url in browser.get(reverse("learn:home")).content.decode()
    assert "2 questions." in browser.get(url).content.decode()
    assert not QuizAttempt.objects.exists(), "looking uses no attempt up"
    assert browser.post(url, {"begin": "yes"}).headers["Location"] == url
    row = QuizAttempt.objects.unscoped().get()
    page = browser.get(url).content.decode()
    assert "Question 1 of 2" in page
    assert "is_right" not in page and "见流程图" not in page
    half = {key: value for key, value in chosen(row, right=False).items() if key != "q1"}
    answer = browser.post(url, half)
    assert answer.status_code == 422
    assert 'href="#question-2"' in answer.content.decode() and "checked" in answer.content.decode()
    answer = browser.post(url, chosen(row, right=False))
    assert answer.headers["Location"] == reverse("learn:quiz_result", args=[course.pk, 1])
    page = browser.get(answer.headers["Location"]).content.decode()
    assert "0%" in page and "Not passed" in page and "见流程图" in page and "Take it again" in page
    assert MARK not in page, "the right option is not told while there are retakes"
    assert browser.post(url, chosen(row)).headers["Location"] == answer.headers["Location"], (
        "a second tab changes nothing"
    )
    browser.post(url, {"begin": "yes"})
    second = QuizAttempt.objects.unscoped().get(number=2)
    page = browser.get(browser.post(url, chosen(second)).headers["Location"]).content.decode()
    assert "100%" in page and "Passed" in page and "Take it again" not in page
    refused = browser.post(url, {"begin": "yes"})
    assert refused.status_code == 409 and "passed already" in refused.content.decode()
    assert MARK in browser.get(answer.headers["Location"]).content.decode(), "passed: now it may be told"


def test_the_right_options_are_told_when_no_attempt_is_left(taught: tuple[Course, Learner]) -> None:
    course, person = taught
    a_quiz(course, questions=1, most_attempts=1)
    browser, url = by_link(person), reverse("learn:quiz", args=[course.pk])
    browser.post(url, {"begin": "yes"})
    done = browser.post(url, chosen(QuizAttempt.objects.unscoped().get(), right=False))
    page = browser.get(done.headers["Location"]).content.decode()
    assert RIGHT in page and "Take it again" not in page
    assert "used up" in browser.get(url).content.decode()


def test_the_right_options_are_not_told_while_the_last_attempt_is_open(taught: tuple[Course, Learner]) -> None:
    course, person = taught
    a_quiz(course, questions=1, most_attempts=2)
    browser, url = by_link(person), reverse("learn:quiz", args=[course.pk])
    browser.post(url, {"begin": "yes"})
    first = browser.post(url, chosen(QuizAttempt.objects.unscoped().get(), right=False)).headers["Location"]
    browser.post(url, {"begin": "yes"})
    assert RIGHT not in browser.get(first).content.decode()
    browser.post(url, chosen(QuizAttempt.objects.unscoped().get(number=2), right=False))
    assert RIGHT in browser.get(first).content.decode()


@pytest.mark.parametrize(
    "sent", [{}, {"attempt": "9" * 99}, {"attempt": "1", "q0": "7"}, {"attempt": "1", "q0": "\x00"}]
)
def test_nonsense_finishes_nothing(taught: tuple[Course, Learner], sent: dict[str, str]) -> None:
    course, person = taught
    a_quiz(course, questions=1)
    browser, url = by_link(person), reverse("learn:quiz", args=[course.pk])
    browser.post(url, {"begin": "yes"})
    assert browser.post(url, sent).status_code in {302, 422}
    assert QuizAttempt.objects.unscoped().get().finished_at is None


def test_a_learner_finds_only_the_quizzes_of_their_role(
    engagement: Engagement, foreign_engagement: Engagement, taught: tuple[Course, Learner]
) -> None:
    course, person = taught
    others = [
        a_course(a_role(engagement, name="车间主任")),
        a_course(person.role, accepted=False),
        a_course(a_role(foreign_engagement)),
    ]
    browser = by_link(person)
    for other in others:
        a_quiz(other)
        assert browser.get(reverse("learn:quiz", args=[other.pk])).status_code == 404
        assert browser.post(reverse("learn:quiz", args=[other.pk]), {"begin": "yes"}).status_code == 404
    assert browser.get(reverse("learn:quiz_result", args=[course.pk, 1])).status_code == 404
    assert Client().get(reverse("learn:quiz", args=[course.pk])).status_code == 410
    assert not QuizAttempt.objects.exists()


def test_a_client_who_learns_takes_it_signed_in(
    engagement: Engagement, key_user: User, client_pm: User, sign_in: SignIn
) -> None:
    role = a_role(engagement)
    course = a_course(role)
    person = LearnerFactory(role=role, user=key_user, name=key_user.name)
    a_quiz(course, questions=1)
    url, browser = here("quiz_take", engagement, course.pk), sign_in(key_user)
    assert url in browser.get(course.get_absolute_url()).content.decode()
    assert sign_in(client_pm).get(url).status_code == 404
    assert url not in sign_in(client_pm).get(course.get_absolute_url()).content.decode()
    browser.post(url, {"begin": "yes"})
    row = QuizAttempt.objects.unscoped().get(learner=person)
    done = browser.post(url, chosen(row))
    assert done.headers["Location"] == here("quiz_taken", engagement, course.pk, 1)
    assert "100%" in browser.get(done.headers["Location"]).content.decode()


def test_no_client_ever_reads_the_questions(
    engagement: Engagement, client_pm: User, sign_in: SignIn, taught: tuple[Course, Learner]
) -> None:
    course, person = taught
    quiz = a_quiz(course)
    row = quiz.questions.unscoped().first()
    assert row is not None
    attempt(course, person, 60)
    browser = sign_in(client_pm)
    assert browser.get(here("quiz", engagement, course.pk)).status_code == 403
    assert browser.get(here("quiz_question_edit", engagement, course.pk, row.pk)).status_code == 403
    page = browser.get(here("results", engagement, course.pk)).content.decode()
    assert "60%" in page and RIGHT not in page
    assert not QuizQuestion.objects.visible_to(client_pm) and not Quiz.objects.visible_to(client_pm)


# --- On paper -----------------------------------------------------------------------------------------------------------------


def test_a_result_on_paper_is_noted_once_and_taken_back(
    engagement: Engagement, engineer: User, sign_in: SignIn, taught: tuple[Course, Learner]
) -> None:
    course, person = taught
    a_quiz(course)
    browser, url = sign_in(engineer), here("paper_quiz", engagement, course.pk, person.pk)
    assert url in browser.get(here("results", engagement, course.pk)).content.decode()
    assert browser.post(url, {"seen": "0", "percent": "101"}).status_code == 422
    assert browser.post(url, {"seen": "0", "percent": "60"}).status_code == 302
    again = browser.post(url, {"seen": "0", "percent": "60"})
    assert again.status_code == 422 and "Another result" in again.content.decode()
    assert again.context["form"]["seen"].value() == "1"
    row = QuizAttempt.objects.unscoped().get()
    delete = here("paper_quiz_delete", engagement, course.pk, row.pk)
    assert delete in browser.get(url).content.decode()
    assert browser.post(delete).status_code == 302
    assert not QuizAttempt.objects.exists()


def test_the_rules_say_whom_they_make_ready_and_unready(
    engagement: Engagement, engineer: User, sign_in: SignIn, taught: tuple[Course, Learner]
) -> None:
    course, person = taught
    passes(course, [person, *learners(person.role)], engineer)
    attempt(course, person)
    browser, page, quiz = sign_in(engineer), here("quiz", engagement, course.pk), a_quiz(course)
    assert "If it is no longer asked, 1 person becomes ready without" in browser.get(page).content.decode()
    Quiz.objects.unscoped().filter(pk=quiz.pk).update(is_open=False)
    assert "Once it is asked, 1 person who is ready now is not ready" in browser.get(page).content.decode()


def test_a_quiz_is_neither_begun_nor_finished_once_the_engagement_is_over(
    engagement: Engagement, taught: tuple[Course, Learner]
) -> None:
    """Its page says so to whoever is still let in, for a last visit."""
    course, person = taught
    a_quiz(course)
    browser, url = by_link(person), reverse("learn:quiz", args=[course.pk])
    browser.post(url, {"begin": "yes"})
    row = QuizAttempt.objects.unscoped().get()
    today = engagement.today()
    FollowUpVisit.objects.create(engagement=engagement, kind="1m", revision=1, anchor_on=today, due_on=today)
    Engagement.objects.unscoped().filter(pk=engagement.pk).update(phase="closed")
    said = "The engagement has ended: no quiz is taken any more."
    assert url not in browser.get(reverse("learn:home")).content.decode()
    assert said in browser.get(url).content.decode()
    assert said in browser.post(url, {"begin": "yes"}).content.decode()
    assert said in browser.post(url, chosen(row)).content.decode()
    row.refresh_from_db()
    assert row.finished_at is None
