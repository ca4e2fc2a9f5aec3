"""The Excel file of the data checks: a sheet of counts, a sheet of mappings, and what may stand in each cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from onsite.core.spreadsheet import Sheet
from standups.data.amount import plain
from standups.data.state import ObjectState, states_of
from standups.models import CountLine, DataObject, Mapping, MappingLine

if TYPE_CHECKING:
    from decimal import Decimal

    from django.utils.functional import _StrOrPromise

COUNTS = pgettext_lazy("sheet", "Counts")
MAPPING = pgettext_lazy("sheet", "Mapping")
OBJECT = gettext_lazy("Data object")
NAME = pgettext_lazy("data check", "What is counted")
KIND = gettext_lazy("Kind")
UNIT = gettext_lazy("Unit")
IN_SOURCE = gettext_lazy("In the source")
IN_TARGET = gettext_lazy("In the target")
EXPLANATION = gettext_lazy("Explanation")
SOURCE_FIELD = gettext_lazy("Field of the source")
TARGET_FIELD = gettext_lazy("Field of the target")
RULE = gettext_lazy("Rule")
STATE = gettext_lazy("State (leave as it is)")

COUNT_COLUMNS = (OBJECT, NAME, KIND, UNIT, IN_SOURCE, IN_TARGET, EXPLANATION)
MAPPING_COLUMNS = (OBJECT, SOURCE_FIELD, TARGET_FIELD, RULE)


def columns_to_read() -> dict[Any, Sequence[_StrOrPromise]]:
    """Return what an import must find."""
    return {MAPPING: (*MAPPING_COLUMNS, STATE), COUNTS: (*COUNT_COLUMNS, STATE)}


def sheets(objects: Any, *, for_client: bool) -> list[Sheet]:
    """Return the file for the objects of this queryset, in the active language. The state is not in a client's: they
    can't bring it back."""
    found = states_of(objects)
    words = [str(label) for _value, label in CountLine.Kind.choices]
    state = () if for_client else (str(STATE),)
    return [
        Sheet(
            str(COUNTS),
            (*map(str, COUNT_COLUMNS), *state),
            [row[:7] if for_client else row for row in _counts(found)],
            widths=(24, 28, 14, 10, 18, 18, 40, 12),
            words={str(KIND): words},
        ),
        Sheet(
            str(MAPPING),
            (*map(str, MAPPING_COLUMNS), *state),
            [row[:4] if for_client else row for row in _mappings(found)],
            widths=(24, 28, 28, 48, 12),
        ),
        Sheet(_("Allowed words"), (str(KIND), str(OBJECT)), _allowed(words, [one.data_object for one in found])),
    ]


def state_of_mapping(mapping: Mapping | None) -> str:
    """Return what the file says of the version it was written from."""
    return f"v{mapping.version}" if mapping else ""


def newest_mappings(objects: Sequence[DataObject]) -> dict[int, tuple[Mapping, list[MappingLine]]]:
    """Return each object's newest mapping with its lines, by the object's id. Two queries."""
    newest: dict[int, Mapping] = {}
    rows = Mapping.objects.unscoped().filter(data_object__in=[row.pk for row in objects])
    for mapping in rows.order_by("data_object_id", "version"):
        newest[mapping.data_object_id] = mapping
    lines: dict[int, list[MappingLine]] = {mapping.pk: [] for mapping in newest.values()}
    for line in MappingLine.objects.unscoped().filter(mapping__in=lines).order_by("position", "pk"):
        lines[line.mapping_id].append(line)
    return {pk: (mapping, lines[mapping.pk]) for pk, mapping in newest.items()}


def _counts(found: Sequence[ObjectState]) -> Iterator[tuple[object, ...]]:
    """Yield a row for each line; an object without one gets a row to begin with."""
    for state in found:
        lines = state.newest.lines if state.newest else ()
        for line in lines:
            yield (
                state.data_object.name, line.name, str(line.get_kind_display()), line.unit or None,
                _number(line.source_value), _number(line.target_value), line.explanation or None, line.fingerprint,
            )  # fmt: skip


def _mappings(found: Sequence[ObjectState]) -> Iterator[tuple[object, ...]]:
    mappings = newest_mappings([state.data_object for state in found])
    for state in found:
        mapping, lines = mappings.get(state.data_object.pk, (None, []))
        for line in lines:
            yield (
                state.data_object.name, line.source_field, line.target_field, line.rule or None,
                state_of_mapping(mapping),
            )  # fmt: skip


def _number(value: Decimal | None) -> object:
    return None if value is None else type(value)(plain(value))


def _allowed(words: Sequence[str], objects: Sequence[DataObject]) -> list[tuple[object, ...]]:
    names = [row.name for row in objects]
    longest = max(len(words), len(names))
    return [tuple(column[at] if at < len(column) else None for column in (words, names)) for at in range(longest)]
