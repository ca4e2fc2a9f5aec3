"""The criteria that end the first weeks, and the hand-over sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.forms.layout import RowOfTwoForm, RowsForm
from engagements.models import Engagement, Objective
from onsite.core.fields import DayField, LineField, TextField
from onsite.core.forms import offer_rows, retype
from standups.first_weeks.held import mark_of
from standups.first_weeks.usual import LONGEST_CALM_DAYS
from standups.models import ExitCriterion, ReturnedAccess


class HeldForm(RowOfTwoForm):
    """A form about one row of the hand-over. It begins with what stands in the row; without one, with `given`."""

    def __init__(
        self, data: Any = None, *, row: models.Model | None = None, given: dict[str, Any] | None = None
    ) -> None:
        known = {name: getattr(row, name) for name in self.base_fields if name != "was"} if row else given or {}
        super().__init__(data, initial={**known, "was": mark_of(row) if row else ""})

    def theirs(self, row: models.Model | None) -> Sequence[tuple[str, object]]:
        """Return what somebody else saved since the page was opened, by the fields' labels; nothing where nobody did.
        The form then starts from their text: the next save replaces it knowingly."""
        if row is None or not self.is_bound or self.data.get("was", "") in {"", mark_of(row)}:
            return ()
        retype(self, was=mark_of(row))
        return [(str(field.label), _shown(row, name)) for name, field in self.fields.items() if name != "was"]


class CriterionForm(HeldForm):
    """What has to be so before the team leaves."""

    kind = forms.ChoiceField(label=_("How it is told"), choices=ExitCriterion.Kind.choices)
    text = LineField(
        label=_("What has to be so"), required=False,
        help_text=_("For what OnSite counts this may stay empty: it is named after what is counted."),
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("How many days in a row"), required=False, min_value=1, max_value=LONGEST_CALM_DAYS,
        help_text=_("Only for the days without an open critical problem. Calendar days, from go-live on."),
    )  # fmt: skip
    objective = forms.ModelChoiceField(
        label=_("Which objective"), queryset=Objective.objects.none(), required=False, empty_label="—",
        help_text=_("Only where an objective has to be reached."),
    )  # fmt: skip

    rows: ClassVar[tuple[Any, ...]] = ("kind", "text", ("days", "objective"), "was")

    def __init__(self, data: Any = None, *, engagement: Engagement, row: ExitCriterion | None = None) -> None:
        super().__init__(data, row=row)
        choices = Objective.objects.unscoped().filter(engagement=engagement)
        offer_rows(self, "objective", choices)


class MetForm(HeldForm):
    """That a criterion is met, and what shows it: of the criterion as the page showed it."""

    evidence = LineField(
        label=_("What shows it"), max_length=300,
        help_text=_("A record, a report, who saw it and where. Both sides read it."),
    )  # fmt: skip
    met_on = DayField(label=_("Met on"))

    rows: ClassVar[tuple[Any, ...]] = ("evidence", "met_on", "was")

    def __init__(self, data: Any = None, *, row: ExitCriterion, today: date) -> None:
        super().__init__(data, row=row)
        self.initial["met_on"] = today

    def theirs(self, row: models.Model | None) -> Sequence[tuple[str, object]]:
        """As of every row of two; what the criterion itself says by now comes first."""
        found = super().theirs(row)
        return [(str(_("What has to be so")), str(row)), *found] if found else ()


class HandOverForm(HeldForm):
    """Who takes over, when, and what they have to know."""

    taken_over_by = LineField(
        label=_("Who takes over"), max_length=120, required=False,
        help_text=_("The department or the person at the client's who runs it from then on."),
    )  # fmt: skip
    planned_on = DayField(label=_("Hand-over on"), required=False)
    support_hours = LineField(
        label=_("Support hours and how to reach us"), required=False,
        help_text=_("For example: Monday to Friday 8:30–18:00; at other hours the hotline."),
    )  # fmt: skip
    note = TextField(
        label=_("What they have to know"), required=False, rows=5,
        help_text=_("Nightly jobs, known limits, where the run book lies. Never access data."),
    )  # fmt: skip
    was = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    rows: ClassVar[tuple[Any, ...]] = (("taken_over_by", "planned_on"), "support_hours", "note", "was")

    def __init__(self, data: Any = None, *, row: models.Model | None = None) -> None:
        super().__init__(data, row=row)
        self.initial["was"] = mark_of(row)


class AccessForm(HeldForm):
    """What was lent to the team. Never the secret itself."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ReturnedAccess.Kind.choices)
    what = LineField(
        label=_("What was lent"),
        help_text=_("For example: the account onsite01 on the jump server, two passes. Never a password."),
    )

    rows: ClassVar[tuple[Any, ...]] = ("kind", "what", "was")


class ReturnForm(RowsForm):
    """That it was given back, and to whom."""

    received_by = LineField(label=_("Who took it back or closed it"), max_length=80)
    returned_on = DayField(label=_("Given back on"))

    rows: ClassVar[tuple[Any, ...]] = (("received_by", "returned_on"),)


class ContactForm(HeldForm):
    """Whom to call after the team has left."""

    name = LineField(label=_("Name"), max_length=80)
    role = LineField(
        label=_("For what"), max_length=120, help_text=_("For example: first line, database, interfaces.")
    )
    phone = LineField(label=_("Phone or mail"), max_length=120)
    hours = LineField(label=pgettext_lazy("hours of a contact", "When"), max_length=120, required=False)

    rows: ClassVar[tuple[Any, ...]] = (("name", "role"), ("phone", "hours"), "was")


def _shown(row: models.Model, name: str) -> object:
    told = getattr(row, f"get_{name}_display", None)
    value = told() if callable(told) else getattr(row, name)
    return "—" if value in {None, ""} else value
