"""A follow-up visit from its appointment to what it brought: agreed on, moved, tried, held once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements import measures, visit_people
from engagements.models import Engagement, FollowUpVisit, Objective, Reading, VisitAttempt
from engagements.services import followups, new_needs, visit_invitations
from engagements.services.new_needs import Need
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.failpoints import failpoint
from onsite.notifications.services import cancel

# What an invitation says: where it changes, everybody is asked anew.
_TOLD = ("appointed_at", "channel", "place", "holder_id")


@dataclass(frozen=True)
class Value:
    """What an objective was found at: asked for, and where the number comes from."""

    objective: int
    value: Decimal
    evidence: str


@transaction.atomic
def appoint_visit(
    *,
    actor: User,
    visit: FollowUpVisit,
    was: str = "",
    appointed_at: datetime,
    channel: str,
    place: str,
    holder: User,
    invited: Collection[User],
    reason: str = "",
    all_the_same: bool = False,
) -> FollowUpVisit:
    """Keep the hour both sides agreed on, or move it: all who are to be there get it for their calendars, its reminders
    follow. `was` is the fingerprint of what the page showed.

    Raises StaleError where somebody changed it since; DomainError beside the field where it is over, the hour has
    passed, the day lies outside the window around the day it is due, on "reason" where it is another day without one,
    on "all_the_same" for a day off at the site, and for people who are not this engagement's.
    """
    require(actor, Permission.HOLD_VISIT, visit.engagement)
    engagement = Engagement.objects.lock(visit.engagement_id)
    row = _open_one(engagement, visit)
    if was and was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Look at what they agreed on, then save again."))
    day = appointed_at.astimezone(engagement.zone).date()
    _refuse_odd_hour(engagement, row, appointed_at, day)
    if day != row.due_on and not reason.strip():
        raise DomainError(_("It is due on another day: say why it is moved."), field="reason")
    if not all_the_same and not engagement.working_calendar.is_working(day):
        text = _("%(day)s is a day off at the site. Tick the box if you agreed on it all the same.")
        raise DomainError(text % {"day": date_format(day)}, field="all_the_same")
    _refuse_strangers(engagement, holder, invited)
    before = {name: getattr(row, name) for name in _TOLD}, visit_invitations.everybody(row)
    row.appointed_at, row.channel, row.place, row.holder, row.reason = appointed_at, channel, place, holder, reason
    _appoint(row, invited, *before)
    _replan(engagement, row)
    told = {"at": appointed_at.isoformat(), "reason": reason, "people": sorted(user.pk for user in invited)}
    _audit(actor, engagement, row, "visit.appointed", told)
    failpoint("visit.appointed")
    return row


def _refuse_odd_hour(engagement: Engagement, row: FollowUpVisit, appointed_at: datetime, day: date) -> None:
    if appointed_at <= timezone.now():
        raise DomainError(_("This hour has passed."), field="appointed_at")
    first, last = row.earliest_day(), row.latest_day(engagement.today())
    if not first <= day <= last:
        text = _(
            "Choose a day between %(first)s and %(last)s: farther away it would not tell how the system runs then."
        )
        raise DomainError(text % {"first": date_format(first), "last": date_format(last)}, field="appointed_at")


def _refuse_strangers(engagement: Engagement, holder: User, invited: Collection[User]) -> None:
    if holder not in visit_people.holders(engagement):
        raise DomainError(_("Choose one of our people in this engagement."), field="holder")
    if not {user.pk for user in invited} <= set(visit_people.invitable(engagement).values_list("pk", flat=True)):
        raise DomainError(_("Choose from the client's people in this engagement."), field="invited")


def _appoint(row: FollowUpVisit, invited: Collection[User], was: dict[str, Any], were: set[User]) -> None:
    """Store the appointment; ask whoever has to know, and take it back from whoever does not have to come any more."""
    moved = was != {name: getattr(row, name) for name in _TOLD}
    row.invited.set(invited)
    people = visit_invitations.everybody(row)
    left = were - people
    # Also where somebody joins: a page that was opened before must not leave them out again unseen.
    row.invitation_sequence += bool(moved or people != were)
    row.save()
    if was["appointed_at"] is not None:
        visit_invitations.call_off(row, left, at=was["appointed_at"])
    visit_invitations.invite(row, people if moved else people - were)


@transaction.atomic
def withdraw_appointment(*, actor: User, visit: FollowUpVisit, was: str = "") -> None:
    """Take the agreed hour back: whoever was asked is told, and the visit is due on its own day again. Raises DomainError
    where it is over or has no hour, StaleError where it is another one than the page `was` showed."""
    require(actor, Permission.HOLD_VISIT, visit.engagement)
    engagement = Engagement.objects.lock(visit.engagement_id)
    row = _open_one(engagement, visit)
    if row.appointed_at is None:
        raise DomainError(_("No hour is agreed on any more."))
    if was and was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Look at what they agreed on, then save again."))
    at = row.appointed_at
    visit_invitations.take_back(row)
    row.appointed_at, row.channel, row.place, row.holder, row.reason = None, "", "", None, ""
    row.save()
    row.invited.clear()
    _replan(engagement, row)
    _audit(actor, engagement, row, "visit.unappointed", {"at": at.isoformat()})


@transaction.atomic
def log_attempt(*, actor: User, visit: FollowUpVisit, channel: str, note: str = "") -> VisitAttempt:
    """Note that the client was not reached just now. Raises DomainError where the visit is over."""
    require(actor, Permission.HOLD_VISIT, visit.engagement)
    engagement = Engagement.objects.lock(visit.engagement_id)
    row = _open_one(engagement, visit)
    attempt = VisitAttempt.objects.create(
        visit=row, tried_at=timezone.now(), channel=channel, note=note, tried_by=actor
    )
    _audit(actor, engagement, row, "visit.not_reached", {"channel": channel})
    return attempt


@transaction.atomic
def hold_visit(
    *,
    actor: User,
    visit: FollowUpVisit,
    held_on: date,
    channel: str,
    condition: str,
    how_it_runs: str,
    spoke_with: str = "",
    satisfaction: int | None = None,
    internal_note: str = "",
    values: Sequence[Value] = (),
    needs: Sequence[Need] = (),
) -> FollowUpVisit:
    """Keep what the visit brought, once: how the system runs, the objectives measured again (those that OnSite counts
    itself are read now), and new needs, each told to its owner. An hour that was agreed on and is still to come is
    taken back.

    Raises DomainError where it was held already, replaced, the day has not come, or an objective or an owner is not
    this engagement's.
    """
    require(actor, Permission.HOLD_VISIT, visit.engagement)
    engagement = Engagement.objects.lock(visit.engagement_id)
    row = _open_one(engagement, visit)
    _refuse_odd_day(engagement, row, held_on)
    row.held_on, row.channel, row.spoke_with, row.held_by = held_on, channel, spoke_with, actor
    row.condition, row.how_it_runs, row.satisfaction = condition, how_it_runs, satisfaction
    row.internal_note = internal_note
    row.save()
    cancel(prefix=followups.planned(row))
    visit_invitations.take_back(row)
    measured = _measure(actor, engagement, row, held_on, values)
    new_needs.keep(actor=actor, visit=row, needs=needs)
    data = {"kind": row.kind, "on": str(held_on), "measured": measured, "needs": len(needs)}
    _audit(actor, engagement, row, "visit.held", data)
    followups.end_client_access_if_over(actor=actor, engagement=engagement)
    return row


def _refuse_odd_day(engagement: Engagement, row: FollowUpVisit, held_on: date) -> None:
    if held_on > engagement.today() or held_on < row.anchor_on:
        raise DomainError(_("The visit lies between go-live and today."), field="held_on")
    if held_on < row.earliest_day():
        text = _("This visit is due on %(day)s: it tells little so early.")
        raise DomainError(text % {"day": date_format(row.due_on)}, field="held_on")


def _measure(actor: User, engagement: Engagement, row: FollowUpVisit, held_on: date, values: Sequence[Value]) -> int:
    """Keep a reading for each value told, and for each objective that is read from a fact; return how many."""
    objectives = {one.pk: one for one in engagement.objectives.unscoped().filter(measure="")}
    if not {one.objective for one in values} <= objectives.keys():
        raise DomainError(_("One of the objectives is not measured by hand any more. Nothing was saved."))
    told = [(objectives[one.objective], held_on, one.value, one.evidence) for one in values]
    counted = measures.measure(
        engagement, Objective.objects.unscoped().filter(engagement=engagement).exclude(measure="")
    )
    told += [(one.objective, one.on, one.value, one.evidence) for one in counted if one.value is not None and one.on]
    Reading.objects.bulk_create(
        Reading(objective=objective, measured_on=on, value=value, evidence=evidence, visit=row, recorded_by=actor)
        for objective, on, value, evidence in told
    )
    return len(told)


def _open_one(engagement: Engagement, visit: FollowUpVisit) -> FollowUpVisit:
    row = FollowUpVisit.objects.unscoped().open().select_related("holder").filter(pk=visit.pk).first()
    if row is None:
        raise DomainError(_("This visit was recorded already, or replaced when go-live moved."))
    row.engagement = engagement
    return row


def _replan(engagement: Engagement, row: FollowUpVisit) -> None:
    cancel(prefix=followups.planned(row))
    followups.plan_reminders(engagement)


def _audit(actor: User, engagement: Engagement, row: FollowUpVisit, action: str, data: dict[str, Any]) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data=data)
