"""An .xlsx that people fill in: a bold first row that stays in sight, wrapped texts, days as days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from onsite.core.spreadsheet.reading import MOST_ROWS
from onsite.core.spreadsheet.structure import escaped

# What a spreadsheet could take for a formula, also where a file is saved as CSV later.
LEADS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_TOP = Alignment(vertical="top", wrap_text=True)
_BOLD = Font(bold=True)
_SHADE = PatternFill("solid", fgColor="E8EEF4")
DAY_FORMAT = "yyyy-mm-dd"


@dataclass(frozen=True)
class Sheet:
    """A sheet: `columns` is its first row; `widths` in characters (20 where none is said);
    `words` names for a column, by its title, what may be chosen in it. Cells: str, int, Decimal, date or None."""

    title: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[object, ...]] = ()
    widths: tuple[int, ...] = ()
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)


def write(sheets: Sequence[Sheet]) -> bytes:
    """Return the file. Text is always text: what looks like a formula is marked as quoted, and read back unchanged.

    Numbers keep fifteen digits, as everywhere in Excel.
    """
    book = Workbook()
    del book[book.sheetnames[0]]
    for sheet in sheets:
        _write_sheet(book.create_sheet(sheet.title), sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write_sheet(target: Worksheet, sheet: Sheet) -> None:
    target.freeze_panes = "A2"
    for index, title in enumerate(sheet.columns, start=1):
        letter = get_column_letter(index)
        target.column_dimensions[letter].width = sheet.widths[index - 1] if index <= len(sheet.widths) else 20
        if title in sheet.words:
            _offer(target, letter, sheet.words[title])
        _put(target, 1, index, title)
        target.cell(1, index).font = _BOLD
        target.cell(1, index).fill = _SHADE
    for number, row in enumerate(sheet.rows, start=2):
        for index, value in enumerate(row, start=1):
            if value is not None:
                _put(target, number, index, value)


def _offer(target: Worksheet, letter: str, words: Sequence[str]) -> None:
    # The words are ours and few: the list stands in the rule itself (Excel allows 255 characters).
    rule = DataValidation(type="list", formula1='"{}"'.format(",".join(words)), allow_blank=True)
    rule.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
    target.add_data_validation(rule)


def _put(target: Worksheet, row: int, column: int, value: Any) -> None:
    cell = target.cell(row, column, escaped(value) if isinstance(value, str) else value)
    cell.alignment = _TOP
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(LEADS_A_FORMULA)
    elif isinstance(value, date):
        cell.number_format = DAY_FORMAT
