"""The working calendars a site can have, with the days an administrator changed, and what is special in a year of them."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from onsite.core.calendar import SpecialDay, WorkingCalendar, special_days
from onsite.core.models import CalendarDay

CHOICES = [
    ("CN", _("Mainland China (statutory holidays and make-up days)")),
    ("HK", _("Hong Kong")),
    ("SG", _("Singapore")),
    ("WEEK", _("Monday to Friday, no holidays")),
]


class CalendarYear(NamedTuple):
    """A year of a calendar: the days that aren't what their weekday says, by law and by the company's own changes."""

    label: str | Promise
    days: list[SpecialDay]
    own: list[CalendarDay]
    is_provisional: bool


def years(year: int) -> list[CalendarYear]:
    """Return this year of every calendar, in the active language. One query. Raises CalendarRangeError."""
    language = "zh_CN" if (get_language() or "").startswith("zh") else "en_US"
    changed = list(CalendarDay.objects.filter(day__year=year).order_by("day"))
    return [
        CalendarYear(
            label,
            special_days(code, year, language) if code != "WEEK" else [],
            [row for row in changed if row.calendar == code],
            WorkingCalendar(country=None if code == "WEEK" else code).is_provisional(year),
        )
        for code, label in CHOICES
    ]


def load(code: str) -> WorkingCalendar:
    """Return the calendar with its overrides (one query)."""
    overrides = dict(CalendarDay.objects.filter(calendar=code).values_list("day", "is_working"))
    return WorkingCalendar(country=None if code == "WEEK" else code, overrides=overrides)
