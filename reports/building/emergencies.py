"""The emergencies of the closing report, from their logs."""

from __future__ import annotations

from engagements.models import Emergency as EmergencyKind
from engagements.models import Engagement, Invocation
from reports.documents.closing_report import Emergencies, EmergencyCase, EmergencyCount
from reports.figures import Emergency, EmergencyFigures, emergency_figures


def emergencies_of(engagement: Engagement) -> Emergencies | None:
    """Return what happened, oldest first, in the active language; None where no plan was ever invoked. One query."""
    rows = Invocation.objects.unscoped().shared().filter(plan__engagement=engagement)
    found = list(rows.select_related("plan").order_by("invoked_at", "pk"))
    if not found:
        return None
    figures = emergency_figures(
        Emergency(kind=row.plan.emergency, limit_minutes=row.limit_minutes, minutes=row.response_minutes)
        for row in found
    )
    return Emergencies(
        total=_count("", figures.total),
        by_kind=tuple(_count(str(EmergencyKind(part.kind).label), part) for part in figures.by_kind),
        cases=tuple(_case(engagement, row) for row in found),
    )


def _count(label: str, figures: EmergencyFigures) -> EmergencyCount:
    return EmergencyCount(
        label=label,
        invoked=figures.invoked,
        answered=figures.answered,
        kept=figures.kept,
        longest_minutes=figures.longest_minutes,
    )


def _case(engagement: Engagement, row: Invocation) -> EmergencyCase:
    return EmergencyCase(
        title=row.plan.title,
        on=row.invoked_at.astimezone(engagement.zone).date(),
        limit_minutes=row.limit_minutes,
        response_minutes=row.response_minutes,
        is_kept=bool(row.limit_kept),
        cause=row.cause,
    )
