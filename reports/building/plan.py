"""The plan as documents print it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from engagements.models import Engagement
from reports.documents.parts import Plan, PlanRow
from reports.rows import StageRow

# Beyond this the shading of single days is no longer drawn; a plan of years must not swell the snapshot.
LONGEST_SHADED_DAYS = 600


def plan_of(engagement: Engagement, stages: Sequence[StageRow]) -> Plan:
    """Return the stages with their baseline, and the days between them on which the site doesn't work."""
    rows = tuple(
        PlanRow(
            label=stage.label,
            start_on=stage.start_on,
            finish_on=stage.finish_on,
            baseline_start_on=stage.baseline_start_on,
            baseline_finish_on=stage.baseline_finish_on,
            percent=stage.percent,
        )
        for stage in stages
    )
    return Plan(rows=rows, non_working_on=tuple(_days_off(engagement, rows)))


def _days_off(engagement: Engagement, rows: tuple[PlanRow, ...]) -> Iterator[date]:
    if not rows:
        return
    first = min(min(row.start_on, row.baseline_start_on or row.start_on) for row in rows)
    last = max(max(row.finish_on, row.baseline_finish_on or row.finish_on) for row in rows)
    for offset in range(min((last - first).days + 1, LONGEST_SHADED_DAYS)):
        day = first + timedelta(days=offset)
        if not engagement.working_calendar.is_working(day):
            yield day
