"""Telling the lead of an agreed day without a published stand-up, by the clock of the site."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from engagements.models import Engagement, Membership, Phase
from engagements.planning import share_calendars
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.notifications.models import Message
from onsite.notifications.services import enqueue
from standups.models import StandUp

# How long after the agreed hour a day counts as missed.
PATIENCE = timedelta(hours=2)
# Whatever stood still meanwhile: what is older than yesterday is no news.
DAYS_BACK = 1


def remind_of_missed_days() -> int:
    """Queue one message per missed day and lead; return how many are new. Safe to run as often as one likes.

    A handful of queries, however many engagements run.
    """
    now = timezone.now()
    leads = _leads()
    share_calendars([row.engagement for row in leads])
    missed = {key_of(row.engagement, day, row.user): (row, day) for row in leads for day in _due_days(row, now)}
    known = set(Message.objects.filter(dedupe_key__in=missed).values_list("dedupe_key", flat=True))
    published = _published(list(missed.values()))
    fresh = {
        key: (row, day)
        for key, (row, day) in missed.items()
        if key not in known and (row.engagement_id, day) not in published
    }
    for key, (row, day) in fresh.items():
        enqueue(
            kind="stand_up_missed",
            recipient=row.user,
            dedupe_key=key,
            payload={"engagement": row.engagement_id, "day": str(day)},
            due_at=missed_from(row.engagement, day),
        )
    return len(fresh)


def missed_from(engagement: Engagement, day: date) -> datetime:
    """Return the moment from which the day counts as missed: two hours after its stand-up began at the site."""
    began_at = engagement.local(day, engagement.stand_up_at)
    # Hours that pass, not hands of a clock that is put forward or back meanwhile.
    return began_at.astimezone(UTC) + PATIENCE


def is_told(engagement: Engagement, day: date, now: datetime) -> bool:
    """Say whether a day without a published stand-up is one to tell of: agreed, its time is over, and not long past."""
    since = engagement.today() - timedelta(days=DAYS_BACK)
    return day >= since and engagement.expects_stand_up(day) and now >= missed_from(engagement, day)


def key_of(engagement: Engagement, day: date, lead: User) -> str:
    """Return what makes it one message for each day and lead."""
    return f"stand_up_missed:{engagement.pk}:{day}:{lead.pk}"


def _leads() -> list[Membership]:
    """Those who lead where work goes on, with their engagements."""
    works_there = [Phase.PREPARATION, Phase.EXECUTION]
    rows = Membership.objects.unscoped().active().with_part(Part.LEAD)
    rows = rows.filter(engagement__phase__in=works_there, user__is_active=True)
    return list(rows.select_related("engagement", "user"))


def _due_days(lead: Membership, now: datetime) -> Iterator[date]:
    """Today and yesterday at the site, as far as they are missed, and were the lead's already."""
    engagement = lead.engagement
    for back in range(DAYS_BACK + 1):
        day = engagement.today() - timedelta(days=back)
        if is_told(engagement, day, now) and lead.joined_at <= missed_from(engagement, day):
            yield day


def _published(missed: Collection[tuple[Membership, date]]) -> set[tuple[int, date]]:
    rows = (
        StandUp.objects.unscoped()
        .published()
        .filter(
            engagement__in={lead.engagement_id for lead, _day in missed}, held_on__in={day for _lead, day in missed}
        )
    )
    return set(rows.values_list("engagement_id", "held_on"))
