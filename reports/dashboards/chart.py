"""The plan as pictures on a page: its days, and how much of it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.progress_chart import progress_figure
from onsite.accounts.models import User
from onsite.core.charts.figure import Figure
from onsite.core.charts.gantt import GanttChart, GanttRow, gantt_figure
from reports.building.course import stages_now
from reports.rows import StageRow


def plan_chart(engagement: Engagement, stages: Sequence[StageRow], today: date) -> Figure:
    """Return the Gantt chart with baseline and today's line; false without stages."""
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
    return gantt_figure(
        GanttChart(
            rows=rows,
            today=today,
            is_working_day=engagement.working_calendar.is_working,
            label=_("Gantt chart: plan, baseline and progress"),
            baseline_word=_("baseline"),
            today_word=_("today"),
        )
    )


def progress_chart(engagement: Engagement, stages: Sequence[StageRow], viewer: User, today: date) -> Figure:
    """Return plan against fact as lines; false without stages. One query."""
    return progress_figure(engagement, stages_now(stages), viewer, today)
