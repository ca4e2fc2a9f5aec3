"""The follow-up visits that are to be held, and the new needs they brought: who looks sees their own, or all they may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from engagements.models import FollowUpVisit, Membership, NewNeed
from engagements.planning import share_calendars
from onsite.accounts.models import User
from onsite.accounts.roles import Part

MINE, ALL, OVERDUE = "mine", "all", "overdue"


@dataclass(frozen=True)
class ToHold:
    """A visit with the day at its site, how often nobody was reached, and whom to call where no hour is agreed on."""

    visit: FollowUpVisit
    today: date
    attempts: int
    contacts: list[Membership]

    @property
    def day(self) -> date:
        return self.visit.day()

    @property
    def overdue_days(self) -> int:
        """Calendar days since the day it was to be held on; 0 where that has not passed."""
        return max(0, (self.today - self.day).days)


def load_worklist(user: User, show: str) -> list[ToHold]:
    """Return the open visits by day. `show` is MINE (I run it, lead it, or am to hold it), ALL that I may see, or of
    these the OVERDUE ones. Three queries."""
    rows = FollowUpVisit.objects.visible_to(user).open().select_related("engagement__client", "holder")
    if show == MINE:
        rows = rows.filter(_mine(user))
    visits = list(rows.annotate(tried=Count("attempts")))
    share_calendars([visit.engagement for visit in visits])
    contacts = _contacts(user, visits)
    found = [
        ToHold(visit, visit.engagement.today(), visit.tried, contacts.get(visit.engagement_id, []))  # type: ignore[attr-defined]
        for visit in visits
    ]
    if show == OVERDUE:
        found = [row for row in found if row.overdue_days]
    return sorted(found, key=lambda row: (row.day, row.visit.appointed_at is None, row.visit.pk))


def _mine(user: User) -> Q:
    led = Membership.objects.unscoped().active().filter(user=user, part=Part.LEAD).values("engagement")
    return Q(holder=user) | Q(engagement__created_by=user) | Q(engagement__in=led)


def _contacts(user: User, visits: list[FollowUpVisit]) -> dict[int, list[Membership]]:
    engagements = {visit.engagement_id for visit in visits}
    rows = Membership.objects.visible_to(user).active().with_part(Part.CLIENT_PM).filter(engagement__in=engagements)
    contacts: dict[int, list[Membership]] = {}
    for row in rows.select_related("user"):
        contacts.setdefault(row.engagement_id, []).append(row)
    return contacts


def needs_of(user: User, *, everybody: bool, state: str) -> QuerySet[NewNeed]:
    """Return the new needs in this state, the newest first: one's own, or all that one may see."""
    rows = NewNeed.objects.visible_to(user).filter(state=state).select_related("visit__engagement__client", "owner")
    return (rows if everybody else rows.filter(owner=user)).order_by("-pk")
