"""Run sheets and runs as tests need them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import CutoverRun, RunSheet, RunSheetTemplate, RunStep
from standups.services.cutover_runs import start_run
from tests.factories import (
    CutoverRunFactory,
    RunSheetFactory,
    RunSheetTemplateFactory,
    RunStepFactory,
    SheetStepFactory,
)

HOUR = timedelta(hours=1)


def a_sheet(engagement: Engagement, steps: int = 3, **head: Any) -> RunSheet:
    """A sheet whose steps take ten minutes each."""
    sheet = RunSheetFactory(engagement=engagement, **head)
    for number in range(1, steps + 1):
        SheetStepFactory(sheet=sheet, position=number, title=f"步骤 {number}")
    return sheet


def a_run(engineer: User, engagement: Engagement, steps: int = 3, kind: str = "rehearsal", **head: Any) -> CutoverRun:
    """A run through such a sheet that has just begun."""
    if not RunSheet.objects.filter(engagement=engagement).exists():
        a_sheet(engagement, steps, **head)
    return start_run(actor=engineer, engagement=engagement, kind=kind)


def step_of(run: CutoverRun, position: int) -> RunStep:
    """The step as a request loads it."""
    return RunStep.objects.unscoped().select_related("run__engagement", "done_by").get(run=run, position=position)


def states(run: CutoverRun) -> list[str]:
    """The states of its steps, in order."""
    return list(run.steps.unscoped().values_list("state", flat=True))


def fill(engagement: Engagement, lead: User, word: str) -> dict[str, Any]:
    """A sheet with a step, a run that goes on and one that ended, and a template of the company's."""
    now = timezone.now()
    sheet = RunSheetFactory(engagement=engagement, backup=word, commander=word, planned_start_at=now)
    step = SheetStepFactory(sheet=sheet, position=1, title=word, owner=word, check_text=word)
    ended = CutoverRunFactory(
        engagement=engagement, number=1, started_by=lead, started_at=now - 2 * HOUR, ended_at=now - HOUR, ended_by=lead,
        outcome="done", note=word,
    )  # fmt: skip
    RunStepFactory(run=ended, position=1, title=word, state="skipped", note=word, done_by=lead)
    run = CutoverRunFactory(engagement=engagement, number=2, started_by=lead, last_rollback_at=now + HOUR)
    RunStepFactory(run=run, position=1, title=word, owner=word, state="running", started_at=now, done_by=lead)
    waiting = RunStepFactory(run=run, position=2, title=word, owner=word)
    timed = RunStepFactory(
        run=run, position=3, title=word, state="done", started_at=now, finished_at=now, done_by=lead, note=word
    )
    RunSheetTemplateFactory(name=word, created_by=lead)
    return {
        "sheet_step": step.pk,
        "cutover_run": run.pk,
        "ended_run": ended.pk,
        "run_step": waiting.pk,
        "done_run_step": timed.pk,
        "run_step_act": "start",
    }


def a_template() -> int:
    """The id of one of the company's run sheets."""
    return RunSheetTemplate.objects.values_list("pk", flat=True)[0]
