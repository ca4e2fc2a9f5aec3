"""What is measured, and what is in and out of scope."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements import measures
from engagements.forms.layout import RowsForm
from engagements.models import Direction, Engagement, Objective, ScopeItem
from onsite.core.fields import DayField, LineField
from onsite.core.files import EVIDENCE_FILES
from onsite.core.forms import offer_choices
from onsite.core.uploads import UploadField


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
    measure = forms.ChoiceField(
        label=_("Measured"),
        required=False,
        help_text=_("What OnSite counts itself needs no readings, and none by hand are taken."),
    )
    how_measured = LineField(
        label=_("How it is measured"), required=False, help_text=_("Who counts what, where, and when.")
    )

    rows: ClassVar = (
        "title", ("metric", "unit"), ("baseline", "target"), ("direction", "due_on"), "measure", "how_measured",
    )  # fmt: skip

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._facts = {fact.key: fact for fact in measures.offered(engagement)}
        offered = [(key, _("by OnSite: %(fact)s") % {"fact": fact.label}) for key, fact in self._facts.items()]
        # An objective keeps a fact that no app offers any more until somebody chooses another.
        kept = self.initial.get("measure")
        if kept and kept not in self._facts:
            offered.append((kept, measures.label_of(kept)))
        offer_choices(self, "measure", [("", _("by hand, with dated readings")), *offered])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        fact = self._facts.get(cleaned.get("measure", ""))
        if fact and not cleaned.get("unit"):
            cleaned["unit"] = str(fact.unit)
        return cleaned

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
    file = UploadField(
        label=_("Evidence as a file"),
        required=False,
        kinds=EVIDENCE_FILES,
        help_text=_(
            "A document, log, picture or recording. The client can open it once it is checked for secrets and personal data."
        ),
    )

    rows: ClassVar = (("measured_on", "value"), "evidence", "file")

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if engagement.data_stays_on_site:
            del self.fields["file"]
            self.fields["evidence"].help_text = _("What proves it, where it lies and who keeps it.")
