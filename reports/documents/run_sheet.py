"""The printed run sheet of a cutover: gone through with a pen, and entered later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from reports.documents.snapshot import Snapshot


@dataclass(frozen=True, kw_only=True)
class SheetFact:
    """One fact of the head: when it begins, until when it can be rolled back."""

    label: str
    text: str
    is_wide: bool = False


@dataclass(frozen=True, kw_only=True)
class PrintedStep:
    """One step. `hour` is its planned beginning at the site, "" without a planned start; `day` stands where it is another
    one than that of the step before; `mark` its kind, "" for a plain
    step; a thick line stands under the one into which the last moment to roll back falls."""

    number: int
    day: str
    hour: str
    mark: str
    title: str
    owner: str
    side: str
    minutes: int
    check: str
    rollback: str
    is_last_before_rollback: bool


@dataclass(frozen=True, kw_only=True)
class PrintedRunSheet(Snapshot):
    """A version of the sheet, with room for real times and initials; it is neither issued nor kept."""

    kind: ClassVar[str] = "run_sheet"
    template: ClassVar[str] = "pdf/run_sheet.html"

    facts: tuple[SheetFact, ...]
    steps: tuple[PrintedStep, ...]
    planned_minutes: int
