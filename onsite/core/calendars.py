"""The working calendars a site can have, with the days an administrator changed, and what is special in a year of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from onsite.core.calendar import SpecialDay, WorkingCalendar, special_days
from onsite.core.errors import DomainError
from onsite.core.models import CalendarDay

CHOICES = [
    ("CN", _("Mainland China (statutory holidays and make-up days)")),
    ("HK", _("Hong Kong")),
    ("SG", _("Singapore")),
    ("WEEK", _("Monday to Friday, no holidays")),
]


class CalendarYear(NamedTuple):
    """A year of a calendar: the days that aren't what their weekday says, by law or by the company's own changes.
    A day stands in one of the two lists: the company's word wins."""

    label: str | Promise
    days: list[SpecialDay]
    own: list[CalendarDay]
    is_provisional: bool


def years(year: int) -> list[CalendarYear]:
    """Return this year of every calendar, in the active language. One query. Raises CalendarRangeError."""
    language = "zh_CN" if (get_language() or "").startswith("zh") else "en_US"
    changed = list(CalendarDay.objects.filter(day__year=year).order_by("day"))
    found = []
    for code, label in CHOICES:
        own = [row for row in changed if row.calendar == code]
        replaced = {row.day for row in own}
        days = special_days(code, year, language) if code != "WEEK" else []
        is_provisional = WorkingCalendar(country=None if code == "WEEK" else code).is_provisional(year)
        found.append(CalendarYear(label, [day for day in days if day.day not in replaced], own, is_provisional))
    return found


def changed_years() -> list[int]:
    """Return the years in which the company changed days. One query."""
    return [day.year for day in CalendarDay.objects.dates("day", "year")]


def load(code: str) -> WorkingCalendar:
    """Return the calendar with its overrides (one query)."""
    overrides = dict(CalendarDay.objects.filter(calendar=code).values_list("day", "is_working"))
    return WorkingCalendar(country=None if code == "WEEK" else code, overrides=overrides)


def with_changes(calendar: WorkingCalendar, days: Mapping[date, bool]) -> WorkingCalendar:
    """Return the calendar as it will be once these days are changed: whether the site works on each."""
    return replace(calendar, overrides={**calendar.overrides, **days})


def without_change(calendar: WorkingCalendar, day: date) -> WorkingCalendar:
    """Return the calendar as it will be once the change of this day is taken back."""
    return replace(calendar, overrides={one: works for one, works in calendar.overrides.items() if one != day})


def days_to_change(calendar: WorkingCalendar, first_on: date, last_on: date, *, is_working: bool) -> list[date]:
    """Return the days from the first to the last that must be changed so that the site works on all of them, or on none.

    Days that are so anyway are left out. Raises DomainError on "first_on" where one of them was changed by the company
    before, and where none is left.
    """
    asked = [first_on + timedelta(days=number) for number in range((last_on - first_on).days + 1)]
    found = [day for day in asked if calendar.is_working(day) != is_working]
    for day in found or asked:
        if day in calendar.overrides:
            text = gettext("%(day)s was changed already. To change it again, take that change back first.")
            raise DomainError(text % {"day": date_format(day)}, field="first_on")
    if not found:
        raise DomainError(gettext("The calendar says so already: nothing would change."), field="first_on")
    return found
