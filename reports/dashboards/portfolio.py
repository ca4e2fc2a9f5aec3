"""All running engagements in one table, those that need somebody first. Vendor only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, Q
from django.utils import timezone

from engagements.models import Engagement, FollowUpVisit, Membership, Phase
from engagements.models.engagement import EngagementQuerySet
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from reports.dashboards import standings
from reports.dashboards.facts import RowFacts, of_person, with_open_ends
from reports.dashboards.judging import FOLLOW_UP, Row, row_of

MINE = "mine"
ROWS_PER_PAGE = 25
AT_ONCE = 200
THIS_WEEK_DAYS = 7


@dataclass(frozen=True)
class Wanted:
    """What the portfolio is narrowed down to; each "" for all. `whose` is "mine" or "", `q` a word of client, name, site or
    lead."""

    phase: str = ""
    health: str = ""
    whose: str = ""
    q: str = ""


@dataclass(frozen=True)
class Portfolio:
    """One page of the rows by attention; `count` engagements ask for something at all, `needing` of them for somebody. The
    visits fall due within a week or did already. `until` is the first midnight at one of the sites."""

    page: Page[Engagement]
    rows: list[Row]
    count: int
    needing: int
    visits: list[FollowUpVisit]
    until: datetime

    @property
    def has_reports(self) -> bool:
        return any(row.report for row in self.rows)


def load_portfolio(viewer: User, wanted: Wanted = Wanted(), *, number: int | str | None = 1) -> Portfolio:
    """Return a page of what this manager may see of all engagements that still ask for something. The database sorts and
    counts by what is kept of each (`standings`); the rows of the page are judged anew. A fixed number of queries, however
    many engagements there are."""
    asking, narrowed = _asking(viewer), _narrowed(viewer, wanted)
    counts = asking.aggregate(
        all=Count("pk"),
        needing=Count("pk", filter=standings.NEEDING),
        found=Count("pk", filter=narrowed),
        until=Min("standing__until"),
    )
    pages = Paginator(_ranked(asking.filter(narrowed)), ROWS_PER_PAGE)
    vars(pages)["count"] = counts["found"]  # Counted already, with the others.
    page = pages.get_page(number)
    rows = _rows(viewer, list(page.object_list))
    until = counts["until"] or timezone.now() + timedelta(days=1)
    return Portfolio(page, rows, counts["all"], counts["needing"], _this_week(viewer, asking), until)


def all_rows(viewer: User, wanted: Wanted, *, most: int) -> list[Row]:
    """Return the rows of all pages, at most this many."""
    found = list(_ranked(_asking(viewer).filter(_narrowed(viewer, wanted)))[:most])
    return [row for begin in range(0, len(found), AT_ONCE) for row in _rows(viewer, found[begin : begin + AT_ONCE])]


def _asking(viewer: User) -> EngagementQuerySet:
    """What still asks for something, with what is kept of each made to hold."""
    asking = Engagement.objects.visible_to(viewer).filter(with_open_ends())
    standings.refresh(viewer, asking)
    return asking


def _ranked(engagements: EngagementQuerySet) -> EngagementQuerySet:
    return engagements.order_by(*standings.BY_ATTENTION).select_related("client")


def _rows(viewer: User, engagements: list[Engagement]) -> list[Row]:
    if not engagements:
        return []
    facts = RowFacts(viewer, engagements)
    return [row_of(engagement, facts) for engagement in engagements]


def _narrowed(viewer: User, wanted: Wanted) -> Q:
    # A closed engagement is here for its follow-up visits.
    phase = Phase.CLOSED if wanted.phase == FOLLOW_UP else wanted.phase
    narrowed = (Q(phase=phase) if phase else Q()) & standings.OF_LEVEL.get(wanted.health, Q())
    if wanted.whose == MINE:
        narrowed &= of_person(viewer)
    words = wanted.q.strip()
    if not words:
        return narrowed
    leads = Membership.objects.unscoped().active().with_part(Part.LEAD).filter(user__name__icontains=words)
    places = ("client__name", "client__short_name", "name", "site")
    held = (Q(**{f"{place}__icontains": words}) for place in places)
    return narrowed & (reduce(or_, held) | Q(pk__in=leads.values("engagement_id")))


def _this_week(viewer: User, asking: EngagementQuerySet) -> list[FollowUpVisit]:
    until = timezone.localdate() + timedelta(days=THIS_WEEK_DAYS)
    rows = FollowUpVisit.objects.visible_to(viewer).open().filter(engagement__in=asking)
    # The appointed hour is of a day at the site, which may begin half a day before or after ours.
    near = Q(appointed_at=None, due_on__lte=until) | Q(appointed_at__date__lte=until + timedelta(days=1))
    visits = list(rows.filter(near).select_related("engagement__client"))
    return sorted((visit for visit in visits if visit.day() <= until), key=FollowUpVisit.day)
