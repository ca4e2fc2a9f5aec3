"""Passwords in SQL: of accounts that are made or changed, and in rows that are inserted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onsite.core.scanner import values
from onsite.core.scanner.cutting import value_at
from onsite.core.scanner.findings import FindingKind
from onsite.core.scanner.folding import Folded
from onsite.core.scanner.windows import matches, windows

Hit = tuple[FindingKind, int, int]

# Each ends where the secret begins.
_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (
        ("identified",),
        re.compile(
            r"(?i)\bidentified\s+(?:with\s+[\w\"'`]{1,60}\s+)?(?:by|as)\s+(?:password\s+)?(?!(?:values|random"
            r"|externally)\b)"
        ),
    ),
    (
        ("set password",),
        re.compile(r"(?i)\bset password\s*(?:for\s+[^=\n]{1,80}?)?=\s*(?:(?:old_)?password)?\s*\(?\s*(?=[\"'])"),
    ),
    (("sp_add", "sp_password"), re.compile(r"(?i)\bsp_(?:addlogin|password|adduser)\s+[^,\n]{1,80},\s*(?=n?')")),
)
_INSERT = re.compile(
    r"(?i)\binsert\s+(?:ignore\s+)?into\s+[\w.`\"\[\]]{1,80}\s*\((?P<columns>[^()]{1,600})\)\s*values\s*"
)
_COLUMN = re.compile(r"\w*(?:password|passwd|pwd|pass)")
_ITEM = re.compile(
    r"\s{0,8}(?:[nN]?'(?P<text>(?:[^'\\]|\\.|''){0,400})'|[^,()']{0,80}(?:\([^()]{0,80}\))?)\s{0,8}(?P<end>[,)])"
)
_NEXT_ROW = re.compile(r"\s{0,8},\s{0,8}(?=\()")


def statements(folded: Folded) -> Iterator[Hit]:
    """Find them."""
    text, low = folded.text, folded.lower
    for hints, pattern in _PATTERNS:
        for found in matches(pattern, text, windows(low, hints, before=8, after=240)):
            value = value_at(text, found.end())
            if value and values.is_word(value.text) and (value.is_quoted or not values.is_code(value.text)):
                yield FindingKind.PASSWORD, value.start, value.end
    over = 0
    for found in matches(_INSERT, text, windows(low, ("insert",), before=1, after=900)):
        if found.start() >= over:
            hits, over = _inserted(text, found)
            yield from hits


def _inserted(text: str, found: re.Match[str]) -> tuple[list[Hit], int]:
    """Return the values of the password columns in all rows, and where the rows end."""
    names = [name.strip(' `"[]\n\t\r').lower() for name in found["columns"].split(",")]
    wanted = [place for place, name in enumerate(names) if _COLUMN.fullmatch(name)]
    hits: list[Hit] = []
    position = found.end()
    while wanted and text.startswith("(", position):
        spans, position = _row(text, position + 1)
        for place in wanted:
            if place < len(spans) and values.is_word(text[slice(*spans[place])]):
                hits.append((FindingKind.PASSWORD, *spans[place]))
    return hits, position


def _row(text: str, position: int) -> tuple[list[tuple[int, int]], int]:
    """Return where the values of a row stand, and where the next row begins or there is none."""
    spans: list[tuple[int, int]] = []
    while found := _ITEM.match(text, position):
        spans.append(found.span("text") if found["text"] is not None else (position, position))
        position = found.end()
        if found["end"] == ")":
            following = _NEXT_ROW.match(text, position)
            return spans, following.end() if following else position
    return spans, position
