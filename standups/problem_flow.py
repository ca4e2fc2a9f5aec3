"""How problems came and went: per day how many were raised and solved up to then, and how many were open. Plain counting."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class FlowPoint:
    """The end of one day: `raised` and `solved` count from the beginning; what is raised and not solved is open."""

    on: date
    raised: int
    solved: int

    @property
    def open(self) -> int:
        return self.raised - self.solved


def problem_flow(spans: Iterable[tuple[date, date | None]], days: Sequence[date]) -> list[FlowPoint]:
    """Return a point for each of the days; a span is the day a problem was raised and the one it was solved (None: it is
    still open). What happens on a day that is not among them counts from the next one on."""
    rows = list(spans)
    raised = sorted(first for first, _last in rows)
    solved = sorted(last for _first, last in rows if last is not None)
    return [FlowPoint(day, bisect_right(raised, day), bisect_right(solved, day)) for day in days]
