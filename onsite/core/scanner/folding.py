"""One shape for what people write in many: full-width digits and letters, all kinds of spaces and hyphens.

Unlike NFKC it leaves footnote digits (², ①) and Chinese commas alone, because they end a number or a password.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_KEPT = set("！（），；？＂＇")  # what ends a value in Chinese
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63"
_COLONS = "\u2236\ufe30\ufe55"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# Written without a width: chat programs and address books leave them around and inside numbers.
_INVISIBLE_CHARS = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\ufeff\u034f\u20e3\u3164"
    "\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f"
)
_INVISIBLE = re.compile(f"[{_INVISIBLE_CHARS}]+")


@lru_cache(maxsize=1)
def _shapes() -> dict[int, str]:
    wide = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in _KEPT}
    digits = {0x1D7CE + index: str(index % 10) for index in range(50)}
    signs = {ord(char): sign for chars, sign in ((_DASHES, "-"), (_SPACES, " "), (_COLONS, ":")) for char in chars}
    # A dotted capital I would grow by one character when written small.
    return wide | digits | signs | {0x130: "I", 0x301C: "~"}


@dataclass(frozen=True, slots=True)
class Folded:
    """A text to search in. `lower` has the same length; `origin` says where each character stands in the original,
    unless all stand where they stood."""

    text: str
    lower: str
    origin: list[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the original text."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold a text."""
    origin = None
    if not text.isascii():
        if any(char in text for char in _INVISIBLE_CHARS):
            origin = [place for part in _visible(text) for place in range(*part)]
            text = _INVISIBLE.sub("", text)
        text = text.translate(_shapes())
    return Folded(text, text.lower(), origin)


def _visible(text: str) -> list[tuple[int, int]]:
    cuts = [0, *(edge for found in _INVISIBLE.finditer(text) for edge in found.span()), len(text)]
    return list(zip(cuts[::2], cuts[1::2], strict=True))
