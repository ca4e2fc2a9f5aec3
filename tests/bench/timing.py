"""Measures several things in turn and sets them in proportion."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import NamedTuple


class Figure(NamedTuple):
    """One measured ratio and what it should not exceed."""

    name: str
    value: float
    aim: float

    @property
    def met(self) -> bool:
        return self.value <= self.aim

    def line(self) -> str:
        """Return `name<TAB>value<TAB>aim<TAB>met|missed`."""
        return f"{self.name}\t{self.value:.2f}\t{self.aim:g}\t{'met' if self.met else 'missed'}"


def medians(
    contestants: Mapping[str, Callable[[], object]], *, rounds: int, warm_up: int,
    before: Mapping[str, Callable[[], object]] | None = None,
) -> dict[str, float]:  # fmt: skip
    """Return each contestant's median in seconds, over `rounds` in which all take their turn.

    Taking turns spreads whatever else the machine does over all of them; the warm-up fills caches and is not counted, and
    neither is what a contestant needs `before` each turn.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(-warm_up, rounds):
        for name, run in contestants.items():
            if before and name in before:
                before[name]()
            started = time.perf_counter()
            run()
            if turn >= 0:
                seconds[name].append(time.perf_counter() - started)
    return {name: median(taken) for name, taken in seconds.items()}
