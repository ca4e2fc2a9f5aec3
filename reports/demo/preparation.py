"""What a story's preparation is made of. Days are the story's own working days, as in `story`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import TypeAlias

from engagements.models import ChangeRequest, ChecklistItem, DocumentRequest, Emergency, Function, StageKind

Risk: TypeAlias = Function.Risk
Priority: TypeAlias = Function.Priority
Frequency: TypeAlias = Function.Frequency


@dataclass(frozen=True)
class Does:
    """A function with its answers; an empty one is still open. `serves` are the story's goals, counted from 0."""

    name: str
    who: str = ""
    what: str = ""
    when: str = ""
    where: str = ""
    why: str = ""
    how: str = ""
    rules: str = ""
    pain_points: str = ""
    risk: Risk = Risk.NONE
    risk_reason: str = ""
    priority: Priority = Priority.MUST
    frequency: Frequency = Frequency.DAILY
    signed_off_by: str = ""
    serves: tuple[int, ...] = ()


@dataclass(frozen=True)
class Area:
    """A module with its functions; `inside` names the module it lies in."""

    name: str
    functions: tuple[Does, ...] = ()
    inside: str = ""


@dataclass(frozen=True)
class Asked:
    """A document asked of the client's PM; `came_on` and `read_on` are None while that has not happened."""

    title: str
    kind: DocumentRequest.Kind
    purpose: str
    due: int
    came_on: int | None = None
    read_on: int | None = None
    findings: str = ""


@dataclass(frozen=True)
class Fitted:
    """How one of the three usual plans was fitted; people are named by their keys."""

    emergency: Emergency
    owner: str
    deputy: str | None
    escalation: str
    rehearsed: int | None = None
    result: str = ""


@dataclass(frozen=True)
class Happened:
    """An emergency: when, how many minutes until the response and until each step, and what it came from."""

    emergency: Emergency
    day: int
    hour: time
    responded_after: int
    steps_after: tuple[int, ...]
    ended_after: int
    cause: str


@dataclass(frozen=True)
class Place:
    """An environment."""

    name: str
    purpose: str
    address: str
    access_kept: str
    contact: str


@dataclass(frozen=True)
class Check:
    """A line that only this site needs, beside the usual ones."""

    moment: ChecklistItem.Moment
    text: str


@dataclass(frozen=True)
class Wish:
    """A change request; it is done when `signers` have signed it on the day it was decided. `idea` names the story's
    thought that it came from."""

    day: int
    title: str
    reason: str
    origin: ChangeRequest.Origin
    origin_note: str
    stage: StageKind
    impact_days: int
    impact_note: str
    into_scope: str = ""
    price: Decimal | None = None
    decided_on: int | None = None
    decision_note: str = ""
    signers: tuple[str, ...] = ()
    idea: str = ""


@dataclass(frozen=True)
class Preparation:
    """What was prepared by day `on`, and what of it was needed later. `has_tasks`: the plan begins from the usual tasks."""

    on: int
    areas: tuple[Area, ...]
    fitted: tuple[Fitted, ...]
    asked: tuple[Asked, ...] = ()
    places: tuple[Place, ...] = ()
    checks: tuple[Check, ...] = ()
    wishes: tuple[Wish, ...] = ()
    happened: tuple[Happened, ...] = ()
    has_tasks: bool = False
