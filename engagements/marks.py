"""What marks from 1 to 5 come to: plain numbers in, plain numbers out. No mean stands without its number of answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

BEST = 5


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of `answers` marks, to one decimal, halves rounded up; None where nobody answered."""

    value: Decimal | None
    answers: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many gave this mark."""

    mark: int
    answers: int


def mean_of(marks: Iterable[int]) -> Mean:
    """Return the arithmetic mean of the marks and how many there are."""
    given = list(marks)
    if not given:
        return Mean(None, 0)
    exact = Decimal(sum(given)) / len(given)
    return Mean(exact.quantize(Decimal("0.1"), ROUND_HALF_UP), len(given))


def distribution_of(marks: Iterable[int]) -> tuple[Share, ...]:
    """Return how often each mark was given, the best first, also those that nobody gave."""
    counted = Counter(marks)
    return tuple(Share(mark, counted[mark]) for mark in range(BEST, 0, -1))
