"""What a kept page is made of, beside the clock: named in its key, so that whatever changes is seen at once.

Every service writes its entry into a chain of the audit in the transaction of its change, so the number of a chain's newest
entry is the version of all that is written under it: stand-ups, problems, plan, signatures, publications, who belongs to
the engagement. What the company writes (people, clients, calendars) is in the chains of the company.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest
from django.utils import timezone

from engagements.models import Engagement
from engagements.services.rule_applications import CHAIN as RULES
from engagements.workspace import person
from onsite.core import audit
from onsite.core.unchanged import row_as_it_is

COMPANY_CHAINS = (audit.COMPANY, RULES)


def of_engagement(request: HttpRequest, engagement: Engagement) -> tuple[object, ...]:
    """Return what a page of this engagement is made of for who asks; the zone must be the site's already. The rows were read
    before their versions, so they stand in the key themselves. One query."""
    seen = getattr(request, "viewing_as", None)
    rows = (person(request), engagement, engagement.client, *((seen.manager, seen.membership) if seen else ()))
    numbers = audit.numbers_of((engagement.audit_chain, *COMPANY_CHAINS))
    own = numbers.get(engagement.audit_chain, 0)
    return (*map(row_as_it_is, rows), timezone.localdate(), *of_company(numbers), own)


def of_company(numbers: Mapping[str, int]) -> tuple[int, ...]:
    """Return what the company's own chains have come to."""
    return tuple(numbers.get(chain, 0) for chain in COMPANY_CHAINS)
