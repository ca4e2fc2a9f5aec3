"""What stands between today and go-live, in one page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.workspace import open_engagement, person, workspace
from onsite.core.policy import signed_in
from standups.going_live.glance import glance_of


@signed_in
@require_safe
def going_live(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Five steps from the data to operations, and whose signature is asked for next."""
    engagement = open_engagement(request, engagement_id)
    context = workspace(request, engagement, "going_live", heading=_("Go live"))
    context["glance"] = glance_of(engagement, person(request))
    return render(request, "standups/going_live.html", context)
