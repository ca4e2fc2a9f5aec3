"""The weekly report (周报): what the client's side reads of one week, so nothing internal belongs in its snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from reports.documents.parts import Side
from reports.documents.snapshot import Snapshot

Severity = Literal["critical", "major", "minor"]


@dataclass(frozen=True, kw_only=True)
class WeekLine:
    """Something that was done, or is still planned, and the days on which a stand-up said so."""

    text: str
    days: tuple[date, ...]


@dataclass(frozen=True, kw_only=True)
class PlannedWork:
    """A task, a milestone (no length: its finish counts) or a stage that the plan has until the end of next week."""

    name: str
    start_on: date
    finish_on: date
    is_milestone: bool = False


@dataclass(frozen=True, kw_only=True)
class OpenItem:
    """A problem that was open at the end of the week. `owner` is a role or a department, never a person."""

    title: str
    side: Side
    severity: Severity
    raised_on: date
    due_on: date | None
    owner: str = ""
    next_step: str = ""


@dataclass(frozen=True, kw_only=True)
class SolvedItem:
    """A problem that was solved in the week."""

    title: str
    raised_on: date
    solved_on: date


@dataclass(frozen=True, kw_only=True)
class LateStage:
    """A stage that is planned to end `days` working days after the agreed day."""

    stage: str
    days: int
    baseline_on: date
    finish_on: date


@dataclass(frozen=True, kw_only=True)
class Present:
    """Who was at which of the week's stand-ups."""

    name: str
    side: Side
    days: tuple[date, ...]


@dataclass(frozen=True, kw_only=True)
class Concerns:
    """The client's doubts: how many wait for an answer, for the client's word on one, and were settled in the week."""

    waiting: int
    answered: int
    settled: int


@dataclass(frozen=True, kw_only=True)
class WeeklyReport(Snapshot):
    """Everything that the report prints, and nothing else.

    `as_of_on` is the last day of the week that had come when it was issued; `position` says in a sentence or two where
    the plan stood, `forecast` what a published forecast says ("" for none). `open_items` begin with the most urgent.
    """

    kind: ClassVar[str] = "weekly_report"
    template: ClassVar[str] = "pdf/weekly_report.html"

    week: str
    first_on: date
    last_on: date
    as_of_on: date
    client_pm_name: str
    lead_name: str
    summary: str
    position: str
    verify_url: str
    audit_head: str
    forecast: str = ""
    held_on: tuple[date, ...] = ()
    done: tuple[WeekLine, ...] = ()
    next: tuple[WeekLine, ...] = ()
    planned: tuple[PlannedWork, ...] = ()
    open_items: tuple[OpenItem, ...] = ()
    solved: tuple[SolvedItem, ...] = ()
    late_stages: tuple[LateStage, ...] = ()
    concerns: Concerns | None = None
    people: tuple[Present, ...] = ()

    @property
    def raised_count(self) -> int:
        """How many problems came up in the week, solved since or not."""
        raised_on = [*(item.raised_on for item in self.open_items), *(item.raised_on for item in self.solved)]
        return sum(self.first_on <= day <= self.last_on for day in raised_on)

    def is_overdue(self, item: OpenItem) -> bool:
        """Say whether its day had passed at the end of the week."""
        return item.due_on is not None and item.due_on < self.as_of_on
