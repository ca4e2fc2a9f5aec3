"""A case with the steps of both ways on one form: rows of plain fields, the empty ones are no steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.forms.layout import RowOfTwoForm
from onsite.core.fields import LineField, TextField
from training.courses.content import Stored
from training.models import CaseStep

WAYS = (CaseStep.Way.MANUAL, CaseStep.Way.SYSTEM)
SAID = ("text", "minutes", "people", "error_risk", "approvals")
SPARES = 3
# More rows than that are not looked at: nobody typed them.
MOST_ROWS = 2 * CaseStep.MOST


class StepForm(forms.Form):
    """One row: a step of one way. Without a text and minutes it is an empty row, whatever else stands in it."""

    text = LineField(label=pgettext_lazy("of a case", "Step"))
    minutes = forms.DecimalField(label=_("Minutes"), min_value=0, max_value=10000, max_digits=6, decimal_places=1)
    people = forms.IntegerField(label=_("People"), min_value=1, max_value=999, initial=1)
    error_risk = forms.ChoiceField(
        label=_("Error risk"), choices=CaseStep.ErrorRisk.choices, initial=CaseStep.ErrorRisk.NONE
    )
    approvals = forms.IntegerField(label=_("Approvals"), min_value=0, max_value=99, initial=0)

    @property
    def is_empty(self) -> bool:
        return not (str(self["text"].value() or "").strip() or _counts(self["minutes"].value()))


class CaseForm(RowOfTwoForm):
    """A case. `ways` are the rows of both ways with their names; cleans to the model's fields and the steps as `manual`
    and `system`. `was` is the fingerprint of what the page showed."""

    title = LineField(
        label=pgettext_lazy("of a course", "Case"), max_length=120,
        help_text=_("One piece of work as it is really done, for example: the workshop needs new cutters."),
    )  # fmt: skip
    situation = TextField(label=_("Situation"), rows=2, required=False)
    times_per_month = forms.IntegerField(
        label=_("Times a month"), min_value=1, max_value=100_000, required=False,
        help_text=_("How often it happens; the saving of a month is counted from it."),
    )  # fmt: skip
    lesson = TextField(label=_("What it teaches"), rows=2, required=False)

    rows: ClassVar = ("was", "title", "situation", "times_per_month", "lesson")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._steps: dict[str, list[StepForm]] = {way.value: list(self._rows_of(way.value)) for way in WAYS}

    @classmethod
    def initial_of(cls, stored: Stored) -> dict[str, Any]:
        """Return what stands in the fields of an existing case."""
        return {**stored.content, "was": stored.fingerprint}

    @property
    def ways(self) -> list[tuple[str, str, list[StepForm]]]:
        """Each way's key, its name, and its rows with some spare ones."""
        return [(way.value, str(way.label), self._with_spares(self._steps[way.value])) for way in WAYS]

    @property
    def most_steps(self) -> int:
        return CaseStep.MOST

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for way, rows in self._steps.items():
            if not all(row.is_valid() for row in rows):
                self.add_error(None, _("Nothing was saved yet. Please look at the marked steps."))
            elif len(rows) > CaseStep.MOST:
                self.add_error(None, _("At most %(most)s steps each way.") % {"most": CaseStep.MOST})
            else:
                cleaned[way] = [row.cleaned_data for row in rows]
        return cleaned

    def _rows_of(self, way: str) -> Iterable[StepForm]:
        """The rows that say something: those that were typed, else those that are stored."""
        if not self.is_bound:
            return [StepForm(initial=step) for step in self.initial.get(way, ())]
        data: Any = self.data
        typed = zip_longest(*(data.getlist(f"{way}_{name}")[:MOST_ROWS] for name in SAID), fillvalue="")
        rows = [StepForm(data=_row(dict(zip(SAID, values, strict=True)))) for values in typed]
        return [row for row in rows if not row.is_empty]

    @staticmethod
    def _with_spares(rows: list[StepForm]) -> list[StepForm]:
        spare = min(SPARES, max(CaseStep.MOST - len(rows), 0))
        return [*rows, *(StepForm() for _number in range(spare))]


def _row(typed: Mapping[str, str]) -> dict[str, str]:
    """Nothing typed means one person, no risk and no approval; a step without its minutes is asked for them."""
    usual = {"people": "1", "error_risk": CaseStep.ErrorRisk.NONE.value, "approvals": "0"}
    return {name: value.strip() or usual.get(name, "") for name, value in typed.items()}


def _counts(minutes: object) -> bool:
    """Whether minutes were typed; a nought alone is what an emptied row keeps."""
    text = str(minutes if minutes is not None else "").strip()
    return bool(text) and (not text.replace(".", "").isdecimal() or Decimal(text) != 0)
