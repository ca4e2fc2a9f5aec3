"""Where it is worth looking: around the words without which a pattern can't match.

Looking for plain words is a hundred times faster than trying patterns at every character, and keeps a file of many
megabytes a matter of a second or two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator


def windows(low: str, anchors: Iterable[str], *, before: int, after: int) -> list[tuple[int, int]]:
    """Return the parts of the text around these words, in order and apart from each other.

    Each reaches as far on its line as `before` and `after` allow, so that nothing that fits is cut.
    """
    spans = sorted(_around(low, anchors, before, after))
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            if end > joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _around(low: str, anchors: Iterable[str], before: int, after: int) -> Iterator[tuple[int, int]]:
    for anchor in anchors:
        place = low.find(anchor)
        while place >= 0:
            end = place + len(anchor)
            yield max(0, place - before), min(len(low), end + after)
            place = low.find(anchor, end)


def matches(pattern: re.Pattern[str], text: str, spans: Iterable[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern within these parts of a text."""
    for start, end in spans:
        yield from pattern.finditer(text, start, end)
