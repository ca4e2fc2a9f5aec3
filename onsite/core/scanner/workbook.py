"""The sheets of an Excel file: each one text whose cells are parted by tabs, so that titles are seen above cells."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from onsite.core.scanner.attributes import words_of
from onsite.core.scanner.blocks import MOST_CHARACTERS, Unreadable
from onsite.core.scanner.drafts import Draft, Number
from onsite.core.scanner.figures import restored
from onsite.core.scanner.findings import Where
from onsite.core.scanner.markup import Package, Piece, Reader, attribute_pieces, related, tag_at, walk

_WORKBOOK = "xl/workbook.xml"
_LONGEST_NUMBER = 20


def read(package: Package) -> list[Draft]:
    """Return the sheets in their order, and the texts that no cell refers to."""
    sheets = _sheets(package)
    texts = _Texts()
    path = _texts_path(package)
    if path in package.names:
        walk(package, path, texts)
    drafts: list[Draft] = []
    size = 0
    for title, sheet in sheets:
        reader = _Sheet(package, sheet, title, texts)
        walk(package, sheet, reader)
        size += reader.draft.length
        if size > MOST_CHARACTERS:
            raise Unreadable  # One text of the table can be told a million times.
        drafts += [reader.draft, reader.others]
    rest = Draft(is_main=False)
    for index, pieces in enumerate(texts.items):
        if index not in texts.used:
            rest.line(pieces, {"part": "other"})
    for pieces in texts.spoken:
        rest.line(pieces, {"part": "other"})
    for piece in texts.remarks:
        rest.line([piece], {"part": "other"}, is_fixed=True)
    return [*drafts, rest]


def paths_read(package: Package) -> set[str]:
    """Return the parts that `read` reads: the sheets and the table of texts."""
    return {path for _title, path in _sheets(package)} | {_texts_path(package)}


def _texts_path(package: Package) -> str:
    return next((path for kind, path in related(package, _WORKBOOK).values() if kind == "sharedStrings"), "")


def _sheets(package: Package) -> list[tuple[str, str]]:
    targets = {key: path for key, (kind, path) in related(package, _WORKBOOK).items() if kind == "worksheet"}
    found: list[tuple[str, str]] = []

    class Sheets(Reader):
        def start(self, name: str, attributes: Mapping[str, str], at: int) -> None:
            if name == "sheet" and targets.get(attributes.get("id", "")) in package.names:
                found.append((attributes.get("name", ""), targets[attributes["id"]]))

    walk(package, _WORKBOOK, Sheets())
    return found


class _Texts(Reader):
    """The table of texts. How a text is pronounced stands beside it, in `spoken`."""

    def __init__(self) -> None:
        self.items: list[list[Piece]] = []
        self.spoken: list[list[Piece]] = []
        self.remarks: list[Piece] = []
        self.used: set[int] = set()
        self._tags: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str], at: int) -> None:
        self._tags.append(name)
        if name == "si":
            self.items.append([])
        elif name == "rPh":
            self.spoken.append([])

    def end(self, name: str, at: int) -> None:
        self._tags.pop()

    def text(self, piece: Piece) -> None:
        if self._tags[-1:] != ["t"] or not self.items:
            self.remarks += [piece] if piece.text.strip() else []
            return
        (self.spoken if "rPh" in self._tags else self.items)[-1].append(piece)

    def remark(self, piece: Piece) -> None:
        self.remarks.append(piece)


class _Sheet(Reader):
    def __init__(self, package: Package, part: str, title: str, texts: _Texts) -> None:
        self.part, self.title, self.texts = part, title, texts
        self.content = package.part(part)
        self.draft, self.others = Draft(), Draft(is_main=False)
        self.row = 0
        self._tags: list[str] = []
        self._new_cell({}, 0)

    @property
    def where(self) -> Where:
        return {"sheet": self.title, "row": self.row} if self.row else {"sheet": self.title}

    def _new_cell(self, attributes: Mapping[str, str], at: int) -> None:
        self.at, self.kind = at, attributes.get("t", "n")
        self.value: list[Piece] = []
        self.inline: list[Piece] = []
        self.formula: list[Piece] = []

    def start(self, name: str, attributes: Mapping[str, str], at: int) -> None:
        self._tags.append(name)
        if name == "row":
            said = attributes.get("r", "")
            self.row = int(said) if said.isdecimal() and len(said) < 8 else self.row + 1
        elif name == "c":
            self._new_cell(attributes, at)
        elif not words_of(name).isdisjoint(attributes):
            for pieces in attribute_pieces(self.part, self.content, at, words_of(name)):
                self.others.line(pieces, {"sheet": self.title})

    def text(self, piece: Piece) -> None:
        if "c" in self._tags:
            tag = self._tags[-1]
            target = {"v": self.value, "f": self.formula, "t": self.inline}.get(tag)
            if target is not None and "rPh" not in self._tags:
                target.append(piece)
        elif piece.text.strip():
            self.others.line([piece], {"sheet": self.title})

    def remark(self, piece: Piece) -> None:
        self.others.line([piece], {"sheet": self.title}, is_fixed=True)

    def end(self, name: str, at: int) -> None:
        self._tags.pop()
        if name == "c":
            self.draft.place(self.where)
            self._end_cell(at)
            self.draft.gap("\t")
        elif name == "row":
            self.draft.gap("\n")

    def _end_cell(self, at: int) -> None:
        if self.formula:
            self.others.line(self.formula, self.where, is_fixed=True)
        raw = "".join(piece.text for piece in self.value)
        if self.kind == "s":
            index = int(raw) if raw.strip().isdecimal() and len(raw) < 9 else len(self.texts.items)
            if index >= len(self.texts.items):
                raise Unreadable
            self.texts.used.add(index)
            for piece in self.texts.items[index]:
                self.draft.add(piece)
        elif self.kind == "n" and raw and not self.formula:
            end = self.content.find(b">", at) + 1
            self.draft.add(Number(self.part, restored(_plain(raw)), self.at, end, tag_at(self.content, self.at)))
        elif self.kind == "n" and raw:
            for piece in self.value:
                self.draft.add(piece, is_fixed=True)
        else:
            for piece in (*self.inline, *self.value):
                self.draft.add(piece, is_fixed=bool(self.formula))


def _plain(raw: str) -> str:
    """Return the number as people read it: 1.3800138E10 is 13800138000."""
    try:
        number = Decimal(raw.strip())
    except InvalidOperation:
        return raw
    if not number.is_finite() or number != number.to_integral_value() or number.adjusted() >= _LONGEST_NUMBER:
        return raw
    return f"{number:.0f}"
