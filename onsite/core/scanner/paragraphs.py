"""The texts of one part of an office file: its paragraphs and tables, and what stands in attributes."""

from __future__ import annotations

from collections.abc import Mapping

from onsite.core.scanner.attributes import words_of
from onsite.core.scanner.blocks import Unreadable
from onsite.core.scanner.drafts import Draft
from onsite.core.scanner.findings import Where
from onsite.core.scanner.markup import Package, Piece, Reader, attribute_pieces, related, walk

_TEXT_TAGS = frozenset({"t", "delText", "instrText", "delInstrText"})
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-", "ptab": "\t"}


def read_part(package: Package, name: str, where: Where) -> list[Draft]:
    """Return the texts of a part. Its paragraphs are counted where `where` asks for it."""
    is_main = "paragraph" in where or ("slide" in where and "part" not in where)
    reader = _PartReader(package, name, where, is_main=is_main)
    walk(package, name, reader)
    return [draft for draft in (reader.draft, reader.others) if draft.length]


class _PartReader(Reader):
    def __init__(self, package: Package, name: str, where: Where, *, is_main: bool) -> None:
        self.part, self.content, self.base = name, package.part(name), where
        self.draft, self.others = Draft(is_main=is_main), Draft(is_main=False)
        self.tags: list[str] = []
        self.paragraphs: list[list[Piece | str]] = []
        self.number = 0
        self.cells = 0
        self.is_links = name.endswith(".rels")
        self.label: list[Piece | str] = []
        self.leaf: list[Piece | str] = []

    @property
    def where(self) -> Where:
        return {"paragraph": max(self.number, 1)} if "paragraph" in self.base else self.base

    def start(self, name: str, attributes: Mapping[str, str], at: int) -> None:
        if name == "DataMashup":
            raise Unreadable  # The queries of a workbook, packed once more.
        parent = self.tags[-1] if self.tags else ""
        self.tags.append(name)
        self._end_leaf()
        if name == "p":
            self.number += not self.paragraphs
            self.paragraphs.append([])
        elif name in _BREAKS and self.paragraphs and parent != "tabs":
            self.paragraphs[-1].append(_BREAKS[name])
        elif name == "tc":
            self.cells += 1
        self._attributes(name, attributes, at)

    def _attributes(self, name: str, attributes: Mapping[str, str], at: int) -> None:
        wanted = words_of(name)
        if self.is_links:
            wanted = frozenset({"Target"}) if attributes.get("TargetMode") == "External" else frozenset()
        if wanted.isdisjoint(attributes):
            return
        found = list(attribute_pieces(self.part, self.content, at, wanted))
        if name in {"property", "docVar"}:
            joined: list[Piece | str] = []
            for pieces in found:
                joined += (*pieces, ": ")
            self.label = joined if name == "property" else []
            self.others.line(joined, self.where)
            return
        is_fixed = self.part == "xl/workbook.xml"
        for pieces in found:
            self.others.line(pieces, self.where, is_fixed=is_fixed)

    def text(self, piece: Piece) -> None:
        tag = self.tags[-1] if self.tags else ""
        if tag in _TEXT_TAGS and self.paragraphs:
            self.paragraphs[-1].append(piece)
        else:
            self.leaf.append(piece)

    def remark(self, piece: Piece) -> None:
        self.others.line([piece], self.where, is_fixed=True)

    def end(self, name: str, at: int) -> None:
        self.tags.pop()
        self._end_leaf(is_end=True)
        if name == "p" and self.paragraphs:
            self._end_paragraph()
        elif name == "tc":
            self.cells -= 1
            self.draft.gap("\t")
        elif name == "tr":
            self.draft.gap("\n")
        elif name == "property":
            self.label = []

    def _end_paragraph(self) -> None:
        self.draft.place(self.where)
        for part in self.paragraphs.pop():
            if isinstance(part, str):
                self.draft.gap(part)
            else:
                self.draft.add(part)
        self.draft.gap(" " if self.cells else "\n")

    def _end_leaf(self, *, is_end: bool = False) -> None:
        leaf, self.leaf = self.leaf, []
        if any(isinstance(part, Piece) and part.text.strip() for part in leaf):
            is_fixed = self.part == "xl/workbook.xml"
            self.others.line([*self.label, *leaf] if is_end else leaf, self.where, is_fixed=is_fixed)


def slides(package: Package) -> list[str]:
    """Return the paths of the slides as they are shown."""
    targets = {key: path for key, (kind, path) in related(package, "ppt/presentation.xml").items() if kind == "slide"}
    order: list[str] = []

    class Order(Reader):
        def start(self, name: str, attributes: Mapping[str, str], at: int) -> None:
            # Both id="256" and r:id="rId2" are called id; only the second is one of a slide.
            if name == "sldId" and attributes.get("id", "") in targets:
                order.append(targets[attributes["id"]])

    walk(package, "ppt/presentation.xml", Order())
    return order or sorted(targets.values())
