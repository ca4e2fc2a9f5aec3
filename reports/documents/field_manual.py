"""The field manual (P5): what both sides agreed on before the first day on site. A chapter without data is absent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from reports.documents.codec import ADDED_LATER
from reports.documents.manual_parts import Checklist, ContingencyCard, Environment, ModuleEntry, RolloutStep
from reports.documents.parts import Change, Objective, Plan, Side, Signatory
from reports.documents.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom to turn to. `role` is a word in the document's language."""

    name: str
    side: Side
    role: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class EscalationStep:
    """When something is stuck: what it is about, who decides, and within what time (all in words)."""

    trigger: str
    who: str
    within: str


@dataclass(frozen=True, kw_only=True)
class ScopeItem:
    """Something that belongs to the engagement, or that explicitly doesn't, and why."""

    text: str
    is_included: bool
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Who agreed to goals and scope, when and how; `agreed_on` is None while it is under way."""

    name: str
    role: str
    side: Side
    agreed_on: date | None
    how: Literal["screen", "paper", "pending"]
    text_version: str = ""


@dataclass(frozen=True, kw_only=True)
class StageWindow:
    """A stage in working days: the window it usually takes, what is planned here, and when."""

    stage: str
    least_days: int
    most_days: int
    planned_days: int
    start_on: date
    finish_on: date


@dataclass(frozen=True, kw_only=True)
class StandupRules:
    """The daily rhythm. `weekdays` are words; `hour` ("09:00") is empty when it is held in writing."""

    weekdays: tuple[str, ...]
    hour: str
    zone: str
    minutes: int
    is_in_writing: bool = False


@dataclass(frozen=True, kw_only=True)
class FieldManual(Snapshot):
    """Everything that the manual prints, and nothing else."""

    kind: ClassVar[str] = "field_manual"
    template: ClassVar[str] = "pdf/field_manual.html"

    core_task: str
    site: str
    onsite_from_on: date
    onsite_to_on: date
    go_live_on: date | None
    client_pm_name: str
    lead_name: str
    verify_url: str
    introduction: str = ""
    contacts: tuple[Contact, ...] = ()
    escalation: tuple[EscalationStep, ...] = ()
    objectives: tuple[Objective, ...] = ()
    scope: tuple[ScopeItem, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    plan: Plan = field(default_factory=Plan)
    stages: tuple[StageWindow, ...] = ()
    standup: StandupRules | None = None
    calendar_notes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    signatories: tuple[Signatory, ...] = ()
    modules: tuple[ModuleEntry, ...] = field(default=(), metadata=ADDED_LATER)
    rollout: tuple[RolloutStep, ...] = field(default=(), metadata=ADDED_LATER)
    contingency: tuple[ContingencyCard, ...] = field(default=(), metadata=ADDED_LATER)
    environments: tuple[Environment, ...] = field(default=(), metadata=ADDED_LATER)
    checklists: tuple[Checklist, ...] = field(default=(), metadata=ADDED_LATER)
