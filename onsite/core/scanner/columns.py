"""Tables: what stands below the title "password" or "密码" is a password."""

from __future__ import annotations

from collections.abc import Iterator

from onsite.core.scanner import values
from onsite.core.scanner.findings import FindingKind
from onsite.core.scanner.folding import Folded
from onsite.core.scanner.labels import is_password_column

Hit = tuple[FindingKind, int, int]
_MARKS = ("\t", ",", ";", "|", "，")
_TITLES = ("pass", "pwd", "psw", "密码", "密碼", "口令")
_LONGEST_TITLES = 2000
_SENTENCE_ENDS = (".", "。", "!", "！", "?", "？", ":", "：", "…")
_EDGES = " \t\r\"'`*"


def columns(folded: Folded) -> Iterator[Hit]:
    """Find passwords in tables whose columns are parted by tabs, commas, semicolons or bars."""
    if not any(title in folded.lower for title in _TITLES):
        return
    mark, wanted, width, position = "", list[int](), 0, 0
    for line in folded.text.split("\n"):
        fresh = _titles(line) if len(line) < _LONGEST_TITLES else None
        if fresh:
            mark, wanted, width = fresh
        elif wanted:
            cells = line.split(mark)
            if line.strip() and len(cells) != width:
                wanted = []
            for place in wanted if len(cells) == width else ():
                yield from _cell(cells, place, mark, position)
        position += len(line) + 1


def _titles(line: str) -> tuple[str, list[int], int] | None:
    low = line.lower()
    if not any(title in low for title in _TITLES) or low.rstrip().endswith(_SENTENCE_ENDS):
        return None
    for mark in _MARKS:
        cells = low.split(mark)
        wanted = [place for place, cell in enumerate(cells) if is_password_column(cell)]
        if len(cells) > 1 and wanted:
            return mark, wanted, len(cells)
    return None


def _cell(cells: list[str], place: int, mark: str, position: int) -> Iterator[Hit]:
    start = position + sum(len(cell) + len(mark) for cell in cells[:place])
    cell = cells[place]
    inner = cell.strip(_EDGES)
    start += cell.find(inner) if inner else 0
    if values.is_word(inner) and not set(inner) <= {"-", ":"}:
        yield FindingKind.PASSWORD, start, start + len(inner)
