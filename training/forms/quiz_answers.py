"""The answers of one attempt, as the page of questions sends them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from onsite.core.forms import OnSiteForm
from training.models import QuizAttempt
from training.results.asking import SINGLE, Asked


class AnswersForm(OnSiteForm):
    """Every question of the attempt, as the places of the chosen options. `unanswered` names the questions left open."""

    def __init__(self, *args: Any, attempt: QuizAttempt, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked: list[Asked] = attempt.questions
        for at, question in enumerate(self._asked):
            self.fields[f"q{at}"] = _field(question)

    @property
    def questions(self) -> list[tuple[Asked, BoundField]]:
        """Each question with its field, in the order asked."""
        return [(question, self[f"q{at}"]) for at, question in enumerate(self._asked)]

    @property
    def unanswered(self) -> list[int]:
        """The numbers of the questions without an answer, counted from 1, of a form that was sent."""
        return [at + 1 for at in range(len(self._asked)) if f"q{at}" in self.errors]

    @property
    def answers(self) -> list[list[int]]:
        """What was chosen, question by question, of a form that is valid."""
        found = (self.cleaned_data[f"q{at}"] for at in range(len(self._asked)))
        return [[int(place) for place in ([chosen] if isinstance(chosen, str) else chosen)] for chosen in found]


def _field(question: Asked) -> forms.Field:
    choices = [(str(place), option["text"]) for place, option in enumerate(question["options"])]
    wanting = {
        "required": _("Please answer this question."),
        "invalid_choice": _("Please choose from what is offered."),
    }
    named: dict[str, Any] = {"label": question["text"], "choices": choices, "error_messages": wanting}
    if question["kind"] == SINGLE:
        return forms.ChoiceField(**named, widget=forms.RadioSelect)
    return forms.MultipleChoiceField(**named, widget=forms.CheckboxSelectMultiple)
