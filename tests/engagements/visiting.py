"""Follow-up visits for tests: held with few words, agreed on for an hour."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from engagements.models import FollowUpVisit
from engagements.services import visits
from onsite.accounts.models import User


def hold(visit: FollowUpVisit, actor: User, **heard: Any) -> FollowUpVisit:
    """Hold it today by video: it runs well."""
    given: dict[str, Any] = {
        "held_on": visit.engagement.today(),
        "channel": "video",
        "condition": "well",
        "how_it_runs": "稳定",
    }
    return visits.hold_visit(actor=actor, visit=visit, **given | heard)


def hour_of(visit: FollowUpVisit, days: int = 0) -> datetime:
    """Return ten in the morning at the site, so many days after the day it is due."""
    return visit.engagement.local(visit.due_on + timedelta(days=days), time(10))


def appoint(visit: FollowUpVisit, actor: User, **agreed: Any) -> FollowUpVisit:
    """Agree on ten o'clock of the day it is due, by a video link, held by the actor, with nobody of the client."""
    given: dict[str, Any] = {
        "appointed_at": hour_of(visit), "channel": "video", "place": "https://meet.example/huifang", "holder": actor,
        "invited": [],
    }  # fmt: skip
    return visits.appoint_visit(actor=actor, visit=visit, **given | agreed)
