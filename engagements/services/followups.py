"""Go-live and the visits one and three months after it: one transaction, exactly once, superseded exactly once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.models import Engagement, FollowUpVisit, Phase
from engagements.services import forecast
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Permission
from onsite.core import audit
from onsite.core.calendar import follow_up_day
from onsite.core.errors import DomainError
from onsite.notifications.services import cancel, enqueue

REMIND_DAYS_BEFORE = (7, 0)
REMIND_AT = time(9)
# A visit may be held somewhat early; far before its day it would not say how the system runs by then.
EARLIEST_DAYS_BEFORE = 31


@transaction.atomic
def record_go_live(*, actor: User, engagement: Engagement, on: date) -> list[FollowUpVisit]:
    """Keep the go-live (or hand-over) day; create its two visits and their reminders in the same transaction.

    Recorded again with another day, the undone visits are superseded and new ones anchored to it; a visit that was
    held stays. The same day again changes nothing. Raises DomainError where the phase or the day forbids it.
    """
    require(actor, Permission.RECORD_GO_LIVE, engagement)
    row = Engagement.objects.lock(engagement.pk)
    if row.phase not in {Phase.EXECUTION, Phase.REVIEW}:
        raise DomainError(_("A go-live day is recorded in execution or review."))
    if on < row.start_on:
        raise DomainError(_("This day lies before the first day on site."), field="on")
    if on > row.today() + timedelta(days=365):
        raise DomainError(_("This day is more than a year away."), field="on")
    if row.go_live_on == on:
        return list(row.visits.unscoped().open())
    revision = row.go_live_revision + 1
    Engagement.objects.filter(pk=row.pk).update(go_live_on=on, go_live_revision=revision)
    data = {"from": str(row.go_live_on), "to": str(on), "revision": revision}
    audit.record(chain=row.audit_chain, actor=actor, action="go_live.recorded", target=row, data=data)
    row.go_live_on, row.go_live_revision = on, revision
    engagement.go_live_on, engagement.go_live_revision = on, revision
    forecast.refresh(row)
    return _plan_visits(row, on)


def _plan_visits(engagement: Engagement, go_live_on: date) -> list[FollowUpVisit]:
    drop_visits(engagement)
    held = set(engagement.visits.unscoped().standing().values_list("kind", flat=True))
    visits = [
        FollowUpVisit.objects.create(
            engagement=engagement,
            kind=kind,
            revision=engagement.go_live_revision,
            anchor_on=go_live_on,
            due_on=follow_up_day(go_live_on, months, engagement.working_calendar),
        )
        for kind, months in FollowUpVisit.MONTHS.items()
        if kind not in held
    ]
    plan_reminders(engagement)
    return visits


def reroll_visits(engagement: Engagement) -> None:
    """Move the open visits to where the site's present calendar puts them, and their reminders with them."""
    for visit in engagement.visits.unscoped().open():
        due_on = follow_up_day(visit.anchor_on, FollowUpVisit.MONTHS[visit.kind], engagement.working_calendar)
        if due_on != visit.due_on:
            cancel(prefix=f"visit:{visit.pk}:")
            FollowUpVisit.objects.filter(pk=visit.pk).update(due_on=due_on)
    plan_reminders(engagement)


def drop_visits(engagement: Engagement) -> None:
    """Nobody calls on an engagement that was cancelled."""
    for visit in engagement.visits.unscoped().open():
        cancel(prefix=f"visit:{visit.pk}:")
    engagement.visits.open().update(superseded_at=timezone.now())


def plan_reminders(engagement: Engagement) -> None:
    """Queue the reminders of the open visits for those who hold them; each person is reminded once per visit and day.

    Reminders come at nine in the reader's own zone; one whose moment has passed long ago is left out.
    """
    for visit in engagement.visits.unscoped().open():
        for user in reminded(engagement):
            for days in REMIND_DAYS_BEFORE:
                due_at = datetime.combine(visit.due_on - timedelta(days=days), REMIND_AT, tzinfo=user.zone)
                if due_at < timezone.now() - timedelta(days=1) and days:
                    continue
                enqueue(
                    kind="visit_reminder",
                    recipient=user,
                    dedupe_key=f"visit:{visit.pk}:{visit.due_on}:{days}:{user.pk}",
                    payload={"visit": visit.pk, "days": days},
                    due_at=due_at,
                )


def reminded(engagement: Engagement) -> set[User]:
    """Return who is reminded of what comes: the manager who runs it and its lead."""
    lead = engagement.memberships.unscoped().active().with_part(Part.LEAD).select_related("user").first()
    return {engagement.created_by} | ({lead.user} if lead else set())


@transaction.atomic
def hold_visit(
    *, actor: User, visit: FollowUpVisit, held_on: date, channel: str, how_it_runs: str, new_needs: str
) -> None:
    """Keep what the visit brought. Raises DomainError where it was held already, replaced, or the day has not come."""
    require(actor, Permission.HOLD_VISIT, visit.engagement)
    engagement = Engagement.objects.lock(visit.engagement_id)
    if held_on > engagement.today() or held_on < visit.anchor_on:
        raise DomainError(_("The visit lies between go-live and today."), field="held_on")
    if held_on < visit.due_on - timedelta(days=EARLIEST_DAYS_BEFORE):
        day = date_format(visit.due_on)
        raise DomainError(_("This visit is due on %(day)s: it tells little so early.") % {"day": day}, field="held_on")
    kept = FollowUpVisit.objects.open().filter(pk=visit.pk).update(
        held_on=held_on, channel=channel, how_it_runs=how_it_runs, new_needs=new_needs, held_by=actor
    )  # fmt: skip
    if not kept:
        raise DomainError(_("This visit was recorded already, or replaced when go-live moved."))
    cancel(prefix=f"visit:{visit.pk}:")
    data = {"kind": visit.kind, "on": str(held_on)}
    audit.record(chain=engagement.audit_chain, actor=actor, action="visit.held", target=visit, data=data)
    end_client_access_if_over(actor=actor, engagement=engagement)


def end_client_access_if_over(*, actor: User, engagement: Engagement) -> None:
    """The client reads along until the engagement is over and its last visit is done; the caller holds its lock."""
    if engagement.is_running or engagement.visits.open().exists():
        return
    ended = engagement.memberships.active().of_client().update(ended_at=timezone.now())
    data = {"people": ended}
    audit.record(chain=engagement.audit_chain, actor=actor, action="team.client_left", target=engagement, data=data)
