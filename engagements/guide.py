"""The questions of an interview: which are asked, and how its notes stand under their functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from engagements.models import Function, InterviewNote, Question

# Said as one asks a person: each of the six about one function.
ASKED: dict[str, Promise] = {
    Question.WHO: _("Who does it, and who decides?"),
    Question.WHAT: _("What exactly is done, with what result?"),
    Question.WHEN: _("When, how often, by what hour?"),
    Question.WHERE: _("Where: which place, which system, which form?"),
    Question.WHY: _("Why is it done this way?"),
    Question.HOW: _("How is it done, step by step?"),
}


@dataclass(frozen=True)
class AskedFunction:
    """One function with the notes taken about it."""

    function: Function
    notes: list[InterviewNote]

    def __str__(self) -> str:
        return f"{self.function.module.name} · {self.function.name}"


def grouped(notes: Iterable[InterviewNote]) -> list[AskedFunction]:
    """Return the notes under their functions, in the order of the tree and of the six questions."""
    by_function: dict[Function, list[InterviewNote]] = {}
    for note in notes:
        by_function.setdefault(note.function, []).append(note)
    order = list(Question.values)
    found = [
        AskedFunction(function, sorted(theirs, key=lambda note: order.index(note.question)))
        for function, theirs in by_function.items()
    ]
    return sorted(
        found,
        key=lambda one: (one.function.module.position, one.function.module_id, one.function.position, one.function.pk),
    )


def questions_for(function: Function, *, all_six: bool) -> list[Question]:
    """Return what is asked about a function: what nobody answered yet, or all six where asked so or all are answered."""
    return list(Question) if all_six else function.unanswered or list(Question)
