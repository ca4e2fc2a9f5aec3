"""Means of marks (R1): to one decimal, halves up, never without the number of answers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagements.marks import Mean, distribution_of, mean_of

MARKS = st.lists(st.integers(1, 5), max_size=60)


@pytest.mark.parametrize(
    ("marks", "mean"),
    [
        ([], None),
        ([3], "3.0"),
        ([4, 5], "4.5"),
        ([4, 4, 5], "4.3"),
        ([5, 5, 4], "4.7"),
        ([3, 3, 3, 4], "3.3"),  # 3.25
        ([4, 4, 4, 3], "3.8"),  # 3.75: halves up, not to even
        ([1] * 19 + [2], "1.1"),  # 1.05
    ],
)
def test_the_mean_of_marks(marks: list[int], mean: str | None) -> None:
    assert mean_of(marks) == Mean(Decimal(mean) if mean else None, len(marks))


@given(MARKS)
def test_the_mean_is_the_nearest_tenth(marks: list[int]) -> None:
    """R1: against exact fractions; half a tenth goes up."""
    found = mean_of(marks)
    assert found.answers == len(marks)
    if not marks:
        assert found.value is None
        return
    assert found.value is not None
    away = Fraction(found.value) - Fraction(sum(marks), len(marks))
    assert -Fraction(1, 20) < away <= Fraction(1, 20)
    assert min(marks) <= found.value <= max(marks)
    assert found.value.as_tuple().exponent == -1


@given(MARKS, st.randoms())
def test_the_order_of_answers_tells_nothing(marks: list[int], random: object) -> None:
    shuffled = list(marks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert mean_of(shuffled) == mean_of(marks)
    assert distribution_of(shuffled) == distribution_of(marks)


@given(MARKS)
def test_the_distribution_holds_every_answer_once(marks: list[int]) -> None:
    found = distribution_of(marks)
    assert [share.mark for share in found] == [5, 4, 3, 2, 1]
    assert all(share.answers == marks.count(share.mark) for share in found)
    assert sum(share.answers for share in found) == len(marks)
