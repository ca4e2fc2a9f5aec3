"""The list of days, and the way to one of them."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.workspace import open_engagement, person, workspace
from onsite.core.fields import DayField
from onsite.core.forms import OnSiteForm
from onsite.core.policy import signed_in
from standups.rhythm import day_rows, known_days
from standups.views.frame import stand_up_of

DAYS_A_PAGE = 31


class DayForm(OnSiteForm):
    """Which day to open."""

    day = DayField(required=False, label=_("Day"))


@signed_in
@require_safe
def stand_up_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Every day with its state, newest first; a client sees the published ones."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    paginator = Paginator(known_days(user, engagement), DAYS_A_PAGE)
    page_obj = paginator.get_page(request.GET.get("page"))
    context = workspace(request, engagement, "execute", heading=_("Stand-ups")) | {
        "page_obj": page_obj,
        "rows": day_rows(user, engagement, list(page_obj)),
        "today_stand_up": stand_up_of(user, engagement, engagement.today()),
    }
    return render(request, "standups/day_list.html", context)


@signed_in
@require_safe
def today(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Go to today at the site, or to the day that was asked for (?day=); a client goes where there is something."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    form = DayForm(request.GET)
    asked = form.cleaned_data["day"] if form.is_valid() else None
    day = asked or engagement.today()
    if user.is_client and stand_up_of(user, engagement, day) is None:
        return redirect("standups:list", engagement.pk)
    return redirect("standups:day", engagement.pk, day)
