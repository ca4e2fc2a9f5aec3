"""The piece of a text that says why it was found, with the words marked; everything else in it is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from onsite.core.search.asked import Asked, Token
from onsite.core.search.question import Question
from onsite.core.search.tokens import pieces, word_of

WIDTH = 180
_BEFORE = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to mark, and the token it was found by."""

    start: int
    end: int
    token: str


class Marker:
    """Marks the words of a question in texts."""

    def __init__(self, question: Question) -> None:
        tokens = [token for term in question.terms for token in _tokens(term.asked)]
        self._whole = {token.text for token in tokens if not token.is_prefix}
        self._begun = tuple(token.text for token in tokens if token.is_prefix)

    def marked(self, text: str) -> SafeString:
        """Return the whole text, marked."""
        return _marked(text, list(self._marks(text)))

    def snippet(self, text: str) -> SafeString:
        """Return the piece of the text in which most of the different words stand, from its beginning where none does."""
        text = " ".join(text.split())
        marks = list(self._marks(text))
        start = _start(marks, text)
        end = min(len(text), start + WIDTH)
        inside = [
            Mark(mark.start - start, mark.end - start, "") for mark in marks if start <= mark.start and mark.end <= end
        ]
        before, after = "…" if start else "", "…" if end < len(text) else ""
        return format_html("{}{}{}", before, _marked(text[start:end], inside), after)

    def _marks(self, text: str) -> Iterator[Mark]:
        for piece in pieces(text):
            if not piece.is_run:
                word = word_of(piece.text)
                told = next((one for one in (word.whole, *word.parts) if one in self._whole), "")
                told = told or next((one for one in word.plain if self._begun and one.startswith(self._begun)), "")
                if told:
                    yield Mark(piece.start, piece.end, told)
            elif len(piece.text) == piece.end - piece.start:
                yield from self._marks_in_run(piece.text, piece.start)
            elif any(token in piece.text for token in self._whole):
                yield Mark(piece.start, piece.end, piece.text)

    def _marks_in_run(self, run: str, start: int) -> Iterator[Mark]:
        for place in range(len(run)):
            for length in (1, 2):
                if place + length <= len(run) and run[place : place + length] in self._whole:
                    yield Mark(start + place, start + place + length, run[place : place + length])


def _tokens(asked: Asked) -> Iterator[Token]:
    if isinstance(asked, Token):
        yield asked
    else:
        for part in asked.parts:
            yield from _tokens(part)


def _start(marks: list[Mark], text: str) -> int:
    """Return where to begin so that most different words are seen, a little before the first of them."""
    best, most = 0, -1
    last = 0
    for first, mark in enumerate(marks):
        last = max(last, first)
        while last < len(marks) and marks[last].end <= mark.start + WIDTH - _BEFORE:
            last += 1
        told = len({one.token for one in marks[first:last]})
        if told > most:
            best, most = mark.start, told
    return max(0, min(best - _BEFORE, len(text) - WIDTH))


def _marked(text: str, marks: list[Mark]) -> SafeString:
    parts: list[tuple[SafeString | str]] = []
    place = 0
    for start, end in _joined(marks):
        parts += [(text[place:start],), (format_html("<mark>{}</mark>", text[start:end]),)]
        place = end
    return format_html_join("", "{}", [*parts, (text[place:],)])


def _joined(marks: list[Mark]) -> Iterator[tuple[int, int]]:
    """Yield the places, those that touch as one."""
    open_place: tuple[int, int] | None = None
    for mark in sorted(marks, key=lambda one: one.start):
        if open_place and mark.start <= open_place[1]:
            open_place = open_place[0], max(open_place[1], mark.end)
        else:
            if open_place:
                yield open_place
            open_place = mark.start, mark.end
    if open_place:
        yield open_place
