"""Rows that more than one document shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from reports.documents.codec import ADDED_LATER
from reports.figures.attainment import Direction

Side = Literal["client", "vendor", "third_party"]


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """A stage, a task (`is_part` of the stage before it) or a milestone of the plan. Dates are inclusive; a milestone has
    only its finish (`start_on` is ignored)."""

    label: str
    start_on: date
    finish_on: date
    baseline_start_on: date | None = None
    baseline_finish_on: date | None = None
    percent: int = 0
    is_milestone: bool = False
    is_part: bool = field(default=False, metadata=ADDED_LATER)
    is_critical: bool = field(default=False, metadata=ADDED_LATER)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan's rows, and the days inside its span on which the site doesn't work (for the chart's shading)."""

    rows: tuple[PlanRow, ...] = ()
    non_working_on: tuple[date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Objective:
    """What was agreed to be reached. `measured_how` says by whom and with what."""

    title: str
    metric: str
    unit: str
    baseline: Decimal | None
    target: Decimal
    direction: Direction
    due_on: date | None = None
    measured_how: str = ""


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """One line for a signature. `role` is a word in the document's language; `name` may still be open.

    A side gets room for its chop when one of its signatories has `has_chop`.
    """

    side: Side
    role: str
    name: str = ""
    has_chop: bool = True


@dataclass(frozen=True, kw_only=True)
class Change:
    """A version of this document: the author's note, and what was found to differ from the version before."""

    version: str
    issued_on: date
    what: str
    found: tuple[str, ...] = field(default=(), metadata=ADDED_LATER)
