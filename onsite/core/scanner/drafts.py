"""A text put together from the pieces of an office file, and the way back: from masked characters to bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from onsite.core.scanner.blocks import Block, Unreadable
from onsite.core.scanner.findings import Where
from onsite.core.scanner.markup import Package, Piece
from onsite.core.scanner.text import mask_text

MASK = "*"
Edits = dict[str, dict[tuple[int, int], bytes]]


class Unmaskable(Exception):
    """What was found stands where no character can be replaced, such as in a formula or in the name of a sheet."""


@dataclass(frozen=True, slots=True)
class Number:
    """A cell with a number, from `start` to `end` in its part. Masked it becomes a text."""

    part: str
    text: str
    start: int
    end: int
    opening: bytes

    def masked(self, text: str) -> bytes:
        from onsite.core.scanner.markup import without_attribute

        name = self.opening[1:].split(None, 1)[0].rstrip(b"/>")
        prefix = name[: name.rfind(b":") + 1]
        opening = without_attribute(self.opening, b"t").rstrip(b"/>") + b' t="inlineStr">'
        inner = b"<%sis><%st>%s</%st></%sis>" % (prefix, prefix, text.encode(), prefix, prefix)
        return opening + inner + b"</%s>" % name


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a piece or number stands in the text. What `is_fixed` can't be masked."""

    offset: int
    source: Piece | Number
    is_fixed: bool


@dataclass
class Draft:
    """A text that grows."""

    is_main: bool = True
    length: int = 0
    texts: list[str] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    wheres: list[Where] = field(default_factory=lambda: [{}])

    def place(self, where: Where) -> None:
        """Say where what follows stands."""
        if self.wheres[-1] != where:
            self.starts.append(self.length)
            self.wheres.append(where)

    def add(self, source: Piece | Number, *, is_fixed: bool = False) -> None:
        self.spots.append(Spot(self.length, source, is_fixed))
        self.gap(source.text)

    def gap(self, text: str) -> None:
        """Add characters that stand nowhere in the file."""
        self.texts.append(text)
        self.length += len(text)

    def line(self, pieces: Iterable[Piece | str], where: Where, *, is_fixed: bool = False) -> None:
        """Add a line of its own."""
        self.place(where)
        for piece in pieces:
            if isinstance(piece, str):
                self.gap(piece)
            else:
                self.add(piece, is_fixed=is_fixed)
        self.gap("\n")

    def block(self) -> Block:
        return Block("".join(self.texts), self.starts, self.wheres, is_main=self.is_main)

    def edits(self, edits: Edits) -> None:
        """Add what must be replaced so that nothing is found in this text any more. Raises Unmaskable."""
        text = "".join(self.texts)
        masked = mask_text(text)
        for spot in self.spots if masked != text else ():
            end = spot.offset + len(spot.source.text)
            new = masked[spot.offset : end]
            if new == spot.source.text:
                continue
            if spot.is_fixed:
                raise Unmaskable
            edits[spot.source.part].update(_replaced(spot.source, new))


def _replaced(source: Piece | Number, new: str) -> Iterator[tuple[tuple[int, int], bytes]]:
    if isinstance(source, Number):
        yield (source.start, source.end), source.masked(new)
        return
    for place, (old, char) in enumerate(zip(source.text, new, strict=True)):
        if old != char:
            yield source.bytes_of(place, place + 1), MASK.encode(source.encoding)


def edited(package: Package, drafts: Iterable[Draft]) -> dict[str, bytes]:
    """Return the parts that change when all drafts are masked. Raises Unmaskable."""
    edits: Edits = defaultdict(dict)
    for draft in drafts:
        draft.edits(edits)
    return {part: _applied(package.part(part), replaced) for part, replaced in edits.items()}


def _applied(content: bytes, replaced: dict[tuple[int, int], bytes]) -> bytes:
    parts: list[bytes] = []
    position = 0
    for (start, end), new in sorted(replaced.items()):
        if start < position:
            raise Unreadable
        parts += (content[position:start], new)
        position = end
    return b"".join((*parts, content[position:]))
