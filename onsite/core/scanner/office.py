"""Word, Excel and PowerPoint files: the texts of the parts that are known, and how they are masked in place.

A file with a part that is not known, or that nobody here can read, is held as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from onsite.core.scanner import drawing, plain, workbook
from onsite.core.scanner.blocks import Block, Contents, Unreadable, location
from onsite.core.scanner.drafts import Draft, Unmaskable, edited
from onsite.core.scanner.findings import Where
from onsite.core.scanner.markup import Package, is_xml, related
from onsite.core.scanner.paragraphs import read_part
from onsite.core.scanner.stripping import has_tail

_MAIN = ("word/document.xml", "xl/workbook.xml", "ppt/presentation.xml")
_PICTURES = (".jpg", ".jpeg", ".jfif", ".png")
_OFFICE = (".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".pptm")
_TEXTS = (".txt", ".csv", ".json")
_PAGES = (".htm", ".html", ".xhtml")
# Parts that hold no words: colours and fonts, what a printer was told, the small picture of the first page.
_WORDLESS = re.compile(
    r"\[content_types\]\.xml|(?:word|xl|ppt)/(?:theme/theme\d*\.xml|fonttable\.xml|websettings\.xml"
    r"|fonts/[^/]*\.(?:odttf|fntdata|ttf)|printersettings/printersettings\d*\.bin)"
    r"|word/printersettings\d*\.bin|docprops/thumbnail\.(?:jpe?g|png|emf|wmf)"
)
_TAG = re.compile("<[^<>]*>")
_MOST_NESTED = 2
_KINDS: dict[str, Where] = {
    "header": {"part": "header"},
    "footer": {"part": "header"},
    "footnotes": {"part": "note"},
    "endnotes": {"part": "note"},
    "comment": {"part": "comment"},
    "person": {"part": "comment"},
}


@dataclass
class _Office:
    """What the known parts of an office file say."""

    package: Package
    drafts: list[Draft] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    enclosed: list[str] = field(default_factory=list)


def read(content: bytes, depth: int = 0) -> Contents:
    """Return what the file says."""
    office = _opened(content)
    blocks = [draft.block() for draft in office.drafts]
    for name in office.texts:
        said = plain.read(office.package.part(name))
        if name.lower().endswith(_PAGES):
            said.blocks += [Block(unescape(_TAG.sub("", block.text))) for block in said.blocks]
        blocks += _elsewhere(said, {"part": "other"})
    for name in office.enclosed:
        if depth >= _MOST_NESTED:
            raise Unreadable
        blocks += _elsewhere(read(office.package.part(name), depth + 1), {"part": "attached"})
    contents = Contents(blocks)
    if office.pictures:
        blobs = [office.package.part(name) for name in office.pictures]
        for blob, seen in zip(blobs, drawing.look_at_pictures(blobs), strict=True):
            blocks.append(Block(seen.text, wheres=[{"part": "other"}], is_main=False))
            contents.places += [location({"part": "other"})] if seen.has_location or has_tail(blob) else []
    return contents


def masked(content: bytes) -> bytes | None:
    """Return the file with what was found masked where it stands; None where that can't be done."""
    office = _opened(content)
    package = office.package
    try:
        changed = edited(package, office.drafts)
    except Unmaskable:
        return None
    for name in office.texts:
        changed |= _change(package, name, plain.masked(package.part(name)))
    for name in office.enclosed:
        changed |= _change(package, name, masked(package.part(name)))
    for name in office.pictures:
        changed |= _change(package, name, drawing.stripped(package.part(name)))
    if changed:
        # A small picture of the first page, as it was.
        changed |= {name: b"" for name in package.names if name.lower().startswith("docprops/thumbnail")}
    return package.with_parts(changed)


def _change(package: Package, name: str, new: bytes | None) -> dict[str, bytes]:
    return {} if new is None or new == package.part(name) else {name: new}


def _elsewhere(contents: Contents, where: Where) -> Iterator[Block]:
    for block in contents.blocks:
        yield Block(block.text, wheres=[where], is_main=False)


def _opened(content: bytes) -> _Office:
    package = Package(content)
    if not any(name in package.names for name in _MAIN):
        raise Unreadable
    office = _Office(package)
    places = _places(package)
    sheets = workbook.read(package) if "xl/workbook.xml" in package.names else []
    office.drafts += sheets
    read_already = workbook.paths_read(package) if sheets else set()
    for name in sorted(package.names, key=lambda name: _order(name, places)):
        low = name.lower()
        if name in read_already or _WORDLESS.fullmatch(low):
            continue
        if is_xml(low):
            office.drafts += read_part(package, name, places.get(name) or _place_of(low))
        elif low.endswith(_PICTURES):
            office.pictures.append(name)
        elif low.endswith(_OFFICE):
            office.enclosed.append(name)
        elif low.endswith(_TEXTS + _PAGES):
            office.texts.append(name)
        elif package.part(name):
            raise Unreadable  # Nobody could say what is in it.
    return office


def _order(name: str, places: dict[str, Where]) -> tuple[bool, int, bool, str]:
    """As people read: the text itself, slide by slide with its notes, then all the rest."""
    where = places.get(name, {})
    return not where, where.get("slide", 0), "part" in where, name


def _place_of(low: str) -> Where:
    if low.startswith("docprops/"):
        return {"part": "metadata"}
    base = low.rpartition("/")[2]
    return next((where for word, where in _KINDS.items() if word in base or f"/{word}" in low), {"part": "other"})


def _places(package: Package) -> dict[str, Where]:
    """Return where the parts stand that people see: the text itself, slides in their order, their notes."""
    if "word/document.xml" in package.names:
        return {"word/document.xml": {"paragraph": 0}}
    if "ppt/presentation.xml" not in package.names:
        return {}
    from onsite.core.scanner.paragraphs import slides

    places: dict[str, Where] = {}
    for number, path in enumerate(slides(package), start=1):
        places[path] = {"slide": number}
        for kind, target in related(package, path).values() if path in package.names else ():
            if kind in {"notesSlide", "comments"}:
                places[target] = {"slide": number, "part": "note" if kind == "notesSlide" else "comment"}
    return places
