"""How often a contingency plan was needed, and how fast somebody responded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Emergency:
    """One time that a plan was invoked. `minutes` to the first response are begun minutes; None while nobody responded.

    `kind` is any word by which emergencies are told apart.
    """

    kind: str
    limit_minutes: int
    minutes: int | None


@dataclass(frozen=True, slots=True)
class EmergencyFigures:
    """`kept` of `answered` first responses came within their limit; `longest_minutes` is None where nobody responded yet."""

    kind: str
    invoked: int
    answered: int
    kept: int
    longest_minutes: int | None


@dataclass(frozen=True, slots=True)
class EmergencyTotals:
    """All together, and by kind in the order in which each first appears."""

    total: EmergencyFigures
    by_kind: tuple[EmergencyFigures, ...]


def emergency_figures(emergencies: Iterable[Emergency]) -> EmergencyTotals:
    """Count them. What nobody responded to yet is neither kept nor missed."""
    rows = list(emergencies)
    kinds = dict.fromkeys(row.kind for row in rows)
    return EmergencyTotals(
        total=_figures("", rows),
        by_kind=tuple(_figures(kind, [row for row in rows if row.kind == kind]) for kind in kinds),
    )


def _figures(kind: str, rows: Sequence[Emergency]) -> EmergencyFigures:
    known = [(row.minutes, row.limit_minutes) for row in rows if row.minutes is not None]
    return EmergencyFigures(
        kind=kind,
        invoked=len(rows),
        answered=len(known),
        kept=sum(minutes <= limit for minutes, limit in known),
        longest_minutes=max((minutes for minutes, _limit in known), default=None),
    )
