"""An engagement in execution with everything proved, so that nothing stands against a Go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from engagements import go_decision
from engagements.go_decision import Decision
from engagements.models import Engagement, Phase, SignOff
from engagements.services import signing
from onsite.accounts.models import User
from standups.going_live import go
from standups.models import Cell, CountLine, LoadRound, RoleTraining, RolloutStage, RunSheet
from standups.services import go as deciding
from tests.factories import (
    CellFactory,
    ConditionFactory,
    CountLineFactory,
    CutoverRunFactory,
    LoadRoundFactory,
    ProblemFactory,
    RunSheetFactory,
    RunStepFactory,
    SheetStepFactory,
    UatRoundFactory,
)


def make_ready(engagement: Engagement, engineer: User) -> dict[str, Any]:
    """Prove everything, each by one row; return the rows, so that a test can spoil one."""
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.EXECUTION)
    engagement.phase = Phase.EXECUTION
    load_round = LoadRoundFactory(mapping__data_object__engagement=engagement, mapping__made_by=engineer)
    line = CountLineFactory(round=load_round)
    load_round.sign_off = signed_text(engagement, engineer, SignOff.Kind.DATA, str(load_round.data_object.pk))
    load_round.save()
    cell = CellFactory(engagement=engagement, state="accepted", live_on=engagement.today())
    training = RoleTraining.objects.create(role=cell.role, held_on=engagement.today(), people=1, recorded_by=engineer)
    start = timezone.now() + timedelta(days=3)
    sheet = RunSheetFactory(
        engagement=engagement, planned_start_at=start, last_rollback_at=start + timedelta(hours=4), backup="全量备份"
    )
    step = SheetStepFactory(sheet=sheet)
    ended = timezone.now()
    run = CutoverRunFactory(
        engagement=engagement, started_by=engineer, started_at=ended - timedelta(minutes=90), ended_at=ended,
        ended_by=engineer, outcome="done",
    )  # fmt: skip
    RunStepFactory(run=run, position=1, title=step.title, state="done")
    return {"round": load_round, "line": line, "cell": cell, "training": training, "sheet": sheet, "step": step,
            "run": run}  # fmt: skip


@transaction.atomic
def signed_text(engagement: Engagement, actor: User, kind: str, topic: str) -> SignOff:
    """A signed text of this kind, whatever it says."""
    text = {"client": "", "engagement": "", "sections": [], "facts": {}}
    sign_off = signing.add_version(actor=actor, engagement=engagement, kind=kind, topic=topic, text=text)
    SignOff.objects.filter(pk=sign_off.pk).update(signed_at=timezone.now())
    sign_off.refresh_from_db()
    return sign_off


def decide(engagement: Engagement, actor: User, decision: Decision = Decision.GO, **fields: Any) -> SignOff:
    """Decide as somebody who has read what stands there now; to go in ten days, or to look again in a week."""
    newest = go_decision.newest(engagement)
    given: dict[str, Any] = {
        "note": "" if decision != Decision.NOT_YET else "医保接口未通过",
        "seen": go.standing_against(engagement).fingerprint,
        "after": newest.pk if newest else None,
        "go_live_on": None if decision == Decision.NOT_YET else engagement.today() + timedelta(days=10),
        "look_again_on": engagement.today() + timedelta(days=7) if decision == Decision.NOT_YET else None,
    }
    return deciding.decide(actor=actor, engagement=engagement, decision=decision, **(given | fields))


def _line(rows: dict[str, Any], **fields: Any) -> None:
    CountLine.objects.filter(pk=rows["line"].pk).update(**fields)


def _round(rows: dict[str, Any], **fields: Any) -> None:
    LoadRound.objects.filter(pk=rows["round"].pk).update(**fields)


def _cell(rows: dict[str, Any], **fields: Any) -> None:
    Cell.objects.filter(pk=rows["cell"].pk).update(**fields)


def _sheet(rows: dict[str, Any], **fields: Any) -> None:
    RunSheet.objects.filter(pk=rows["sheet"].pk).update(**fields)


def _condition(rows: dict[str, Any]) -> None:
    cell = rows["cell"]
    engagement = cell.engagement
    signed = signed_text(engagement, engagement.created_by, SignOff.Kind.UAT, str(cell.pk))
    ConditionFactory(round=UatRoundFactory(cell=cell, opened_by=engagement.created_by, sign_off=signed))


# Each thing that can stand against a Go, by the beginning of its code: how it comes about where all was well before.
SPOILED: dict[str, Callable[[dict[str, Any]], object]] = {
    "data.open": lambda rows: _line(rows, target_value=1),
    "data.open.sample": lambda rows: _round(rows, sample_wrong=14),
    "data.unchecked": lambda rows: CountLine.objects.unscoped().filter(pk=rows["line"].pk).delete(),
    "data.unchecked.sample": lambda rows: _round(rows, sample_size=None, sample_wrong=None),
    "data.unsigned": lambda rows: _round(rows, sign_off=None),
    "rollout.empty": lambda rows: Cell.objects.unscoped().filter(pk=rows["cell"].pk).delete(),
    "rollout.no_stage": lambda rows: (
        RolloutStage.objects.unscoped().filter(cells=rows["cell"]).update(is_before_go=False)
    ),
    "rollout.rejected": lambda rows: _cell(rows, state="rejected"),
    "rollout.unaccepted": lambda rows: _cell(rows, state="live"),
    "rollout.untrained": lambda rows: rows["training"].delete(),
    "uat.condition": _condition,
    "cutover.no_sheet": lambda rows: rows["step"].delete(),
    "cutover.not_rehearsed": lambda rows: rows["run"].delete(),
    "cutover.no_rollback_time": lambda rows: _sheet(rows, last_rollback_at=None),
    "cutover.no_backup": lambda rows: _sheet(rows, backup=""),
    "problem": lambda rows: ProblemFactory(engagement=rows["cell"].engagement, severity="critical"),
}
HARD = {"data.open", "data.open.sample"}
