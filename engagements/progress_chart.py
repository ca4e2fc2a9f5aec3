"""Plan against fact as a picture on a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from engagements.models import Engagement, PlanSnapshot
from engagements.models.plan import PlanSnapshotQuerySet
from engagements.planning import Plan
from engagements.progress import AgreedStage, Point, progress, shown_days
from onsite.accounts.models import User
from onsite.core.charts.figure import Figure
from onsite.core.charts.lines import Line, LineChart, lines_figure


@dataclass(frozen=True)
class StageNow:
    """A stage: the days agreed for it, or the current ones where nothing was agreed; where it ends now, how far it is."""

    agreed: AgreedStage
    finish_on: date
    percent: int


def stages_of(plan: Plan) -> list[StageNow]:
    """Return the stages of a plan as the curve needs them."""
    return [
        StageNow(
            AgreedStage(
                planned.stage.pk,
                (planned.agreed or planned.stage).start_on,
                (planned.agreed or planned.stage).finish_on,
            ),
            planned.stage.finish_on,
            planned.stage.percent,
        )
        for planned in plan.stages
    ]


def progress_figure(engagement: Engagement, stages: Sequence[StageNow], viewer: User, today: date) -> Figure:
    """Return the planned share of the work day by day, and the actual one as far as it is known. One query."""
    rows = PlanSnapshot.objects.visible_to(viewer)
    points = progress_points(engagement, stages, rows, today)
    return curve(points, today if engagement.is_running else None) if points else Figure("", SafeString(""))


def progress_points(
    engagement: Engagement, stages: Sequence[StageNow], rows: PlanSnapshotQuerySet, today: date
) -> list[Point]:
    """Return the days from the first stage's start to the end of the last, or of what is known; nothing without stages.

    `rows` are the pictures that may be read. While the engagement runs, today's is the plan itself. One query.
    """
    if not stages:
        return []
    pictures = _pictures(engagement, rows)
    if engagement.is_running and today >= engagement.start_on:
        pictures[today] = {stage.agreed.key: stage.percent for stage in stages}
    first = min(stage.agreed.start_on for stage in stages)
    ends = [day for stage in stages for day in (stage.agreed.finish_on, stage.finish_on)]
    calendar, until = engagement.working_calendar, max(pictures, default=first)
    days = shown_days(first, max(*ends, until), calendar, always=[min(today, until)])
    return progress([stage.agreed for stage in stages], pictures, days, calendar, until=until)


def curve(points: Sequence[Point], today: date | None) -> Figure:
    """Return the two lines with what they say of the newest known day in words."""
    planned, actual = pgettext("progress", "Planned"), pgettext("progress", "Actual")
    return lines_figure(
        LineChart(
            days=tuple(point.on for point in points),
            lines=(
                Line(planned, tuple(float(100 * point.planned) for point in points), "dashed"),
                Line(
                    actual,
                    tuple(None if point.actual is None else float(100 * point.actual) for point in points),
                    "strong",
                ),
            ),
            label=_("Plan against fact: share of the work"),
            text=sentence(points),
            day_word=pgettext("a column of days", "Day"),
            sign="%",
            ceiling=100,
            today=today,
            today_word=_("Today"),
        )
    )


def sentence(points: Iterable[Point]) -> str:
    """Say how much was to be done by the newest known day, and how much was; "" where nothing is known."""
    known = [point for point in points if point.actual is not None]
    if not known or known[-1].actual is None:
        return ""
    newest = known[-1]
    words = {
        "day": newest.on,
        "planned": round(100 * newest.planned),
        "actual": round(100 * known[-1].actual),
    }
    return _("By %(day)s %(planned)s%% of the work was planned, %(actual)s%% is done.") % words


def _pictures(engagement: Engagement, rows: PlanSnapshotQuerySet) -> dict[date, dict[int, int]]:
    found: dict[date, dict[int, int]] = {}
    known = rows.filter(stage__engagement=engagement, percent__isnull=False)
    for stage, taken_on, percent in known.values_list("stage_id", "taken_on", "percent"):
        found.setdefault(taken_on, {})[stage] = percent or 0
    return found
