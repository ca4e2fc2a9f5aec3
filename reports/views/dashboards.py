"""The pages people open first: the client's dashboard, the manager's portfolio, the engineer's day."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from engagements.workspace import open_engagement, person, workspace
from onsite.core.policy import manager_only, signed_in, vendor_only
from onsite.notifications.models import Message
from reports.dashboards.client import client_dashboard
from reports.dashboards.portfolio import load_portfolio
from reports.dashboards.today import load_day
from reports.forms import PortfolioFilter

ROWS_PER_PAGE = 50


@signed_in
@require_safe
def dashboard(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What waits, where we stand, and what was said today; the same page for whoever opens it."""
    engagement = open_engagement(request, engagement_id)
    board = client_dashboard(engagement, person(request), engagement.today())
    context = workspace(request, engagement, "overview") | {"board": board}
    return render(request, "reports/dashboard.html", context)


@manager_only
@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """Every engagement that still asks for something; phase and words narrow it down in the address."""
    found = load_portfolio(person(request))
    form = PortfolioFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {"phase": "", "q": ""}
    page = Paginator(found.filtered(phase=wanted["phase"], text=wanted["q"]), ROWS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "portfolio": found,
        "rows": page.object_list,
        "page_obj": page,
        "form": form,
        "dead_letters": Message.objects.dead().count(),
    }
    return render(request, "reports/portfolio.html", context)


@vendor_only
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What is this person's to write, answer, check and hold."""
    return render(request, "reports/today.html", {"day": load_day(person(request))})
