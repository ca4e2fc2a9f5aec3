"""The pages people open first: the client's dashboard, the manager's portfolio, the engineer's day."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from engagements.workspace import open_engagement, person, workspace
from onsite.core import unchanged
from onsite.core.policy import manager_only, signed_in, vendor_only
from onsite.notifications.models import Message
from reports.dashboards.client import client_dashboard
from reports.dashboards.portfolio import load_portfolio
from reports.dashboards.today import load_day, own_engagements
from reports.dashboards.versions import dashboard_keys, day_keys
from reports.dashboards.who_is_where import glance
from reports.forms import PortfolioFilter
from reports.onboarding import first_steps
from reports.satisfaction import overview


@signed_in
@require_safe
def dashboard(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What waits, where we stand, and what was said today; the same page for whoever opens it."""
    engagement, viewer = open_engagement(request, engagement_id), person(request)

    def make() -> tuple[str, datetime]:
        board = client_dashboard(engagement, viewer, engagement.today())
        context = workspace(request, engagement, "overview") | {"board": board}
        return unchanged.body_of("reports/dashboard/board.html", context, request), board.holds_until(engagement)

    def page(body: dict[str, object]) -> HttpResponse:
        return render(request, "reports/dashboard.html", workspace(request, engagement, "overview") | body)

    around, key = dashboard_keys(viewer, engagement)
    # Who looks as somebody else reads the same, but may be shown less to press.
    key = (*key, hasattr(request, "viewing_as"))
    return unchanged.answer(request, key=key, make=make, page=page, around=around)


@manager_only
@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """Every engagement that still asks for something; phase and words narrow it down in the address."""
    form = PortfolioFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {"phase": "", "q": ""}
    found = load_portfolio(person(request), phase=wanted["phase"], text=wanted["q"], number=request.GET.get("page", 1))
    context = {
        "portfolio": found,
        "rows": found.rows,
        "page_obj": found.page,
        "form": form,
        "dead_letters": Message.objects.dead().count(),
        "where": glance(person(request), timezone.localdate()),
        "first_steps": first_steps(person(request)) if found.count < 2 else [],
    }
    return render(request, "reports/portfolio.html", context)


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
    around, key = day_keys(viewer, engagements)

    def make() -> tuple[str, datetime]:
        day = load_day(viewer, engagements)
        return unchanged.body_of("reports/today/body.html", {"day": day}, request), day.holds_until()

    def page(body: dict[str, object]) -> HttpResponse:
        return render(request, "reports/today.html", body)

    return unchanged.answer(request, key=key, make=make, page=page, around=around)
