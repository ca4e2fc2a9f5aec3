"""Data objects, mappings, counts and samples. Tables are typed row by row; every row is one of the form's own fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.forms.layout import RowOfTwoForm, RowsForm
from onsite.core.fields import DayField, LineField, TextField
from onsite.core.forms import OnSiteForm
from standups.data.amount import AmountField
from standups.data.mapping import Field
from standups.models import CountLine, DataObject, LoadRound
from standups.services.data_counts import CountEntry

SPARE_ROWS = 3
MORE_ROWS = 5
MOST_ROWS = 1000
LARGEST_SAMPLE = 2_000_000_000  # what the column holds
LONGEST_TOLD = 10


def told_number(data: Any, name: str) -> int:
    """Return the number a page sent along in a hidden field; 0 for anything that no page of ours sends."""
    typed = str(data.get(name, ""))
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < LONGEST_TOLD else 0


class DataObjectForm(RowOfTwoForm):
    """What is moved, from where to where, and whose it is."""

    name = LineField(label=_("Data object"), max_length=120, help_text=_("Such as patients, suppliers, open orders."))
    source = LineField(label=_("Comes from"), help_text=_("System and table, or the file."))
    target = LineField(label=_("Goes to"), required=False)
    owner = LineField(
        label=_("Whose data it is (role or department)"), max_length=80, help_text=_("They check the sample.")
    )

    rows: ClassVar[tuple[Any, ...]] = ("name", ("source", "target"), "owner", "was")

    @staticmethod
    def initial_of(row: DataObject | None) -> dict[str, object]:
        """Return what stands in the fields of an existing object."""
        if row is None:
            return {}
        return {name: getattr(row, name) for name in ("name", "source", "target", "owner")} | {"was": row.fingerprint}


class SampleForm(RowsForm):
    """Which sample the owner's person checked, and what it showed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    sample_size = forms.IntegerField(label=_("Records in the sample"), min_value=1, max_value=LARGEST_SAMPLE)
    sample_wrong = forms.IntegerField(label=_("Of these wrong"), min_value=0, max_value=LARGEST_SAMPLE)
    sample_checked_by = LineField(
        label=_("Checked by"), max_length=80, help_text=_("The person at the client's, with their role or department.")
    )
    sample_checked_on = DayField(label=_("Checked on"))
    sample_explanation = LineField(
        label=_("Explanation"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Where records were wrong: why. Without it, the round can't be signed."),
    )  # fmt: skip

    rows: ClassVar[tuple[Any, ...]] = (
        ("sample_size", "sample_wrong"), ("sample_checked_by", "sample_checked_on"), "sample_explanation", "version",
    )  # fmt: skip

    @classmethod
    def initial_of(cls, row: LoadRound, today: object) -> dict[str, object]:
        """Return what is noted already; else the owner's name and today begin it."""
        known = {name: getattr(row, name) for name in cls.base_fields}
        known["sample_checked_by"] = row.sample_checked_by or row.data_object.owner
        known["sample_checked_on"] = row.sample_checked_on or today
        return known


class ExplainForm(RowsForm):
    """Why a line differs."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    explanation = LineField(
        label=_("Explanation"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the records are that differ, and why that is right. Empty makes the difference open again."),
    )  # fmt: skip

    rows: ClassVar[tuple[Any, ...]] = ("explanation", "version")


@dataclass(frozen=True)
class TypedRow:
    """One row on the page: its fields as they are shown."""

    number: int
    pk: forms.BoundField | None
    cells: dict[str, forms.BoundField]


class TableForm(OnSiteForm):
    """A form that ends in a table. `count` is how many rows the page showed; rows left empty say nothing.

    `more` shows what was typed with further empty rows, and saves nothing.
    """

    count = forms.IntegerField(min_value=0, max_value=MOST_ROWS, required=False, widget=forms.HiddenInput)
    columns: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[str] = ""
    with_pk: ClassVar[bool] = False

    def __init__(
        self, data: Any = None, *, stored: Sequence[Mapping[str, Any]], more: bool = False, **kwargs: Any
    ) -> None:
        count = self._typed_count(data) if data is not None else len(stored) + SPARE_ROWS
        initial = kwargs.pop("initial", {})
        for number, row in enumerate(stored):
            initial |= {f"{name}_{number}": value for name, value in row.items()}
        if data is not None and more:
            # What was typed stands there as if it had been stored: it is not judged before somebody saves it.
            count, initial, data = min(MOST_ROWS, count + MORE_ROWS), {name: data[name] for name in data}, None
        initial["count"] = count
        super().__init__(data, initial=initial, **kwargs)
        self.row_count = count
        for number in range(count):
            self._add_row(number)
        # The page draws these fields itself: through crispy, a table of some hundred cells takes a second.
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def made(self, name: str) -> forms.Field:
        """Return a new field for a cell of this column."""
        raise NotImplementedError

    @staticmethod
    def _typed_count(data: Any) -> int:
        return min(told_number(data, "count"), MOST_ROWS)

    def _add_row(self, number: int) -> None:
        if self.with_pk:
            hidden = forms.IntegerField(required=False, widget=forms.HiddenInput, max_value=2**62)
            self.fields[f"pk_{number}"] = hidden
        for name in self.columns:
            field = self.made(name)
            field.required = False
            self.fields[f"{name}_{number}"] = field

    def table(self) -> Iterator[TypedRow]:
        """Yield the rows to show."""
        for number in range(self.row_count):
            cells = {name: self[f"{name}_{number}"] for name in self.columns}
            yield TypedRow(number, self[f"pk_{number}"] if self.with_pk else None, cells)

    def typed(self, cleaned: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield number and values of every row in which something stands, or stood."""
        for number in range(self.row_count):
            values = {name: cleaned.get(f"{name}_{number}") for name in self.columns}
            pk = cleaned.get(f"pk_{number}")
            if pk or any(value not in {"", None} for value in self.telling(values)):
                yield number, values | ({"pk": pk} if self.with_pk else {})

    def telling(self, values: dict[str, Any]) -> list[Any]:
        """Return the cells that make a row count as typed."""
        return list(values.values())


class MappingForm(TableForm):
    """The lines of a mapping, and why it changed. Cleans to what `data_checks.save_mapping` takes."""

    was = forms.IntegerField(widget=forms.HiddenInput)
    reason = LineField(label=_("Why it changed"), required=False)
    columns = ("source_field", "target_field", "rule")

    LABELS: ClassVar[dict[str, Any]] = {
        "source_field": _("Field of the source"), "target_field": _("Field of the target"), "rule": _("Rule"),
    }  # fmt: skip

    def made(self, name: str) -> forms.Field:
        return LineField(label=self.LABELS[name], max_length=300 if name == "rule" else 120)

    def clean(self) -> dict[str, Any]:
        """Refuse half a line and a line that is there twice, beside it."""
        cleaned = super().clean() or self.cleaned_data
        lines: list[Field] = []
        for number, values in self.typed(cleaned):
            line = Field(*(values[name] or "" for name in self.columns))
            for name in ("source_field", "target_field"):
                if not getattr(line, name) and f"{name}_{number}" not in self.errors:
                    self.add_error(f"{name}_{number}", _("Both fields are needed."))
            if line.key in {known.key for known in lines}:
                self.add_error(f"source_field_{number}", _("This line is there already."))
            lines.append(line)
        if cleaned.get("was") and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why it changes: the next round shows it."))
        return {"was": cleaned.get("was"), "reason": cleaned.get("reason"), "lines": lines}

    @classmethod
    def rows_of(cls, lines: Sequence[Field]) -> list[dict[str, Any]]:
        """Return the stored lines for the page."""
        return [{name: getattr(line, name) for name in cls.columns} for line in lines]


class CountsForm(TableForm):
    """What was counted on both sides. Cleans to what `data_counts.save_counts` takes."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    loaded_on = DayField(label=_("Loaded on"), required=False)
    environment = LineField(label=_("Environment"), max_length=120, required=False)
    note = TextField(label=pgettext_lazy("data check", "Remarks"), required=False, rows=2)
    columns = ("name", "kind", "unit", "source_value", "target_value", "explanation")
    with_pk = True

    HEAD: ClassVar[tuple[str, ...]] = ("loaded_on", "environment", "note")

    def made(self, name: str) -> forms.Field:
        if name == "kind":
            return forms.ChoiceField(label=_("Kind"), choices=CountLine.Kind.choices)
        if name in {"source_value", "target_value"}:
            return AmountField(label=_("In the source") if name == "source_value" else _("In the target"))
        labels = {
            "name": pgettext_lazy("data check", "What is counted"),
            "unit": _("Unit"),
            "explanation": _("Explanation"),
        }
        longest = {"name": 120, "unit": 30, "explanation": 500}
        return LineField(label=labels[name], max_length=longest[name])

    def telling(self, values: dict[str, Any]) -> list[Any]:
        """A kind stands in every row."""
        return [value for name, value in values.items() if name != "kind"]

    def clean(self) -> dict[str, Any]:
        """Refuse values without a name; a stored row whose cells are all empty is taken out."""
        cleaned = super().clean() or self.cleaned_data
        lines = []
        for number, values in self.typed(cleaned):
            field = f"name_{number}"
            if not values["name"] and any(self._written(values)) and field not in self.errors:
                self.add_error(field, _("Say what is counted. To take the line out, empty all of it."))
            kind = values.pop("kind") or CountLine.Kind.COUNT
            values = {name: value for name, value in values.items() if value is not None} | {"kind": kind}
            lines.append(CountEntry(**{"name": "", **values}, field=field))
        return {"version": cleaned.get("version"), "lines": lines} | {name: cleaned.get(name) for name in self.HEAD}

    @staticmethod
    def _written(values: dict[str, Any]) -> Iterator[bool]:
        return (values[name] not in {"", None} for name in ("source_value", "target_value", "explanation"))

    @classmethod
    def rows_of(cls, lines: Sequence[CountLine]) -> list[dict[str, Any]]:
        """Return the stored lines for the page."""
        return [{"pk": line.pk} | {name: getattr(line, name) for name in cls.columns} for line in lines]
