"""When will it end? Ten thousand runs through a plan whose durations are uncertain. Pure: no rows, no clock.

Durations follow the PERT-beta distribution (D. G. Malcolm, J. H. Roseboom, C. E. Clark, W. Fazar, "Application of a
Technique for Research and Development Program Evaluation", Operations Research 7 (1959), 646–669). With a = least,
m = likely, b = most and λ = 4:

    mean = (a + 4 m + b) / 6
    days = a + (b − a) · Beta(α, β),   α = 1 + λ (m − a) / (b − a),   β = 1 + λ (b − m) / (b − a)

A run picks each duration by a uniform number from the integrated density: the same seed gives the same runs, and more
remaining work (all three days longer, or a later likely one) never a shorter draw. Durations count in parts of working
days; only the end is rounded, up to the whole working day on which it falls. So what lasts exactly three days ends on
its third, and short tasks add up instead of each being rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RUNS = 10_000
SEED = 20_261_122
LAMBDA = 4
# Points of the integrated density; the error of its trapezoids stays below 1e-6.
_POINTS = np.linspace(0.0, 1.0, 2049)
# So finely the distribution is turned round: an error shows in one run of four thousand at most.
_STEPS = 4096
# Sums of parts of a day meet whole days only nearly.
_NEARLY = 1e-6

WorkingDays = NDArray[np.int64]
Days = NDArray[np.float64]


class Link(NamedTuple):
    """Finish to start: begins `lag` working days after the day that follows the finish of activity number `before`."""

    before: int
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Activity:
    """A task, or a stage without tasks. `least`, `likely` and `most` are its remaining working days; all 0: a milestone,
    which falls on the day on which the last thing it waits for ends, or at the end of its own day.

    `not_before`: a day on which it can't begin earlier (a fixed start too: what it waits for may still push it back).
    `is_running`: it began, so nothing holds it any more, and the rest is worked off from today on.
    `finished_on`: it is done, the last day it took; the remaining days say nothing then.
    """

    stage: str
    least: float
    likely: float
    most: float
    waits_for: tuple[Link, ...] = ()
    not_before: date | None = None
    is_running: bool = False
    finished_on: date | None = None


class Bar(NamedTuple):
    """How many runs end on this day."""

    day: date
    runs: int


@dataclass(frozen=True)
class Outcome:
    """What the runs say. `p50_on` (`p80_on`): the first day by which at least 50 (80) % of them have ended, also as
    working days from today (today: 0).

    `shares` says how much each stage drives the risk, from 0 to 1, `driver` which one does most ("" where nothing is
    uncertain): see `_shares`.
    """

    runs: int
    probability: float
    p50_on: date
    p80_on: date
    p50_days: int
    p80_days: int
    histogram: tuple[Bar, ...]
    shares: dict[str, float]
    driver: str


def simulate(
    activities: Sequence[Activity],
    *,
    working_days: WorkingDays,
    today: date,
    agreed_on: date,
    runs: int = RUNS,
    seed: int = SEED,
) -> Outcome:
    """Return what `runs` runs through the plan say of the agreed day.

    `working_days` are the ordinals of the site's working days, ascending, from the earliest finished day on to a day
    that the longest run can't pass. No run ends before today, since nobody would ask for what is over. Raises ValueError
    without activities, for a cycle, and where a run passes the last working day.
    """
    if not activities:
        raise ValueError("a forecast needs at least one activity")
    days = draw_days(activities, runs=runs, seed=seed)
    paths = _Paths(activities, days, working_days, today)
    ends = np.maximum(np.ceil(paths.finish.max(axis=0) - _NEARLY).astype(np.int64) - 1, paths.today)
    if ends.max() >= len(working_days):
        raise ValueError("a run ends after the last working day of the calendar")
    shares = _shares(activities, days, paths.critical())
    ordered = np.sort(ends)
    half, most = (int(ordered[-(-runs * share // 100) - 1]) for share in (50, 80))
    found, counts = np.unique(ends, return_counts=True)
    return Outcome(
        runs=runs,
        probability=float(np.mean(ends <= _last_until(working_days, agreed_on))),
        p50_on=_day(working_days, half),
        p80_on=_day(working_days, most),
        p50_days=half - paths.today,
        p80_days=most - paths.today,
        histogram=tuple(
            Bar(_day(working_days, int(end)), int(count)) for end, count in zip(found, counts, strict=True)
        ),
        shares=shares,
        driver=max(shares, key=lambda stage: shares[stage]) if any(shares.values()) else "",
    )


def draw_days(activities: Sequence[Activity], *, runs: int, seed: int) -> Days:
    """Return the drawn remaining working days, one row per activity and one column per run."""
    uniform = np.random.default_rng(seed).random((len(activities), runs))
    days = np.empty_like(uniform)
    for row, activity in enumerate(activities):
        days[row] = _durations(activity, uniform[row])
    return days


def _durations(activity: Activity, uniform: Days) -> Days:
    """Return the duration for each uniform number. Raises ValueError where not 0 ≤ least ≤ likely ≤ most."""
    least, likely, most = activity.least, activity.likely, activity.most
    if not 0 <= least <= likely <= most:
        raise ValueError(f"remaining days are least ≤ likely ≤ most: {(least, likely, most)}")
    if activity.finished_on is not None:
        return np.zeros_like(uniform)
    if least == most:
        return np.full_like(uniform, least)
    quantiles = _quantiles((likely - least) / (most - least))
    # Between two quantiles in a straight line; numpy's own interp would search the table for every number.
    at = uniform * _STEPS
    step = at.astype(np.int64)
    return least + (most - least) * (quantiles[step] + (at - step) * (quantiles[step + 1] - quantiles[step]))


@lru_cache(maxsize=256)
def _quantiles(mode: float) -> Days:
    """Return the quantiles of the PERT-beta distribution on 0 to 1 whose likeliest value is `mode`."""
    density = _POINTS ** (LAMBDA * mode) * (1 - _POINTS) ** (LAMBDA * (1 - mode))
    area = np.concatenate(([0.0], np.cumsum(density[1:] + density[:-1])))
    return np.interp(np.linspace(0.0, 1.0, _STEPS + 1), area / area[-1], _POINTS)


class _Paths:
    """All runs at once: when each activity ends, and what it waited for. Times are working days since the morning of the
    calendar's first one, so that the day at position n lasts from n to n + 1."""

    def __init__(self, activities: Sequence[Activity], days: Days, working_days: WorkingDays, today: date) -> None:
        self.activities, self.days, self.calendar = activities, days, working_days
        self.today = int(np.searchsorted(working_days, today.toordinal(), side="left"))
        self.today_or_before = _last_until(working_days, today)
        graph = {row: [link.before for link in activity.waits_for] for row, activity in enumerate(activities)}
        # graphlib raises CycleError, which is a ValueError.
        self.order = list(TopologicalSorter(graph).static_order())
        self.finish = np.empty_like(days)
        self.held_by = np.full(days.shape, -1, dtype=np.int32)
        for row in self.order:
            self._place(row)

    def _place(self, row: int) -> None:
        activity = self.activities[row]
        if activity.finished_on is not None:
            self.finish[row] = min(_last_until(self.calendar, activity.finished_on), self.today_or_before) + 1
            return
        start = np.full(self.days.shape[1], self._floor(activity), dtype=np.float64)
        for link in () if activity.is_running else activity.waits_for:
            free = self.finish[link.before] + link.lag
            self.held_by[row][free > start] = link.before
            np.maximum(start, free, out=start)
        self.finish[row] = start + self.days[row]

    def _floor(self, activity: Activity) -> int:
        """Return the earliest start by today and the activity's own day; a milestone waits for the end of that day."""
        first = self.today
        if activity.not_before is not None and not activity.is_running:
            first = max(first, int(np.searchsorted(self.calendar, activity.not_before.toordinal(), side="left")))
        return first + (activity.most == 0)

    def critical(self) -> NDArray[np.bool_]:
        """Return for each activity and run whether it lies on the longest path.

        That path begins at the activity that ends last (of several the first in the plan) and goes back from each to the
        one that it waited for (of several the first named), until one was held by nothing but its own day or today.
        """
        on_path = np.zeros(self.days.shape, dtype=np.bool_)
        on_path[self.finish.argmax(axis=0), np.arange(self.days.shape[1])] = True
        for row in reversed(self.order):
            for before in {link.before for link in self.activities[row].waits_for}:
                on_path[before] |= on_path[row] & (self.held_by[row] == before)
        return on_path


def _shares(activities: Sequence[Activity], days: Days, critical: NDArray[np.bool_]) -> dict[str, float]:
    """Return each stage's part of what drives the risk, from 0 to 1; all 0 where nothing is uncertain.

    An activity weighs its criticality index (the share of runs in which it lies on the longest path) times the variance
    of its drawn days, a stage the sum of its activities, and the shares are of the sum of all. For a chain of
    activities that is the share of the variance of the end. Compare the schedule sensitivity index of M. Vanhoucke,
    "Measuring Time" (Springer, 2009), which takes the standard deviation of a single activity.
    """
    weights = critical.mean(axis=1) * days.var(axis=1)
    total = float(weights.sum())
    shares: dict[str, float] = {}
    for activity, weight in zip(activities, weights, strict=True):
        share = float(weight) / total if total else 0.0
        shares[activity.stage] = shares.get(activity.stage, 0.0) + share
    return shares


def _last_until(working_days: WorkingDays, day: date) -> int:
    """Return the position of the last working day up to `day`; -1 before the first."""
    return int(np.searchsorted(working_days, day.toordinal(), side="right")) - 1


def _day(working_days: WorkingDays, position: int) -> date:
    return date.fromordinal(int(working_days[position]))
