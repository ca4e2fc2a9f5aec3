"""What a published stand-up does to the tracked problems: it raises, solves and opens them again, and a corrected line
takes its problem along. The stand-up's own audit entry says which, and what became of them.

Rows are held in the order of their ids, all at once: publishing does it by `solve` alone, a correction by `hold` before
anything else. So whoever changes several at once queues, and nobody deadlocks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from standups.models import Evidence, Kind, Line, Problem, Section, Source, StandUp
from standups.models.problem import ProblemQuerySet
from standups.services.entry import LineEntry
from standups.services.merging import Lines
from standups.services.problems import LINKS
from standups.services.waiting import keep_waits

FOLLOWING = ("title", "is_internal")


def raise_problems(stand_up: StandUp, lines: Iterable[Line]) -> list[int]:
    """Turn problem lines that have none yet into tracked problems; return their ids."""
    fresh = [line for line in lines if line.section == Section.PROBLEM and line.problem_id is None]
    problems = [
        Problem(
            engagement=stand_up.engagement,
            title=line.text,
            severity=line.severity,
            next_step_with=line.next_step_with,
            source=Source.STAND_UP,
            is_internal=line.is_internal,
            raised_on=stand_up.held_on,
            raised_in=stand_up,
            raised_by_id=line.author_id,
        )
        for line in fresh
    ]
    Problem.objects.bulk_create(problems)
    keep_waits(problems)
    for line, problem in zip(fresh, problems, strict=True):
        line.problem = problem
    stand_up.lines.unscoped().bulk_update(fresh, ["problem"])
    return [problem.pk for problem in problems]


def hold(problems: Collection[int]) -> None:
    """Hold all these problems until the transaction ends."""
    if problems:
        list(_held(problems).values_list("pk", flat=True))


def solve(stand_up: StandUp, problems: Collection[int]) -> list[int]:
    """Mark the open ones of these problems as solved on this day; return their ids. What a client doubts, only the
    client's own word settles."""
    if not problems:
        return []
    rows = stand_up.engagement.problems.open().filter(pk__in=problems, raised_on__lte=stand_up.held_on)
    return _dated(rows.exclude(kind=Kind.CONCERN), stand_up.held_on, solved_on=stand_up.held_on)


def reopen(stand_up: StandUp, problems: Collection[int]) -> list[int]:
    """Open those of these problems again that this day had called solved; return their ids."""
    if not problems:
        return []
    rows = stand_up.engagement.problems.filter(pk__in=problems, solved_on=stand_up.held_on)
    return _dated(rows.exclude(kind=Kind.CONCERN), stand_up.held_on, solved_on=None)


def followed_by(lines: Lines) -> set[int]:
    """Return the problems (ids) that the corrected lines take along."""
    return {line.problem_id for line in (*lines.changed, *lines.removed) if line.problem_id is not None}


def follow_lines(lines: Lines) -> dict[str, dict[str, Any]]:
    """Let the problems follow their corrected lines; return by problem what differs now, as the audit keeps it.

    The title follows where nobody gave the problem one of its own; who sees it, only where the line's own mark changed.
    A line made internal takes its problem with it, and so does one that is taken out. A line made shared shares its
    problem only while nothing more was told of it: what was written in confidence is shared on the problem's own page.
    """
    touched = followed_by(lines)
    if not touched:
        return {}
    rows = {row.pk: row for row in _held(touched)}
    bare = touched - _with_more(touched)
    before = {pk: [getattr(row, name) for name in FOLLOWING] for pk, row in rows.items()}
    for line in lines.changed:
        if line.problem_id is not None:
            _follow(rows[line.problem_id], line, was=lines.before[line.pk], bare=bare)
    for line in lines.removed:
        if line.problem_id is not None and _says_only(rows[line.problem_id], line, bare):
            rows[line.problem_id].is_internal = True
    return {str(pk): changed for pk, row in rows.items() if (changed := _kept(row, before[pk]))}


def _held(problems: Collection[int]) -> ProblemQuerySet:
    return Problem.objects.unscoped().select_for_update(no_key=True).filter(pk__in=problems).order_by("pk")


def _with_more(problems: Collection[int]) -> set[int]:
    """Return those of these problems that have evidence or links; asked only once they are held, nothing is added
    meanwhile."""
    tied = [getattr(Problem, name).through._default_manager for name in LINKS]
    ties = [Exists(rows.filter(problem=OuterRef("pk"))) for rows in (Evidence.objects.unscoped(), *tied)]
    rows = Problem.objects.unscoped().filter(reduce(or_, (Q(tie) for tie in ties)), pk__in=problems)
    return set(rows.values_list("pk", flat=True))


def _follow(row: Problem, line: Line, *, was: LineEntry, bare: Collection[int]) -> None:
    if row.title == was.text:
        row.title = line.text
    if line.is_internal != was.is_internal and (line.is_internal or _says_only(row, line, bare)):
        row.is_internal = line.is_internal


def _says_only(row: Problem, line: Line, bare: Collection[int]) -> bool:
    """Whether nothing was told of the problem but its line; `bare` are those without evidence and links."""
    told = any(getattr(row, name) for name in (*Problem.STORY, "owner_role", "next_step"))
    return row.title == line.text and row.pk in bare and not told


def _kept(row: Problem, before: list[Any]) -> dict[str, Any]:
    changed = {
        name: [was, getattr(row, name)]
        for name, was in zip(FOLLOWING, before, strict=True)
        if was != getattr(row, name)
    }
    if changed:
        row.save(update_fields=[*changed, "changed_at"])
    return changed


def _dated(rows: ProblemQuerySet, on: date, *, solved_on: date | None) -> list[int]:
    """Solve them, or open them again, as if it had been so from that day on."""
    found = list(rows.unscoped().select_for_update(no_key=True).order_by("pk"))
    for row in found:
        row.solved_on, row.changed_at = solved_on, timezone.now()
    Problem.objects.bulk_update(found, ["solved_on", "changed_at"])
    keep_waits(found, on)
    return [row.pk for row in found]
