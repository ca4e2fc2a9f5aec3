"""The goal chain: from what was promised to what stayed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.workspace import open_engagement, person, workspace
from onsite.core.policy import signed_in
from reports.building.goal_chain import goal_chain as read_chain
from reports.dashboards.chain_chart import chain_chart, tally


@signed_in
@require_safe
def goal_chain(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Every objective from end to end as a picture and in words, and what stands in no chain."""
    engagement = open_engagement(request, engagement_id)
    found = read_chain(engagement, person(request))
    tab = "overview" if person(request).is_client else "review"
    context = workspace(request, engagement, tab, heading=_("Goal chain")) | {
        "found": found,
        "chart": chain_chart(engagement, found),
        "tally": tally(found),
    }
    return render(request, "reports/goal_chain.html", context)
