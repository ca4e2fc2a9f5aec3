"""How long the client reads along: until an engagement is over and its last visit is done. One rule, for members and for
whoever comes by a mailed link."""

from __future__ import annotations

from django.db.models import Q

from engagements.models import Engagement, FollowUpVisit
from engagements.models.engagement import EngagementQuerySet


def is_open(engagement: Engagement) -> bool:
    """Say whether this engagement's client still reads along."""
    return engagement.is_running or engagement.visits.unscoped().open().exists()


def open_ones() -> EngagementQuerySet:
    """Return the engagements of which `is_open` is true, of every client: for services, and for links."""
    engagements = Engagement.objects.unscoped()
    visited = FollowUpVisit.objects.unscoped().open().values("engagement")
    return engagements.filter(Q(pk__in=engagements.running().values("pk")) | Q(pk__in=visited))
