"""Text files: logs, tables, scripts; in the encodings that are met in China."""

from __future__ import annotations

import codecs
import re

from onsite.core.scanner.blocks import Block, Contents, Unreadable
from onsite.core.scanner.text import mask_text

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 4096
_LINE_ENDS = re.compile(r"\r\n|\n|\r")


def read(content: bytes) -> Contents:
    """Return the text with its lines."""
    _encoding, text = _decoded(content)
    starts = [0, *(found.end() for found in _LINE_ENDS.finditer(text))]
    return Contents([Block(text, starts, [{"line": number} for number in range(1, len(starts) + 1)])])


def masked(content: bytes) -> bytes | None:
    """Return the file in its own encoding, masked."""
    encoding, text = _decoded(content)
    if text.encode(encoding) != content:
        return None
    return mask_text(text).encode(encoding)


def _decoded(content: bytes) -> tuple[str, str]:
    for encoding in _candidates(content):
        try:
            # A mark stays in front of the text, as an invisible character of it.
            return encoding, content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable


def _candidates(content: bytes) -> tuple[str, ...]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return (encoding,)
    head = content[:_SAMPLE]
    if head.count(0) > len(head) // 8:
        return ("utf-16-le",) if head[1::2].count(0) >= head[::2].count(0) else ("utf-16-be",)
    return ("utf-8", "gb18030")
