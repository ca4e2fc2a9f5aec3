"""The rows of the stand-up page, as they are shown and as they came back: what was typed survives every refusal."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from standups.models import Answer, Party, Section, Severity
from standups.services.entry import AnswerEntry, Conflict, LineEntry


@dataclass
class LineRow:
    """One line of the page. `is_tracked`: a problem was made of it, whose state lives on its own page."""

    id: str
    section: str
    text: str = ""
    is_internal: bool = False
    is_done: bool = False
    severity: str = Severity.MAJOR.value
    party: str = Party.VENDOR.value
    seen: str = ""
    error: str = ""
    conflict: Conflict | None = None
    is_tracked: bool = False

    @property
    def is_spare(self) -> bool:
        return not (self.text or self.seen or self.error)

    def entry(self) -> LineEntry:
        """Return the line as plain values; ValueError where the row holds what is no choice."""
        return LineEntry(
            uuid.UUID(self.id), Section(self.section), self.text, self.is_internal, self.is_done,
            Severity(self.severity), Party(self.party), self.seen,
        )  # fmt: skip


@dataclass
class AnswerRow:
    """One open problem of the page, with what is said of it."""

    problem_id: int
    answer: str = Answer.STILL.value
    note: str = ""
    is_internal: bool = False
    seen: str = ""
    error: str = ""
    conflict: Conflict | None = None

    def entry(self) -> AnswerEntry:
        """Return the answer as plain values; ValueError where it is no choice."""
        return AnswerEntry(self.problem_id, Answer(self.answer), self.note, self.is_internal, self.seen)


def row_of_line(entry: LineEntry) -> LineRow:
    """Return the row that shows this line."""
    return LineRow(
        str(entry.id), entry.section.value, entry.text, entry.is_internal, entry.is_done, entry.severity.value,
        entry.next_step_with.value, seen=entry.mark, is_tracked=entry.is_tracked,
    )  # fmt: skip


def row_of_answer(entry: AnswerEntry) -> AnswerRow:
    """Return the row that shows this answer."""
    return AnswerRow(entry.problem_id, entry.answer.value, entry.note, entry.is_internal, seen=entry.mark)


def spare_row(section: Section) -> LineRow:
    """Return an empty row; a line typed under Yesterday is something done, though nobody had planned it."""
    return LineRow(str(uuid.uuid4()), section.value, is_done=section == Section.DONE)


def beside(stored: LineRow, typed: LineRow, conflict: Conflict) -> LineRow:
    """Return the typed line over the stored one, with the colleague's words beside it; saved again, it wins."""
    return replace(typed, seen=conflict.mark, conflict=conflict, error="", is_tracked=stored.is_tracked)
