"""What somebody typed into the box, taken apart into what is looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from onsite.core.search.asked import All, AnyOf, Asked, Token
from onsite.core.search.tokens import TITLE, Piece, fold, folded_of, grams, pieces, word_of

LONGEST = 200
MOST_TERMS = 24
_SHORTEST_PREFIX = 3

# What a question is asked with, not about. It counts only where nothing else was typed.
_ASKING = re.compile(
    r"怎么办|怎么样|怎么|怎样|如何|为什么|为何|是什么|什么是|什么|哪些|哪个|哪里|请问|有没有|是否|能否|可以|多少"
)
_LINKS = frozenset("的了吗呢是在把被对从和与及或就都也要")
_SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by can do does for from how i if in into is it its my no not of on or our should so that "
        "the their there they this to was we what when where which who why will with you your",
    )
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing looked for: what the index is asked (`asked`), what is counted in a folded text (`needles`, of which the
    first is the thing itself and the others come near), and whether a text may do without it."""

    asked: Asked
    needles: tuple[str, ...]
    is_optional: bool = False

    @property
    def in_title(self) -> Asked:
        return _in_title(self.asked)

    def count_in(self, folded: str) -> float:
        """Return how often it stands there; what only comes near counts half."""
        exact = folded.count(self.needles[0])
        if exact or len(self.needles) == 1:
            return exact
        return 0.5 * max(folded.count(needle) for needle in self.needles[1:])


@dataclass(frozen=True, slots=True)
class Question:
    """The terms, and as `phrases` what stands side by side: the whole, and each run longer than a pair."""

    terms: tuple[Term, ...]
    phrases: tuple[str, ...]
    was_cut: bool = False

    @property
    def needed(self) -> tuple[Term, ...]:
        """The terms that a text should hold all of; where all are optional, those."""
        return tuple(term for term in self.terms if not term.is_optional) or self.terms


def question_of(typed: str) -> Question:
    """Take the words apart; what holds no letter and no digit asks for nothing. The last word may be only begun."""
    text = " ".join(typed.replace("\x00", " ").split())
    was_cut = len(text) > LONGEST
    text = text[:LONGEST]
    asked_about = _ASKING.sub(" ", fold(text))
    found = list(pieces(asked_about)) or list(pieces(text))
    is_begun = bool(found) and not found[-1].is_run and typed[-1:] == typed[-1:].strip()
    terms: dict[Asked, Term] = {}
    for number, piece in enumerate(found):
        for term in _terms(piece, is_begun=is_begun and number == len(found) - 1):
            terms.setdefault(term.asked, term)
    return Question(tuple(islice(terms.values(), MOST_TERMS)), _phrases(found), was_cut)


def _terms(piece: Piece, *, is_begun: bool) -> list[Term]:
    if piece.is_run:
        run = piece.text
        return [
            Term(Token(gram), (gram,), is_optional=len(run) > 2 and not _LINKS.isdisjoint(gram)) for gram in grams(run)
        ]
    word = word_of(piece.text)
    ways: list[Asked] = [Token(word.whole)]
    needles = [f" {word.whole} "]
    if word.parts != (word.whole,):
        ways.append(All(tuple(Token(part) for part in word.parts)) if len(word.parts) > 1 else Token(word.parts[0]))
        needles.append(f" {' '.join(word.parts)} ")
    if is_begun and len(word.plain[0]) >= _SHORTEST_PREFIX:
        ways.append(Token(word.plain[0], is_prefix=True))
        needles.append(f" {word.plain[0]}")
    asked = AnyOf(tuple(ways)) if len(ways) > 1 else ways[0]
    return [Term(asked, tuple(needles), is_optional=piece.text in _SMALL_WORDS)]


def _phrases(found: list[Piece]) -> tuple[str, ...]:
    whole = folded_of(" ".join(piece.text for piece in found)).strip()
    runs = [piece.text for piece in found if piece.is_run and len(piece.text) > 2]
    return tuple(dict.fromkeys(phrase for phrase in (whole, *runs) if len(phrase) > 2))


def _in_title(asked: Asked) -> Asked:
    if isinstance(asked, Token):
        return Token(TITLE + asked.text, asked.is_prefix)
    return type(asked)(tuple(_in_title(part) for part in asked.parts))
