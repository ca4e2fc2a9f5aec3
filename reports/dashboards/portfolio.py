"""All running engagements in one table, those that need somebody first. Vendor only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.utils import timezone

from engagements.models import Engagement, FollowUpVisit, Membership, Phase
from engagements.models.engagement import EngagementQuerySet
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from reports.dashboards import standings
from reports.dashboards.facts import Facts, with_open_ends
from reports.dashboards.judging import FOLLOW_UP, Row, judged

ROWS_PER_PAGE = 50
THIS_WEEK_DAYS = 7


@dataclass(frozen=True)
class Portfolio:
    """One page of the rows by attention; `count` engagements ask for something at all, `needing` of them for somebody. The
    visits fall due within a week or did already."""

    page: Page[Engagement]
    rows: list[Row]
    count: int
    needing: int
    visits: list[FollowUpVisit]


def load_portfolio(viewer: User, *, phase: str = "", text: str = "", number: int | str | None = 1) -> Portfolio:
    """Return a page of what this manager may see of all engagements that still ask for something: those of a phase ("" for
    all) whose client, name, site or lead holds the text. The database sorts and counts by what is kept of each (`standings`);
    the rows of the page are judged anew. A fixed number of queries, however many engagements there are."""
    asking = Engagement.objects.visible_to(viewer).filter(with_open_ends())
    standings.refresh(viewer, asking)
    wanted = _wanted(phase, text)
    counts = asking.aggregate(
        all=Count("pk"), needing=Count("pk", filter=standings.NEEDING), found=Count("pk", filter=wanted)
    )
    ranked = asking.filter(wanted).order_by(*standings.BY_ATTENTION).select_related("client")
    pages = Paginator(ranked, ROWS_PER_PAGE)
    vars(pages)["count"] = counts["found"]  # Counted already, with the others.
    page = pages.get_page(number)
    engagements = list(page.object_list)
    facts = Facts(viewer, engagements)
    rows = [judged(engagement, facts) for engagement in engagements]
    return Portfolio(page, rows, counts["all"], counts["needing"], _this_week(viewer, asking))


def _wanted(phase: str, text: str) -> Q:
    # A closed engagement is here for its follow-up visits.
    wanted = Q(phase=Phase.CLOSED if phase == FOLLOW_UP else phase) if phase else Q()
    words = text.strip()
    if not words:
        return wanted
    leads = Membership.objects.unscoped().active().with_part(Part.LEAD).filter(user__name__icontains=words)
    places = ("client__name", "client__short_name", "name", "site")
    held = (Q(**{f"{place}__icontains": words}) for place in places)
    return wanted & (reduce(or_, held) | Q(pk__in=leads.values("engagement_id")))


def _this_week(viewer: User, asking: EngagementQuerySet) -> list[FollowUpVisit]:
    until = timezone.localdate() + timedelta(days=THIS_WEEK_DAYS)
    rows = FollowUpVisit.objects.visible_to(viewer).open().filter(engagement__in=asking)
    # The appointed hour is of a day at the site, which may begin half a day before or after ours.
    near = Q(appointed_at=None, due_on__lte=until) | Q(appointed_at__date__lte=until + timedelta(days=1))
    visits = list(rows.filter(near).select_related("engagement__client"))
    return sorted((visit for visit in visits if visit.day() <= until), key=FollowUpVisit.day)
