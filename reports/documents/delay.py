"""The delay ledger in the closing report: only where it was published, and as the client reads it, with their words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class DelayShare:
    """Working days of one party, printed exactly: "1 1/2". `label` in the document's language."""

    label: str
    days: str


@dataclass(frozen=True, kw_only=True)
class DelayWord:
    """What somebody of the client's said of a line; `is_stale`: the line changed after that."""

    name: str
    agrees: bool
    comment: str
    on: date
    is_stale: bool


@dataclass(frozen=True, kw_only=True)
class DelayDay:
    """The days that arose on one day, and how many of them are left. `causes` name what waited, by party; `notes` say what
    was taken off since; both are sentences in the document's language."""

    arose_on: date
    days: int
    left: int
    shares: tuple[DelayShare, ...]
    causes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    said: tuple[DelayWord, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DelayMilestone:
    """A milestone's slip in working days (negative: early), which its lines add up to."""

    title: str
    agreed_on: date
    planned_on: date
    slip_days: int
    shares: tuple[DelayShare, ...]
    days: tuple[DelayDay, ...]


@dataclass(frozen=True, kw_only=True)
class Delay:
    """Every milestone in its order; their slips are not to be added up."""

    milestones: tuple[DelayMilestone, ...]
