"""What makes a quiz fit to be asked, what one attempt asks, and how it is judged: pure, over plain values.

An option is `{"text": …, "is_right": …}`. What an attempt asks is a list of `{"kind", "text", "options", "explanation"}`; the
answers are, question by question, the places of the chosen options.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from django.utils.translation import gettext as _

Option = dict[str, Any]
Asked = dict[str, Any]
Chosen = Sequence[int]

SINGLE = "single"
FEWEST_OPTIONS = 2


class Question(Protocol):
    """What a question says."""

    kind: str
    text: str
    options: list[Option]
    explanation: str


def fault_of(kind: str, options: Sequence[Option]) -> str:
    """Return in a sentence why these options can't be asked, "" where they can."""
    right = sum(bool(option["is_right"]) for option in options)
    texts = [option["text"] for option in options]
    if len(options) < FEWEST_OPTIONS:
        return _("Give at least two options to choose from.")
    if len(set(texts)) < len(texts):
        return _("Two options say the same.")
    if not right:
        return _("Tick the right option.") if kind == SINGLE else _("Tick the right options, at least one.")
    if kind == SINGLE and right > 1:
        return _("One answer is right: tick only one, or let several be right.")
    return ""


def faults(questions: Sequence[Question]) -> list[str]:
    """Return in sentences why this quiz can't be asked; nothing where it can."""
    if not questions:
        return [_("There is no question yet.")]
    found = ((number, fault_of(row.kind, row.options)) for number, row in enumerate(questions, 1))
    return [
        _("Question %(number)s: %(fault)s") % {"number": number, "fault": fault} for number, fault in found if fault
    ]


def ask(questions: Iterable[Question], seed: str) -> list[Asked]:
    """Return what an attempt asks: the questions in their order, the options of each in an order of the seed's own."""
    order = random.Random(seed)  # noqa: S311 — so that neighbours do not copy places; nothing secret hangs on it
    return [
        {
            "kind": row.kind,
            "text": row.text,
            "options": order.sample(row.options, len(row.options)),
            "explanation": row.explanation,
        }
        for row in questions
    ]


def right_places(question: Asked) -> set[int]:
    """Return the places of the right options."""
    return {place for place, option in enumerate(question["options"]) if option["is_right"]}


def is_right(question: Asked, chosen: Chosen) -> bool:
    """Say whether all and only the right options were chosen."""
    return set(chosen) == right_places(question)


def is_answer(question: Asked, chosen: Chosen) -> bool:
    """Say whether this is an answer at all: places that there are, at least one, and one alone where one is right."""
    places = set(chosen)
    fits = places <= set(range(len(question["options"])))
    return fits and (len(places) == 1 if question["kind"] == SINGLE else bool(places))


def percent_right(asked: Sequence[Asked], answers: Sequence[Chosen]) -> int:
    """Return how many percent of the questions were answered wholly right. Cut, not rounded: nobody passes by a rounding."""
    right = sum(is_right(question, chosen) for question, chosen in zip(asked, answers, strict=True))
    return 100 * right // len(asked)
