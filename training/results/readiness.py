"""Who has passed what, and who is ready for the work of their role (E4).

A learner has passed a course when they were in a session of it that was held, the newest practical check of theirs is
passed and, where its quiz is asked, one finished attempt was passed. They are ready when they passed every course of their
role that counts, and there is one: a course counts once a version of it was accepted, as long as it is in use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.fields.json import KT

from engagements.models import Engagement
from training.models import Course, CourseVersion, Enrolment, Learner, PracticalCheck, Quiz, QuizAttempt

# (course, learner)
Pair = tuple[int, int]


class Missing(Enum):
    """What a learner still needs to pass a course, in the order in which it is usually done."""

    SESSION = "session"
    QUIZ = "quiz"
    CHECK = "check"


@dataclass(frozen=True)
class Taught:
    """A course that counts, as its newest accepted version names it and says whom it is for; `asks_quiz` as it is now."""

    pk: int
    title: str
    roles: frozenset[int]
    asks_quiz: bool


@dataclass(frozen=True)
class Person:
    """A learner who is still there."""

    pk: int
    name: str
    role: int


@dataclass(frozen=True)
class Standing:
    """Where one learner is in one course. `check` is None without a practical check, `quiz` None where none is asked."""

    was_there: bool
    check: bool | None
    quiz: bool | None

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What they still need; nothing for one who passed."""
        needed = (
            (Missing.SESSION, self.was_there),
            (Missing.QUIZ, self.quiz is not False),
            (Missing.CHECK, bool(self.check)),
        )
        return tuple(what for what, is_done in needed if not is_done)

    @property
    def has_passed(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class Known:
    """All that readiness goes by, as plain values. `checks` says of the newest practical check whether it was passed."""

    courses: tuple[Taught, ...]
    people: tuple[Person, ...]
    attended: frozenset[Pair]
    checks: Mapping[Pair, bool]
    quizzes_passed: frozenset[Pair]

    def standing(self, course: Taught, person: Person) -> Standing:
        """Return where this learner is in this course."""
        pair = (course.pk, person.pk)
        quiz = pair in self.quizzes_passed if course.asks_quiz else None
        return Standing(pair in self.attended, self.checks.get(pair), quiz)

    @cached_property
    def courses_of(self) -> dict[int, tuple[Taught, ...]]:
        """By role the courses its people must pass, in their order; roles without any are not there."""
        found: dict[int, list[Taught]] = {}
        for course in self.courses:
            for role in course.roles:
                found.setdefault(role, []).append(course)
        return {role: tuple(courses) for role, courses in found.items()}

    @cached_property
    def people_of(self) -> dict[int, tuple[Person, ...]]:
        """By role its learners, in their order; roles without any are not there."""
        found: dict[int, list[Person]] = {}
        for person in self.people:
            found.setdefault(person.role, []).append(person)
        return {role: tuple(people) for role, people in found.items()}

    def is_ready(self, person: Person) -> bool:
        """Say whether they passed every course of their role, of which there is at least one."""
        courses = self.courses_of.get(person.role, ())
        return bool(courses) and all(self.standing(course, person).has_passed for course in courses)

    @property
    def ready(self) -> list[Person]:
        """Those who are, each as often as they are named."""
        return [person for person in self.people if self.is_ready(person)]

    @cached_property
    def ready_by_role(self) -> dict[int, int]:
        """By role how many of its learners are ready; roles without any are not there."""
        return dict(Counter(person.role for person in self.ready))


def known_of(engagement: Engagement) -> Known:
    """Return what readiness goes by, as it is now. Five queries."""
    return _known(engagement, _courses(engagement))


def changed_by_quiz(course: Course, is_asked: bool) -> int:
    """Return how many people become ready when the quiz of a course, which is asked, no longer is; of one that is not
    asked, how many are no longer ready once it is. Five queries."""
    known = known_of(course.engagement)
    others = tuple(
        replace(taught, asks_quiz=not is_asked) if taught.pk == course.pk else taught for taught in known.courses
    )
    now, then = (sum(one.ready_by_role.values()) for one in (known, replace(known, courses=others)))
    return abs(then - now)


def _known(engagement: Engagement, courses: tuple[Taught, ...]) -> Known:
    return Known(courses, people_of(engagement), *_done(engagement))


def _courses(engagement: Engagement) -> tuple[Taught, ...]:
    """Return the courses that count, in their order, each for the roles of its newest accepted version. One query."""
    asked = Quiz.objects.filter(course=OuterRef("pk"), is_open=True)
    newest = CourseVersion.objects.filter(course=OuterRef("pk")).order_by("-number")
    rows: Any = engagement.courses.unscoped().accepted().in_use()
    rows = rows.annotate(
        asks_quiz=Exists(asked), accepted_title=accepted_title(), learned_by=Subquery(newest.values("role_ids")[:1])
    )
    found = rows.values_list("pk", "accepted_title", "learned_by", "asks_quiz")
    return tuple(Taught(pk, title, frozenset(roles), asks) for pk, title, roles, asks in found)


def accepted_title() -> Subquery:
    """Return what a course is called in its newest accepted version, for an annotation: the name a client reads."""
    versions = CourseVersion.objects.filter(course=OuterRef("pk")).order_by("-number")
    return Subquery(versions.annotate(called=KT("content__title")).values("called")[:1])


def people_of(engagement: Engagement) -> tuple[Person, ...]:
    """Return the learners of an engagement who are still there, in their order. One query."""
    rows = Learner.objects.unscoped().filter(role__engagement=engagement).still_there()
    return tuple(Person(*row) for row in rows.values_list("pk", "name", "role_id"))


def _done(engagement: Engagement) -> tuple[frozenset[Pair], dict[Pair, bool], frozenset[Pair]]:
    """Return who was where, how the newest checks went, and who passed which quiz. Three queries."""
    attended = Enrolment.objects.unscoped().attended().filter(session__engagement=engagement).order_by()
    checks = PracticalCheck.objects.unscoped().filter(course__engagement=engagement).order_by("checked_on", "pk")
    # The later one takes the place of the earlier one.
    newest = {
        (course, learner): outcome == PracticalCheck.Outcome.PASSED
        for course, learner, outcome in checks.values_list("course_id", "learner_id", "outcome")
    }
    passed = QuizAttempt.objects.unscoped().passed().filter(course__engagement=engagement).order_by()
    return (
        frozenset(attended.values_list("session__course_id", "learner_id")),
        newest,
        frozenset(passed.values_list("course_id", "learner_id")),
    )


def named_by_role(engagement: Engagement) -> dict[int, int]:
    """Return by role how many learners are still there, for `standups.rollout.readiness`. One query."""
    return dict(Counter(person.role for person in people_of(engagement)))


def passed_by_role(engagement: Engagement) -> dict[int, int]:
    """Return by role how many learners are ready, for `standups.rollout.readiness`. Five queries; one before the first
    course counts."""
    courses = _courses(engagement)
    return _known(engagement, courses).ready_by_role if courses else {}
