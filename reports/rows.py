"""Rows that more than one overview or document reads, fetched as plain values: one query each, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from django.db.models import OuterRef, Subquery

from engagements import measures
from engagements.models import BaselineStage, Engagement, StageKind
from engagements.models.goals import ObjectiveQuerySet
from engagements.models.plan import StageQuerySet
from reports.documents.parts import Objective
from reports.figures import Attainment, Direction, attainment


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage as it is planned now, and as the newest baseline has it (None where nothing was agreed yet)."""

    engagement_id: int
    pk: int
    kind: str
    start_on: date
    finish_on: date
    percent: int
    note: str
    baseline_start_on: date | None
    baseline_finish_on: date | None

    @property
    def label(self) -> str:
        return str(StageKind(self.kind).label)

    @property
    def is_done(self) -> bool:
        return self.percent == 100


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """An objective with its current value; the last three are None, None and "" while nobody measured."""

    pk: int
    title: str
    metric: str
    unit: str
    baseline: Decimal | None
    target: Decimal
    direction: Direction
    due_on: date
    how_measured: str
    reading: Decimal | None
    measured_on: date | None
    evidence: str

    @property
    def agreed(self) -> Objective:
        """What was agreed, as the documents print it."""
        return Objective(
            title=self.title, metric=self.metric, unit=self.unit, baseline=self.baseline, target=self.target,
            direction=self.direction, due_on=self.due_on, measured_how=self.how_measured,
        )  # fmt: skip

    @property
    def attainment(self) -> Attainment:
        """What `reports.figures` says of the reading."""
        return attainment(baseline=self.baseline, target=self.target, direction=self.direction, reading=self.reading)


def stage_rows(stages: StageQuerySet) -> list[StageRow]:
    """Return the stages in the order of each plan."""
    agreed = BaselineStage.objects.filter(stage=OuterRef("pk")).order_by("-baseline__number")
    rows = stages.annotate(
        agreed_start_on=Subquery(agreed.values("start_on")[:1]),
        agreed_finish_on=Subquery(agreed.values("finish_on")[:1]),
    ).order_by("engagement_id", "position")
    fields = ("engagement_id", "pk", "kind", "start_on", "finish_on", "percent", "note")
    return [StageRow(*values) for values in rows.values_list(*fields, "agreed_start_on", "agreed_finish_on")]


def objective_rows(engagement: Engagement, objectives: ObjectiveQuerySet) -> list[ObjectiveRow]:
    """Return the objectives of this engagement by due day, each with its current value (see `engagements.measures`)."""
    return [
        ObjectiveRow(
            pk=found.objective.pk,
            title=found.objective.title,
            metric=found.objective.metric,
            unit=found.objective.unit,
            baseline=found.objective.baseline,
            target=found.objective.target,
            direction=cast(Direction, found.objective.direction),
            due_on=found.objective.due_on,
            how_measured=found.objective.how_measured,
            reading=found.value,
            measured_on=found.on,
            evidence=found.evidence,
        )
        for found in measures.measure(engagement, objectives.order_by("due_on", "pk"))
    ]
