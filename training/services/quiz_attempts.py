"""Taking a quiz: begun once, finished once, judged by what was asked. Whoever learns acts; a trainer notes one on paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from training.courses.audience import audience_of
from training.models import Course, Learner, Quiz, QuizAttempt
from training.results import asking
from training.results.taking import over, why_not


@transaction.atomic
def begin_attempt(*, learner: Learner, course: Course) -> QuizAttempt:
    """Ask this learner the quiz as it is now, and return the attempt: the open one where they have begun already.

    The caller made sure that this is the learner. Raises DomainError where they can't take it (any more), PermissionDenied
    for a course that is not for their role.
    """
    _lock(learner, course)
    mine = QuizAttempt.objects.unscoped().filter(course=course, learner=learner)
    begun: QuizAttempt | None = mine.filter(finished_at=None).first()
    if begun is not None:
        return begun
    quiz = Quiz.objects.unscoped().filter(course=course).first()
    refusal = why_not(course, quiz, list(mine))
    if quiz is None or refusal:
        raise DomainError(refusal)
    number = _next_number(mine)
    asked = asking.ask(quiz.questions.unscoped(), f"{course.pk}-{learner.pk}-{number}")
    if not asked:
        raise DomainError(_("There is no question yet."))
    attempt = QuizAttempt.objects.create(
        course=course, learner=learner, number=number, questions=asked, pass_percent=quiz.pass_percent
    )
    _audit(learner.user, attempt, "quiz_attempt.begun", {})
    return attempt


@transaction.atomic
def finish_attempt(*, learner: Learner, attempt: QuizAttempt, answers: Sequence[Sequence[int]]) -> QuizAttempt:
    """Judge the attempt by these answers. One that is finished already stays as it was judged, whatever comes now: of two
    tabs the first counts.

    Raises DomainError where a question is not answered, the engagement has ended, or a result from paper took its place;
    PermissionDenied for somebody else's attempt.
    """
    if attempt.learner_id != learner.pk:
        raise PermissionDenied
    _lock(learner, attempt.course)
    row = QuizAttempt.objects.unscoped().filter(pk=attempt.pk).first()
    if row is None:
        raise DomainError(_("Your trainer noted a result from paper meanwhile: it counts instead of this one."))
    if row.finished_at is not None:
        return row
    if len(answers) != len(row.questions) or not all(map(asking.is_answer, row.questions, answers)):
        raise DomainError(_("Please answer every question."))
    row.answers = [sorted(set(chosen)) for chosen in answers]
    _judge(row, asking.percent_right(row.questions, row.answers))
    row.save(update_fields=["answers", "percent", "has_passed", "finished_at"])
    _audit(learner.user, row, "quiz_attempt.finished", {"percent": row.percent, "has_passed": row.has_passed})
    return row


@transaction.atomic
def note_paper_quiz(*, actor: User, course: Course, learner: Learner, percent: int, seen: int) -> QuizAttempt:
    """Note what a learner reached on paper; it counts like an attempt on screen. `seen` is how many finished attempts of
    theirs the page showed.

    Raises DomainError where the quiz can't be taken (any more), and where another result came meanwhile, so that nothing is
    noted twice; on "percent" where that is no share; PermissionDenied for somebody whose role does not learn this.
    """
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    _lock(learner, course)
    if not 0 <= percent <= 100:
        raise DomainError(_("Please give a percentage from 0 to 100."), field="percent")
    mine = QuizAttempt.objects.unscoped().filter(course=course, learner=learner)
    if mine.finished().count() != seen:
        raise DomainError(_("Another result of this person came meanwhile. Look at it, then note yours if it is new."))
    quiz = Quiz.objects.unscoped().filter(course=course).first()
    # An attempt begun on screen and left open is given up: what is on paper takes its place.
    refusal = why_not(course, quiz, list(mine.finished()))
    if quiz is None or refusal:
        raise DomainError(refusal)
    mine.filter(finished_at=None).delete()
    attempt = QuizAttempt(course=course, learner=learner, number=_next_number(mine), questions=[], noted_by=actor)
    attempt.pass_percent = quiz.pass_percent
    _judge(attempt, percent)
    attempt.save()
    _audit(actor, attempt, "quiz_attempt.noted", {"percent": percent, "has_passed": attempt.has_passed})
    return attempt


@transaction.atomic
def take_back_paper_quiz(*, actor: User, attempt: QuizAttempt) -> None:
    """Take a result back that was noted from paper. Raises DomainError where it is gone, or was taken on screen."""
    require(actor, Permission.EDIT_TRAINING, attempt.course.engagement)
    _lock(attempt.learner, attempt.course)
    rows = QuizAttempt.objects.unscoped().select_related("course__engagement", "learner")
    row = rows.filter(pk=attempt.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if row.noted_by_id is None:
        raise DomainError(_("This was taken on screen: it stays as it was judged."))
    _audit(actor, row, "quiz_attempt.taken_back", {"percent": row.percent or 0})
    row.delete()


def _lock(learner: Learner, course: Course) -> None:
    """Hold the engagement. Raises DomainError where it has ended, PermissionDenied where this course is not for this
    learner's role, or they have left."""
    if not Engagement.objects.lock(course.engagement_id).is_running:
        raise DomainError(over())
    still_there = Learner.objects.filter(pk=learner.pk, left_at=None, role__engagement=course.engagement_id)
    if not still_there.filter(role__in=audience_of(course.pk)).exists():
        raise PermissionDenied


def _next_number(mine: Any) -> int:
    return int(mine.aggregate(most=Max("number"))["most"] or 0) + 1


def _judge(attempt: QuizAttempt, percent: int) -> None:
    attempt.percent, attempt.has_passed = percent, percent >= attempt.pass_percent
    attempt.finished_at = timezone.now()


def _audit(actor: User | None, attempt: QuizAttempt, action: str, data: dict[str, Any]) -> None:
    told = {"course": attempt.course.title, "learner": attempt.learner.name, "attempt": attempt.number} | data
    chain = attempt.course.engagement.audit_chain
    audit.record(chain=chain, actor=actor, action=action, target=attempt, data=told)
