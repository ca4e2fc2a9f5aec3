"""E4: the quiz: what can be asked, taken once at a time, judged once, and never altered afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from tests.factories import QuizQuestionFactory
from tests.training.learning import (
    RIGHT,
    WRONG,
    a_course,
    a_quiz,
    a_role,
    attempt,
    learners,
    passes,
    right_answers,
    wrong_answers,
)
from training.models import Quiz, QuizAttempt, QuizQuestion
from training.results import asking
from training.results.readiness import passed_by_role
from training.services import quiz_attempts, quizzes

OPTIONS = [{"text": RIGHT, "is_right": True}, {"text": WRONG, "is_right": False}]


def option(text: str, is_right: bool = False) -> dict[str, Any]:
    return {"text": text, "is_right": is_right}


# --- What can be asked ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options", "is_fit"),
    [
        ("single", [option("甲", True), option("乙")], True),
        ("multiple", [option("甲", True), option("乙", True)], True),
        ("single", [option("甲", True)], False),
        ("single", [], False),
        ("single", [option("甲"), option("乙")], False),
        ("single", [option("甲", True), option("乙", True)], False),
        ("multiple", [option("甲"), option("乙")], False),
        ("multiple", [option("甲", True), option("甲")], False),
    ],
)
def test_a_question_has_two_options_and_the_right_ticks(kind: str, options: Any, is_fit: bool) -> None:
    assert (asking.fault_of(kind, options) == "") is is_fit


def test_a_quiz_is_opened_only_when_it_can_be_asked(engagement: Engagement, engineer: User) -> None:
    course = a_course(a_role(engagement))
    rules: dict[str, Any] = {"pass_percent": 80, "most_attempts": 3}
    with pytest.raises(DomainError, match="no question yet") as refused:
        quizzes.save_rules(actor=engineer, course=course, is_open=True, **rules)
    assert refused.value.field == "is_open"
    quiz = quizzes.save_rules(actor=engineer, course=course, is_open=False, **rules)
    QuizQuestionFactory(quiz=quiz, options=[option("甲", True)])
    with pytest.raises(DomainError, match="Question 1: Give at least two"):
        quizzes.save_rules(actor=engineer, course=course, is_open=True, **rules)
    quiz.questions.unscoped().delete()
    with pytest.raises(DomainError) as refused:
        quizzes.save_question(actor=engineer, course=course, kind="single", text="何时?", options=[], explanation="")
    assert refused.value.field == "options"
    row = quizzes.save_question(actor=engineer, course=course, kind="single", text="何时?", options=OPTIONS)
    assert quizzes.save_rules(actor=engineer, course=course, is_open=True, **rules).is_open
    with pytest.raises(DomainError, match="close the quiz first"):
        quizzes.delete_question(actor=engineer, question=row)


def test_two_people_who_change_a_quiz_do_not_overwrite_each_other(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    course = a_course(a_role(engagement))
    nothing_yet = Quiz(course=course).fingerprint
    rules: dict[str, Any] = {"most_attempts": None, "is_open": False}
    quizzes.save_rules(actor=colleague, course=course, pass_percent=60, was=nothing_yet, **rules)
    with pytest.raises(StaleError):
        quizzes.save_rules(actor=engineer, course=course, pass_percent=90, was=nothing_yet, **rules)
    row = quizzes.save_question(actor=engineer, course=course, kind="single", text="何时?", options=OPTIONS)
    fields: dict[str, Any] = {"kind": "single", "options": OPTIONS, "was": row.fingerprint}
    quizzes.save_question(actor=colleague, course=course, question=row, text="在哪一步?", **fields)
    with pytest.raises(StaleError):
        quizzes.save_question(actor=engineer, course=course, question=row, text="谁来?", **fields)
    assert QuizQuestion.objects.unscoped().get().text == "在哪一步?"


def test_questions_change_places_and_go(engagement: Engagement, engineer: User) -> None:
    quiz = a_quiz(a_course(a_role(engagement)), questions=3)
    first, second, third = quiz.questions.unscoped().select_related("quiz__course__engagement")
    quizzes.move_question(actor=engineer, question=third, up=True)
    quizzes.move_question(actor=engineer, question=first, up=True)
    assert list(quiz.questions.unscoped()) == [first, third, second]
    quizzes.delete_question(actor=engineer, question=first)
    assert [row.position for row in quiz.questions.unscoped()] == [0, 1]
    with pytest.raises(DomainError, match="deleted this meanwhile"):
        quizzes.delete_question(actor=engineer, question=first)


def test_only_those_who_teach_write_it(engagement: Engagement, client_pm: User, outsider_engineer: User) -> None:
    course = a_course(a_role(engagement))
    for user in (client_pm, outsider_engineer):
        with pytest.raises(PermissionDenied):
            quizzes.save_rules(actor=user, course=course, pass_percent=80, most_attempts=None, is_open=False)


# --- Judging ------------------------------------------------------------------------------------------------------------------


@given(st.data())
def test_the_share_is_that_of_wholly_right_answers(data: st.DataObject) -> None:
    """Against a plain count: only all and nothing but the right options is right, and a share is never rounded up."""
    asked: list[dict[str, Any]] = []
    answers: list[list[int]] = []
    right = 0
    for _number in range(data.draw(st.integers(1, 6))):
        ticks = data.draw(st.lists(st.booleans(), min_size=2, max_size=8))
        chosen = data.draw(st.lists(st.integers(0, len(ticks) - 1), min_size=1, unique=True))
        asked.append(
            {"kind": "multiple", "options": [{"text": str(at), "is_right": tick} for at, tick in enumerate(ticks)]}
        )
        answers.append(chosen)
        right += all((at in chosen) == tick for at, tick in enumerate(ticks))
    percent = asking.percent_right(asked, answers)
    assert percent <= 100 * right / len(asked) < percent + 1


@given(st.text(max_size=20), st.integers(2, 8))
def test_the_order_is_the_seeds_own_and_loses_no_option(seed: str, count: int) -> None:
    row = QuizQuestion(text="?", options=[option(str(at), at == 0) for at in range(count)])
    [asked] = asking.ask([row], seed)
    assert asked == asking.ask([row], seed)[0]
    assert sorted(asked["options"], key=str) == sorted(row.options, key=str)
    assert asking.right_places(asked) == {place for place, one in enumerate(asked["options"]) if one["text"] == "0"}


# --- Taking it ------------------------------------------------------------------------------------------------------------------


def test_a_quiz_is_taken_and_makes_ready(engagement: Engagement, engineer: User) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    a_quiz(course)
    passes(course, [person], engineer)
    begun = quiz_attempts.begin_attempt(learner=person, course=course)
    assert quiz_attempts.begin_attempt(learner=person, course=course) == begun, "one at a time"
    assert passed_by_role(engagement) == {}
    done = quiz_attempts.finish_attempt(learner=person, attempt=begun, answers=right_answers(begun))
    assert (done.percent, done.has_passed) == (100, True)
    assert passed_by_role(engagement) == {role.pk: 1}
    with pytest.raises(DomainError, match="passed already"):
        quiz_attempts.begin_attempt(learner=person, course=course)
    said = [entry.action for entry in AuditEntry.objects.filter(action__startswith="quiz_attempt.")]
    assert said == ["quiz_attempt.begun", "quiz_attempt.finished"]
    assert RIGHT not in str(list(AuditEntry.objects.values_list("data", flat=True)))


def test_the_first_result_stays(engagement: Engagement) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    a_quiz(course)
    begun = quiz_attempts.begin_attempt(learner=person, course=course)
    for answers in (wrong_answers(begun), right_answers(begun)):
        done = quiz_attempts.finish_attempt(learner=person, attempt=begun, answers=answers)
        assert (done.percent, done.has_passed) == (0, False)
    assert QuizAttempt.objects.count() == 1


def test_retakes_end_with_the_attempts(engagement: Engagement) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    a_quiz(course, most_attempts=2)
    for number in (1, 2):
        begun = quiz_attempts.begin_attempt(learner=person, course=course)
        assert begun.number == number
        quiz_attempts.finish_attempt(learner=person, attempt=begun, answers=wrong_answers(begun))
    with pytest.raises(DomainError, match="used up"):
        quiz_attempts.begin_attempt(learner=person, course=course)


@pytest.mark.parametrize("answers", [[], [[0]], [[0], []], [[0], [0, 1]], [[0], [2]], [[0], [-1]]])
def test_an_answer_that_is_none_finishes_nothing(engagement: Engagement, answers: list[list[int]]) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    a_quiz(course)
    begun = quiz_attempts.begin_attempt(learner=person, course=course)
    with pytest.raises(DomainError, match="every question"):
        quiz_attempts.finish_attempt(learner=person, attempt=begun, answers=answers)
    assert not QuizAttempt.objects.unscoped().finished().exists()


def test_a_changed_quiz_alters_no_attempt(engagement: Engagement, engineer: User) -> None:
    """Asked, judged and passed by what was there when it began."""
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    quiz = a_quiz(course, questions=1, pass_percent=50)
    begun = quiz_attempts.begin_attempt(learner=person, course=course)
    answers = right_answers(begun)
    row = quiz.questions.unscoped().get()
    turned = [{**one, "is_right": not one["is_right"]} for one in row.options]
    quizzes.save_question(actor=engineer, course=course, question=row, kind="single", text="换了一题?", options=turned)
    quizzes.save_rules(actor=engineer, course=course, pass_percent=100, most_attempts=None, is_open=False)
    done = quiz_attempts.finish_attempt(learner=person, attempt=begun, answers=answers)
    assert (done.percent, done.has_passed, done.pass_percent) == (100, True, 50)
    assert done.questions == begun.questions


def test_somebody_elses_quiz_is_not_taken(engagement: Engagement) -> None:
    role, other = a_role(engagement), a_role(engagement, name="车间主任")
    course, [person, gone], [chief] = a_course(role), learners(role, 2), learners(other)
    a_quiz(course)
    begun = quiz_attempts.begin_attempt(learner=person, course=course)
    gone.left_at = timezone.now()
    gone.save()
    for one in (chief, gone):
        with pytest.raises(PermissionDenied):
            quiz_attempts.begin_attempt(learner=one, course=course)
    with pytest.raises(PermissionDenied):
        quiz_attempts.finish_attempt(learner=gone, attempt=begun, answers=right_answers(begun))


@pytest.mark.parametrize("closed", ["quiz", "course"])
def test_what_is_closed_is_not_begun(engagement: Engagement, closed: str) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role, retired_at=timezone.now() if closed == "course" else None), learners(role)
    a_quiz(course, is_open=closed != "quiz")
    with pytest.raises(DomainError, match="not asked"):
        quiz_attempts.begin_attempt(learner=person, course=course)


def test_once_the_engagement_has_ended_nothing_is_begun_or_finished(engagement: Engagement) -> None:
    role = a_role(engagement)
    course, [one, other] = a_course(role), learners(role, 2)
    a_quiz(course)
    begun = quiz_attempts.begin_attempt(learner=one, course=course)
    Engagement.objects.unscoped().filter(pk=engagement.pk).update(phase=Phase.CLOSED)
    with pytest.raises(DomainError):
        quiz_attempts.finish_attempt(learner=one, attempt=begun, answers=right_answers(begun))
    with pytest.raises(DomainError):
        quiz_attempts.begin_attempt(learner=other, course=course)
    assert AuditEntry.objects.filter(action__startswith="quiz_attempt").count() == 1


# --- On paper ---------------------------------------------------------------------------------------------------------------------


def test_a_result_on_paper_counts_and_is_taken_back(engagement: Engagement, engineer: User) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    a_quiz(course)
    passes(course, [person], engineer)
    open_one = quiz_attempts.begin_attempt(learner=person, course=course)
    noted: dict[str, Any] = {"actor": engineer, "course": course, "learner": person}
    row = quiz_attempts.note_paper_quiz(**noted, percent=85, seen=0)
    assert (row.has_passed, row.noted_by, row.questions) == (True, engineer, [])
    assert passed_by_role(engagement) == {role.pk: 1}
    with pytest.raises(DomainError, match="Another result"):
        quiz_attempts.note_paper_quiz(**noted, percent=85, seen=0)
    with pytest.raises(DomainError, match="noted a result from paper"):
        quiz_attempts.finish_attempt(learner=person, attempt=open_one, answers=right_answers(open_one))
    quiz_attempts.take_back_paper_quiz(actor=engineer, attempt=row)
    assert passed_by_role(engagement) == {}
    with pytest.raises(DomainError):
        quiz_attempts.take_back_paper_quiz(actor=engineer, attempt=row)


def test_what_was_taken_on_screen_is_not_taken_back(engagement: Engagement, engineer: User, client_pm: User) -> None:
    role = a_role(engagement)
    course, [person] = a_course(role), learners(role)
    a_quiz(course)
    row = attempt(course, person, 40)
    with pytest.raises(DomainError, match="on screen"):
        quiz_attempts.take_back_paper_quiz(actor=engineer, attempt=row)
    for percent in (-1, 101):
        with pytest.raises(DomainError) as refused:
            quiz_attempts.note_paper_quiz(actor=engineer, course=course, learner=person, percent=percent, seen=1)
        assert refused.value.field == "percent"
    with pytest.raises(PermissionDenied):
        quiz_attempts.note_paper_quiz(actor=client_pm, course=course, learner=person, percent=90, seen=1)
