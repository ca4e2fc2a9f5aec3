"""Courses, sessions and results, through the services, as the people of the story did it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any

from reports.demo.backdate import put_back_training
from reports.demo.lessons import Lesson, Question, Taught
from reports.demo.telling import Telling
from training.courses.content import content_of, hash_of, newest_version
from training.models import Course, Enrolment, Learner, PracticalCheck, QuizQuestion, TrainingSession
from training.results import asking
from training.services import (
    accepting,
    cases,
    courses,
    enrolling,
    feedback,
    guides,
    holding,
    learners,
    practical_checks,
    quiz_attempts,
    quizzes,
    sessions,
    videos,
)
from training.services.practical_checks import Seen

LANGUAGE = "zh-hans"
WRITTEN_AT = time(16, 30)


def go_on(telling: Telling, number: int) -> None:
    """What this day named, wrote, planned, held and judged; the guides are issued on the newest day."""
    training = telling.story.training
    _name(telling, number)
    for taught in training.courses:
        if taught.day == number:
            _write(telling, taught)
        for lesson in taught.lessons:
            _teach(telling, taught, lesson, number)
        _judge(telling, taught, number)
    to = telling.days.at(telling.engagement, number, WRITTEN_AT)
    put_back_training(telling.engagement, since=telling.began, to=to)
    if number == telling.days.newest_number:
        for taught in training.courses:
            _issue(telling, taught)


def _name(telling: Telling, number: int) -> None:
    for named in telling.story.training.people:
        if named.day == number:
            learners.save_learner(
                actor=telling.lead, engagement=telling.engagement, name=named.name, email=named.email, language=LANGUAGE,
                role=telling.engagement.rollout_roles.unscoped().get(name=named.role),
            )  # fmt: skip


# --- The course ------------------------------------------------------------------------------------------------------


def _write(telling: Telling, taught: Taught) -> None:
    engagement, trainer = telling.engagement, telling.people[taught.trainer]
    course = courses.save_course(
        actor=trainer,
        engagement=engagement,
        module=engagement.modules.unscoped().get(name=taught.module),
        roles=list(engagement.rollout_roles.unscoped().filter(name__in=taught.roles)),
        functions=list(engagement.functions.unscoped().filter(name__in=taught.functions)),
        cells=[],
        title=taught.title,
        aim=taught.aim,
        why=taught.why,
        prerequisites=taught.prerequisites,
        duration_minutes=taught.minutes,
    )
    for case in taught.cases:
        cases.save_case(
            actor=trainer, course=course, title=case.title, situation=case.situation, lesson=case.lesson,
            times_per_month=case.times_per_month, manual=[asdict(step) for step in case.manual],
            system=[asdict(step) for step in case.system],
        )  # fmt: skip
    _ask(telling, taught, course)
    accepting.accept_course(actor=telling.lead, course=course, was=hash_of(content_of(course)))
    if taught.guide:
        stamp = guides.stamp_of(guides.guide_of(course, LANGUAGE))
        guides.save_guide(actor=trainer, course=course, language=LANGUAGE, was=stamp, text=taught.guide)
    if taught.video:
        title, link = taught.video
        video = videos.add_video(actor=trainer, course=course, title=title, language=LANGUAGE, link=link)
        videos.show_video(actor=telling.lead, video=video)


def _ask(telling: Telling, taught: Taught, course: Course) -> None:
    trainer = telling.people[taught.trainer]
    for question in taught.questions:
        quizzes.save_question(
            actor=trainer, course=course, kind=_kind(question), text=question.text, options=_options(question),
            explanation=question.explanation,
        )  # fmt: skip
    if taught.questions:
        quizzes.save_rules(actor=trainer, course=course, pass_percent=80, most_attempts=None, is_open=True)


def _kind(question: Question) -> QuizQuestion.Kind:
    return QuizQuestion.Kind.SINGLE if len(question.right) == 1 else QuizQuestion.Kind.MULTIPLE


def _options(question: Question) -> list[dict[str, Any]]:
    right = [{"text": text, "is_right": True} for text in question.right]
    return right + [{"text": text, "is_right": False} for text in question.wrong]


def _issue(telling: Telling, taught: Taught) -> None:
    course = _course(telling, taught)
    version = newest_version(course)
    if taught.guide and version is not None:
        guides.issue_guide(actor=telling.lead, course=course, language=LANGUAGE, version=version.number)


# --- Its sessions and results ----------------------------------------------------------------------------------------


def _teach(telling: Telling, taught: Taught, lesson: Lesson, number: int) -> None:
    if lesson.planned_on == number:
        _plan(telling, taught, lesson)
    if lesson.day == number and lesson.there is not None:
        _hold(telling, taught, lesson, lesson.there)


def _plan(telling: Telling, taught: Taught, lesson: Lesson) -> None:
    engagement, trainer = telling.engagement, telling.people[lesson.trainer]
    starts_at = _begins(telling, lesson)
    session = sessions.save_session(
        actor=trainer, engagement=engagement, course=_course(telling, taught), starts_at=starts_at, link="",
        ends_at=starts_at + timedelta(minutes=taught.minutes), place=lesson.place, trainer=trainer, capacity=12,
    )  # fmt: skip
    people = [_learner(telling, name) for name in lesson.enrolled]
    if people:
        enrolling.enrol(actor=trainer, session=session, learners=people)


def _hold(telling: Telling, taught: Taught, lesson: Lesson, there: tuple[str, ...]) -> None:
    trainer = telling.people[lesson.trainer]
    session = TrainingSession.objects.unscoped().get(
        engagement=telling.engagement, course=_course(telling, taught), starts_at=_begins(telling, lesson)
    )
    rows = {row.learner.name: row for row in session.enrolments.unscoped().select_related("learner")}
    holding.save_attendance(actor=trainer, session=session, there=[rows[name].pk for name in there])
    if lesson.notes:
        holding.save_notes(actor=trainer, session=session, notes=lesson.notes, recording_link="")
    for name, said in lesson.feedback:
        row: Enrolment = rows[name]
        feedback.give_feedback(learner=row.learner, enrolment=row, **asdict(said))


def _judge(telling: Telling, taught: Taught, number: int) -> None:
    for tried in taught.tried:
        if tried.day == number:
            _try(telling, taught, tried.learner, tried.wrong)
    checked = [one for one in taught.checked if one.day == number]
    if checked:
        outcome = PracticalCheck.Outcome
        practical_checks.record_checks(
            actor=telling.people[taught.trainer],
            course=_course(telling, taught),
            checked_on=telling.days.on(number),
            seen=[
                Seen(_learner(telling, one.learner).pk, outcome.PASSED if one.passed else outcome.NOT_YET, one.note)
                for one in checked
            ],
        )


def _try(telling: Telling, taught: Taught, name: str, wrong: tuple[int, ...]) -> None:
    learner = _learner(telling, name)
    attempt = quiz_attempts.begin_attempt(learner=learner, course=_course(telling, taught))
    answers = []
    for place, question in enumerate(attempt.questions, start=1):
        right = asking.right_places(question)
        missed = set(range(len(question["options"]))) - right
        answers.append([min(missed)] if place in wrong else sorted(right))
    quiz_attempts.finish_attempt(learner=learner, attempt=attempt, answers=answers)


def _begins(telling: Telling, lesson: Lesson) -> datetime:
    return telling.engagement.local(telling.days.on(lesson.day), lesson.begins)


def _course(telling: Telling, taught: Taught) -> Course:
    found: Course = telling.engagement.courses.unscoped().select_related("engagement").get(title=taught.title)
    return found


def _learner(telling: Telling, name: str) -> Learner:
    rows = Learner.objects.unscoped().filter(role__engagement=telling.engagement).select_related("role")
    found: Learner = rows.get(name=name)
    return found
