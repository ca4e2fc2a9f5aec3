"""P5: the order of the roll-out is a pure function of frequency, priority and risk."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Function
from engagements.rollout_order import FREQUENCIES, PRIORITIES, RISKS, rollout_order
from reports.documents.manual_parts import RolloutStep

ALL = list(product(FREQUENCIES, PRIORITIES, RISKS))


def step(frequency: str, priority: str, risk: str, name: str = "") -> RolloutStep:
    return RolloutStep(function=name, module="", frequency=frequency, priority=priority, risk=risk)  # type: ignore[arg-type]


def test_the_scales_are_those_of_the_model() -> None:
    assert (set(FREQUENCIES), set(PRIORITIES), set(RISKS)) == (
        set(Function.Frequency.values), set(Function.Priority.values), set(Function.Risk.values),
    )  # fmt: skip


def test_daily_comes_first_then_what_matters_then_what_is_risky() -> None:
    rows = [step(*row) for row in reversed(ALL)]
    assert [(row.frequency, row.priority, row.risk) for row in rollout_order(rows)] == ALL


@given(st.lists(st.sampled_from(ALL)))
def test_nothing_is_lost_and_equals_keep_their_order(ranks: list[tuple[str, str, str]]) -> None:
    rows = [step(*rank, name=str(number)) for number, rank in enumerate(ranks)]
    ordered = rollout_order(rows)
    assert sorted(row.function for row in ordered) == sorted(row.function for row in rows)
    for before, after in pairwise(ordered):
        ranks_of = [ALL.index((row.frequency, row.priority, row.risk)) for row in (before, after)]
        assert ranks_of[0] < ranks_of[1] or (ranks_of[0] == ranks_of[1] and int(before.function) < int(after.function))


def test_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="tuple"):
        rollout_order([step("hourly", "must", "none")])
