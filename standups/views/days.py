"""The calendar of days, and the way to today."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import can
from onsite.accounts.roles import Permission
from onsite.core.policy import signed_in
from standups.rhythm import day_calendar
from standups.views.frame import stand_up_of


@signed_in
@require_safe
def stand_up_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Every day with its state, by month, newest first; a client sees the published ones."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    may_write = can(user, Permission.WRITE_STAND_UP, engagement)
    context = workspace(request, engagement, "execute", heading=_("Stand-ups")) | {
        "calendar": day_calendar(user, engagement, may_write=may_write, year=request.GET.get("year", "")),
        "today_stand_up": stand_up_of(user, engagement, engagement.today()),
    }
    return render(request, "standups/day_list.html", context)


@signed_in
@require_safe
def today(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Go to today at the site; a client goes where there is something."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    day = engagement.today()
    if user.is_client and stand_up_of(user, engagement, day) is None:
        return redirect("standups:list", engagement.pk)
    return redirect("standups:day", engagement.pk, day)
