"""How wide a text will be, without a font at hand: good enough to leave room for it and to shorten it."""

from __future__ import annotations

import unicodedata

LATIN_EM = 0.55
ELLIPSIS = "…"
_STAND_INS = {"Cc": " ", "Cs": "\ufffd"}


def width_em(text: str) -> float:
    """The estimated width in em: 1 for a Chinese character, 0.55 for a Latin letter, 0 for a combining mark."""
    return sum(_char_em(char) for char in text)


def printable(text: str) -> str:
    """`text` on one line, without control characters (XML forbids them) and lone surrogates (UTF-8 does)."""
    return " ".join("".join(_STAND_INS.get(unicodedata.category(char), char) for char in text).split())


def shorten(text: str, limit_em: float) -> str:
    """`text`, cut with an ellipsis when it is wider than `limit_em`."""
    if width_em(text) <= limit_em:
        return text
    return text[: _fitting(text, limit_em - width_em(ELLIPSIS))].rstrip() + ELLIPSIS


def two_lines(text: str, limit_em: float) -> list[str]:
    """One line if it fits in `limit_em`, else two: broken at a space where there is one, the second cut with an ellipsis."""
    if width_em(text) <= limit_em:
        return [text]
    cut = _fitting(text, limit_em)
    space = text.rfind(" ", 0, cut + 1)
    # A Latin word moves whole to the second line, unless the first would be left half empty; Chinese breaks anywhere.
    if space > cut // 2 and not _is_wide(text[cut]):
        cut = space
    return [text[:cut].rstrip(), shorten(text[cut:].lstrip(), limit_em)]


def _fitting(text: str, limit_em: float) -> int:
    used = 0.0
    for position, char in enumerate(text):
        used += _char_em(char)
        if used > limit_em:
            return max(position, 1)
    return len(text)


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _char_em(char: str) -> float:
    if "\x20" <= char < "\x7f":
        return LATIN_EM
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Mn", "Me"}:
        return 0.0
    return 1.0 if _is_wide(char) else LATIN_EM
