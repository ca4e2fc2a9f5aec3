"""What a person hands in for one day, and what the page starts from: plain values, no rows written.

Everything that two people can change at once carries a mark of what the page showed. Comparing it with what is stored
and with what came back tells who changed what (a three-way merge): an untouched line never overwrites anybody.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Answer, Line, Party, Problem, ProblemAnswer, Section, Severity, StandUp
from standups.models.problem import ProblemQuerySet

MOST_LINES = 60
LONGEST_LINE = 500
LONGEST_NOTE = 300
MOST_MINUTES = 240


def mark_of(*values: object) -> str:
    """Return 16 hex digits that stand for these values."""
    text = json.dumps(values, ensure_ascii=False, default=str)
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class LineEntry:
    """A line as typed; an empty text takes it out. `seen` is the mark of what the page showed, "" for a new line.

    `is_tracked`: a problem was made of it; only told, never taken over.
    """

    id: uuid.UUID
    section: Section
    text: str
    is_internal: bool = False
    is_done: bool = False
    severity: Severity = Severity.MAJOR
    next_step_with: Party = Party.VENDOR
    seen: str = ""
    is_tracked: bool = False

    @property
    def mark(self) -> str:
        return mark_of(self.text, self.is_internal, self.is_done, str(self.severity), str(self.next_step_with))

    @property
    def is_touched(self) -> bool:
        return self.mark != self.seen


@dataclass(frozen=True)
class AnswerEntry:
    """What is said of a problem that was open."""

    problem_id: int
    answer: Answer = Answer.STILL
    note: str = ""
    is_internal: bool = False
    seen: str = ""

    @property
    def mark(self) -> str:
        return mark_of(str(self.answer), self.note, self.is_internal)

    @property
    def is_touched(self) -> bool:
        return self.mark != self.seen


@dataclass(frozen=True)
class Shown:
    """What the page showed of that which has no line: the first day's page shows what it proposes."""

    present: frozenset[int] = frozenset()
    minutes: int | None = None
    in_writing: bool = False
    published: bool = False


@dataclass(frozen=True)
class Entry:
    """The whole page. `shown` None: there was no page, everything here is meant."""

    lines: list[LineEntry] = field(default_factory=list)
    answers: list[AnswerEntry] = field(default_factory=list)
    present: list[int] = field(default_factory=list)
    minutes: int | None = None
    in_writing: bool = False
    shown: Shown | None = None


@dataclass(frozen=True)
class Conflict:
    """A line or an answer that somebody else changed meanwhile: their words, for a person to choose.

    `key` is the line's id, or the problem's; `mark` that of their words.
    """

    key: str
    theirs: str
    their_name: str
    mark: str
    is_internal: bool = False


def first_entry(*, user: User, engagement: Engagement, day: date) -> Entry:
    """Return what the page of a day nobody wrote yet starts from: the last plan as yesterday's lines, everyone of the
    vendor's present. The same day gives the same line ids, so two people's first saves merge."""
    last = engagement.stand_ups.visible_to(user).before(day).first()
    written = list(last.lines.visible_to(user)) if last else []
    plan = [line for line in written if line.section == Section.PLAN]
    if last and not last.is_published:
        plan += carried_lines(written, last)
    present = engagement.memberships.visible_to(user).active().of_vendor().values_list("pk", flat=True)
    return Entry(
        lines=[
            LineEntry(carried_id(line.pk, day), Section.DONE, line.text, is_internal=line.is_internal) for line in plan
        ],
        present=list(present),
        in_writing=engagement.stand_up_in_writing,
    )


def entry_of(*, user: User, stand_up: StandUp) -> Entry:
    """Return a written day as the page's values."""
    return Entry(
        lines=[entry_of_line(line) for line in stand_up.lines.visible_to(user)],
        answers=[entry_of_answer(row) for row in stand_up.answers.visible_to(user)],
        present=list(stand_up.attendances.visible_to(user).values_list("membership_id", flat=True)),
        minutes=stand_up.minutes,
        in_writing=stand_up.in_writing,
    )


def entry_of_line(line: Line) -> LineEntry:
    """Return a stored line as it would be typed."""
    return LineEntry(
        line.pk,
        Section(line.section),
        line.text,
        line.is_internal,
        line.is_done,
        Severity(line.severity),
        Party(line.next_step_with),
        is_tracked=line.problem_id is not None,
    )


def entry_of_answer(row: ProblemAnswer) -> AnswerEntry:
    """Return a stored answer as it would be typed."""
    return AnswerEntry(row.problem_id, Answer(row.answer), row.note, row.is_internal)


def problems_to_answer(problems: ProblemQuerySet, *, day: date, answered: Collection[int] = ()) -> list[Problem]:
    """Return those of an engagement's problems that this day has to answer: the ones open before it, and the ones it
    `answered` already (ids)."""
    due = Q(solved_on=None, raised_on__lt=day)
    return list(problems.filter(due | Q(pk__in=answered) if answered else due).oldest_first())


def carried_id(line_id: uuid.UUID, day: date) -> uuid.UUID:
    """Return the id of the line that carries another one into a day: always the same for the same pair."""
    return uuid.uuid5(line_id, day.isoformat())


def carried_lines(lines: Iterable[Line], stand_up: StandUp) -> list[Line]:
    """Return, unsaved, the lines of the plan into which the undone ones of yesterday go on."""
    undone = [line for line in lines if line.section == Section.DONE and not line.is_done]
    return [
        Line(
            id=carried_id(line.pk, stand_up.held_on),
            stand_up=stand_up,
            section=Section.PLAN,
            text=line.text,
            is_internal=line.is_internal,
            author_id=line.author_id,
        )
        for line in undone
    ]
