"""Who stands where in one course: the lists of the trainer, and of everybody who wants to know what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onsite.accounts.models import User
from standups.models import RolloutRole
from training.courses.audience import audience_of
from training.models import Course, Enrolment, Learner, PracticalCheck, Quiz, QuizAttempt
from training.results.readiness import Person, Standing


@dataclass(frozen=True)
class ResultRow:
    """One learner in one course. `check` is the newest practical check; `attempts` are those that were finished."""

    person: Person
    standing: Standing
    check: PracticalCheck | None
    attempts: Sequence[QuizAttempt]

    @property
    def best_percent(self) -> int | None:
        """The best result of the quiz, None where none was finished."""
        return max((attempt.percent or 0 for attempt in self.attempts), default=None)

    @property
    def on_paper(self) -> list[QuizAttempt]:
        """The results that somebody noted from paper, the newest first."""
        return [attempt for attempt in reversed(self.attempts) if attempt.noted_by_id]


@dataclass(frozen=True)
class RoleResults:
    """The learners of one role in one course."""

    role: RolloutRole
    rows: Sequence[ResultRow]

    @property
    def passed(self) -> int:
        return sum(row.standing.has_passed for row in self.rows)


@dataclass(frozen=True)
class CourseResults:
    """One course: whether its quiz is asked, and its learners by role."""

    asks_quiz: bool
    roles: Sequence[RoleResults]

    @property
    def rows(self) -> list[ResultRow]:
        return [row for role in self.roles for row in role.rows]

    @property
    def people(self) -> list[Person]:
        return [row.person for row in self.rows]

    @property
    def passed(self) -> int:
        return sum(role.passed for role in self.roles)


def course_results(course: Course, user: User) -> CourseResults:
    """Return the learners of the course's roles who are still there, as this person may see them; the same for both sides.
    Seven queries."""
    asks_quiz = Quiz.objects.unscoped().filter(course=course, is_open=True).exists()
    audience = audience_of(course.pk)
    roles = RolloutRole.objects.visible_to(user).filter(pk__in=audience)
    learners = Learner.objects.visible_to(user).still_there().filter(role__in=audience)
    attended = set(
        Enrolment.objects.visible_to(user).attended().filter(session__course=course).values_list("learner", flat=True)
    )
    checks = PracticalCheck.objects.visible_to(user).filter(course=course).select_related("checked_by")
    newest = {check.learner_id: check for check in checks.order_by("checked_on", "pk")}
    attempts: dict[int, list[QuizAttempt]] = {}
    finished = QuizAttempt.objects.visible_to(user).finished().filter(course=course).order_by("number")
    for attempt in finished.defer("questions", "answers"):
        attempts.setdefault(attempt.learner_id, []).append(attempt)

    def row(learner: Learner) -> ResultRow:
        check, mine = newest.get(learner.pk), attempts.get(learner.pk, [])
        quiz = any(attempt.has_passed for attempt in mine) if asks_quiz else None
        is_passed = check.outcome == PracticalCheck.Outcome.PASSED if check else None
        standing = Standing(learner.pk in attended, is_passed, quiz)
        return ResultRow(Person(learner.pk, learner.name, learner.role_id), standing, check, mine)

    by_role: dict[int, list[ResultRow]] = {}
    for learner in learners:
        by_role.setdefault(learner.role_id, []).append(row(learner))
    return CourseResults(asks_quiz, [RoleResults(role, by_role.get(role.pk, [])) for role in roles])
