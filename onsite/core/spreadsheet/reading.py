"""Rows from an uploaded workbook, as people fill it in with Excel, WPS or LibreOffice.

Only what is asked for is parsed, one row after the other; the declared size of a sheet is not believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from onsite.core.errors import DomainError
from onsite.core.spreadsheet.archive import Archive
from onsite.core.spreadsheet.cells import Cell, CellError, cells_of
from onsite.core.spreadsheet.faults import MOST_FAULTS, Fault, FaultsError
from onsite.core.spreadsheet.structure import Structure
from onsite.core.spreadsheet.words import folded, in_all_languages
from onsite.core.wording import enumerated

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

MOST_ROWS = 5000
MOST_COLUMNS = 200
MOST_CHARACTERS = 5_000_000  # One text of a shared table can be told a million times.
Value = str | Decimal | date | None


@dataclass(frozen=True)
class Row:
    """One filled row. `values` are keyed by column titles in the active language, as `sheets` of `read` says them."""

    sheet: str
    number: int
    values: dict[str, Value]


def read(upload: UploadedFile[Any], *, field: str, sheets: Mapping[Any, Sequence[_StrOrPromise]]) -> list[Row]:
    """Return the rows of these sheets that hold anything, in the order of `sheets` and of the file.

    Titles given as gettext_lazy are recognised in each of our languages. Unknown columns and further sheets are not
    read. Raises DomainError on `field` for a hostile or wrong file, FaultsError for formulas and unreadable cells.
    """
    archive = Archive(upload, field=field)
    structure = Structure.of(archive)
    found = {folded(title): path for title, path in structure.sheets.items()}
    reader = _Reader(archive, structure)
    for title, columns in sheets.items():
        path = next((found[name] for name in in_all_languages(title) if name in found), "")
        if not archive.has(path):
            raise archive.refusal(_("This file has no sheet named “%(sheet)s”.") % {"sheet": title})
        reader.take(str(title), path, columns)
    if reader.faults:
        raise FaultsError(reader.faults, field=field)
    return reader.rows


class _Reader:
    """Collects rows and faults over the sheets of one file."""

    def __init__(self, archive: Archive, structure: Structure) -> None:
        self.archive = archive
        self.structure = structure
        self.rows: list[Row] = []
        self.faults: list[Fault] = []
        self.characters_left = MOST_CHARACTERS

    def take(self, sheet: str, path: str, columns: Sequence[_StrOrPromise]) -> None:
        rows = self._filled_rows(sheet, path)
        _number, header = next(rows, (0, []))
        titles = self._titles(sheet, header, columns)
        for number, cells in rows:
            if len(self.faults) >= MOST_FAULTS:
                return
            values: dict[str, Value] = {str(column): None for column in columns}
            for cell in cells:
                if cell.column in titles:
                    values[titles[cell.column]] = self._value(sheet, titles[cell.column], cell)
            if any(value is not None for value in values.values()):
                self.rows.append(Row(sheet, number, values))

    def _filled_rows(self, sheet: str, path: str) -> Iterator[tuple[int, list[Cell]]]:
        rows = 0
        for number, cells in cells_of(self.archive, path):
            filled = [cell for cell in cells if cell.is_filled]
            if not filled:
                continue
            rows += 1
            if rows > MOST_ROWS + 1:
                raise self._refusal(_("The sheet “%(sheet)s” has more than %(most)s rows."), sheet, MOST_ROWS)
            if max(cell.column for cell in filled) > MOST_COLUMNS:
                raise self._refusal(_("The sheet “%(sheet)s” has more than %(most)s columns."), sheet, MOST_COLUMNS)
            yield number, filled

    def _refusal(self, message: str, sheet: str, most: int) -> DomainError:
        return self.archive.refusal(message % {"sheet": sheet, "most": f"{most:,}"})

    def _titles(self, sheet: str, header: list[Cell], columns: Sequence[_StrOrPromise]) -> dict[int, str]:
        known = {word: str(column) for column in columns for word in in_all_languages(column)}
        titles: dict[int, str] = {}
        for cell in header:
            title = known.get(folded(str(self._value(sheet, str(cell.column), cell) or "")))
            if title in titles.values():
                message = _("The sheet “%(sheet)s” has the column “%(column)s” twice.")
                raise self.archive.refusal(message % {"sheet": sheet, "column": title})
            if title:
                titles[cell.column] = title
        if missing := [str(column) for column in columns if str(column) not in titles.values()]:
            message = _("The sheet “%(sheet)s” lacks these columns in its first row: %(columns)s.")
            raise self.archive.refusal(message % {"sheet": sheet, "columns": enumerated(missing)})
        return titles

    def _value(self, sheet: str, column: str, cell: Cell) -> Value:
        try:
            value = cell.value(self.structure)
        except CellError as error:
            self.faults.append(Fault(sheet, cell.row, column, error.reason))
            return None
        self.characters_left -= len(value) if isinstance(value, str) else 0
        if self.characters_left < 0:
            raise self.archive.too_much()
        return value
