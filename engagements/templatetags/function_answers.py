"""The six answers of a function, each with its question."""

from __future__ import annotations

from dataclasses import dataclass

from django import template

from engagements.guide import ASKED
from engagements.models import Function, Question

register = template.Library()


@dataclass(frozen=True)
class Answer:
    """One of the six; `text` is empty where nobody answered yet."""

    label: str
    question: str
    text: str


@register.filter
def six_answers(function: Function) -> list[Answer]:
    """Return who, what, when, where, why and how of a function."""
    return [
        Answer(str(question.label), str(ASKED[question]), getattr(function, question.value).strip())
        for question in Question
    ]
