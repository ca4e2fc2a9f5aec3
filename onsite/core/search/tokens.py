"""Words as the search reads them: Chinese by overlapping pairs of characters, English by stems, codes whole and in parts.

Chinese is written without spaces, and a pair of characters is most often a word: a text is found by all its pairs (and
by its single characters), so a query of two characters always finds where they stand side by side.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

# A change of what follows makes every entry of the index out of date: `rebuild_search` sees it by this number.
VERSION = 1
LONGEST_TOKEN = 60
TITLE = "^"

_HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_LETTER = rf"[^\W_{_HAN}]"
_PIECE = re.compile(rf"(?P<run>[{_HAN}]+)|(?P<word>{_LETTER}+(?:[-_./:'’+#&@]{_LETTER}+)*(?:\+\+|#)?)")
_PARTS = re.compile(rf"\d+|(?:(?!\d){_LETTER})+")
_JOINTS = re.compile(r"[-_./:'’&@]")
_OWNER = re.compile(r"['’]s$")
_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of Chinese characters or a word, where it stands in the text it was found in."""

    text: str
    is_run: bool
    start: int
    end: int


def fold(text: str) -> str:
    """Return the text without differences of width and case."""
    return unicodedata.normalize("NFKC", text).casefold()


def pieces(text: str) -> Iterator[Piece]:
    """Yield the runs and words of a text; their places are those in the text as it was given."""
    folded, places = text.casefold(), None
    if len(folded) != len(text) or not unicodedata.is_normalized("NFKC", text):
        folded, places = "".join(fold(character) for character in text), _places(text)
    for found in _PIECE.finditer(folded):
        start, end = found.span()
        if places is not None:
            start, end = places[start], places[end - 1] + 1
        yield Piece(found.group(), found.lastgroup == "run", start, end)


def _places(text: str) -> list[int]:
    """Return for each folded character which one of the text it came from."""
    return [place for place, character in enumerate(text) for _ in fold(character)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of an English word; other words come back without their accents."""
    if not word.isascii():
        plain = unicodedata.normalize("NFKD", word)
        word = "".join(character for character in plain if not unicodedata.combining(character)) or word
    stemmed: str = _stemmer.stemWord(word) if word.isascii() and word.isalpha() else word
    return stemmed[:LONGEST_TOKEN]


@dataclass(frozen=True, slots=True)
class Word:
    """A word taken apart: `whole` is what it is found by as one, `parts` are the stems it is made of, `plain` what
    somebody may have typed the beginning of."""

    whole: str
    parts: tuple[str, ...]
    plain: tuple[str, ...]


@lru_cache(maxsize=50_000)
def word_of(text: str) -> Word:
    """Take a folded word apart: "ora-01555" is "ora01555" as a whole, and "ora" and "01555"."""
    text = _OWNER.sub("", text)
    found = [part[:LONGEST_TOKEN] for part in _PARTS.findall(text)]
    # 12.5 and 125 are not the same; a code is the same with and without its hyphens.
    whole = _JOINTS.sub("" if any(not part.isdigit() for part in found) else ".", text)[:LONGEST_TOKEN]
    if len(found) <= 1 and (not found or whole == found[0]):
        return Word(stem(whole), (stem(whole),), (whole,))
    return Word(whole, tuple(dict.fromkeys(stem(part) for part in found)), (whole, *found))


def grams(run: str) -> list[str]:
    """Return the overlapping pairs of a run's characters; a single character is itself."""
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def folded_of(text: str) -> str:
    """Return the text as the ranking counts in it: runs as they are, words as stems, each between two spaces."""
    found: list[str] = []
    for piece in pieces(text):
        if piece.is_run:
            found.append(piece.text)
        else:
            word = word_of(piece.text)
            found.extend(word.parts if word.parts == (word.whole,) else (word.whole, *word.parts))
    return f" {' '.join(found)} " if found else ""


def tokens_of(text: str) -> set[str]:
    """Return everything that finds this text."""
    found: set[str] = set()
    for piece in pieces(text):
        if piece.is_run:
            found.update(piece.text)
            found.update(grams(piece.text))
        else:
            word = word_of(piece.text)
            found.update((word.whole, *word.parts, *word.plain))
    return found
