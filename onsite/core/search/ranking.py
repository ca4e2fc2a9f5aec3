"""The order of what was found, our own and the same on every database.

BM25 (Robertson and Zaragoza, 2009) over stems and pairs of characters, a word of the title counted as several, weighed by
how much of the question a text answers, by what stands there side by side as it was typed, and a little by its age.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.utils import timezone

from onsite.core.search.question import Question

K1, B = 1.5, 0.4
USUAL_LENGTH = 300
IN_TITLE = 3.0
PHRASE, PHRASE_IN_TITLE = 0.2, 0.6
LEAST_COVERED = 0.2
ANSWERED = 0.5
RECENT, FORGOTTEN_DAYS = 0.04, 400


class Entry(NamedTuple):
    """What ranking needs of an entry; the names are the model's."""

    pk: int
    kind: str
    object_id: int
    engagement_id: int | None
    day: date
    title: str
    folded: str


class Best(NamedTuple):
    """A row with its score and the entry that speaks most for it."""

    kind: str
    object_id: int
    engagement_id: int | None
    day: date
    score: float
    entry_id: int
    title: str


def rank(entries: Iterable[Entry], question: Question, counts: Sequence[int]) -> list[Best]:
    """Return the rows behind the entries, best first. `counts` are how many entries there are, and how many hold each
    term of the question."""
    weights = [_rarity(counts[0], count) for count in counts[1:]]
    by_row: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        by_row.setdefault((entry.kind, entry.object_id), []).append(entry)
    today = timezone.localdate()
    found = [_best(rows, question, weights, today) for rows in by_row.values()]
    return sorted(
        (best for best in found if best), key=lambda best: (-best.score, -best.day.toordinal(), -best.object_id)
    )


def _best(rows: list[Entry], question: Question, weights: list[float], today: date) -> Best | None:
    """Score a row by all its entries together: its words may stand in different pieces of a long text."""
    told = [_told(row, question) for row in rows]
    each = [max(one) for one in zip(*(counts for counts, _beside in told), strict=True)]
    covered = _covered(each, question, weights)
    if covered < LEAST_COVERED:
        return None
    sums = [
        sum(weight * count for weight, count in zip(weights, counts, strict=True)) + beside for counts, beside in told
    ]
    speaks = max(range(len(rows)), key=lambda place: sums[place])
    beside = max(beside for _counts, beside in told)
    score = sum(weight * count for weight, count in zip(weights, each, strict=True)) * (1 + beside) * covered**ANSWERED
    age = max((today - rows[0].day).days, 0)
    score *= 1 + RECENT * math.exp(-age / FORGOTTEN_DAYS)
    row = rows[speaks]
    return Best(row.kind, row.object_id, row.engagement_id, row.day, score, row.pk, row.title)


def _told(row: Entry, question: Question) -> tuple[list[float], float]:
    """Return for each term how strongly the entry speaks of it (0 to K1 + 1), and how much stands side by side."""
    title, _newline, body = row.folded.partition("\n")
    length = K1 * (1 - B + B * len(row.folded) / USUAL_LENGTH)
    counts = []
    for term in question.terms:
        often = term.count_in(body) + IN_TITLE * term.count_in(title)
        counts.append(often * (K1 + 1) / (often + length))
    beside = 0.0
    for phrase in question.phrases:
        beside = max(beside, PHRASE_IN_TITLE if phrase in title else PHRASE if phrase in body else 0.0)
    return counts, beside


def _covered(each: Sequence[float], question: Question, weights: Sequence[float]) -> float:
    """Return how much of the question is answered, from 0 to 1; what it can do without is not asked for."""
    needed = set(question.needed)
    asked = [
        (weight, count) for term, weight, count in zip(question.terms, weights, each, strict=True) if term in needed
    ]
    whole = sum(weight for weight, _count in asked)
    return sum(weight for weight, count in asked if count) / whole if whole else 0.0


def _rarity(entries: int, holding: int) -> float:
    return math.log(1 + (max(entries, holding) - holding + 0.5) / (holding + 0.5)) + 0.1
