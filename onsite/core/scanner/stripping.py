"""Pictures without their metadata: the pixels stay the same bytes, and what was upright stays upright.

Sources: ITU-T T.81 (JPEG markers), W3C PNG (chunks), CIPA DC-008 (Exif: a TIFF whose tag 0x0112 is the orientation).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from onsite.core.scanner.blocks import Unreadable

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP acTL fcTL fdAT mDCV cLLI".split()
)
_EXIF_HEAD = b"Exif\x00\x00"
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_UPRIGHT = 1


def stripped(content: bytes) -> bytes:
    """Return the JPEG or PNG without metadata, except how it must be turned and what its colours mean."""
    try:
        return _stripped_png(content) if content.startswith(_PNG) else _stripped_jpeg(content)
    except (struct.error, IndexError):
        raise Unreadable from None


def has_tail(content: bytes) -> bool:
    """Say whether something follows the end of the picture: words, a film, another picture with its own metadata."""
    try:
        if content.startswith(_PNG):
            size = len(_PNG) + sum(len(data) + 12 for _kind, data in _chunks(content))
        else:
            size = 2 + sum(len(segment) for _marker, segment in _segments(content))
    except (struct.error, IndexError):
        raise Unreadable from None
    return bool(content[size:].strip(b"\x00\r\n "))


def _stripped_png(content: bytes) -> bytes:
    parts = [_PNG]
    orientation = _UPRIGHT
    for kind, data in _chunks(content):
        if kind == b"eXIf":
            orientation = _orientation(data)
        elif kind in _PNG_KEPT:
            if kind == b"IDAT" and orientation != _UPRIGHT:
                parts.append(_chunk(b"eXIf", _turned(orientation)))
                orientation = _UPRIGHT
            parts.append(_chunk(kind, data))
    return b"".join(parts)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(_PNG)
    while position + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, position)
        kind = content[position + 4 : position + 8]
        yield kind, content[position + 8 : position + 8 + length]
        position += 12 + length
        if kind == b"IEND":
            return
    raise Unreadable


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _stripped_jpeg(content: bytes) -> bytes:
    parts = [content[:2]]
    orientation = _UPRIGHT
    for marker, segment in _segments(content):
        if marker == _APP1 and segment[4:].startswith(_EXIF_HEAD):
            orientation = _orientation(segment[4 + len(_EXIF_HEAD) :])
        elif _is_kept(marker, segment):
            parts.append(segment)
    if parts == [content[:2]] or content[:2] != b"\xff\xd8":
        raise Unreadable
    if orientation != _UPRIGHT:
        data = _EXIF_HEAD + _turned(orientation)
        place = 2 if parts[1][1] == _APP0 else 1
        parts.insert(place, b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data)
    return b"".join(parts)


def _is_kept(marker: int, segment: bytes) -> bool:
    if marker == _APP2:
        return segment[4:].startswith(b"ICC_PROFILE\x00")
    return marker in {_APP0, _APP14} or not (_APP0 <= marker <= _APP15 or marker == _COM)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and bytes of each segment up to the end of the picture; what follows it is no part of it."""
    position = 2
    while True:
        if content[position] != 0xFF:
            raise Unreadable
        while content[position + 1] == 0xFF:
            position += 1
        marker = content[position + 1]
        if marker == _EOI:
            yield marker, b"\xff\xd9"
            return
        (length,) = struct.unpack_from(">H", content, position + 2)
        end = position + 2 + length
        if length < 2 or end > len(content):
            raise Unreadable
        if marker == _SOS:
            end = _end_of_scan(content, end)
        yield marker, content[position:end]
        position = end


def _end_of_scan(content: bytes, position: int) -> int:
    """Return where the next marker stands; 0xFF00 and restarts belong to the pixels."""
    while True:
        position = content.find(b"\xff", position)
        if position < 0 or position + 1 >= len(content):
            raise Unreadable
        following = content[position + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return position
        position += 1 if following == 0xFF else 2


def _orientation(tiff: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return _UPRIGHT
    (first,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, first)
    for index in range(count):
        tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * index)
        if tag == 0x0112 and 1 <= value <= 8:
            return int(value)
    return _UPRIGHT


def _turned(orientation: int) -> bytes:
    """Return an Exif block that says nothing but how to turn the picture."""
    return b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
