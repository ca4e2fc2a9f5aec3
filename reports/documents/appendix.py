"""The internal appendix of a closing report: what the vendor keeps of an engagement. No client reads any of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from reports.documents.closing_report import KeyProblem, Lesson, StateCount
from reports.documents.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """A milestone's slip in working days, and with whom it lies as the vendor counts it; `shares` are in words, and
    together are the slip."""

    milestone: str
    slip_days: int
    shares: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WaivedObstacle:
    """What was let pass before a phase, by whom and why."""

    text: str
    phase: str
    reason: str
    granted_by: str
    granted_on: date
    due_on: date


@dataclass(frozen=True, kw_only=True)
class Score:
    """What one person answered on one occasion: the overall mark, from 1 to 5, and their own words."""

    occasion: str
    name: str
    role: str
    mark: int
    text: str
    answered_on: date


@dataclass(frozen=True, kw_only=True)
class PlannedEnd:
    """From this day on go-live was planned for that one."""

    on: date
    go_live_on: date


@dataclass(frozen=True, kw_only=True)
class InternalAppendix(Snapshot):
    """Everything that the appendix prints, and nothing else. `missed_on` are the agreed days without a stand-up, of
    `agreed_days`; `no_lesson` is why there was nothing to learn."""

    kind: ClassVar[str] = "appendix"
    template: ClassVar[str] = "pdf/appendix.html"

    manager_name: str
    lead_name: str
    summary: str
    verify_url: str
    audit_head: str
    agreed_days: int
    missed_on: tuple[date, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    no_lesson: str = ""
    key_problems: tuple[KeyProblem, ...] = ()
    problem_counts: tuple[StateCount, ...] = ()
    delays: tuple[Attribution, ...] = ()
    is_delay_published: bool = False
    waivers: tuple[WaivedObstacle, ...] = ()
    scores: tuple[Score, ...] = ()
    planned_ends: tuple[PlannedEnd, ...] = ()
