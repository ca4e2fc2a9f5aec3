"""The working calendars a site can have, with the days an administrator changed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onsite.core.calendar import WorkingCalendar
from onsite.core.models import CalendarDay

CHOICES = [
    ("CN", _("Mainland China (statutory holidays and make-up days)")),
    ("HK", _("Hong Kong")),
    ("SG", _("Singapore")),
    ("WEEK", _("Monday to Friday, no holidays")),
]


def load(code: str) -> WorkingCalendar:
    """Return the calendar with its overrides (one query)."""
    overrides = dict(CalendarDay.objects.filter(calendar=code).values_list("day", "is_working"))
    return WorkingCalendar(country=None if code == "WEEK" else code, overrides=overrides)
