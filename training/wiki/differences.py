"""What differs between two texts, line beside line, and in a changed line word by word: pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

How = Literal["same", "changed", "gone", "new", "folded"]
# Chinese puts nothing between words: each of its signs counts as one.
_WORD = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)
AROUND = 3
MOST_MARKED = 300
LONGEST_MARKED = 2000


@dataclass(frozen=True)
class Piece:
    """Some words of a line, marked where the other text has others."""

    text: str
    is_marked: bool = False


@dataclass(frozen=True)
class Row:
    """A line of both texts. `count` is how many equal lines stand folded here."""

    how: How
    was: tuple[Piece, ...] = ()
    now: tuple[Piece, ...] = ()
    was_number: int | None = None
    now_number: int | None = None
    count: int = 0


def differences(was: str, now: str) -> list[Row]:
    """Return both texts in rows, long stretches that are the same folded; nothing where both say the same."""
    before, after = was.split("\n"), now.split("\n")
    if before == after:
        return []
    rows: list[Row] = []
    marked = 0
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            is_last = i2 == len(before) and j2 == len(after)
            rows += _same(before, i1, i2, j1, is_first=i1 == j1 == 0, is_last=is_last)
            continue
        pairs = min(i2 - i1, j2 - j1)
        for step in range(pairs):
            marked += 1
            left, right = before[i1 + step], after[j1 + step]
            pieces = _pieces(left, right) if marked <= MOST_MARKED else (_whole(left), _whole(right))
            rows.append(Row("changed", *pieces, i1 + step + 1, j1 + step + 1))
        rows += [Row("gone", _whole(before[i]), (), i + 1) for i in range(i1 + pairs, i2)]
        rows += [Row("new", (), _whole(after[j]), None, j + 1) for j in range(j1 + pairs, j2)]
    return rows


def _same(before: Sequence[str], start: int, end: int, other: int, *, is_first: bool, is_last: bool) -> Iterator[Row]:
    head, tail = (0 if is_first else AROUND), (0 if is_last else AROUND)
    hidden = end - start - head - tail
    for index in range(start, end):
        place = index - start
        if hidden > 1 and head <= place < head + hidden:
            if place == head:
                yield Row("folded", count=hidden)
            continue
        piece = (Piece(before[index]),)
        yield Row("same", piece, piece, index + 1, other + place + 1)


def _whole(line: str) -> tuple[Piece, ...]:
    return (Piece(line, True),)


def _pieces(left: str, right: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    if max(len(left), len(right)) > LONGEST_MARKED:
        return _whole(left), _whole(right)
    one, two = _WORD.findall(left), _WORD.findall(right)
    was: list[Piece] = []
    now: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        is_marked = tag != "equal"
        was += [Piece("".join(one[i1:i2]), is_marked)] if i2 > i1 else []
        now += [Piece("".join(two[j1:j2]), is_marked)] if j2 > j1 else []
    return tuple(was), tuple(now)
