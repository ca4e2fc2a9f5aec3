"""One cell after the other, and what stands in it.

Source of the kinds: ECMA-376 part 1, 18.18.11 (ST_CellType).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import from_excel

from onsite.core.fields import FIRST_DAY, LAST_DAY, no_hidden_characters
from onsite.core.spreadsheet.archive import Archive
from onsite.core.spreadsheet.structure import Structure, unescaped

LONGEST_TEXT = 32_767  # Excel's own limit
GREATEST_NUMBER = Decimal(10) ** 15  # Excel keeps fifteen digits.
_REFERENCE = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)?")
_SURROGATES = re.compile("[\ud800-\udfff]")


class CellError(Exception):
    """Why a cell can't be taken; `reason` is a sentence for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in the file. `column` counts from 1."""

    row: int
    column: int
    kind: str
    style: str
    raw: str
    is_formula: bool

    @property
    def is_filled(self) -> bool:
        return self.is_formula or bool(self.raw.strip())

    def value(self, structure: Structure) -> str | Decimal | date | None:
        """Return text, number, day, or None where nothing but spaces stands. Raises CellError."""
        if self.is_formula:
            raise CellError(_("This is a formula. Please paste its value instead."))
        if self.kind in ("s", "str", "inlineStr"):
            return self._text(structure)
        if self.kind == "d":
            return self._iso_day()
        if self.kind == "n":
            return self._number(structure)
        raise CellError(_("This is neither a text, a number nor a day."))

    def _text(self, structure: Structure) -> str | None:
        text = self.raw
        if self.kind == "s":
            if not (text.isdecimal() and len(text) < 8 and int(text) < len(structure.texts)):
                raise CellError(_("This text is missing in the file."))
            text = structure.texts[int(text)]
        if len(text) > LONGEST_TEXT:
            raise CellError(_("This text is too long."))
        text = unescaped(text)
        try:
            no_hidden_characters(_SURROGATES.sub("\x00", text))
        except ValidationError as error:
            raise CellError(error.messages[0]) from None
        return text if text.strip() else None

    def _iso_day(self) -> date:
        found = _ISO_DAY.fullmatch(self.raw.strip())
        try:
            return _possible(date.fromisoformat(found[1] if found else ""))
        except ValueError:
            raise CellError(_("Please choose a day between 2000 and 2099.")) from None

    def _number(self, structure: Structure) -> Decimal | date:
        try:
            number = Decimal(self.raw.strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) >= GREATEST_NUMBER:
            raise CellError(_("This number can't be read."))
        if self.style.isdecimal() and int(self.style[:8]) in structure.day_styles:
            return self._day(float(number), structure.epoch)
        # Excel computes in binary: 0.1 + 0.2 is stored as 0.30000000000000004 and shown as 0.3.
        return Decimal(f"{float(number):.15g}")

    def _day(self, number: float, epoch: datetime) -> date:
        try:
            moment = from_excel(number, epoch)
        except (ValueError, OverflowError):
            moment = None
        if not isinstance(moment, datetime):
            raise CellError(_("Please choose a day between 2000 and 2099."))
        return _possible(moment.date())


def _possible(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise CellError(_("Please choose a day between 2000 and 2099."))
    return day


def cells_of(archive: Archive, path: str) -> Iterator[tuple[int, list[Cell]]]:
    """Yield each row's number and cells. A cell without an address stands behind the one before it."""
    row = column = 0
    cells: list[Cell] = []
    for event, tag, element in archive.elements(path):
        if tag == "row" and event == "start":
            row = _row_number(element.get("r"), row + 1)
            column = 0
        elif tag == "row":
            yield row, cells
            cells = []
            element.clear()
        elif tag == "c" and event == "end":
            found = _REFERENCE.fullmatch(element.get("r", ""))
            column = column_index_from_string(found[1]) if found else column + 1
            parts = {child.tag.rpartition("}")[2]: child for child in element}
            text = "".join(parts["is"].itertext()) if "is" in parts else (parts["v"].text if "v" in parts else "")
            cells.append(
                Cell(row, column, element.get("t", "n"), element.get("s", "0"), text or "", is_formula="f" in parts)
            )
            element.clear()


def _row_number(said: str | None, expected: int) -> int:
    return int(said) if said and said.isdecimal() and len(said) < 8 else expected
