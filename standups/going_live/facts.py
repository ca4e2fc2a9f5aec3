"""What a Go decision rests on, in numbers: read once for the page, the text that is signed and the page at a glance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Sum

from engagements.models import Engagement
from standups.data import state as data_state
from standups.models import Cell, CellState, CutoverRun, RunSheet
from standups.rollout import readiness


@dataclass(frozen=True)
class StageFacts:
    """How the cells of one stage of the roll-out stand, by the values of CellState."""

    name: str
    is_before_go: bool
    counts: Counter[str]


@dataclass(frozen=True)
class Rehearsal:
    """A rehearsal that has ended."""

    number: int
    held_on: date
    minutes: int
    steps: int
    rollbacks: int
    outcome: str
    went_through: bool


@dataclass(frozen=True)
class GoFacts:
    """What a decision rests on. `stages` are in their order, `rehearsals` the oldest first."""

    objects: tuple[data_state.ObjectState, ...]
    stages: tuple[StageFacts, ...]
    roles_trained: int
    roles: int
    rehearsals: tuple[Rehearsal, ...]
    has_steps: bool
    last_rollback_at: datetime | None
    agreed_on: date

    @property
    def objects_signed(self) -> int:
        return sum(state.newest is not None and state.newest.round.is_signed for state in self.objects)

    @property
    def cells_accepted(self) -> int:
        """Cells the client accepted, with or without conditions."""
        return sum(stage.counts[state] for stage in self.stages for state in Cell.SETTLED)

    @property
    def cells_required(self) -> int:
        """All cells that no change request took out."""
        return sum(stage.counts.total() - stage.counts[CellState.DESCOPED] for stage in self.stages)

    @property
    def last_rehearsal(self) -> Rehearsal | None:
        """Return the newest rehearsal that went through to its end."""
        return next((found for found in reversed(self.rehearsals) if found.went_through), None)


def facts_of(engagement: Engagement) -> GoFacts:
    """Read them; both sides see all of it. The queries do not grow with the rows."""
    roles = engagement.rollout_roles.count()
    sheets: Any = RunSheet.objects.unscoped().filter(engagement=engagement).annotate(step_count=Count("steps"))
    sheet = sheets.first()
    return GoFacts(
        objects=tuple(data_state.states(engagement)),
        stages=_stages(engagement),
        roles_trained=roles - len(readiness.untrained(engagement)) if roles else 0,
        roles=roles,
        rehearsals=_rehearsals(engagement),
        has_steps=sheet is not None and bool(sheet.step_count),
        last_rollback_at=sheet.last_rollback_at if sheet else None,
        agreed_on=engagement.agreed_go_live_on,
    )


def _stages(engagement: Engagement) -> tuple[StageFacts, ...]:
    counted: dict[int, Counter[str]] = {}
    rows = engagement.cells.unscoped().order_by().values("stage", "state").annotate(count=Count("pk"))
    for row in rows:
        counted.setdefault(row["stage"], Counter())[row["state"]] += row["count"]
    return tuple(
        StageFacts(stage.name, stage.is_before_go, counted[stage.pk])
        for stage in engagement.rollout_stages.unscoped()
        if stage.pk in counted
    )


def _rehearsals(engagement: Engagement) -> tuple[Rehearsal, ...]:
    rows: Any = CutoverRun.objects.unscoped().filter(engagement=engagement, kind=CutoverRun.Kind.REHEARSAL)
    rows = rows.exclude(ended_at=None).annotate(step_count=Count("steps"), rollback_count=Sum("steps__rollbacks"))
    return tuple(
        Rehearsal(
            number=run.number,
            held_on=run.started_at.astimezone(engagement.zone).date(),
            minutes=-(-(run.ended_at - run.started_at) // timedelta(minutes=1)),
            steps=run.step_count,
            rollbacks=run.rollback_count or 0,
            outcome=str(run.get_outcome_display()),
            went_through=run.outcome == CutoverRun.Outcome.DONE,
        )
        for run in rows.order_by("number")
    )
