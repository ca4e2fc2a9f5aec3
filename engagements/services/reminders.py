"""Reminders of documents that are late: the morning of the working day after the one they were needed by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.accounts.services import hash_token
from onsite.notifications.services import enqueue

REMIND_AT = time(9)


def remind_person(engagement: Engagement, user: User, due_on: date, tokens: dict[str, str]) -> None:
    """Queue the reminder to whoever was asked, with the links of what was asked by this day."""
    enqueue(
        kind="document_overdue",
        recipient=user,
        dedupe_key=f"documents:{engagement.pk}:overdue:{due_on}:{user.pk}:{mark_of(tokens)}",
        payload={"engagement": engagement.pk, "due_on": str(due_on), "tokens": tokens},
        due_at=_morning_after(engagement, due_on),
    )


def plan_reminders(engagement: Engagement) -> None:
    """Queue the lead's reminders, one a day something is needed by; each says what is missing when it is sent."""
    lead = lead_of(engagement)
    if lead is None:
        return
    days = engagement.document_requests.unscoped().open().order_by().values_list("due_on", flat=True).distinct()
    for due_on in days:
        enqueue(
            kind="document_overdue",
            recipient=lead,
            dedupe_key=f"documents:{engagement.pk}:overdue:{due_on}:{lead.pk}",
            payload={"engagement": engagement.pk, "due_on": str(due_on), "tokens": {}},
            due_at=_morning_after(engagement, due_on),
        )


def mark_of(tokens: dict[str, str]) -> str:
    """Return what tells this asking from every other in a message's key: no two share a link."""
    return hash_token(next(iter(tokens.values())))[:12]


def lead_of(engagement: Engagement) -> User | None:
    """Return the lead engineer, if there is one."""
    lead = engagement.memberships.unscoped().active().with_part(Part.LEAD).select_related("user").first()
    return lead.user if lead else None


def _morning_after(engagement: Engagement, due_on: date) -> datetime:
    return engagement.local(engagement.working_calendar.next_working(due_on + timedelta(days=1)), REMIND_AT)
