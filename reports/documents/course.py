"""How the work went, day by day, as documents print it: points of two charts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engagements.progress import Point
from engagements.progress_chart import curve
from onsite.core.charts.figure import Figure
from standups.problem_chart import flow_figure
from standups.problem_flow import FlowPoint


@dataclass(frozen=True, kw_only=True)
class ProgressPoint:
    """The end of one day: which share of the work was to be done, and which was, in whole percent; None: not known."""

    on: date
    planned: int
    actual: int | None


@dataclass(frozen=True, kw_only=True)
class ProblemPoint:
    """The end of one day: how many problems were raised and solved since the beginning."""

    on: date
    raised: int
    solved: int


def progress_figure(points: tuple[ProgressPoint, ...]) -> Figure:
    """Return plan against fact as lines, in the active language; false without points."""
    return curve(
        [
            Point(row.on, Fraction(row.planned, 100), None if row.actual is None else Fraction(row.actual, 100))
            for row in points
        ],
        None,
    )


def problems_figure(points: tuple[ProblemPoint, ...]) -> Figure | None:
    """Return problems raised and solved as lines, in the active language."""
    return flow_figure([FlowPoint(row.on, row.raised, row.solved) for row in points]) if points else None
