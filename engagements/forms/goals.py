"""What is measured, and what is in and out of scope."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.forms.layout import RowsForm
from engagements.models import Direction, Objective, ScopeItem
from onsite.core.fields import DayField, LineField


class ValueField(forms.DecimalField):
    """A measured number: at most ten digits before and two behind the point."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 2, **kwargs})


class ObjectiveForm(RowsForm):
    """An objective: from the baseline to the target by a day."""

    title = LineField(label=_("Objective"), help_text=_("For example: at least 5 internal operators are trained."))
    metric = LineField(label=_("What is counted"), max_length=120)
    unit = LineField(label=_("Unit"), max_length=30, required=False)
    baseline = ValueField(label=_("Baseline"), required=False, help_text=_("The value before the work began."))
    target = ValueField(label=_("Target"))
    direction = forms.ChoiceField(label=_("Reached when it is"), choices=Direction.choices, initial=Direction.UP)
    due_on = DayField(label=_("Due"))
    how_measured = LineField(
        label=_("How it is measured"), required=False, help_text=_("Who counts what, where, and when.")
    )

    rows: ClassVar = (
        "title", ("metric", "unit"), ("baseline", "target"), ("direction", "due_on"), "how_measured",
    )  # fmt: skip

    @classmethod
    def initial_of(cls, objective: Objective) -> dict[str, object]:
        """Return what stands in the fields of an existing objective."""
        return {name: getattr(objective, name) for name in cls.base_fields}


class ScopeForm(RowsForm):
    """One line of the scope."""

    is_included = forms.TypedChoiceField(
        label=_("This is"),
        choices=[("in", _("in scope")), ("out", _("out of scope"))],
        coerce=lambda value: value == "in",
        widget=forms.RadioSelect,
        initial="in",
    )
    text = LineField(label=_("What"))
    reason = LineField(
        label=_("Why"), required=False, help_text=_("Needed for what is out of scope, so that nobody asks again.")
    )

    rows: ClassVar = ("is_included", "text", "reason")

    @staticmethod
    def initial_of(item: ScopeItem) -> dict[str, object]:
        """Return what stands in the fields of an existing line."""
        return {"is_included": "in" if item.is_included else "out", "text": item.text, "reason": item.reason}


class ReadingForm(RowsForm):
    """A measured value."""

    measured_on = DayField(label=_("Measured on"))
    value = ValueField(label=_("Value"))
    evidence = LineField(label=_("Where it comes from"), help_text=_("A list, a log, a query: what proves it."))

    rows: ClassVar = (("measured_on", "value"), "evidence")
