"""Problems opened and closed as a picture on a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from engagements.models import Engagement
from engagements.progress import shown_days
from onsite.core.charts.figure import Figure
from onsite.core.charts.lines import Line, LineChart, lines_figure
from standups.models.problem import ProblemQuerySet
from standups.problem_flow import FlowPoint, problem_flow

# A single problem is no course.
FEWEST = 2


def problem_figure(engagement: Engagement, problems: ProblemQuerySet, today: date) -> Figure:
    """Return how these problems, which are those the reader may see, came and went until today. One query; false where
    there are too few to tell."""
    points = flow_of(engagement, list(problems.order_by().values_list("raised_on", "solved_on")), today)
    return flow_figure(points) if points else Figure("", SafeString(""))


def flow_of(engagement: Engagement, spans: Sequence[tuple[date, date | None]], today: date) -> list[FlowPoint]:
    """Return the days from the first raised problem to today, or to the last thing that happened once it is over; nothing
    where there are too few to tell."""
    if len(spans) < FEWEST:
        return []
    last = today if engagement.is_running else max(day for span in spans for day in span if day)
    first = min(min(raised for raised, _solved in spans), last)
    return problem_flow(spans, shown_days(first, last, engagement.working_calendar))


def flow_figure(points: Sequence[FlowPoint]) -> Figure:
    """Return the chart: what is open as an area, what was raised and solved since the beginning as lines."""
    lines = (
        Line(pgettext("problems", "Open"), tuple(float(point.open) for point in points), "area"),
        Line(pgettext("problems", "Raised in all"), tuple(float(point.raised) for point in points), "thin"),
        Line(pgettext("problems", "Solved in all"), tuple(float(point.solved) for point in points), "strong"),
    )
    return lines_figure(
        LineChart(
            days=tuple(point.on for point in points),
            lines=lines,
            label=_("Problems raised and solved"),
            text=sentence(points),
            day_word=pgettext("a column of days", "Day"),
        )
    )


def sentence(points: Sequence[FlowPoint]) -> str:
    """Say how many were raised and solved by the last day, and how many are open."""
    newest = points[-1]
    words = {"day": newest.on, "raised": newest.raised, "solved": newest.solved, "open": newest.open}
    return _("By %(day)s: %(raised)s raised, %(solved)s solved, %(open)s open.") % words
