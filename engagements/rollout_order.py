"""The order in which functions are rolled out: a pure function, used by the roll-out and by the documents above."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

FREQUENCIES = ("daily", "weekly", "monthly", "rarely")
PRIORITIES = ("must", "should", "could")
RISKS = ("high", "medium", "low", "none")


class Ranked(Protocol):
    """What the order looks at; the values are those of the tuples above."""

    @property
    def frequency(self) -> str: ...
    @property
    def priority(self) -> str: ...
    @property
    def risk(self) -> str: ...


Function = TypeVar("Function", bound=Ranked)


def rollout_order(functions: Iterable[Function]) -> list[Function]:
    """Return what is used most often first, among equals what matters most, then what carries the higher compliance risk,
    so that it is watched longest; otherwise in the order given. Raises ValueError for a word outside the scales."""
    return sorted(functions, key=rank)


def rank(function: Ranked) -> tuple[int, int, int]:
    """Return where a function stands in the order, the first first. Raises ValueError for a word outside the scales."""
    return (
        FREQUENCIES.index(function.frequency),
        PRIORITIES.index(function.priority),
        RISKS.index(function.risk),
    )
