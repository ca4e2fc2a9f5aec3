"""The Excel file of functions: its columns, its rows, and what may stand in each cell. An engineer fills it in on a train."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engagements.function_tree import Branch
from engagements.models import Function, Question
from onsite.core.fields import LineField, TextField
from onsite.core.spreadsheet import Sheet

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

FUNCTIONS = gettext_lazy("Functions")
MODULE = gettext_lazy("Module")
NAME = gettext_lazy("Function")
STATE = gettext_lazy("State (leave as it is)")


@dataclass(frozen=True)
class Column:
    """A column: the model's field, its title, what a cell may hold, and who sees it. `width` is in characters."""

    name: str
    title: _StrOrPromise
    field: forms.Field
    choices: Sequence[tuple[str, _StrOrPromise]] = ()
    is_internal: bool = False
    width: int = 28


def _answer() -> TextField:
    return TextField(required=False, max_length=Function.LONGEST_ANSWER)


COLUMNS = (
    *(Column(question.value, question.label, _answer()) for question in Question),
    Column("rules", gettext_lazy("Business rules"), _answer()),
    Column("pain_points", gettext_lazy("Pain points"), _answer(), is_internal=True),
    Column("risk", gettext_lazy("Compliance risk"), forms.CharField(), Function.Risk.choices, width=14),
    Column("risk_reason", gettext_lazy("Why this risk"), _answer(), is_internal=True),
    Column("priority", gettext_lazy("Priority"), forms.CharField(), Function.Priority.choices, width=12),
    Column("frequency", gettext_lazy("Used"), forms.CharField(), Function.Frequency.choices, width=12),
    Column("signed_off_by", gettext_lazy("Who signs it off"), LineField(required=False, max_length=80), width=18),
)


def columns_to_read() -> dict[Any, list[_StrOrPromise]]:
    """Return what an import must find."""
    return {FUNCTIONS: [MODULE, NAME, *(column.title for column in COLUMNS), STATE]}


def sheets(branches: Sequence[Branch], *, for_client: bool) -> list[Sheet]:
    """Return the file in the active language. What is the vendor's own judgement is not in a client's, nor is the state:
    a client can't bring it back."""
    columns = [column for column in COLUMNS if not (for_client and column.is_internal)]
    titles = (str(MODULE), str(NAME), *(str(column.title) for column in columns))
    words = {
        str(column.title): [str(label) for _value, label in column.choices] for column in columns if column.choices
    }
    return [
        Sheet(
            str(FUNCTIONS),
            titles if for_client else (*titles, str(STATE)),
            _rows(branches, columns, with_state=not for_client),
            widths=(24, 24, *(column.width for column in columns), 12),
            words=words,
        ),
        _allowed(words),
    ]


def _rows(branches: Sequence[Branch], columns: Sequence[Column], *, with_state: bool) -> Iterator[tuple[object, ...]]:
    for branch in branches:
        for function in branch.functions:
            cells = [_told(function, column) for column in columns]
            yield (branch.path, function.name, *cells, *([function.fingerprint] if with_state else []))


def _told(function: Function, column: Column) -> str | None:
    value = getattr(function, column.name)
    return next((str(label) for key, label in column.choices if key == value), value) or None


def _allowed(words: dict[str, list[str]]) -> Sheet:
    longest = max(len(options) for options in words.values())
    rows = [tuple(options[i] if i < len(options) else None for options in words.values()) for i in range(longest)]
    return Sheet(_("Allowed words"), tuple(words), rows)
