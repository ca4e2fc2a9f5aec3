"""With whom open problems waited, day by day: kept beside every change of a problem, because later nobody can tell.

Every door that raises, solves, reopens or deletes a problem, or gives its next step to another party, calls `keep_wait`
in its transaction, after it holds and has stored the row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from standups.models import Problem, ProblemWait


class Wait(NamedTuple):
    """One party's turn: from `since_on` until before `until_on`, None while it lasts."""

    party: str
    since_on: date
    until_on: date | None


def keep_wait(problem: Problem, on: date) -> None:
    """Write down that from this day of the site on the problem waits as it is stored now; see `keep_waits`."""
    keep_waits([problem], on)


def keep_waits(problems: Iterable[Problem], on: date | None = None) -> None:
    """Write down for each problem that from the day `on` (without one: since it was raised) it waits with the party of
    its next step, until it was solved.

    What was written of that day and later ones is replaced; what came before stays. So turns never overlap, and one that
    began and ended on the same day leaves nothing. At most four statements, however many problems.
    """
    rows = {problem.pk: problem for problem in problems}
    stored: dict[int, list[ProblemWait]] = {pk: [] for pk in rows}
    for wait in ProblemWait.objects.unscoped().filter(problem__in=rows).order_by("since_on"):
        stored[wait.problem_id].append(wait)
    gone: list[int] = []
    changed: list[ProblemWait] = []
    added: list[ProblemWait] = []
    for pk, problem in rows.items():
        was = {wait.since_on: wait for wait in stored[pk]}
        turns = {turn.since_on: turn for turn in _turns(problem, stored[pk], on or problem.raised_on)}
        gone += [wait.pk for since_on, wait in was.items() if since_on not in turns]
        added += [ProblemWait(problem=problem, **turn._asdict()) for day, turn in turns.items() if day not in was]
        for since_on in was.keys() & turns.keys():
            wait, turn = was[since_on], turns[since_on]
            if (wait.party, wait.until_on) != (turn.party, turn.until_on):
                wait.party, wait.until_on = turn.party, turn.until_on
                changed.append(wait)
    # In this order no problem ever waits with two at once.
    if gone:
        ProblemWait.objects.filter(pk__in=gone).delete()
    ProblemWait.objects.bulk_update(changed, ["party", "until_on"])
    ProblemWait.objects.bulk_create(added)


def _turns(problem: Problem, stored: Sequence[ProblemWait], on: date) -> list[Wait]:
    """Return all turns of the problem: the stored ones until before `on`, then the present one."""
    on = max(on, problem.raised_on)
    turns = [
        Wait(wait.party, wait.since_on, on if wait.until_on is None else min(wait.until_on, on))
        for wait in stored
        if wait.since_on < on
    ]
    if problem.solved_on is None or on < problem.solved_on:
        party, since_on = problem.next_step_with, on
        if turns and (turns[-1].party, turns[-1].until_on) == (party, on):
            since_on = turns.pop().since_on
        turns.append(Wait(party, since_on, problem.solved_on))
    return turns
