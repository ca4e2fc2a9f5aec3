"""The rules of a quiz, its questions, and a result noted from paper."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from engagements.forms.layout import RowOfTwoForm, RowsForm
from onsite.core.fields import LineField
from onsite.core.forms import rebased
from onsite.core.wording import sentences
from training.models import Quiz, QuizQuestion

LONGEST_OPTION = 200
LONGEST_QUESTION = 300
MOST_ATTEMPTS = 99


class RulesForm(RowOfTwoForm):
    """What it takes to pass, and whether the quiz is asked."""

    pass_percent = forms.IntegerField(
        label=gettext_lazy("Pass mark in percent"),
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("So many percent of the questions must be answered wholly right."),
    )
    most_attempts = forms.IntegerField(
        label=gettext_lazy("Attempts at most"),
        min_value=1,
        max_value=MOST_ATTEMPTS,
        required=False,
        help_text=gettext_lazy("Empty: as often as they like."),
    )
    is_open = forms.BooleanField(
        label=gettext_lazy("The quiz is asked, and needed to pass the course"),
        required=False,
        help_text=gettext_lazy("Learners find it with the course; who has not passed it is not ready."),
    )

    rows: ClassVar[tuple[Any, ...]] = ("was", ("pass_percent", "most_attempts"), "is_open")

    def __init__(self, *args: Any, is_asked: bool, changes: int, **kwargs: Any) -> None:
        """`is_asked` as it is stored; `changes` is how many people's readiness hangs on it."""
        super().__init__(*args, **kwargs)
        asked = self.fields["is_open"]
        asked.help_text = sentences(asked.help_text, _told_of_readiness(is_asked, changes))

    @classmethod
    def initial_of(cls, quiz: Quiz) -> dict[str, Any]:
        """Return what the form of a quiz begins with, of one that is not stored yet as well."""
        fields = ("pass_percent", "most_attempts", "is_open")
        return {"was": quiz.fingerprint, **{name: getattr(quiz, name) for name in fields}}


def _told_of_readiness(is_asked: bool, changes: int) -> str:
    """Say what the other choice does to who is ready for go-live."""
    if not changes:
        return _("Changing this makes nobody ready, and nobody unready, right now.")
    if is_asked:
        text = ngettext(
            "If it is no longer asked, %(count)s person becomes ready without having passed it.",
            "If it is no longer asked, %(count)s people become ready without having passed it.",
            changes,
        )
    else:
        text = ngettext(
            "Once it is asked, %(count)s person who is ready now is not ready until they have passed it.",
            "Once it is asked, %(count)s people who are ready now are not ready until they have passed it.",
            changes,
        )
    return text % {"count": changes}


class QuestionForm(RowOfTwoForm):
    """A question with up to eight options below it, each with a tick where it is right. An empty row is no option."""

    text = LineField(label=gettext_lazy("Question"), max_length=LONGEST_QUESTION)
    kind = forms.ChoiceField(
        label=pgettext_lazy("question", "Kind"),
        choices=QuizQuestion.Kind.choices,
        initial=QuizQuestion.Kind.SINGLE,
        widget=forms.RadioSelect,
    )
    explanation = LineField(
        label=gettext_lazy("Why it is so"),
        max_length=LONGEST_QUESTION,
        required=False,
        help_text=gettext_lazy(
            "Whoever answered wrong reads it while other attempts are left: explain, without giving the answer away."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for at in range(QuizQuestion.MOST_OPTIONS):
            label = _("Option %(number)s") % {"number": at + 1}
            self.fields[f"option_{at}"] = LineField(label=label, max_length=LONGEST_OPTION, required=False)
            self.fields[f"right_{at}"] = forms.BooleanField(label=_("is right"), required=False)
        # Where the sentence about all of them stands.
        self.fields["options"] = forms.Field(required=False, widget=forms.HiddenInput)

    @property
    def option_rows(self) -> list[tuple[BoundField, BoundField]]:
        """The fields of each option: its words, and whether it is right."""
        return [(self[f"option_{at}"], self[f"right_{at}"]) for at in range(QuizQuestion.MOST_OPTIONS)]

    def clean(self) -> dict[str, Any]:
        """Gather the options; a tick without words is none of them."""
        cleaned = super().clean() or {}
        found: list[dict[str, Any]] = []
        for at in range(QuizQuestion.MOST_OPTIONS):
            text, is_right = cleaned.pop(f"option_{at}", ""), cleaned.pop(f"right_{at}", False)
            if text:
                found.append({"text": text, "is_right": is_right})
            elif is_right and f"option_{at}" not in self.errors:
                self.add_error(f"option_{at}", _("Write the option that is right."))
        return {**cleaned, "options": found}

    @classmethod
    def initial_of(cls, question: QuizQuestion) -> dict[str, Any]:
        """Return what the form of a question begins with."""
        options = {f"option_{at}": option["text"] for at, option in enumerate(question.options)}
        ticks = {f"right_{at}": option["is_right"] for at, option in enumerate(question.options)}
        plain = {"text": question.text, "kind": question.kind, "explanation": question.explanation}
        return {"was": question.fingerprint, **plain, **options, **ticks}


class PaperQuizForm(RowsForm):
    """What somebody reached on paper. `seen` is how many results of theirs the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=30_000)
    percent = forms.IntegerField(
        label=gettext_lazy("Right answers in percent"), min_value=0, max_value=100,
        help_text=gettext_lazy("It counts like a quiz taken on screen."),
    )  # fmt: skip

    rows: ClassVar[tuple[Any, ...]] = ("seen", "percent")

    def rebased_on(self, seen: int) -> bool:
        """Say whether another result came meanwhile; the next press is then made knowingly."""
        return rebased(self, "seen", seen)
