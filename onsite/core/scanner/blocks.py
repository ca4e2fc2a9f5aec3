"""What a file says, in pieces whose places are known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from onsite.core.scanner.findings import FindingKind, Told, Where
from onsite.core.scanner.text import mask_text, scan_text

MOST_CHARACTERS = 24_000_000
MOST_TOLD = 200
# What a search takes of one file: a book of four hundred pages.
MOST_TEXT = 370_000
_BEYOND = 4000


class Unreadable(Exception):
    """Damaged, protected by a password, or made to harm: nobody can say what is in it."""


@dataclass
class Block:
    """A text that is looked through as one. `starts` and `wheres` say where its parts stand."""

    text: str
    starts: list[int] = field(default_factory=lambda: [0])
    wheres: list[Where] = field(default_factory=lambda: [{}])
    is_main: bool = True

    def where(self, offset: int) -> Where:
        return self.wheres[bisect_right(self.starts, offset) - 1]


@dataclass
class Contents:
    """What was read from a file. `places` are findings that are no text: where a photo was taken."""

    blocks: list[Block] = field(default_factory=list)
    places: list[Told] = field(default_factory=list)


def location(where: Where) -> Told:
    return Told(FindingKind.LOCATION.value, where, "***, ***", 1)


def told_of(contents: Contents) -> tuple[Told, ...]:
    """Return what was found, things of one kind at one place together."""
    return _summed(_each(contents))


def _each(contents: Contents) -> Iterator[tuple[str, Where, str]]:
    for block in contents.blocks:
        for one in scan_text(block.text):
            yield one.kind.value, block.where(one.start), one.sample
    for place in contents.places:
        yield place.kind, place.where, place.sample


def _summed(found: Iterable[tuple[str, Where, str]]) -> tuple[Told, ...]:
    told: dict[tuple[str, tuple[tuple[str, object], ...]], Told] = {}
    for kind, where, sample in found:
        key = kind, tuple(sorted(where.items()))
        if key not in told and len(told) >= MOST_TOLD:
            where, key = {}, (kind, ())
        known = told.get(key)
        told[key] = Told(kind, where, known.sample if known else sample, known.count + 1 if known else 1)
    return tuple(told.values())


def text_of(contents: Contents) -> str:
    """Return the text, masked, up to `MOST_TEXT`; what is found across its end is masked as well."""
    parts: list[str] = []
    left = MOST_TEXT
    for block in contents.blocks:
        if left > 0 and block.is_main and block.text.strip():
            parts.append(_masked_head(block.text, left))
            left -= len(parts[-1])
    return "\n".join(parts)[:MOST_TEXT].replace("\x00", "")


def _masked_head(text: str, length: int) -> str:
    # What begins within and ends beyond must be seen as a whole to be found.
    return mask_text(text[: length + _BEYOND])[:length]
