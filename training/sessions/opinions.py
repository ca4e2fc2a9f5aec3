"""What feedback comes to: averages and remarks that give nobody away, and how they go from session to session. Pure.

Answers show in steps of `FEWEST`: were each shown as it comes, the average before and after would tell it. Paper forms
count for themselves, because whoever noted them knows whose they are, and could take them off the average again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

# Below this many answers, whoever was there could tell whose is which.
FEWEST = 3
# A change of less than this says nothing.
NOTABLE = 0.25


@dataclass(frozen=True)
class Opinion:
    """One learner's answers, 1 to 5, and their remark."""

    useful: int
    clear: int
    able: int
    remark: str = ""


@dataclass(frozen=True)
class Summary:
    """What a session's answers come to: how many there are, and what the `shown` ones of them say. While none are shown the
    averages are None. Remarks stand in the order of their text, which says nothing of who gave them or when."""

    count: int
    shown: int = 0
    useful: float | None = None
    clear: float | None = None
    able: float | None = None
    remarks: tuple[str, ...] = ()

    @property
    def waiting(self) -> int:
        """How many answers are not shown yet."""
        return self.count - self.shown

    @property
    def mean(self) -> float | None:
        """The mean of the three averages."""
        if self.useful is None or self.clear is None or self.able is None:
            return None
        return (self.useful + self.clear + self.able) / 3


@dataclass(frozen=True)
class Point:
    """One session in a trend; `change` says how it stands to the one told before: "better", "worse", "same", or "" for the
    first."""

    pk: int
    title: str
    at: datetime
    count: int
    mean: float
    change: str


def summarise(given: Sequence[Opinion], noted: Sequence[Opinion] = ()) -> Summary:
    """Return what these answers come to: those that learners gave themselves and those noted from paper, each in the order
    in which they came. Paper forms are shown only together with given ones."""
    count = len(given) + len(noted)
    shown = _in_steps(given)
    if not shown:
        return Summary(count)
    shown += _in_steps(noted)
    return Summary(
        count=count,
        shown=len(shown),
        useful=sum(one.useful for one in shown) / len(shown),
        clear=sum(one.clear for one in shown) / len(shown),
        able=sum(one.able for one in shown) / len(shown),
        remarks=tuple(sorted(one.remark.strip() for one in shown if one.remark.strip())),
    )


def _in_steps(opinions: Sequence[Opinion]) -> list[Opinion]:
    return list(opinions[: len(opinions) - len(opinions) % FEWEST])


def trend(sessions: Sequence[tuple[int, str, datetime, Summary]]) -> list[Point]:
    """Return the sessions that have an average, in the order of time. Each stands for itself: a mean over all of them
    would tell what the few answers of another one are."""
    points: list[Point] = []
    for pk, title, at, summary in sorted(sessions, key=lambda row: (row[2], row[0])):
        if summary.mean is not None:
            change = _change(points[-1].mean, summary.mean) if points else ""
            points.append(Point(pk, title, at, summary.shown, summary.mean, change))
    return points


def _change(before: float, now: float) -> str:
    if abs(now - before) < NOTABLE:
        return "same"
    return "better" if now > before else "worse"
