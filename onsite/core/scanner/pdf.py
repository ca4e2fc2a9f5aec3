"""PDF files: their text page by page, and pictures of their pages that don't show what was found."""

from __future__ import annotations

from collections.abc import Iterator

from onsite.core.scanner import drawing, plain
from onsite.core.scanner.blocks import Block, Contents, Unreadable
from onsite.core.scanner.findings import FindingKind, Page
from onsite.core.scanner.text import scan_text

# What has so strict a form of its own that it is known even where a line was broken in it.
_STRICT = frozenset({FindingKind.ID_NUMBER, FindingKind.KEY, FindingKind.CONNECTION})


def read(content: bytes) -> Contents:
    """Return what the file says."""
    return _contents(drawing.read_pdf(content))


def look(content: bytes) -> tuple[Contents, tuple[Page, ...]]:
    """Return what the file says, and its first pages, black where something was found."""
    seen = drawing.read_pdf(content)
    return _contents(seen), drawing.draw_pdf(content, _hidden(seen.pages[: drawing.PREVIEW_PAGES]))


def masked(content: bytes) -> bytes | None:
    """Return a PDF whose pages are pictures, black where something was found, without anything else."""
    seen = drawing.read_pdf(content)
    if len(seen.pages) > drawing.MASKED_PAGES:
        return None
    return drawing.masked_pdf(content, _hidden(seen.pages))


def _contents(seen: drawing.ReadPdf) -> Contents:
    contents = Contents()
    for number, text in enumerate(seen.pages, start=1):
        contents.blocks.append(Block(text, wheres=[{"page": number}]))
        contents.blocks += [
            Block(_bare_sample(text, span), wheres=[{"page": number}], is_main=False) for span in _broken(text)
        ]
    for number, text in seen.others:
        where = {"page": number, "part": "comment"} if number else {"part": "metadata"}
        contents.blocks.append(Block(text, wheres=[where], is_main=False))
    for attached in seen.attached:
        if attached.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or b"\x00" in attached[:4096]:
            raise Unreadable  # A file in the file: nobody looked into it.
        contents.blocks += [
            Block(block.text, wheres=[{"part": "attached"}], is_main=False) for block in plain.read(attached).blocks
        ]
    return contents


def _hidden(pages: list[str]) -> dict[int, list[tuple[int, int]]]:
    return {index: list(_spans(text)) for index, text in enumerate(pages)}


def _spans(text: str) -> Iterator[tuple[int, int]]:
    yield from ((one.start, one.end) for one in scan_text(text))
    yield from _broken(text)


def _broken(text: str) -> Iterator[tuple[int, int]]:
    """Yield what is found only when the line breaks within words are taken out."""
    places = [place for place, char in enumerate(text) if char not in "\r\n" or not _is_inside(text, place)]
    if len(places) == len(text):
        return
    whole = [(one.start, one.end) for one in scan_text(text)]
    for one in scan_text("".join(text[place] for place in places)):
        start, end = places[one.start], places[one.end - 1] + 1
        is_new = not any(begun < end and start < ended for begun, ended in whole)
        if one.kind in _STRICT and is_new:
            yield start, end


def _is_inside(text: str, place: int) -> bool:
    before = text[:place][-2:].rstrip("\r\n")[-1:] if place else ""
    after = text[place + 1 : place + 3].lstrip("\r\n")[:1]
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()


def _bare_sample(text: str, span: tuple[int, int]) -> str:
    return text[slice(*span)].replace("\r", "").replace("\n", "")
