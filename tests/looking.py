"""A manager who looks at an engagement as one of its client's people."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User

BANNER = "Read only."


def look_as(browser: Client, engagement: Engagement, client: User) -> None:
    member = engagement.memberships.unscoped().active().get(user=client)
    answer = browser.post(reverse("engagements:view_as", args=[engagement.pk, member.pk]))
    assert answer.headers["Location"] == reverse("reports:dashboard", args=[engagement.pk])


def dashboard_of(engagement: Engagement) -> str:
    return reverse("reports:dashboard", args=[engagement.pk])
