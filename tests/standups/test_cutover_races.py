"""N11: two people at one run at the same moment; on PostgreSQL, with a connection each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, RefusedError
from onsite.core.models import AuditEntry
from standups.models import CutoverRun, RunSheet, SheetStep
from standups.services import cutover_runs as runs
from standups.services import run_sheet
from standups.services.cutover_results import enter_from_paper
from tests.conftest import InParallel
from tests.standups.cutting_over import HOUR, a_run, a_sheet, states, step_of

pytestmark = pytest.mark.usefixtures("postgresql")
ROUNDS = 6


def the_run() -> CutoverRun:
    return CutoverRun.objects.unscoped().select_related("engagement").get()


def kinds(done: list[Any]) -> list[str]:
    return sorted(type(one).__name__ for one in done)


def test_two_start_at_once(engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel) -> None:
    """One run begins; the other person hears who began it."""
    a_sheet(engagement)

    def start(user: User) -> Callable[[], Any]:
        return lambda: runs.start_run(actor=user, engagement=engagement, kind="rehearsal")

    done = in_parallel(start(engineer), start(colleague), start(engineer))
    assert kinds(done) == ["CutoverRun", "DomainError", "DomainError"]
    assert CutoverRun.objects.count() == 1
    assert AuditEntry.objects.filter(action="cutover.started").count() == 1


def test_one_starts_while_another_enters_paper(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """Both are kept, under two numbers."""
    a_sheet(engagement)
    now = timezone.now()
    told: dict[str, Any] = {
        "version": 1,
        "kind": "rehearsal",
        "started_at": now - HOUR,
        "ended_at": now,
        "outcome": "rolled_back",
    }
    done = in_parallel(
        lambda: runs.start_run(actor=engineer, engagement=engagement, kind="rehearsal"),
        lambda: enter_from_paper(actor=colleague, engagement=engagement, steps=[], **told),
    )
    assert kinds(done) == ["CutoverRun", "CutoverRun"]
    assert {run.number for run in done} == {1, 2}


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_finish_one_step(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel, attempt: int
) -> None:
    """One of them did it; the other is told who, and the version counts once."""
    run = a_run(engineer, engagement)

    def finish(user: User) -> Callable[[], Any]:
        return lambda: runs.finish_step(actor=user, step=step_of(run, 1))

    done = in_parallel(finish(engineer), finish(colleague))
    assert kinds(done) == ["DomainError", "RunStep"]
    assert the_run().version == 2
    assert AuditEntry.objects.filter(action="cutover.step_done").count() == 1
    winner = step_of(run, 1).done_by
    assert winner is not None
    assert any(isinstance(one, DomainError) and winner.name in one.message for one in done)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_the_run_ends_while_a_step_is_taken_back(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel, attempt: int
) -> None:
    """Either it ended with every step settled, or the step is open and so is the run."""
    run = a_run(engineer, engagement, 1)
    runs.finish_step(actor=engineer, step=step_of(run, 1))
    ended, undone = in_parallel(
        lambda: runs.end_run(actor=engineer, run=the_run()),
        lambda: runs.undo_step(actor=colleague, step=step_of(run, 1)),
    )
    if isinstance(ended, CutoverRun):
        assert isinstance(undone, DomainError)
        assert (the_run().outcome, states(run)) == ("done", ["done"])
    else:
        assert isinstance(ended, RefusedError)
        assert (the_run().outcome, states(run)) == ("", ["todo"])


def test_many_steps_at_once_count_every_change(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """Parallel work on different steps loses nothing; a watcher notices each change."""
    run = a_run(engineer, engagement, 6)

    def finish(position: int) -> Callable[[], Any]:
        user = engineer if position % 2 else colleague
        return lambda: runs.finish_step(actor=user, step=step_of(run, position))

    done = in_parallel(*(finish(position) for position in range(1, 7)))
    assert kinds(done) == ["RunStep"] * 6
    assert (the_run().version, states(run)) == (7, ["done"] * 6)
    assert audit.first_broken(engagement.audit_chain) is None


def test_steps_are_moved_and_taken_out_at_once(
    engagement: Engagement, engineer: User, colleague: User, in_parallel: InParallel
) -> None:
    """The order stays whole."""
    a_sheet(engagement, 6)

    def step(position: int) -> SheetStep:
        return SheetStep.objects.unscoped().select_related("sheet__engagement").get(title=f"步骤 {position}")

    done = in_parallel(
        lambda: run_sheet.move_step(actor=engineer, step=step(1), to=6),
        lambda: run_sheet.move_step(actor=colleague, step=step(5), by=-1),
        lambda: run_sheet.delete_step(actor=engineer, step=step(3)),
        lambda: run_sheet.add_step(
            actor=colleague, engagement=engagement, position=2, title="新", kind="step", planned_minutes=5
        ),
    )
    assert not [one for one in done if isinstance(one, Exception)]
    assert list(SheetStep.objects.unscoped().values_list("position", flat=True)) == list(range(1, 7))
    assert RunSheet.objects.unscoped().get().version == 5
