"""What a learner finds on their own pages: their sessions, the courses of their role, and what waits for their word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from training.courses.audience import courses_for
from training.models import Course, Enrolment, Learner, Quiz, TrainingSession
from training.results.readiness import Missing, Person, known_of
from training.services.feedback import may_change
from training.sessions.recording import may_play
from training.sessions.titles import titles_of, with_agreed_titles


@dataclass(frozen=True)
class Place:
    """One of my sessions. `feedback` is "" where none is asked, "open", "given" where it may be changed, else "over"."""

    enrolment: Enrolment
    session: TrainingSession
    feedback: str
    is_coming: bool
    has_recording: bool


@dataclass(frozen=True)
class Taught:
    """A course of my role, by the title of its newest accepted version; `has_quiz` where one is asked."""

    course: Course
    title: str
    has_quiz: bool


@dataclass(frozen=True)
class Reached:
    """A course of my role and what I still need to pass it, nothing once I did."""

    taught: Taught
    missing: tuple[Missing, ...]


def home_of(learner: Learner) -> dict[str, Any]:
    """Return the context of a learner's own page. A fixed number of queries."""
    rows = list(_enrolments(learner))
    with_agreed_titles([row.session for row in rows])
    places = [_place(row) for row in rows]
    coming = [place for place in places if place.is_coming]
    return {
        "learner": learner,
        "engagement": learner.role.engagement,
        "coming": coming,
        "past": [place for place in reversed(places) if not place.is_coming],
        "asked": [place for place in places if place.feedback == "open"],
        "courses": _reached(learner, courses_of(learner)),
    }


def courses_of(learner: Learner) -> list[Taught]:
    """Return the courses of this person's role that are in use and of which a version was accepted. Four queries."""
    rows = Course.objects.unscoped().accepted().in_use().filter(pk__in=courses_for(learner))
    courses = {course.pk: course for course in rows}
    titles = titles_of(courses)
    asked = set(Quiz.objects.unscoped().filter(course__in=courses, is_open=True).values_list("course", flat=True))
    is_running = learner.role.engagement.is_running
    return [Taught(course, titles[pk], is_running and pk in asked) for pk, course in courses.items()]


def _reached(learner: Learner, courses: list[Taught]) -> list[Reached]:
    """Return these courses with where this person is in each. Five queries."""
    known, me = known_of(learner.role.engagement), Person(learner.pk, learner.name, learner.role_id)
    missing = {course.pk: known.standing(course, me).missing for course in known.courses}
    return [Reached(taught, missing[taught.course.pk]) for taught in courses if taught.course.pk in missing]


def enrolment_of(learner: Learner, session_pk: int) -> Enrolment | None:
    """Return the learner's own enrolment in a session, None where there is none."""
    found: Enrolment | None = _enrolments(learner).filter(session=session_pk).first()
    if found is not None:
        with_agreed_titles([found.session])
    return found


def _enrolments(learner: Learner) -> Any:
    rows = Enrolment.objects.unscoped().filter(learner=learner).order_by("session__starts_at", "pk")
    related = ("session__course", "session__trainer", "session__recording", "session__engagement", "feedback")
    return rows.select_related(*related)


def _place(enrolment: Enrolment) -> Place:
    session = enrolment.session
    feedback = ""
    if session.is_held and enrolment.was_there:
        given = getattr(enrolment, "feedback", None)
        if not session.engagement.is_running:
            feedback = "over" if given else ""
        else:
            feedback = "open" if given is None else "given" if may_change(given) else "over"
    is_coming = session.is_planned and session.ends_at > timezone.now()
    return Place(enrolment, session, feedback, is_coming, session.is_held and may_play(session, None))
