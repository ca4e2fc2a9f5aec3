"""Three-way merges of lines and answers, on a day whose row is locked.

The mark of what the page showed tells who changed what: untouched keeps the stored words, stored as it was shown takes
the typed ones, both changed is a conflict and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from onsite.accounts.models import User
from onsite.core.errors import DomainError
from standups.models import Answer, Line, Problem, ProblemAnswer, StandUp
from standups.services.entry import (
    MOST_LINES,
    AnswerEntry,
    Conflict,
    LineEntry,
    entry_of_answer,
    entry_of_line,
    problems_to_answer,
)

_LINE_FIELDS = ("text", "is_internal", "is_done", "severity", "next_step_with")
_ANSWER_FIELDS = ("answer", "note", "is_internal")


@dataclass
class Lines:
    """What became of the lines: `before` holds the changed ones as they were."""

    added: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    removed: list[Line] = field(default_factory=list)
    before: dict[UUID, LineEntry] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def reach_client(self) -> bool:
        """Whether the client read, or reads from now on, any of what is different."""
        was_told = any(not line.is_internal for line in self.before.values())
        return was_told or any(not line.is_internal for line in (*self.added, *self.changed))

    def facts(self) -> dict[str, Any]:
        counts = {name: len(getattr(self, name)) for name in ("added", "changed", "removed", "conflicts")}
        return {f"lines_{name}": count for name, count in counts.items() if count}


@dataclass
class Answers:
    """What became of the answers; `reopened` are problems that had been called solved here; `reach_client` as of lines."""

    added: list[ProblemAnswer] = field(default_factory=list)
    changed: list[ProblemAnswer] = field(default_factory=list)
    reopened: list[int] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    reach_client: bool = False

    def facts(self) -> dict[str, Any]:
        counts = {name: len(getattr(self, name)) for name in ("added", "changed", "conflicts")}
        return {f"answers_{name}": count for name, count in counts.items() if count}


def merge_lines(actor: User, stand_up: StandUp, typed: Sequence[LineEntry], *, is_new: bool) -> Lines:
    """Write the typed lines. Raises DomainError where the day would hold more than MOST_LINES."""
    rows = () if is_new else stand_up.lines.unscoped().select_related("author")
    stored = {line.pk: line for line in rows}
    last = max((line.position for line in stored.values()), default=0)
    done = Lines()
    # A line that the page showed and nobody touched, but is gone: a colleague took it out.
    fresh = [e for e in typed if e.id not in stored and e.text and (is_new or e.is_touched)]
    for entry in _not_used_elsewhere(fresh) if stand_up.is_published else fresh:
        done.added.append(_line_of(entry, stand_up, actor, position=last + len(done.added) + 1))
    for entry in typed:
        if entry.id in stored:
            _merge_line(actor, stored[entry.id], entry, done)
    if len(stored) + len(done.added) - len(done.removed) > MOST_LINES:
        raise DomainError(_("A stand-up holds at most %(most)s lines.") % {"most": MOST_LINES})
    _write_lines(stand_up, done)
    return done


def merge_answers(actor: User, stand_up: StandUp, typed: Sequence[AnswerEntry], *, is_new: bool) -> Answers:
    """Write one answer to every problem this day has to answer; "still there" where nothing was said of it.

    Answers to other problems, or another engagement's, are no answers here.
    """
    rows = () if is_new else stand_up.answers.unscoped().select_related("author")
    stored = {row.problem_id: row for row in rows}
    said = {entry.problem_id: entry for entry in typed}
    done = Answers()
    # The actor may write here, so they see every problem of the engagement.
    problems = stand_up.engagement.problems.unscoped().only("kind", "is_internal")
    for problem in problems_to_answer(problems, day=stand_up.held_on, answered=stored.keys()):
        entry, row = said.get(problem.pk), stored.get(problem.pk)
        if entry is not None and entry.answer == Answer.SOLVED and problem.is_concern:
            raise DomainError(_("A concern is settled by the client's own word: say here only what happened."))
        if row is None:
            row = _answer_of(entry or AnswerEntry(problem.pk), stand_up, problem, actor)
            done.added.append(row)
            done.reach_client |= not row.is_internal
        elif entry is not None:
            _merge_answer(actor, row, entry, problem, done)
    ProblemAnswer.objects.bulk_create(done.added)
    stand_up.answers.unscoped().bulk_update(done.changed, [*_ANSWER_FIELDS, "author"])
    return done


def _not_used_elsewhere(fresh: Sequence[LineEntry]) -> list[LineEntry]:
    """Leave out ids of another day's or another engagement's lines: they are forged, those lines stay there, and no
    problem is made of them. In a draft the insert leaves them out."""
    if not fresh:
        return []
    rows = Line.objects.unscoped().filter(pk__in=[entry.id for entry in fresh]).order_by()
    used = set(rows.values_list("pk", flat=True))
    return [entry for entry in fresh if entry.id not in used]


def _merge_line(actor: User, line: Line, entry: LineEntry, done: Lines) -> None:
    stored = entry_of_line(line)
    if not entry.is_touched or entry.mark == stored.mark:
        return
    if stored.mark != entry.seen:
        words = Conflict(str(line.pk), line.text, line.author.name, stored.mark, line.is_internal)
        done.conflicts.append(words)
        return
    done.before[line.pk] = stored
    if not entry.text:
        done.removed.append(line)
        return
    for name in _LINE_FIELDS:
        setattr(line, name, getattr(entry, name))
    line.author = actor
    done.changed.append(line)


def _write_lines(stand_up: StandUp, done: Lines) -> None:
    Line.objects.bulk_create(done.added, ignore_conflicts=True)
    stand_up.lines.unscoped().bulk_update(done.changed, [*_LINE_FIELDS, "author"])
    if done.removed:
        stand_up.lines.unscoped().filter(pk__in=[line.pk for line in done.removed]).delete()


def _line_of(entry: LineEntry, stand_up: StandUp, author: User, *, position: int) -> Line:
    return Line(
        id=entry.id,
        stand_up=stand_up,
        section=entry.section,
        position=position,
        author=author,
        **{name: getattr(entry, name) for name in _LINE_FIELDS},
    )


def _merge_answer(actor: User, row: ProblemAnswer, entry: AnswerEntry, problem: Problem, done: Answers) -> None:
    stored = entry_of_answer(row)
    if not entry.is_touched or entry.mark == stored.mark:
        return
    if stored.mark != entry.seen:
        theirs = " · ".join(part for part in (row.get_answer_display(), row.note) if part)
        done.conflicts.append(Conflict(str(problem.pk), theirs, row.author.name, stored.mark, row.is_internal))
        return
    if row.answer == Answer.SOLVED and entry.answer != Answer.SOLVED:
        done.reopened.append(problem.pk)
    was_internal = row.is_internal
    row.answer, row.note, row.author = entry.answer, entry.note, actor
    row.is_internal = entry.is_internal or problem.is_internal
    done.reach_client |= not (was_internal and row.is_internal)
    done.changed.append(row)


def _answer_of(entry: AnswerEntry, stand_up: StandUp, problem: Problem, author: User) -> ProblemAnswer:
    return ProblemAnswer(
        stand_up=stand_up,
        problem=problem,
        answer=entry.answer,
        note=entry.note,
        is_internal=entry.is_internal or problem.is_internal,
        author=author,
    )
