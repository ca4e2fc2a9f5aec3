"""The health of one engagement on its overview: the same judgement as on the portfolio. Vendor only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from engagements.models import Engagement
from engagements.overview import Card
from onsite.accounts.models import User
from reports.dashboards.facts import Facts
from reports.dashboards.health import Health, Reason
from reports.dashboards.judging import judged

TEMPLATE = "reports/health/card.html"


@dataclass(frozen=True)
class Settled:
    """A reason with the address of the page that settles it."""

    reason: Reason
    url: str


@dataclass(frozen=True)
class Told:
    """The state in a word, and its reasons, the worst first."""

    health: Health
    reasons: list[Settled]


def tell(engagement: Engagement, user: User) -> Sequence[Card]:
    """Return the card; none for a client, and none once nothing is expected of the engagement any more: it is cancelled, or
    closed without a visit to come. Eleven queries."""
    if user.is_client:
        return ()
    facts = Facts(user, [engagement])
    if not engagement.is_running and not facts.visits[engagement.pk]:
        return ()
    health = judged(engagement, facts).health
    reasons = [Settled(row, reverse(row.rule.place, args=[engagement.pk])) for row in health.reasons]
    return (Card(TEMPLATE, Told(health, reasons)),)
