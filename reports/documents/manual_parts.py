"""What the field manual takes from the analysis, the contingency plans and the site. Kinds stand as codes: their words are the
printed page's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Risk = Literal["none", "low", "medium", "high"]
Priority = Literal["must", "should", "could"]
Frequency = Literal["daily", "weekly", "monthly", "rarely"]
Moment = Literal["before", "daily", "go_live"]


@dataclass(frozen=True, kw_only=True)
class FunctionEntry:
    """What people do with the system: the six answers (empty = still to be clarified) and the rules that bind it."""

    name: str
    who: str = ""
    what: str = ""
    when: str = ""
    where: str = ""
    why: str = ""
    how: str = ""
    rules: str = ""
    risk: Risk = "none"
    priority: Priority = "should"
    frequency: Frequency = "weekly"
    signed_off_by: str = ""


@dataclass(frozen=True, kw_only=True)
class ModuleEntry:
    """A module with its functions; `name` is its whole path, "Production › Planning"."""

    name: str
    functions: tuple[FunctionEntry, ...]


@dataclass(frozen=True, kw_only=True)
class RolloutStep:
    """A function in the order in which the functions are rolled out."""

    function: str
    module: str
    frequency: Frequency
    priority: Priority
    risk: Risk


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom to call; the phone may be unknown."""

    name: str
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class ContingencyCard:
    """What to do when something breaks: printed on one page, made to be torn out."""

    title: str
    trigger: str
    respond_within_minutes: int
    steps: tuple[str, ...]
    owner: Person | None = None
    deputy: Person | None = None
    escalation: str = ""
    fallback: str = ""
    rehearsed_on: date | None = None
    rehearsal_result: str = ""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One installation, and where its access is kept: never a secret itself."""

    name: str
    access_kept: str
    purpose: str = ""
    address: str = ""
    contact: str = ""


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """Lines to tick at one moment."""

    moment: Moment
    lines: tuple[str, ...]
