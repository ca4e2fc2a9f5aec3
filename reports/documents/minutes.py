"""The minutes of one stand-up: one page, no cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from reports.documents.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class MinutesFact:
    """One fact of the head: who was there, how long it took."""

    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class MinutesLine:
    """One sentence; `tags` are words that stand before it, `note` what was added to it. An open one goes on the next day."""

    text: str
    is_done: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class MinutesRemark:
    """What somebody said to the day later on; `when` is a moment at the site in words."""

    name: str
    when: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Minutes(Snapshot):
    """A published day as the client reads it, whoever prints it. `day` is the day in words."""

    kind: ClassVar[str] = "minutes"
    template: ClassVar[str] = "pdf/minutes.html"

    day: str
    facts: tuple[MinutesFact, ...]
    marks: tuple[str, ...]
    done: tuple[MinutesLine, ...]
    plan: tuple[MinutesLine, ...]
    problems: tuple[MinutesLine, ...]
    readings: tuple[str, ...]
    remarks: tuple[MinutesRemark, ...]
