"""The pages people open first: the client's dashboard and the engineer's day; how satisfied the clients are."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from engagements.versions import of_engagement
from engagements.workspace import open_engagement, person, workspace
from onsite.core import unchanged
from onsite.core.policy import signed_in, vendor_only
from reports.dashboards.client import client_dashboard
from reports.dashboards.today import load_day, own_engagements
from reports.dashboards.versions import day_key
from reports.satisfaction import overview


@signed_in
@require_safe
def dashboard(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What waits, where we stand, and what was said today; the same page for whoever opens it."""
    engagement, viewer = open_engagement(request, engagement_id), person(request)

    def make() -> tuple[str, datetime]:
        board = client_dashboard(engagement, viewer, engagement.today())
        context = workspace(request, engagement, "overview") | {"board": board}
        return unchanged.page_of("reports/dashboard.html", context, request), board.holds_until(engagement)

    return unchanged.answer(request, key=("dashboard", *of_engagement(request, engagement)), make=make)


@vendor_only
@require_safe
def satisfaction(request: HttpRequest) -> HttpResponse:
    """How satisfied the clients are, by client and engagement; for managers by engineer, too."""
    return render(request, "reports/satisfaction.html", {"satisfied": overview(person(request))})


@vendor_only
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What is this person's to write, answer, check and hold."""
    viewer = person(request)
    engagements = own_engagements(viewer)

    def make() -> tuple[str, datetime]:
        day = load_day(viewer, engagements)
        return unchanged.page_of("reports/today.html", {"day": day}, request), day.holds_until()

    return unchanged.answer(request, key=day_key(viewer, engagements), make=make)
