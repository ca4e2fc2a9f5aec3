"""Showing a day to the client, and what follows from it: undone lines go on, problem lines become tracked problems,
answers become the problems' state. A correction of a published day has the same effects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from standups.models import Answer, Line, Problem, Section, StandUp
from standups.models.problem import ProblemQuerySet
from standups.services.entry import LineEntry, carried_lines
from standups.services.merging import Answers, Lines
from standups.shown import shown_day


def publish_stand_up(*, actor: User, stand_up: StandUp, seen: str = "") -> None:
    """Show the shared lines to the client, in the same transaction with what follows from it.

    Publishing twice is one publication. `seen` is the mark of the preview the publisher looked at: raises StaleError
    where the client would see something else by now, and DomainError where the day says nothing at all.
    """
    engagement = stand_up.engagement
    require(actor, Permission.WRITE_STAND_UP, engagement)
    with transaction.atomic():
        row = StandUp.objects.unscoped().select_for_update().get(pk=stand_up.pk)
        if row.is_published:
            return
        row.engagement = engagement
        lines = list(row.lines.unscoped())
        if not lines and not row.answers.exists():
            raise DomainError(_("Write at least one line before publishing."))
        if seen and shown_day(user=actor, stand_up=row, as_client=True).mark != seen:
            raise StaleError(_("A colleague changed this day meanwhile. Please look at the preview again."))
        row.published_by, row.published_at = actor, timezone.now()
        row.save(update_fields=["published_by", "published_at"])
        carried = _carry_over(lines, row)
        solved = row.answers.unscoped().filter(answer=Answer.SOLVED).values_list("problem_id", flat=True)
        facts = {"carried": carried, "raised": _raise_problems(row, lines), "solved": _solve(row, list(solved))}
        _audit(actor, row, "stand_up.published", facts)


def correct(actor: User, stand_up: StandUp, *, lines: Lines, answers: Answers) -> dict[str, Any]:
    """Let a correction of a published day take effect; return what the audit keeps of it.

    A line made internal takes its problem with it, and so does one that is taken out. A line made shared shares its
    problem only while nothing more was told of it: what was written in confidence is shared on the problem's own page.
    """
    for line in lines.changed:
        if line.problem_id is not None:
            _follow(line, was=lines.before[line.pk])
    for line in lines.removed:
        _untold(line).update(is_internal=True)
    newly_undone = [line for line in lines.changed if lines.before[line.pk].is_done]
    carried = _carry_over([*newly_undone, *lines.added], stand_up)
    reopened = Problem.objects.filter(pk__in=answers.reopened, solved_on=stand_up.held_on)
    if answers.reopened:
        reopened.update(solved_on=None)
    solved = [row.problem_id for row in (*answers.added, *answers.changed) if row.answer == Answer.SOLVED]
    fresh = [line for line in (*lines.added, *lines.changed) if line.problem_id is None]
    # What the client had read stays in the audit; internal words never get there.
    words = {str(pk): old.text for pk, old in lines.before.items() if not old.is_internal}
    return {
        "read_before": words,
        "carried": carried,
        "raised": _raise_problems(stand_up, fresh),
        "solved": _solve(stand_up, solved),
        "reopened": answers.reopened,
    }


def _carry_over(lines: Iterable[Line], stand_up: StandUp) -> int:
    """What was planned for yesterday and is not done goes on today; return how many lines."""
    carried = carried_lines(lines, stand_up)
    if carried:
        positions = stand_up.lines.unscoped().order_by("-position").values_list("position", flat=True)
        last = positions.first() or 0
        for number, line in enumerate(carried, 1):
            line.position = last + number
        Line.objects.bulk_create(carried, ignore_conflicts=True)
    return len(carried)


def _raise_problems(stand_up: StandUp, lines: Iterable[Line]) -> list[int]:
    """Turn problem lines that have none yet into tracked problems; return their ids."""
    fresh = [line for line in lines if line.section == Section.PROBLEM and line.problem_id is None]
    problems = [
        Problem(
            engagement=stand_up.engagement,
            title=line.text,
            severity=line.severity,
            next_step_with=line.next_step_with,
            is_internal=line.is_internal,
            raised_on=stand_up.held_on,
            raised_in=stand_up,
            raised_by_id=line.author_id,
        )
        for line in fresh
    ]
    Problem.objects.bulk_create(problems)
    for line, problem in zip(fresh, problems, strict=True):
        line.problem = problem
    stand_up.lines.unscoped().bulk_update(fresh, ["problem"])
    return [problem.pk for problem in problems]


def _solve(stand_up: StandUp, problems: list[int]) -> list[int]:
    """Mark the open ones of these problems as solved on this day; return their ids."""
    if not problems:
        return []
    rows = stand_up.engagement.problems.open().filter(pk__in=problems, raised_on__lte=stand_up.held_on)
    solved = list(rows.unscoped().values_list("pk", flat=True))
    rows.update(solved_on=stand_up.held_on)
    return solved


def _follow(line: Line, *, was: LineEntry) -> None:
    """Let the problem follow its corrected line: the title where nobody gave it one of its own, and who sees it only
    where the line's own mark changed."""
    problem = Problem.objects.filter(pk__in=[line.problem_id])
    problem.filter(title=was.text).update(title=line.text)
    if line.is_internal == was.is_internal:
        return
    if line.is_internal:
        problem.update(is_internal=True)
    else:
        _untold(line).update(is_internal=False)


def _untold(line: Line) -> ProblemQuerySet:
    """The line's problem, while it says nothing but the line."""
    told_nothing = {"title": line.text, "owner_role": "", "symptom": "", "cause": "", "fix": "", "prevention": ""}
    return Problem.objects.filter(pk__in=[line.problem_id], **told_nothing)


def _audit(actor: User, stand_up: StandUp, action: str, facts: dict[str, Any]) -> None:
    data = {"day": str(stand_up.held_on), **facts}
    chain = stand_up.engagement.audit_chain
    audit.record(chain=chain, actor=actor, action=action, target=stand_up, data=data)
