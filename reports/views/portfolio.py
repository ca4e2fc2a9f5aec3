"""The manager's portfolio, as a page and as a file, and the rules that health is judged by."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.workspace import person
from onsite.core import unchanged
from onsite.core.policy import manager_only, signed_in
from onsite.core.spreadsheet import sheet_response, write
from onsite.notifications.models import Message
from reports.dashboards.gating import gating_rules
from reports.dashboards.health import RULES
from reports.dashboards.portfolio import all_rows, load_portfolio
from reports.dashboards.portfolio_file import MOST_ENGAGEMENTS, sheet
from reports.dashboards.versions import portfolio_key
from reports.dashboards.who_is_where import glance
from reports.forms import PortfolioFilter
from reports.onboarding import first_steps


@manager_only
@require_safe
def portfolio(request: HttpRequest) -> HttpResponse:
    """Every engagement that still asks for something; the address narrows it down."""
    viewer, form = person(request), PortfolioFilter(request.GET or None)
    dead_letters = Message.objects.dead().count()

    def make() -> tuple[str, datetime]:
        found = load_portfolio(viewer, form.wanted, number=request.GET.get("page", 1))
        context = {
            "portfolio": found,
            "rows": found.rows,
            "page_obj": found.page,
            "form": form,
            "dead_letters": dead_letters,
            "where": glance(viewer, timezone.localdate()),
            "rules": gating_rules(viewer),
            "first_steps": first_steps(viewer) if found.count < 2 else [],
        }
        return unchanged.page_of("reports/portfolio.html", context, request), found.until

    return unchanged.answer(request, key=(*portfolio_key(viewer), dead_letters), make=make)


@manager_only
@require_safe
def portfolio_export(request: HttpRequest) -> HttpResponse:
    """All that the address asks for, on every page of it, as an Excel file in the reader's language."""
    rows = all_rows(person(request), PortfolioFilter(request.GET).wanted, most=MOST_ENGAGEMENTS + 1)
    if len(rows) > MOST_ENGAGEMENTS:
        words = {"most": MOST_ENGAGEMENTS}
        messages.error(request, _("A file holds at most %(most)s engagements. Narrow the list first.") % words)
        return redirect(f"{reverse('reports:portfolio')}?{request.GET.urlencode()}")
    name = f"{_('Portfolio')} {timezone.localdate()}"
    return sheet_response(write([sheet(rows)]), "portfolio", name)


@signed_in
@require_safe
def health_rules(request: HttpRequest) -> HttpResponse:
    """Every rule that health is judged by. No client learns that there is such a page."""
    if not person(request).is_vendor:
        raise Http404
    return render(request, "reports/health_rules.html", {"rules": RULES})
