"""Whether a learner may take a quiz, and what they are told of a finished attempt."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from training.models import Course, Quiz, QuizAttempt
from training.results import asking


def why_not(course: Course, quiz: Quiz | None, attempts: Collection[QuizAttempt]) -> str:
    """Return in a sentence why a learner with these attempts can't begin another one, "" where they can. The version of the
    course is the caller's to check."""
    if not course.engagement.is_running:
        return over()
    if quiz is None or not quiz.is_open or course.retired_at is not None:
        return _("This quiz is not asked at the moment.")
    if any(attempt.has_passed for attempt in attempts):
        return _("This quiz is passed already.")
    if not left_of(quiz, len(attempts)):
        return _("All attempts are used up. Your trainer can help you on.")
    return ""


def over() -> str:
    """Return why nothing is taken any more once the engagement has ended."""
    return _("The engagement has ended: no quiz is taken any more.")


def left_of(quiz: Quiz, attempts: int) -> bool:
    """Say whether another attempt is left after so many."""
    return quiz.most_attempts is None or attempts < quiz.most_attempts


@dataclass(frozen=True)
class ShownAnswer:
    """A question that was not answered right: what was chosen, why it is so, and what is right where that may be told."""

    number: int
    text: str
    chosen: list[str]
    explanation: str
    right: list[str]


def wrong_answers(attempt: QuizAttempt, *, tells_right: bool) -> list[ShownAnswer]:
    """Return the questions of a finished attempt that were not answered right. The right options are told only where
    nobody can profit from them any more: the caller says so."""
    return list(_wrong(attempt, tells_right))


def _wrong(attempt: QuizAttempt, tells_right: bool) -> Iterator[ShownAnswer]:
    for number, (question, chosen) in enumerate(zip(attempt.questions, attempt.answers, strict=False), 1):
        if asking.is_right(question, chosen):
            continue
        texts = [option["text"] for option in question["options"]]
        right = [texts[place] for place in sorted(asking.right_places(question))] if tells_right else []
        yield ShownAnswer(number, question["text"], [texts[place] for place in chosen], question["explanation"], right)
