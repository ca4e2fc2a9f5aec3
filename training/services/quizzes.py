"""The quiz of a course: its rules and its questions. Every change holds the engagement; attempts keep what they asked."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.services.edits import write_row
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.wording import sentences
from training.models import Course, Quiz, QuizQuestion
from training.results import asking

MOST_QUESTIONS = 50


@transaction.atomic
def save_rules(
    *, actor: User, course: Course, pass_percent: int, most_attempts: int | None, is_open: bool, was: str = ""
) -> Quiz:
    """Say what it takes to pass the quiz, and whether it is asked; `was` is the fingerprint of the rules the page showed
    (of those a quiz begins with, where there was none).

    Raises StaleError where somebody changed them since, DomainError on "is_open" where it can't be asked as it is.
    """
    quiz = _held(actor, course)
    if was and was != quiz.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Look at what they wrote, then save again."))
    found = asking.faults(list(quiz.questions.unscoped())) if quiz.pk else asking.faults([])
    if is_open and found:
        raise DomainError(_("It can't be asked yet: %(why)s") % {"why": sentences(*found)}, field="is_open")
    fields: dict[str, Any] = {"pass_percent": pass_percent, "most_attempts": most_attempts, "is_open": is_open}
    _audit(actor, quiz, write_row(quiz, "quiz", fields), fields)
    return quiz


@transaction.atomic
def save_question(
    *, actor: User, course: Course, question: QuizQuestion | None = None, was: str = "", **fields: Any
) -> QuizQuestion:
    """Create or change a question; `fields` are the model's own, a new one is the last, `was` is the fingerprint of what
    the page showed.

    Raises StaleError where somebody changed it since, DomainError on "options" where they can't be asked, and where it is
    gone or there are too many.
    """
    quiz = _held(actor, course)
    if not quiz.pk:
        quiz.save()
    row = _question(quiz, question, was) if question else QuizQuestion(quiz=quiz)
    fault = asking.fault_of(fields["kind"], fields["options"])
    if fault:
        raise DomainError(fault, field="options")
    if question is None:
        count = quiz.questions.count()
        if count >= MOST_QUESTIONS:
            raise DomainError(_("A quiz has at most %(most)s questions.") % {"most": MOST_QUESTIONS})
        row.position = count
    action = write_row(row, "quiz_question", fields)
    _audit(actor, row, action, {"text": row.text, "kind": str(row.kind), "options": len(row.options)})
    return row


@transaction.atomic
def delete_question(*, actor: User, question: QuizQuestion) -> None:
    """Take a question out; attempts keep it. Raises DomainError where it is gone, or the last of a quiz that is asked."""
    quiz = _held(actor, question.quiz.course)
    row = _question(quiz, question)
    if quiz.is_open and quiz.questions.count() == 1:
        raise DomainError(_("This is the last question of a quiz that is asked: close the quiz first."))
    _audit(actor, row, "quiz_question.deleted", {"text": row.text})
    row.delete()
    _number(list(quiz.questions.unscoped()))


@transaction.atomic
def move_question(*, actor: User, question: QuizQuestion, up: bool) -> None:
    """Exchange a question with its neighbour; at the end nothing happens. Raises DomainError where it is gone."""
    quiz = _held(actor, question.quiz.course)
    row = _question(quiz, question)
    rows = list(quiz.questions.unscoped())
    here = rows.index(row)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    _number(rows)
    _audit(actor, row, "quiz_question.moved", {"to": there})


def _held(actor: User, course: Course) -> Quiz:
    """Return the quiz as it stands under the engagement's lock; one not stored yet where there is none."""
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    Engagement.objects.lock(course.engagement_id)
    row = Quiz.objects.unscoped().filter(course=course).first()
    return row or Quiz(course=course)


def _question(quiz: Quiz, question: QuizQuestion, was: str = "") -> QuizQuestion:
    row: QuizQuestion | None = quiz.questions.unscoped().filter(pk=question.pk).first() if quiz.pk else None
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if was and was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Look at what they wrote, then save again."))
    return row


def _number(rows: list[QuizQuestion]) -> None:
    for position, row in enumerate(rows):
        row.position = position
    QuizQuestion.objects.bulk_update(rows, ["position"])


def _audit(actor: User, row: Quiz | QuizQuestion, action: str, data: dict[str, Any]) -> None:
    course = row.course if isinstance(row, Quiz) else row.quiz.course
    chain = course.engagement.audit_chain
    audit.record(chain=chain, actor=actor, action=action, target=row, data=data | {"course": course.title})
