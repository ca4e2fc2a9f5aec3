"""What a kept dashboard is made of, beside the clock: named in its key, so that whatever changes is seen at once.

Every service writes its entry into a chain of the audit in the transaction of its change, so the number of a chain's newest
entry is the version of all that is written under it: stand-ups, problems, plan, signatures, publications, who belongs to
the engagement. What the company writes (people, clients, calendars) is in the chains of the company.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from engagements.models import Engagement
from engagements.services.rule_applications import CHAIN as RULES
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.unchanged import row_as_it_is

COMPANY_CHAINS = (audit.COMPANY, RULES)


def dashboard_keys(viewer: User, engagement: Engagement) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """Return what the frame and what the body of this person's dashboard is made of; the zone must be the site's already.

    The frame tells nothing of the engagement's own version: a client would learn from the page's mark that something was
    written which is not theirs to see. One query.
    """
    numbers = audit.numbers_of((engagement.audit_chain, *COMPANY_CHAINS))
    shown = tuple(map(row_as_it_is, (viewer, engagement, engagement.client)))
    frame = (*shown, timezone.localdate(), *(numbers.get(chain, 0) for chain in COMPANY_CHAINS))
    return frame, (*frame, "dashboard", numbers.get(engagement.audit_chain, 0))


def day_keys(viewer: User, engagements: Mapping[int, Engagement]) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """Return what the frame and what the body of this person's day is made of, which is in these engagements. The rows were
    read before their versions, so they stand in the key themselves. One query."""
    rows = [engagements[pk] for pk in sorted(engagements)]
    numbers = audit.numbers_of((*(row.audit_chain for row in rows), *COMPANY_CHAINS))
    frame = (row_as_it_is(viewer), timezone.localdate(), *(numbers.get(chain, 0) for chain in COMPANY_CHAINS))
    own = (
        (
            row_as_it_is(row),
            row_as_it_is(row.client),
            numbers.get(row.audit_chain, 0),
            timezone.localdate(timezone=row.zone),
        )
        for row in rows
    )
    return frame, (*frame, "day", *own)
