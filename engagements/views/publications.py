"""What the clients see of what is the vendor's own at first: every running engagement on one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from engagements.models import Engagement, Publication
from engagements.workspace import open_engagement, person
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.policy import manager_only
from onsite.core.views import performed, safe_next

PAGE_ROWS = 50


@dataclass(frozen=True)
class Switch:
    """One item of one engagement: what it is, where it is read and switched, and since when the client sees it."""

    label: str | Promise
    page: str
    publish: str
    withdraw: str
    publication: Publication | None


# By the names of the pages: the ledger's are a floor above. An item without its pages here fails the tests.
PAGES = {
    Publication.Item.FORECAST: (
        "engagements:forecast",
        "engagements:forecast_publish",
        "engagements:forecast_withdraw",
    ),
    Publication.Item.DELAY: ("reports:delay", "reports:delay_publish", "reports:delay_withdraw"),
}


@manager_only
@require_safe
def switches(request: HttpRequest) -> HttpResponse:
    """The running engagements, each with a switch per item."""
    found = Engagement.objects.visible_to(person(request)).running().select_related("client").order_by("name", "pk")
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    rows = Publication.objects.visible_to(person(request)).filter(engagement__in=[row.pk for row in page])
    published = {(row.engagement_id, row.item): row for row in rows.select_related("published_by")}
    context = {"page": page, "rows": [(row, list(_of(row, published))) for row in page]}
    return render(request, "engagements/publications.html", context)


def switched(
    request: HttpRequest, engagement_id: int, change: Callable[..., object], item: Publication.Item, *, success: str
) -> HttpResponse:
    """Publish or withdraw the item, and lead back to where it was switched: to its own page, or to `next`."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.PUBLISH_ITEM, engagement)
    return performed(
        request,
        lambda: change(actor=user, engagement=engagement, item=item),
        to=safe_next(request, reverse(PAGES[item][0], args=[engagement.pk])).url,
        success=success,
    )


def _of(engagement: Engagement, published: dict[tuple[int, str], Publication]) -> Iterator[Switch]:
    for item, pages in PAGES.items():
        yield Switch(item.label, *pages, published.get((engagement.pk, item)))
