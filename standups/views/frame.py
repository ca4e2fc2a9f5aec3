"""What stands around every page of a day."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.workspace import person, workspace
from onsite.accounts.access import can
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from standups.forms.page import Page
from standups.forms.talk import CommentForm
from standups.models import StandUp
from standups.rhythm import neighbours
from standups.services.writing import may_be_written
from standups.shown import shown_day
from standups.talk import readings_of, remarks_on


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


def read_page(
    request: HttpRequest,
    engagement: Engagement,
    day: date,
    stand_up: StandUp | None,
    *,
    form: CommentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a day to read, with what is said to it; `form` holds a remark that could not be kept."""
    user = person(request)
    context = day_frame(request, engagement, day) | {
        "stand_up": stand_up,
        "shown": shown_day(user=user, stand_up=stand_up) if stand_up is not None else None,
        "readings": readings_of(user, stand_up) if stand_up is not None and stand_up.is_published else None,
        "remarks": remarks_on(user, stand_up) if stand_up is not None and stand_up.is_published else [],
        "may_write": can(user, Permission.WRITE_STAND_UP, engagement) and may_be_written(engagement, day),
        "form": form or CommentForm(),
        "comment_key": uuid4(),
    }
    return render(request, "standups/day.html", context, status=status)


def edit_page(request: HttpRequest, engagement: Engagement, page: Page, *, status: int = 200) -> HttpResponse:
    """Render the form of a day."""
    context = day_frame(request, engagement, page.day) | {"page": page}
    return render(request, "standups/day_edit.html", context, status=status)
