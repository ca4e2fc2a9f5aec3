"""Counts and mappings from an Excel file: all or nothing, nothing deleted, no number lost that was typed meanwhile (N11)."""

from __future__ import annotations

from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.fields import LineField
from onsite.core.spreadsheet import Fault, FaultsError, Row, as_text, meaning, read
from onsite.core.wording import enumerated, sentences
from standups.data import file as file_of
from standups.data.amount import AmountField
from standups.data.mapping import Field, changes
from standups.data.state import ObjectState, states
from standups.models import CountLine, LoadRound, Mapping
from standups.services.data_checks import (
    MOST_FIELDS,
    follow_mapping,
    newest_round,
    open_round,
    too_many_fields,
    touch,
)
from standups.services.data_counts import MOST_LINES, WRITTEN, CountEntry, too_many_lines, write_lines


@dataclass(frozen=True)
class Imported:
    """What an import did: rounds that a changed mapping opened, lines that are new or changed, and those that stayed."""

    rounds: int
    changed: int
    unchanged: int

    def __str__(self) -> str:
        return sentences(
            ngettext("%(count)s mapping changed and opened a round.", "%(count)s mappings changed and opened a round each.",
                     self.rounds) % {"count": self.rounds},
            ngettext("%(count)s count is new or changed.", "%(count)s counts are new or changed.", self.changed)
            % {"count": self.changed},
            ngettext("%(count)s stayed.", "%(count)s stayed.", self.unchanged) % {"count": self.unchanged},
        )  # fmt: skip


@transaction.atomic
def import_data(*, actor: User, engagement: Engagement, file: UploadedFile[Any]) -> Imported:
    """Bring counts and mappings up to the file; an empty cell of a count changes nothing, but an explanation goes
    with the number it explained; an object that has rows in the sheet of mappings has these lines and no others from then
    on.

    A changed mapping opens the next round; counts go to the newest round, the first is opened where there is none.
    Raises FaultsError on "file" with every bad row, also where somebody changed a line after the file was downloaded or
    the round is signed; DomainError for what is no such file. Then nothing is changed.
    """
    require(actor, Permission.EDIT_ROLLOUT, engagement)
    rows = read(file, field="file", sheets=file_of.columns_to_read())
    if not rows:
        raise DomainError(_("There is no count and no mapping in this file."), field="file")
    taking = _Import(actor, Engagement.objects.lock(engagement.pk))
    for row in rows:
        taking.take(row)
    taking.compare()
    if taking.faults:
        raise FaultsError(taking.faults, field="file")
    done = taking.save()
    data = {"rounds": done.rounds, "changed": done.changed, "unchanged": done.unchanged}
    audit.record(
        chain=engagement.audit_chain, actor=actor, action="data_checks.imported", target=engagement, data=data
    )
    return done


@dataclass
class _Object:
    """What the file says of one object. `counts` are the cells by the line's name, `changed` those that differ."""

    state: ObjectState
    mapping: Mapping | None
    fields: list[Field]
    first: Row | None = None
    lines: dict[tuple[str, str], Field] | None = None
    mapping_rows: list[Row] | None = None
    counts: dict[str, tuple[Row, dict[str, Any]]] | None = None
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def stored(self) -> dict[str, CountLine]:
        return {line.name: line for line in self.state.newest.lines} if self.state.newest else {}

    @property
    def is_mapped_anew(self) -> bool:
        return self.lines is not None and bool(changes(self.fields, list(self.lines.values())))


class _Import:
    """Compares the file's rows with what stands there, then writes the difference."""

    def __init__(self, actor: User, engagement: Engagement) -> None:
        self.actor, self.engagement = actor, engagement
        self.faults: list[Fault] = []
        self.unchanged = 0
        found = states(engagement)
        mappings = file_of.newest_mappings([state.data_object for state in found])
        self.objects: dict[str, _Object] = {}
        for state in found:
            mapping, lines = mappings.get(state.data_object.pk, (None, []))
            fields = [Field(line.source_field, line.target_field, line.rule) for line in lines]
            self.objects[state.data_object.name] = _Object(state, mapping, fields)

    def take(self, row: Row) -> None:
        """Judge one row; what is wrong with it goes to `faults`."""
        name = as_text(row.values[str(file_of.OBJECT)]).strip()
        found = self.objects.get(name)
        if found is None:
            reason = _("There is no data object of this name. Add it first, or correct the name.")
            self._fault(row, file_of.OBJECT, reason)
        elif row.sheet == str(file_of.MAPPING):
            self._take_mapping(row, found)
        else:
            self._take_count(row, found)

    def _take_mapping(self, row: Row, found: _Object) -> None:
        faults = len(self.faults)
        source = self._line(row, file_of.SOURCE_FIELD, 120, required=True)
        target = self._line(row, file_of.TARGET_FIELD, 120, required=True)
        line = Field(source, target, self._line(row, file_of.RULE, 300))
        found.lines = {} if found.lines is None else found.lines
        found.mapping_rows = [*(found.mapping_rows or []), row]
        if len(self.faults) == faults and line.key in found.lines:
            self._fault(row, file_of.SOURCE_FIELD, _("This line is there already."))
        found.lines[line.key] = line

    def _take_count(self, row: Row, found: _Object) -> None:
        name = self._line(row, file_of.NAME, 120, required=True)
        cells: dict[str, Any] = {
            "unit": self._line(row, file_of.UNIT, 30),
            "explanation": self._line(row, file_of.EXPLANATION, 500),
            "kind": self._kind(row),
            "source_value": self._amount(row, file_of.IN_SOURCE),
            "target_value": self._amount(row, file_of.IN_TARGET),
        }
        found.counts = {} if found.counts is None else found.counts
        if name in found.counts:
            reason = _("This is counted in row %(row)s already.") % {"row": found.counts[name][0].number}
            self._fault(row, file_of.NAME, reason)
            return
        found.counts[name] = (row, {field: value for field, value in cells.items() if value not in {"", None}})

    def compare(self) -> None:
        """Find what differs from what is stored; refuse where that changed since the file was written, or is signed."""
        for found in self.objects.values():
            if found.is_mapped_anew:
                self._refuse_stale_mapping(found)
            self._refuse_too_many(found)
            for name, (row, cells) in (found.counts or {}).items():
                self._compare_count(found, name, row, cells)

    def _compare_count(self, found: _Object, name: str, row: Row, cells: Mapped[str, Any]) -> None:
        line = found.stored.get(name)
        differing = {field: value for field, value in cells.items() if line is None or getattr(line, field) != value}
        if line is not None and not differing:
            self.unchanged += 1
            return
        if "explanation" not in cells and differing.keys() & {"source_value", "target_value"}:
            # What was explained was another difference.
            differing["explanation"] = ""
        state = as_text(row.values[str(file_of.STATE)]).strip()
        if line is None and state:
            reason = _("This line was renamed or taken out after the file was downloaded. Download it again.")
            self._fault(row, file_of.NAME, reason)
        elif line is not None and state != line.fingerprint:
            self._fault(row, file_of.STATE, _stale() if state else _known())
        elif found.state.newest and found.state.newest.round.is_signed and not found.is_mapped_anew:
            number = found.state.newest.round.number
            reason = _("Round %(number)s is signed and stays as it is. Open the next round first.") % {
                "number": number
            }
            self._fault(row, file_of.NAME, reason)
        found.changed[name] = differing

    def _refuse_stale_mapping(self, found: _Object) -> None:
        state, rows = file_of.state_of_mapping(found.mapping), found.mapping_rows or []
        told = [as_text(row.values[str(file_of.STATE)]).strip() for row in rows]
        for row, text in zip(rows, told, strict=True):
            if text not in {"", state}:
                self._fault(row, file_of.STATE, _stale())
        if found.fields and not any(told):
            # New lines have no state, but not all of them are new: this file was not made from the mapping there is.
            self._fault(rows[0], file_of.STATE, _known())

    def _refuse_too_many(self, found: _Object) -> None:
        for row in (found.mapping_rows or [])[MOST_FIELDS : MOST_FIELDS + 1]:
            self._fault(row, file_of.SOURCE_FIELD, too_many_fields())
        new = [row for name, (row, _cells) in (found.counts or {}).items() if name not in found.stored]
        room = max(0, MOST_LINES - len(found.stored))
        for row in new[room : room + 1]:
            self._fault(row, file_of.NAME, too_many_lines())

    def save(self) -> Imported:
        done = [self._save(found) for found in self.objects.values()]
        return Imported(
            sum(is_round for is_round, _count in done), sum(count for _round, count in done), self.unchanged
        )

    def _save(self, found: _Object) -> tuple[bool, int]:
        """Write one object; say whether its mapping changed, and how many lines of counts did."""
        row, changed = found.state.data_object, found.changed
        if found.is_mapped_anew:
            with override(self.engagement.language):
                reason = _("From the Excel file")
            follow_mapping(self.actor, row, found.mapping, list((found.lines or {}).values()), reason)
        if changed:
            target = newest_round(row) or open_round(actor=self.actor, data_object=row, after=0)
            self._write(target, changed)
        return found.is_mapped_anew, len(changed)

    def _write(self, target: LoadRound, changed: Mapped[str, Mapped[str, Any]]) -> None:
        stored = {line.name: line for line in target.lines.unscoped()}
        entries = []
        for name, cells in changed.items():
            line = stored.get(name)
            known = {field: getattr(line, field) for field in WRITTEN} if line else {}
            entries.append(CountEntry(**known | {"name": name} | dict(cells), pk=line.pk if line else None))
        write_lines(target, entries)
        touch(target)

    def _kind(self, row: Row) -> str | None:
        text = as_text(row.values[str(file_of.KIND)]).strip()
        value = meaning(text, CountLine.Kind.choices) if text else None
        if text and value is None:
            words = enumerated(label for _value, label in CountLine.Kind.choices)
            self._fault(row, file_of.KIND, _("Please choose one of: %(words)s.") % {"words": words})
        return value

    def _amount(self, row: Row, column: Any) -> Any:
        return self._cleaned(row, column, AmountField(required=False))

    def _line(self, row: Row, column: Any, most: int, *, required: bool = False) -> str:
        return str(self._cleaned(row, column, LineField(max_length=most, required=required)) or "")

    def _cleaned(self, row: Row, column: Any, field: Any) -> Any:
        try:
            return field.clean(as_text(row.values[str(column)]).strip())
        except ValidationError as error:
            self._fault(row, column, sentences(*error.messages))
            return None

    def _fault(self, row: Row, column: Any, reason: str) -> None:
        self.faults.append(Fault(row.sheet, row.number, str(column), reason))


def _known() -> str:
    return _("This is there already, and the file does not say what it was made from. Download the file again.")


def _stale() -> str:
    return _("Somebody changed this line after the file was downloaded. Download it again and bring both together.")
