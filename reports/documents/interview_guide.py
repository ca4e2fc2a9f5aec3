"""The interview guide: what nobody answered yet, with room to write beneath each question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from reports.documents.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class GuideQuestion:
    """One open question: its word (Who) and how one asks it."""

    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class GuideFunction:
    """A function with its open questions. `marks` say in words how often it is used, and whether it must be complete."""

    name: str
    marks: tuple[str, ...]
    questions: tuple[GuideQuestion, ...]


@dataclass(frozen=True, kw_only=True)
class GuideModule:
    """A module with those of its functions that have open questions; `path` leads to it from the root."""

    path: str
    functions: tuple[GuideFunction, ...]


@dataclass(frozen=True, kw_only=True)
class InterviewGuide(Snapshot):
    """Printed before a talk and written on by hand; it is neither issued nor kept."""

    kind: ClassVar[str] = "interview_guide"
    template: ClassVar[str] = "pdf/interview_guide.html"

    modules: tuple[GuideModule, ...]
