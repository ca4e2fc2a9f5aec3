"""A survey: what is asked, whom, and the answer on screen, behind a link or from paper."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from engagements.forms.documents import client_people
from engagements.forms.layout import Heading, RowOfTwoForm, RowsForm
from engagements.models import Engagement, Stage, Survey
from onsite.accounts.models import User
from onsite.core.fields import DayField, LineField, RowsField, TextField
from onsite.core.forms import offer_rows

NUMBERS = range(1, Survey.MOST_QUESTIONS + 1)
MARKS = [(mark, str(mark)) for mark in range(Survey.BEST, 0, -1)]
LONGEST_TEXT = 2000


def _mark(label: Any, *, required: bool) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=MARKS,
        coerce=int,
        empty_value=None,
        required=required,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose a number from 1 to 5.")},
    )


class SurveyForm(RowOfTwoForm):
    """What is asked, and until when; of one that was asked only its last day is left."""

    occasion = forms.ChoiceField(
        label=pgettext_lazy("survey", "When"), choices=Survey.Occasion.choices, widget=forms.RadioSelect
    )
    stage = forms.ModelChoiceField(
        label=gettext_lazy("Milestone"),
        queryset=Stage.objects.none(),
        required=False,
        empty_label="—",
        help_text=gettext_lazy("Only for a survey at a milestone: the stage that was reached."),
    )
    closes_on = DayField(label=gettext_lazy("Answers until"))

    def __init__(self, *args: Any, engagement: Engagement, survey: Survey | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "stage", engagement.stages.unscoped())
        if survey is not None and survey.asked_at is not None:
            del self.fields["occasion"], self.fields["stage"]
            return
        for number in NUMBERS:
            self.fields[f"text_{number}"] = LineField(
                label=_("Question %(number)s") % {"number": number}, required=False
            )
            self.fields[f"kind_{number}"] = forms.ChoiceField(
                label=_("Answered by"), choices=Survey.Ask.choices, required=False
            )

    @property
    def rows(self) -> tuple[Any, ...]:  # type: ignore[override]  # the questions are there until it is asked
        own = [(f"text_{number}", f"kind_{number}") for number in NUMBERS]
        head = ("was", "occasion", "stage", "closes_on")
        return (*head, Heading(gettext_lazy("Your own questions")), *own) if "occasion" in self.fields else head

    def clean(self) -> dict[str, Any]:
        """Return the questions as (text, kind) pairs in their order; rows without a text are left out."""
        said = dict(super().clean() or {})
        pairs = [(said.pop(f"text_{number}", ""), said.pop(f"kind_{number}", "")) for number in NUMBERS]
        return said | {"questions": [(text, kind or Survey.Ask.MARK) for text, kind in pairs if text]}

    @staticmethod
    def initial_of(questions: list[dict[str, str]]) -> dict[str, str]:
        """Return what stands in the fields of these questions."""
        found: dict[str, str] = {}
        for number, question in enumerate(questions, 1):
            found |= {f"text_{number}": question["text"], f"kind_{number}": question["kind"]}
        return found


class PeopleField(RowsField):
    """People of the client, with their position."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.title}" if obj.title else obj.name


class AskForm(RowOfTwoForm):
    """Who gets a link by mail."""

    people = PeopleField(
        label=gettext_lazy("Who is asked by mail"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one person.")},
    )

    rows: ClassVar = ("was", "people")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "people", people)
        self.fields["people"].initial = [person.pk for person in people]


class AnswerForm(RowsForm):
    """The overall mark, the survey's own questions, and free words."""

    overall = _mark(gettext_lazy("How satisfied are you overall?"), required=True)
    text = TextField(
        label=gettext_lazy("What should we keep, what should we do better?"), required=False, max_length=LONGEST_TEXT
    )

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = {f"own_{question['key']}": question["key"] for question in survey.questions}
        for question in survey.questions:
            label = question["text"]
            is_mark = question["kind"] == Survey.Ask.MARK
            self.fields[f"own_{question['key']}"] = (
                _mark(label, required=False)
                if is_mark
                else TextField(label=label, required=False, rows=2, max_length=LONGEST_TEXT)
            )

    @property
    def rows(self) -> tuple[Any, ...]:  # type: ignore[override]  # each survey has its own
        return ("overall", *self.own, "text")

    def clean(self) -> dict[str, Any]:
        """Return the answers to the own questions as `values` by their keys, without those left open."""
        said = dict(super().clean() or {})
        own = {key: said.pop(name, None) for name, key in self.own.items()}
        return said | {"values": {key: value for key, value in own.items() if value not in {None, ""}}}


class PaperForm(AnswerForm, RowOfTwoForm):
    """An answer that came on paper; `was` is the survey as the page showed it, whose questions may still change."""

    person = forms.ModelChoiceField(
        label=gettext_lazy("Filled in by"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("somebody without an account:"),
        help_text=gettext_lazy("Whoever is chosen here can't answer a second time."),
    )
    name = LineField(label=gettext_lazy("Name"), max_length=80, required=False)
    role = LineField(label=gettext_lazy("Position"), max_length=80, required=False)
    answered_on = DayField(label=gettext_lazy("Filled in on"))
    scan = forms.FileField(
        label=gettext_lazy("Scan of the sheet"),
        help_text=gettext_lazy("PDF, JPEG or PNG, up to 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "person", client_people(engagement))

    @property
    def rows(self) -> tuple[Any, ...]:  # type: ignore[override]
        return ("was", "person", ("name", "role"), "answered_on", *super().rows, "scan")
