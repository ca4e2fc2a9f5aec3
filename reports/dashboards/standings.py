"""What the database sorts the portfolio by: the judgement of `health`, kept for each engagement as long as it holds.

It holds until something was written in the engagement (every service writes its entry into the engagement's chain), until
the company changed a calendar or a standing rule, or until midnight at the site. Only what no longer holds is judged anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from django.db.models import CharField, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from engagements.models import Engagement
from engagements.models.engagement import EngagementQuerySet
from engagements.services.rule_applications import CHAIN as RULES
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core import audit
from onsite.core.models import AuditChain, CalendarDay
from reports.dashboards.facts import Facts, with_open_ends
from reports.dashboards.judging import judged
from reports.models import Standing

OF_LEVEL: dict[str, Q] = {
    "bad": Q(standing__bad__gt=0),
    "warn": Q(standing__bad=0, standing__warn__gt=0),
    "ok": Q(standing__bad=0, standing__warn=0),
}
NEEDING = OF_LEVEL["bad"] | OF_LEVEL["warn"]
# As `health.attention` weighs: the most serious reasons, then the most, then the latest; then by name.
BY_ATTENTION = (F("standing__bad").desc(), F("standing__warn").desc(), F("standing__slip").desc(), "name", "pk")
AT_ONCE = 200


def refresh(viewer: User, asking: EngagementQuerySet) -> int:
    """Judge anew what no longer holds among these, as a manager sees them; return how many. Three queries where all
    holds."""
    company = _company()
    holds = Q(standing__version=F("version_now"), standing__company=company, standing__until__gt=timezone.now())
    chain = Concat(Value("engagement:"), Cast(OuterRef("pk"), CharField()))
    number = AuditChain.objects.filter(name=chain).values("last_number")
    rows = asking.annotate(version_now=Coalesce(Subquery(number), 0)).exclude(holds & Q(standing__isnull=False))
    stale = list(rows.select_related("client"))
    for begin in range(0, len(stale), AT_ONCE):
        _keep(viewer, stale[begin : begin + AT_ONCE], company)
    return len(stale)


def refresh_all() -> int:
    """Judge anew what no longer holds of all: beat asks for it, so that nobody waits for a whole company after midnight."""
    manager = User.objects.filter(role=Role.MANAGER, is_active=True).first()
    if manager is None:
        return 0
    return refresh(manager, Engagement.objects.visible_to(manager).filter(with_open_ends()))


def _keep(viewer: User, engagements: Collection[Engagement], company: str) -> None:
    facts = Facts(viewer, engagements)
    kept = []
    for engagement in engagements:
        judgement = judged(engagement, facts)
        levels = [reason.level for reason in judgement.health.reasons]
        kept.append(
            Standing(
                engagement=engagement, bad=levels.count("bad"), warn=levels.count("warn"), slip=judgement.state.slip,
                version=engagement.version_now, company=company,  # type: ignore[attr-defined]  # annotated
                until=engagement.next_midnight(),
            )
        )  # fmt: skip
    fields = ["bad", "warn", "slip", "version", "company", "until"]
    Standing.objects.bulk_create(kept, update_conflicts=True, unique_fields=["engagement"], update_fields=fields)


def _company() -> str:
    """Return what stands for the calendars and the standing rules. Two queries."""
    days = CalendarDay.objects.order_by("calendar", "day").values_list("calendar", "day", "is_working")
    told = (list(days), audit.numbers_of([RULES]))
    return hashlib.sha256(repr(told).encode()).hexdigest()
