"""Changed days of a calendar for tests: seen and saved as the page does it."""

from __future__ import annotations

from datetime import date

from engagements.days_off import effect_of
from engagements.services import calendar_days
from onsite.accounts.models import User
from onsite.core import calendars
from onsite.core.models import CalendarDay


def a_changed_day(day: date = date(2026, 11, 27)) -> CalendarDay:
    """A Friday on which the sites in mainland China are off."""
    return CalendarDay.objects.get_or_create(calendar="CN", day=day, defaults={"is_working": False, "reason": "年会"})[
        0
    ]


def turn(
    actor: User, first_on: date, last_on: date | None = None, *, works: bool = False, code: str = "WEEK"
) -> list[date]:
    """Look at what it means, then change the days."""
    before = calendars.load(code)
    days = calendars.days_to_change(before, first_on, last_on or first_on, is_working=works)
    seen = effect_of(actor, code, calendars.with_changes(before, dict.fromkeys(days, works)), days).mark
    return calendar_days.change_days(
        actor=actor, calendar=code, first_on=first_on, last_on=last_on, is_working=works, reason="", seen=seen
    )


def turn_back(actor: User, day: date, code: str = "WEEK") -> None:
    """Look at what it means, then take the change back."""
    row = CalendarDay.objects.get(calendar=code, day=day)
    after = calendars.without_change(calendars.load(code), day)
    calendar_days.take_back(actor=actor, row=row, seen=effect_of(actor, code, after, [day]).mark)
