"""The inside of a workbook as far as values need it: where its sheets lie, its table of texts, which styles are days.

Sources: ECMA-376 part 1, 18.2 (workbook), 18.4 (shared strings), 18.8.30 (number formats; 27-36 and 50-58 are days in
Chinese editions).
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from datetime import datetime

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from onsite.core.spreadsheet.archive import Archive

DAY_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Structure:
    """`sheets`: title to path; `texts`: shared strings; `day_styles`: the cell styles whose numbers are days."""

    sheets: dict[str, str]
    texts: list[str]
    day_styles: frozenset[int]
    epoch: datetime

    @classmethod
    def of(cls, archive: Archive) -> Structure:
        """Read it. Raises DomainError for a zip that is no workbook."""
        main = next(iter(_related(archive, "", "/officeDocument").values()), "")
        if not archive.has(main):
            raise archive.not_excel()
        sheets, epoch = _sheets(archive, main)
        texts = next(iter(_related(archive, main, "/sharedStrings").values()), "")
        styles = next(iter(_related(archive, main, "/styles").values()), "")
        return cls(
            sheets=sheets,
            texts=_texts(archive, texts) if archive.has(texts) else [],
            day_styles=_day_styles(archive, styles) if archive.has(styles) else frozenset(),
            epoch=epoch,
        )


def _related(archive: Archive, path: str, kind: str) -> dict[str, str]:
    """Return id and path of the parts of a kind that this part refers to."""
    folder, name = posixpath.split(path)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, str] = {}
    if not archive.has(source):
        return found
    for event, tag, element in archive.elements(source):
        if event == "start" and tag == "Relationship" and element.get("Type", "").endswith(kind):
            target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", "")))
            found[element.get("Id", "")] = target.lstrip("/")
    return found


def _sheets(archive: Archive, main: str) -> tuple[dict[str, str], datetime]:
    paths = _related(archive, main, "/worksheet")
    sheets: dict[str, str] = {}
    epoch = WINDOWS_EPOCH
    for event, tag, element in archive.elements(main):
        if event == "start" and tag == "workbookPr" and element.get("date1904") in ("1", "true"):
            epoch = MAC_EPOCH
        if event == "start" and tag == "sheet":
            ids = [value for key, value in element.items() if key.endswith("}id")]
            if ids and ids[0] in paths:
                sheets[element.get("name", "")] = paths[ids[0]]
    return sheets, epoch


def _texts(archive: Archive, path: str) -> list[str]:
    texts: list[str] = []
    parts: list[str] = []
    spoken = 0  # How a Japanese text is pronounced stands beside it and is not part of it.
    for event, tag, element in archive.elements(path):
        if tag == "rPh":
            spoken += 1 if event == "start" else -1
        elif event == "end" and tag == "t" and not spoken:
            parts.append(element.text or "")
        elif event == "end" and tag == "si":
            texts.append("".join(parts))
            parts.clear()
            element.clear()
    return texts


def _day_styles(archive: Archive, path: str) -> frozenset[int]:
    codes = dict(BUILTIN_FORMATS)
    styles: list[int] = []
    is_cell_style = False
    for event, tag, element in archive.elements(path):
        if tag == "cellXfs":
            is_cell_style = event == "start"
        elif event == "start" and tag == "numFmt" and element.get("numFmtId", "").isdecimal():
            codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")
        elif event == "start" and tag == "xf" and is_cell_style:
            number = element.get("numFmtId", "0")
            styles.append(int(number) if number.isdecimal() else 0)
    return frozenset(
        style for style, number in enumerate(styles) if number in DAY_FORMATS or is_date_format(codes.get(number, ""))
    )


def unescaped(text: str) -> str:
    """Return the text with Excel's `_x000D_` as the characters they stand for, and line ends as "\\n"."""
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def escaped(text: str) -> str:
    """Return the text so that `unescaped` gives it back; line ends become "\\n"."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ESCAPED.sub(lambda found: f"_x005F_{found[0][1:]}", text)
