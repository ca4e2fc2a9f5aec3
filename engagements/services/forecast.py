"""The forecast's row: computed anew from the plan's rows whenever these change, and once a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from engagements.models import Engagement, Forecast
from onsite.core import audit
from onsite.core.calendar import CalendarRangeError

if TYPE_CHECKING:
    from engagements.forecasting import Outcome


@transaction.atomic
def refresh(engagement: Engagement) -> None:
    """Bring the forecast in line with the plan; take it away where there is none to give: it went live or is over, there
    is no plan, the plan waits for itself, or its longest run leaves the calendar. Four queries."""
    outcome = _outcome(engagement)
    if outcome is None:
        Forecast.objects.filter(engagement=engagement).delete()
        return
    forecast = Forecast(
        engagement=engagement,
        runs=outcome.runs,
        probability=outcome.probability,
        p50_on=outcome.p50_on,
        p80_on=outcome.p80_on,
        driver=outcome.driver,
        histogram=[[str(bar.day), bar.runs] for bar in outcome.histogram],
    )
    Forecast.objects.bulk_create(
        [forecast],
        update_conflicts=True,
        unique_fields=["engagement"],
        update_fields=["computed_at", "runs", "probability", "p50_on", "p80_on", "driver", "histogram"],
    )


def refresh_all() -> int:
    """Bring all forecasts in line with the day, each in its own transaction; return of how many engagements."""
    running = Engagement.objects.unscoped().running().values_list("pk", flat=True)
    for pk in running:
        with transaction.atomic():
            # Held against a plan that changes between reading it and writing what came of it.
            engagement = Engagement.objects.lock(pk)
            before = _told(engagement)
            refresh(engagement)
            if _told(engagement) != before:
                _record(engagement)
    return len(running)


def _told(engagement: Engagement) -> list[tuple[object, ...]]:
    """What the client reads of it: nothing as long as it is the vendor's own."""
    rows = Forecast.objects.unscoped().shared().filter(engagement=engagement)
    return list(rows.values_list("probability", "p50_on", "p80_on", "driver"))


def _record(engagement: Engagement) -> None:
    """Whoever keeps a page of the engagement goes by its chain (`audit.numbers_of`), also where no person changed it."""
    audit.record(chain=engagement.audit_chain, actor=None, action="forecast.refreshed", target=engagement)


def _outcome(engagement: Engagement) -> Outcome | None:
    if not engagement.is_running or engagement.go_live_on is not None:
        return None
    # NumPy takes a fifth of a second to load: no command that draws no forecast should wait for it.
    from engagements import forecast_rows

    try:
        return forecast_rows.outcome_of(engagement)
    except (CalendarRangeError, ValueError):
        return None
