"""Recordings: what they show nobody reads, but a phone also writes down where it was.

Sources: ISO/IEC 14496-12 (boxes), 3GPP TS 26.244 (loci), Apple QuickTime File Format (©xyz, keys of `meta`).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from typing import IO

from onsite.core.scanner.blocks import Contents, Unreadable, location

_HOLDERS = frozenset({b"moov", b"udta", b"trak"})
_PLACES = frozenset({b"\xa9xyz", b"loci"})
_KEY_OF_PLACE = b"location.ISO6709"
_WEBM = b"\x1a\x45\xdf\xa3"
_WHERE = {"part": "metadata"}
_DEEPEST = 4
# A phone's metadata is a few kilobytes; what claims more is not searched, and held.
_MOST_METADATA = 16 * 1024 * 1024

Bytes = bytes | mmap.mmap


def read_stored(stored: IO[bytes]) -> Contents:
    """Read a stored recording where it lies: of a video of any length only the boxes' heads come into memory."""
    with mmap.mmap(stored.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return read(content)


def read(content: Bytes) -> Contents:
    """Return whether the recording says where it was made."""
    if content[: len(_WEBM)] == _WEBM:
        return Contents()
    return Contents(places=[location(_WHERE) for _place in _places(content, 0, len(content))][:1])


def masked(content: bytes) -> bytes | None:
    """Return the recording without the place: its box is emptied, no other byte moves."""
    if content.startswith(_WEBM):
        return content
    emptied = bytearray(content)
    for start, head, end in _places(content, 0, len(content)):
        emptied[start + 4 : start + 8] = b"free"
        emptied[start + head : end] = bytes(end - start - head)
    return bytes(emptied)


def _places(content: Bytes, start: int, end: int, depth: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield start, length of the head and end of each box that holds a place."""
    for kind, begin, head, close in _boxes(content, start, end, is_strict=depth == 0):
        if kind in _PLACES or (kind == b"meta" and _tells_place(content, begin, close)):
            yield begin, head, close
        elif kind in _HOLDERS and depth < _DEEPEST:
            yield from _places(content, begin + head, close, depth + 1)


def _tells_place(content: Bytes, begin: int, close: int) -> bool:
    if close - begin > _MOST_METADATA:
        raise Unreadable
    return content.find(_KEY_OF_PLACE, begin, close) >= 0


def _boxes(content: Bytes, start: int, end: int, *, is_strict: bool) -> Iterator[tuple[bytes, int, int, int]]:
    kinds: set[bytes] = set()
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", content, start)
        head = 8
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", content, start + 8)
            head = 16
        size = end - start if size == 0 else size
        if size < head or start + size > end:
            if is_strict:
                raise Unreadable  # Cut off, or no recording.
            return
        kinds.add(kind)
        yield kind, start, head, start + size
        start += size
    if is_strict and not {b"ftyp", b"moov"} <= kinds:
        raise Unreadable
