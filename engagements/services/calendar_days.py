"""The company's own changes to its working calendars, and the visits that move with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from engagements.days_off import effect_of
from engagements.models import Engagement, FollowUpVisit
from engagements.services import followups
from engagements.services.rule_applications import CHAIN as RULES
from onsite.accounts.access import require_manager_or_administrator
from onsite.accounts.models import User
from onsite.core import audit, calendars
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import CalendarDay
from onsite.core.unique import unless_taken


@transaction.atomic
def change_days(
    *, actor: User, calendar: str, first_on: date, last_on: date | None, is_working: bool, reason: str, seen: str
) -> list[date]:
    """Have the sites of a calendar work on these days, or not; return the days that this changes.

    Open visits without an agreed hour move; plans stay. `seen` is the mark of the effect that the actor was shown:
    StaleError where it is another one by now. Raises DomainError on "first_on" as `calendars.days_to_change`, also where
    somebody else changes one of the days at the same moment.
    """
    require_manager_or_administrator(actor)
    before = calendars.load(calendar)
    days = calendars.days_to_change(before, first_on, last_on or first_on, is_working=is_working)
    with unless_taken(_("One of these days was changed already, just now. Please look again."), field="first_on"):
        rows = CalendarDay.objects.bulk_create(
            CalendarDay(calendar=calendar, day=day, is_working=is_working, reason=reason) for day in days
        )
    _follow(actor, calendar, days, seen)
    told = {"days": [str(day) for day in days], "is_working": is_working, "reason": reason}
    _record(actor, rows[0], "calendar.changed", told)
    return days


@transaction.atomic
def take_back(*, actor: User, row: CalendarDay, seen: str) -> date:
    """Let the calendar say of this day again what it says by itself, and return the day. Raises StaleError as
    `change_days`, and DomainError where somebody else took it back."""
    require_manager_or_administrator(actor)
    if not CalendarDay.objects.filter(pk=row.pk).delete()[0]:
        raise DomainError(_("Somebody took this back meanwhile."))
    _follow(actor, row.calendar, [row.day], seen)
    _record(actor, row, "calendar.taken_back", {"days": [str(row.day)]})
    return row.day


def _follow(actor: User, code: str, days: Sequence[date], seen: str) -> None:
    """Move the visits of all engagements that go by the calendar, as the calendar stands now.

    Both chains are held before the engagements, in the order of whoever saves a client or invites a person: else each would
    wait for the other. Every engagement is held, so that a visit that is planned at this moment is not missed.
    """
    audit.hold(RULES)
    audit.hold(audit.COMPANY)
    going_by = list(Engagement.objects.unscoped().select_for_update(no_key=True).filter(calendar=code).order_by("pk"))
    after = calendars.load(code)
    if effect_of(actor, code, after, days).mark != seen:
        raise StaleError(_("What this means is no longer what you looked at. It stands below; confirm it again."))
    with_visits = set(FollowUpVisit.objects.unscoped().open().values_list("engagement_id", flat=True))
    for engagement in going_by:
        if engagement.pk in with_visits:
            engagement.working_calendar = after
            _move_visits(actor, engagement)


def _move_visits(actor: User, engagement: Engagement) -> None:
    for visit, due_on in followups.reroll_visits(engagement):
        told = {"from": str(visit.due_on), "to": str(due_on), "calendar": engagement.calendar}
        audit.record(chain=engagement.audit_chain, actor=actor, action="visit.rerolled", target=visit, data=told)


def _record(actor: User, row: CalendarDay, action: str, told: dict[str, Any]) -> None:
    data = {"calendar": row.calendar, **told}
    audit.record(chain=audit.COMPANY, actor=actor, action=action, target=row, data=data)
