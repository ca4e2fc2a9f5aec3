"""The plan as a picture on a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.core.charts.gantt import GanttChart, GanttRow, gantt_svg
from reports.rows import StageRow


def plan_chart(engagement: Engagement, stages: Sequence[StageRow], today: date) -> SafeString:
    """Return the Gantt chart with baseline and today's line; "" without stages."""
    rows = tuple(
        GanttRow(
            label=stage.label,
            start_on=stage.start_on,
            finish_on=stage.finish_on,
            baseline_start_on=stage.baseline_start_on,
            baseline_finish_on=stage.baseline_finish_on,
            percent=stage.percent,
        )
        for stage in stages
    )
    return gantt_svg(
        GanttChart(
            rows=rows,
            today=today,
            is_working_day=engagement.working_calendar.is_working,
            label=_("Gantt chart: plan, baseline and progress"),
            baseline_word=_("baseline"),
            today_word=_("today"),
        )
    )
