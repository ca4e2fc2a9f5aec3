"""Go-live and the visits one and three months after it: one transaction, exactly once, superseded exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements import agreements, client_access, visit_people
from engagements.go_decision import is_held_back, standing_go
from engagements.models import Engagement, FollowUpVisit, Phase
from engagements.services import forecast, visit_invitations
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.calendar import WorkingCalendar, follow_up_day
from onsite.core.errors import DomainError, Obstacle, RefusedError
from onsite.core.failpoints import failpoint
from onsite.notifications.services import cancel, enqueue

REMIND_DAYS_BEFORE = (7, 0)
REMIND_AT = time(9)
# So many working days at the site after the day it was to be held on, its manager is told.
ESCALATE_WORKING_DAYS = 3


@transaction.atomic
def record_go_live(*, actor: User, engagement: Engagement, on: date) -> list[FollowUpVisit]:
    """Keep the go-live (or hand-over) day that a manager records by hand, or moves; see `keep_go_live`.

    Raises DomainError where the phase or the day forbids it, RefusedError where it would go live without the client's
    decision, signed or waiting for ink, against the one they signed last, or over something kept back from them;
    StaleError where a decision that waits for ink no longer fits.
    """
    require(actor, Permission.RECORD_GO_LIVE, engagement)
    row = Engagement.objects.lock(engagement.pk)
    check_go_live_day(row, on)
    if row.go_live_on == on:
        return list(row.visits.unscoped().open())
    if row.ends_with_go_live:
        _refuse_without_go(row)
    visits = keep_go_live(actor=actor, engagement=row, on=on)
    engagement.go_live_on, engagement.go_live_revision = row.go_live_on, row.go_live_revision
    return visits


def _refuse_without_go(engagement: Engagement) -> None:
    standing = standing_go(engagement)
    if standing is not None and standing.is_signed:
        return
    url = reverse("standups:go_decision", args=[engagement.pk])
    if standing is None:
        missing = Obstacle("go.missing", _("The client has not decided to go live."), url, waivable=False)
        raise RefusedError(_("A go-live day needs the client's Go decision first."), [missing])
    if is_held_back(engagement):
        text = _("The client signed “Not yet”. A newer decision counts once they have signed it.")
        raise RefusedError(text, [Obstacle("go.held_back", text, url, waivable=False)])
    if not engagement.is_live():
        # Once it is live the decision was carried out; its day may be put right.
        agreements.refuse_unsigned_use(standing)


def check_go_live_day(engagement: Engagement, on: date, *, field: str = "on") -> None:
    """Raise DomainError where the engagement can't go live on this day, or is in no phase in which it goes live."""
    if engagement.phase not in {Phase.EXECUTION, Phase.REVIEW}:
        raise DomainError(_("A go-live day is recorded in execution or review."))
    if on < engagement.start_on:
        raise DomainError(_("This day lies before the first day on site."), field=field)
    if on > engagement.today() + timedelta(days=365):
        raise DomainError(_("This day is more than a year away."), field=field)


def keep_go_live(*, actor: User, engagement: Engagement, on: date) -> list[FollowUpVisit]:
    """Keep the go-live (or hand-over) day; create its two visits and their reminders in the same transaction.

    Kept again with another day, the undone visits are superseded and new ones anchored to it; a visit that was held
    stays. The same day again changes nothing. The caller holds the engagement's lock and says why the actor may: it is
    also what the client's signature under the Go decision brings about.
    """
    if engagement.go_live_on == on:
        return list(engagement.visits.unscoped().open())
    _put_go_live(actor, engagement, on, "go_live.recorded")
    return _plan_visits(engagement, on)


def withdraw_go_live(*, actor: User, engagement: Engagement) -> None:
    """Take back a go-live day that has not come: the client decided not to go yet. Its visits are superseded. The caller
    holds the engagement's lock."""
    if engagement.go_live_on is None or engagement.is_live():
        return
    _put_go_live(actor, engagement, None, "go_live.withdrawn")
    drop_visits(engagement)


def _put_go_live(actor: User, engagement: Engagement, on: date | None, action: str) -> None:
    revision = engagement.go_live_revision + 1
    data = {"from": str(engagement.go_live_on), "to": str(on), "revision": revision}
    Engagement.objects.filter(pk=engagement.pk).update(go_live_on=on, go_live_revision=revision)
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=engagement, data=data)
    engagement.go_live_on, engagement.go_live_revision = on, revision
    forecast.refresh(engagement)


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
    failpoint("visits.planned")
    return visits


class Rerolled(NamedTuple):
    """An open visit, and the other day that a calendar puts it on."""

    visit: FollowUpVisit
    due_on: date


def rerolled(visits: Iterable[FollowUpVisit], calendar: WorkingCalendar) -> list[Rerolled]:
    """Return which of these open visits the calendar moves, and to when; those that both sides agreed on stay."""
    found = [
        Rerolled(visit, follow_up_day(visit.anchor_on, FollowUpVisit.MONTHS[visit.kind], calendar))
        for visit in visits
        if visit.appointed_at is None
    ]
    return [move for move in found if move.due_on != move.visit.due_on]


def reroll_visits(engagement: Engagement) -> list[Rerolled]:
    """Move the open visits to where the site's present calendar puts them, and all reminders with them; return the moved
    ones."""
    visits = list(engagement.visits.unscoped().open())
    moved = rerolled(visits, engagement.working_calendar)
    for visit in visits:
        cancel(prefix=planned(visit))
    for visit, due_on in moved:
        FollowUpVisit.objects.filter(pk=visit.pk).update(due_on=due_on)
    plan_reminders(engagement)
    return moved


def drop_visits(engagement: Engagement) -> None:
    """Supersede the open visits, once: nobody is reminded of them, and whoever was asked to be there is told."""
    for visit in engagement.visits.unscoped().open().select_related("holder"):
        cancel(prefix=planned(visit))
        visit_invitations.take_back(visit)
        FollowUpVisit.objects.filter(pk=visit.pk).update(superseded_at=timezone.now())


def plan_reminders(engagement: Engagement) -> None:
    """Queue the reminders of the open visits for those who hold them, and the manager's message that one is overdue;
    each person is told once per visit and day.

    They come at nine in the reader's own zone; a reminder whose moment has passed long ago is left out.
    """
    for visit in engagement.visits.unscoped().open().select_related("holder"):
        visit.engagement = engagement
        day = visit.day()
        for user in visit_people.reminded_of(visit):
            for days in REMIND_DAYS_BEFORE:
                due_at = moment_for(day - timedelta(days=days), user)
                if due_at < timezone.now() - timedelta(days=1) and days:
                    continue
                _plan(visit, user, "visit_reminder", f"{day}:{days}:{user.pk}", {"days": days}, due_at)
        manager = engagement.created_by
        overdue_on = engagement.working_calendar.shift(day, ESCALATE_WORKING_DAYS)
        told = {"day": str(day)}
        _plan(visit, manager, "visit_overdue", f"{day}:overdue:{manager.pk}", told, moment_for(overdue_on, manager))


def moment_for(day: date, user: User) -> datetime:
    """Return when this person is told of something on this day: at nine in their own zone."""
    return datetime.combine(day, REMIND_AT, tzinfo=user.zone)


def _plan(
    visit: FollowUpVisit, user: User, kind: str, occasion: str, payload: Mapping[str, object], due_at: datetime
) -> None:
    key = planned(visit) + occasion
    enqueue(kind=kind, recipient=user, dedupe_key=key, payload={"visit": visit.pk, **payload}, due_at=due_at)


def planned(visit: FollowUpVisit) -> str:
    """Return how the keys of all begin that is planned ahead for a visit: reminders, and that it is overdue."""
    return f"visit:{visit.pk}:"


def end_client_access_if_over(*, actor: User, engagement: Engagement) -> None:
    """The client reads along until the engagement is over and its last visit is done; the caller holds its lock."""
    if client_access.is_open(engagement):
        return
    ended = engagement.memberships.active().of_client().update(ended_at=timezone.now())
    data = {"people": ended}
    audit.record(chain=engagement.audit_chain, actor=actor, action="team.client_left", target=engagement, data=data)
