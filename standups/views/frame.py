"""What stands around every page of a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.workspace import person, workspace
from onsite.accounts.models import User
from standups.forms.page import Page
from standups.models import StandUp
from standups.rhythm import neighbours


def stand_up_of(user: User, engagement: Engagement, day: date) -> StandUp | None:
    """Return the day's stand-up, if this person may see one."""
    return engagement.stand_ups.visible_to(user).filter(held_on=day).first()


def day_frame(request: HttpRequest, engagement: Engagement, day: date) -> dict[str, Any]:
    """Return the workspace's context with the day, its number on site, and the days next to it."""
    calendar = engagement.working_calendar
    return workspace(request, engagement, "execute", heading=_("Stand-up")) | {
        "day": day,
        "day_number": calendar.day_number(engagement.start_on, day),
        "neighbours": neighbours(person(request), engagement, day),
    }


def edit_page(request: HttpRequest, engagement: Engagement, page: Page, *, status: int = 200) -> HttpResponse:
    """Render the form of a day."""
    context = day_frame(request, engagement, page.day) | {"page": page}
    return render(request, "standups/day_edit.html", context, status=status)
