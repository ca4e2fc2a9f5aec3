"""The forecast: vendor only until the manager publishes it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements import forecast_page
from engagements.models import Publication
from engagements.services import publications
from engagements.views.publications import switched
from engagements.workspace import open_engagement, person, workspace
from onsite.core.policy import signed_in


@signed_in
@require_safe
def forecast(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What the plan's uncertainty says of the agreed day. For a client without a published one there is no such page."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = forecast_page.visible(engagement.pk, user)
    if found is None and user.is_client:
        raise Http404
    context = workspace(request, engagement, "prepare", heading=_("Forecast"))
    if found is not None:
        context |= {
            "forecast": found,
            "sentence": forecast_page.sentence(found),
            "chart": forecast_page.chart(found),
            "runs": forecast_page.runs(found),
            "driver": forecast_page.driver(found),
        }
    published = engagement.publications.visible_to(user).filter(item=Publication.Item.FORECAST)
    context["publication"] = published.select_related("published_by").first()
    return render(request, "engagements/forecast.html", context)


@signed_in
@require_POST
def publish(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Let the client see the forecast from now on."""
    success = _("The client sees the forecast from now on.")
    return switched(request, engagement_id, publications.publish, Publication.Item.FORECAST, success=success)


@signed_in
@require_POST
def withdraw(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Keep the forecast to the vendor again."""
    success = _("The client no longer sees the forecast.")
    return switched(request, engagement_id, publications.withdraw, Publication.Item.FORECAST, success=success)
