"""Finding a name in a text, in Latin letters and in Chinese."""

from __future__ import annotations

import re
import unicodedata

SHORTEST_NAME = 2


def folded(text: str) -> str:
    """Return the text as names are compared: without case, width and runs of blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def as_word(name: str) -> re.Pattern[str]:
    """Return the pattern that finds a folded name in folded text. In Latin letters it stands as a word of its own;
    Chinese puts nothing between words."""
    before = r"(?<![a-z0-9])" if re.match("[a-z0-9]", name) else ""
    after = r"(?![a-z0-9])" if re.search("[a-z0-9]$", name) else ""
    return re.compile(before + re.escape(name) + after)


def first_named(text: str, names: list[str]) -> str | None:
    """Return the first of the names that stands in the text, as it was given; None where none does."""
    whole = folded(text)
    for name in names:
        word = folded(name)
        if len(word) >= SHORTEST_NAME and word in whole and as_word(word).search(whole):
            return name
    return None
