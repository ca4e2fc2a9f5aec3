"""Emergencies that run at this moment: the first line of whatever page somebody opens."""

from __future__ import annotations

from collections.abc import Iterable

from engagements.models import Engagement, Invocation
from onsite.accounts.models import User


def running_emergencies(viewer: User, engagements: Iterable[Engagement]) -> list[Invocation]:
    """Return those of these engagements that the viewer may see, the newest first; one query. A cancelled engagement's
    are nobody's to answer any more."""
    known = {engagement.pk: engagement for engagement in engagements if engagement.is_running}
    rows = Invocation.objects.visible_to(viewer).running().filter(plan__engagement__in=known)
    found = list(rows.select_related("plan"))
    for row in found:
        row.plan.engagement = known[row.plan.engagement_id]
    return found
