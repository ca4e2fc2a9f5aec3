"""How long the client waited for the first answer to a concern: pure, from plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.utils.translation import ngettext

from onsite.core.calendar import WorkingCalendar

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Wait:
    """The time that passed by the clock, and the working days of the site in it."""

    elapsed: timedelta
    working_days: int

    def __str__(self) -> str:
        """Write it as one would say it: minutes, hours, from a day on working days."""
        if self.elapsed < HOUR:
            minutes = max(1, round(self.elapsed / timedelta(minutes=1)))
            return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
        if self.elapsed < DAY or not self.working_days:
            hours = round(self.elapsed / HOUR)
            return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
        days = self.working_days
        return ngettext("%(count)s working day", "%(count)s working days", days) % {"count": days}


def wait_between(said_at: datetime, answered_at: datetime, calendar: WorkingCalendar, zone: ZoneInfo) -> Wait:
    """Return the wait from when it was said to when it was answered; none where it was answered at once."""
    days = calendar.working_days_between(said_at.astimezone(zone).date(), answered_at.astimezone(zone).date())
    return Wait(max(answered_at - said_at, timedelta(0)), max(days, 0))


def usual_wait(waits: Sequence[Wait]) -> Wait | None:
    """Return the median of the waits, None where nothing was answered yet."""
    if not waits:
        return None
    elapsed = timedelta(seconds=median(wait.elapsed.total_seconds() for wait in waits))
    return Wait(elapsed, int(median(wait.working_days for wait in waits) + 0.5))
