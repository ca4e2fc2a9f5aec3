"""The Excel file of a round's cases: filled in at the counter, brought back with the results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from onsite.core.spreadsheet import Sheet
from standups.models import UatCase, UatRound

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

CASES = pgettext_lazy("sheet", "Cases")
NUMBER = pgettext_lazy("column", "No.")
TITLE = pgettext_lazy("column", "Case")
STEPS = pgettext_lazy("column", "Steps")
EXPECTED = pgettext_lazy("column", "Expected")
RESULT = pgettext_lazy("column", "Result")
SEEN = pgettext_lazy("column", "What was seen")
TESTER = pgettext_lazy("column", "Tested by")
STATE = _("State (leave as it is)")
OUTCOMES: tuple[tuple[str, _StrOrPromise], ...] = tuple(
    (outcome.value, outcome.label) for outcome in UatCase.Outcome if outcome.value
)


def columns_to_read() -> dict[Any, list[_StrOrPromise]]:
    """Return what an import must find."""
    return {CASES: [NUMBER, TITLE, STEPS, EXPECTED, RESULT, SEEN, TESTER, STATE]}


def sheets(row: UatRound, cases: Iterable[UatCase]) -> list[Sheet]:
    """Return the file of the round in the active language."""
    titles = tuple(str(title) for title in columns_to_read()[CASES])
    words = {str(RESULT): [str(label) for _value, label in OUTCOMES]}
    return [Sheet(str(CASES), titles, _rows(row, cases), widths=(6, 40, 44, 40, 12, 40, 16, 12), words=words)]


def state_of(row: UatRound, case: UatCase) -> str:
    """Return what tells whether a case changed after the file was written, or whether the file is another round's."""
    told = [
        str(row.cell), row.number, case.number, case.title, case.steps, case.expected, case.outcome, case.note,
        case.tested_by_name,
    ]  # fmt: skip
    # Never a number: a spreadsheet would round it.
    return "#" + hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]


def _rows(row: UatRound, cases: Iterable[UatCase]) -> Iterator[tuple[object, ...]]:
    for case in cases:
        yield (
            case.number, case.title, case.steps or None, case.expected,
            str(case.get_outcome_display()) if case.outcome else None, case.note or None, case.tested_by_name or None,
            state_of(row, case),
        )  # fmt: skip
