"""What the tests of assignments and absences share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engagements.models import Absence, Assignment, Engagement
from onsite.accounts.models import User


def assigned_of_the_world(engagement: Engagement, lead: User, second: User) -> dict[str, Any]:
    """The lead is assigned, and the second person is away for a week."""
    today = engagement.today()
    days = {"start_on": today, "finish_on": today + timedelta(days=6)}
    return {
        "assignment": Assignment.objects.create(engagement=engagement, user=lead, **days).pk,
        "absence": Absence.objects.create(user=second, **days).pk,
    }
