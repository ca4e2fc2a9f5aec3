"""Reads the posted stand-up page. Any body has an answer: values, or a message beside the row it belongs to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from onsite.core.fields import no_hidden_characters
from standups.forms.rows import AnswerRow, LineRow
from standups.models import Answer, Party, Section, Severity
from standups.services.entry import LONGEST_LINE, LONGEST_NOTE, MOST_LINES, MOST_MINUTES, Entry, Shown

# More digits than any id of ours has; longer ones would not fit into the database's numbers.
_LONGEST_NUMBER = 15
# How many rows and people one page can have at all.
_MOST_ROWS = 200


@dataclass
class Typed:
    """What came back, with the errors. `minutes_text` is what stands in the field, whatever it is."""

    key: uuid.UUID | None
    lines: list[LineRow] = field(default_factory=list)
    answers: list[AnswerRow] = field(default_factory=list)
    present: frozenset[int] = frozenset()
    minutes_text: str = ""
    minutes_error: str = ""
    in_writing: bool = False
    shown: Shown = field(default_factory=Shown)
    errors: list[str] = field(default_factory=list)

    @property
    def is_valid(self) -> bool:
        rows: list[LineRow | AnswerRow] = [*self.lines, *self.answers]
        return not (self.errors or self.minutes_error or any(row.error for row in rows))

    def entry(self) -> Entry:
        """Return the page's values. Only for a valid one."""
        return Entry(
            lines=[row.entry() for row in self.lines if not row.is_spare],
            answers=[row.entry() for row in self.answers],
            present=sorted(self.present),
            minutes=None if self.in_writing else _number(self.minutes_text),
            in_writing=self.in_writing,
            shown=self.shown,
        )


def read_typed(post: QueryDict) -> Typed:
    """Read the body of the page."""
    typed = Typed(
        key=_uuid(post.get("idempotency_key", "")),
        lines=_lines(post),
        answers=_answers(post),
        present=frozenset(_numbers(post.getlist("present"))),
        minutes_text=post.get("minutes", "").strip(),
        in_writing=post.get("in_writing") == "1",
        shown=Shown(
            present=frozenset(_numbers(post.getlist("shown_present"))),
            minutes=_number(post.get("shown_minutes", "")),
            in_writing=post.get("shown_in_writing") == "1",
            published=post.get("shown_published") == "1",
        ),
    )
    if typed.key is None:
        typed.errors.append(_("This page came back incomplete. Please check it and save again."))
    if sum(1 for row in typed.lines if not row.is_spare) > MOST_LINES:
        typed.errors.append(_("A stand-up holds at most %(most)s lines.") % {"most": MOST_LINES})
    # Without a meeting nobody sees the field; what it holds does not count.
    typed.minutes_error = "" if typed.in_writing else _wrong_minutes(typed.minutes_text)
    return typed


def _lines(post: QueryDict) -> list[LineRow]:
    ids = dict.fromkeys(post.getlist("line")[:_MOST_ROWS])
    # Their words win where the person chose so: then this page says nothing of that line.
    return [_line(post, name) for name in ids if post.get(f"choice-{name}") != "theirs"]


def _line(post: QueryDict, name: str) -> LineRow:
    known = _uuid(name)
    row = LineRow(
        id=str(known or uuid.uuid4()),
        section=post.get(f"section-{name}", ""),
        text=post.get(f"text-{name}", ""),
        # Only an explicit choice shows a line to the client.
        is_internal=post.get(f"internal-{name}") != "0",
        is_done=post.get(f"done-{name}") == "1",
        severity=post.get(f"severity-{name}", Severity.MAJOR.value),
        party=post.get(f"party-{name}", Party.VENDOR.value),
        seen=post.get(f"seen-{name}", "")[:16],
    )
    row.error = _wrong_text(row.text, LONGEST_LINE)
    row.text = row.text if row.error else " ".join(row.text.split())
    if row.section not in Section.values or row.severity not in Severity.values or row.party not in Party.values:
        row.section = row.section if row.section in Section.values else Section.PLAN.value
        row.severity = row.severity if row.severity in Severity.values else Severity.MAJOR.value
        row.party = row.party if row.party in Party.values else Party.VENDOR.value
        row.error = row.error or _("Please choose again for this line.")
    if known is None and row.text:
        row.error = row.error or _("This line came back broken. Please check it and save again.")
    row.is_done = row.is_done and row.section == Section.DONE
    return row


def _answers(post: QueryDict) -> list[AnswerRow]:
    problems = sorted(_numbers(post.getlist("problem")))
    return [_answer(post, problem) for problem in problems if post.get(f"answer-choice-{problem}") != "theirs"]


def _answer(post: QueryDict, problem: int) -> AnswerRow:
    row = AnswerRow(
        problem_id=problem,
        answer=post.get(f"answer-{problem}", Answer.STILL.value),
        note=post.get(f"note-{problem}", ""),
        is_internal=post.get(f"answer-internal-{problem}") != "0",
        seen=post.get(f"answer-seen-{problem}", "")[:16],
    )
    row.error = _wrong_text(row.note, LONGEST_NOTE)
    row.note = row.note if row.error else " ".join(row.note.split())
    if row.answer not in Answer.values:
        row.answer, row.error = Answer.STILL.value, _("Please choose one of the answers.")
    return row


def _wrong_text(text: str, longest: int) -> str:
    try:
        no_hidden_characters(text)
    except ValidationError as error:
        return str(error.messages[0])
    if len(text.strip()) > longest:
        values = {"most": longest, "now": len(text.strip())}
        return _("At most %(most)s characters, please; these are %(now)s.") % values
    return ""


def _wrong_minutes(text: str) -> str:
    number = _number(text)
    if text and (number is None or number > MOST_MINUTES):
        return _("Please give the length in whole minutes, from 0 to %(most)s.") % {"most": MOST_MINUTES}
    return ""


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else None


def _numbers(texts: Iterable[str]) -> set[int]:
    return {number for text in list(texts)[:_MOST_ROWS] if (number := _number(text)) is not None}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
