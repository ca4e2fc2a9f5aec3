"""How the work went, day by day: what the closing report draws."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from engagements.models import Engagement, PlanSnapshot
from engagements.progress import AgreedStage
from engagements.progress_chart import StageNow, progress_points
from reports.documents.course import ProblemPoint, ProgressPoint
from reports.rows import StageRow
from standups.models import Problem
from standups.problem_chart import flow_of


def stages_now(stages: Sequence[StageRow]) -> list[StageNow]:
    """Return the stages as the curve needs them: the agreed days, or the current ones where nothing was agreed."""
    return [
        StageNow(
            AgreedStage(row.pk, row.baseline_start_on or row.start_on, row.baseline_finish_on or row.finish_on),
            row.finish_on,
            row.percent,
        )
        for row in stages
    ]


def progress_of(engagement: Engagement, stages: Sequence[StageRow], today: date) -> tuple[ProgressPoint, ...]:
    """Return plan against fact in whole percent; nothing where no picture tells what was done. One query."""
    points = progress_points(engagement, stages_now(stages), PlanSnapshot.objects.unscoped().shared(), today)
    if all(point.actual is None for point in points):
        return ()
    return tuple(
        ProgressPoint(
            on=point.on,
            planned=round(100 * point.planned),
            actual=None if point.actual is None else round(100 * point.actual),
        )
        for point in points
    )


def problem_flow_of(engagement: Engagement, problems: Sequence[Problem], today: date) -> tuple[ProblemPoint, ...]:
    """Return how these problems came and went; nothing where there are too few to tell."""
    points = flow_of(engagement, [(row.raised_on, row.solved_on) for row in problems], today)
    return tuple(ProblemPoint(on=point.on, raised=point.raised, solved=point.solved) for point in points)
