"""Learners and what they reached, as the tests of results need them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import RolloutRole
from tests.factories import (
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    LearnerFactory,
    QuizFactory,
    QuizQuestionFactory,
    RolloutRoleFactory,
    TrainingSessionFactory,
)
from training.models import Course, Learner, PracticalCheck, Quiz, QuizAttempt, TrainingSession

RIGHT = "提交时就检查"
WRONG = "付款时才检查"


def a_role(engagement: Engagement, *, needed: int = 5, name: str = "仓库操作员") -> RolloutRole:
    role: RolloutRole = RolloutRoleFactory(engagement=engagement, name=name, people_needed=needed)
    return role


def a_course(role: RolloutRole, *more: RolloutRole, accepted: bool = True, **fields: Any) -> Course:
    """A course of these roles, of which a version counts."""
    course: Course = CourseFactory(engagement=role.engagement, roles=[role, *more], **fields)
    if accepted:
        CourseVersionFactory(course=course)
    return course


def learners(role: RolloutRole, count: int = 1, **fields: Any) -> list[Learner]:
    return [LearnerFactory(role=role, **fields) for _number in range(count)]


def attend(course: Course, *people: Learner, state: str = "held", was_there: bool | None = True) -> TrainingSession:
    session: TrainingSession = TrainingSessionFactory(course=course, state=state, capacity=400)
    for learner in people:
        EnrolmentFactory(session=session, learner=learner, was_there=was_there)
    return session


def check(
    course: Course, learner: Learner, by: User, outcome: str = "passed", *, on: date | None = None
) -> PracticalCheck:
    row: PracticalCheck = PracticalCheck.objects.create(
        course=course, learner=learner, outcome=outcome, checked_by=by, checked_on=on or timezone.localdate()
    )
    return row


def attempt(course: Course, learner: Learner, percent: int = 100, number: int = 1, **fields: Any) -> QuizAttempt:
    row: QuizAttempt = QuizAttempt.objects.create(
        course=course, learner=learner, number=number, questions=[], pass_percent=80, percent=percent,
        has_passed=percent >= 80, finished_at=timezone.now(), **fields,
    )  # fmt: skip
    return row


def passes(course: Course, people: Iterable[Learner], by: User) -> None:
    """They were there and showed it; a quiz is theirs to take."""
    everybody = list(people)
    attend(course, *everybody)
    for learner in everybody:
        check(course, learner, by)


def a_quiz(course: Course, questions: int = 2, **fields: Any) -> Quiz:
    """A quiz that is asked: the right option of each question says RIGHT."""
    quiz: Quiz = QuizFactory(course=course, **fields)
    for number in range(questions):
        QuizQuestionFactory(
            quiz=quiz, position=number, text=f"采购申请何时检查预算?{number}", explanation=f"见流程图第 {number} 步",
            options=[{"text": RIGHT, "is_right": True}, {"text": WRONG, "is_right": False}],
        )  # fmt: skip
    return quiz


def right_answers(row: QuizAttempt) -> list[list[int]]:
    """Return what answers every question of the attempt right."""
    return [
        [place for place, option in enumerate(question["options"]) if option["is_right"]] for question in row.questions
    ]


def wrong_answers(row: QuizAttempt) -> list[list[int]]:
    return [
        [place for place, option in enumerate(question["options"]) if not option["is_right"]]
        for question in row.questions
    ]


def results_of_the_world(engagement: Engagement, lead: User, word: str, internal: str) -> dict[str, Any]:
    """A course with a quiz of ours, and learners: one has an account and finished it, one was noted from paper."""
    role = a_role(engagement, name=f"{word} 学员")
    course = a_course(role, title=f"{word} 学员")
    quiz: Quiz = QuizFactory(course=course)
    options = [{"text": internal, "is_right": True}, {"text": internal + "2", "is_right": False}]
    question = QuizQuestionFactory(quiz=quiz, text=internal, options=options, explanation=internal)
    member = engagement.memberships.unscoped().filter(part="key_user").first()
    [person], [other] = (
        learners(role, name=word, user=member.user if member else None),
        learners(role, name=f"{word} 2"),
    )
    asked = [{"kind": "single", "text": word, "options": [{"text": word, "is_right": True}], "explanation": word}]
    taken = attempt(course, person)
    QuizAttempt.objects.filter(pk=taken.pk).update(questions=asked, answers=[[0]])
    noted = attempt(course, other, 60, noted_by=lead)
    PracticalCheck.objects.create(
        course=course, learner=person, outcome="passed", note=word, checked_by=lead, checked_on=engagement.today()
    )
    return {
        "taught_course": course.pk,
        "taught_role": role.pk,
        "taught_learner": other.pk,
        "taken_number": taken.number,
        "paper_attempt": noted.pk,
        "quiz_question": question.pk,
    }
