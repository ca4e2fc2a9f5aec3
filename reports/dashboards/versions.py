"""What the kept pages over several engagements are made of (`engagements.versions`)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Max
from django.utils import timezone

from engagements.models import Engagement, Forecast
from engagements.versions import COMPANY_CHAINS, of_company
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.unchanged import row_as_it_is


def day_key(viewer: User, engagements: Mapping[int, Engagement]) -> tuple[object, ...]:
    """Return what this person's day is made of, which is in these engagements. One query."""
    rows = [engagements[pk] for pk in sorted(engagements)]
    numbers = audit.numbers_of((*(row.audit_chain for row in rows), *COMPANY_CHAINS))
    own = (
        (
            row_as_it_is(row),
            row_as_it_is(row.client),
            numbers.get(row.audit_chain, 0),
            timezone.localdate(timezone=row.zone),
        )
        for row in rows
    )
    return ("day", row_as_it_is(viewer), timezone.localdate(), *of_company(numbers), *own)


def portfolio_key(viewer: User) -> tuple[object, ...]:
    """Return what this manager's portfolio is made of, which is in all engagements; forecasts that nobody published come
    without an entry. Two queries."""
    forecasts = Forecast.objects.visible_to(viewer).aggregate(newest=Max("computed_at"))
    return ("portfolio", row_as_it_is(viewer), timezone.localdate(), audit.total(), forecasts["newest"])
