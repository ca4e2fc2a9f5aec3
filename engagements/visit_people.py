"""Who has a part in a follow-up visit: who of us may hold it, who of the client is asked to be there, who is reminded."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from engagements.models import Engagement, FollowUpVisit
from onsite.accounts.models import User
from onsite.accounts.roles import CLIENT_PARTS, Part, Role

_HOLDING = [Part.LEAD, Part.ENGINEER]


def holders(engagement: Engagement) -> QuerySet[User]:
    """Return who of us may hold its visits and follow up what came of them: its engineers, and the managers."""
    ours = engagement.memberships.unscoped().active().filter(part__in=_HOLDING).values("user")
    return User.objects.filter(Q(pk__in=ours) | Q(role=Role.MANAGER), is_active=True).order_by("name", "pk")


def invitable(engagement: Engagement) -> QuerySet[User]:
    """Return the client's people in it; who was invited to OnSite and never came counts, who was closed out does not."""
    theirs = engagement.memberships.unscoped().active().filter(part__in=CLIENT_PARTS).values("user")
    known = Q(is_active=True) | Q(last_login=None)
    return User.objects.filter(known, pk__in=theirs).order_by("name", "pk")


def reminded(engagement: Engagement) -> set[User]:
    """Return who is reminded of what comes: the manager who runs it and its lead."""
    lead = engagement.memberships.unscoped().active().with_part(Part.LEAD).select_related("user").first()
    return {engagement.created_by} | ({lead.user} if lead else set())


def reminded_of(visit: FollowUpVisit) -> set[User]:
    """Return who is reminded of this visit: also whoever is to hold it."""
    return reminded(visit.engagement) | ({visit.holder} if visit.holder else set())
