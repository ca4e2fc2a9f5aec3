"""Sharing sessions: planned, changed, held or cancelled. Every change of one holds its row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.access_data import refuse_access_data
from onsite.core.errors import DomainError, StaleError
from training.models import Sharing, SharingInvitation
from training.services import sharing_messages
from training.sharing.presence import presence_mark
from training.sharing.rights import OVER, may_plan, may_run

LONGEST = timedelta(hours=24)
TEXTS = ("topic", "scene", "breakthrough", "client_dealings")
# What stands in people's calendars: where it changes, they are told.
IN_CALENDARS = ("topic", "starts_at", "ends_at", "place", "link")


@transaction.atomic
def plan_sharing(*, actor: User, engagement: Engagement, **fields: Any) -> Sharing:
    """Plan a session about an engagement that is over; `fields` are the model's own. Its speaker is invited at once.

    Raises DomainError on "engagement" where the work there still goes on, on "ends_at", "place" or a text for what
    can't be, and on "topic" where the same session is planned already.
    """
    engagement = Engagement.objects.lock(engagement.pk)
    if engagement.phase not in OVER:
        text = _("This engagement is still under way: its sharing session is planned once the review has begun.")
        raise DomainError(text, field="engagement")
    if not may_plan(actor, engagement):
        raise PermissionDenied
    _judge(fields)
    twin = engagement.sharings.filter(topic=fields["topic"], starts_at=fields["starts_at"])
    if twin.exclude(state=Sharing.State.CANCELLED).exists():
        raise DomainError(_("This session is planned already."), field="topic")
    row = Sharing.objects.create(engagement=engagement, created_by=actor, **fields)
    _record(actor, row, "sharing.planned", {"topic": row.topic, "starts_at": row.starts_at.isoformat()})
    _bring_in_the_speaker(row)
    return row


@transaction.atomic
def change_sharing(*, actor: User, sharing: Sharing, was: str, **fields: Any) -> Sharing:
    """Change what a session says; `was` is the fingerprint of what the page showed. Where day, hour, place or topic of
    a planned one change, everybody invited gets the new entry for their calendar.

    Raises StaleError where somebody changed it since, DomainError where it is cancelled, and as `plan_sharing`.
    """
    row = held(actor, sharing)
    if row.state == Sharing.State.CANCELLED:
        raise DomainError(_("This sharing session was cancelled: it is not changed any more."))
    if was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Look at what they wrote, then save again."))
    _judge(fields)
    moved = row.is_planned and any(getattr(row, name) != fields.get(name, getattr(row, name)) for name in IN_CALENDARS)
    for name, value in fields.items():
        setattr(row, name, value)
    row.revision += moved
    row.save()
    _record(actor, row, "sharing.changed", {name: str(value) for name, value in fields.items()})
    if moved:
        sharing_messages.tell_invited(row, row.invitations.select_related("user"))
    _bring_in_the_speaker(row)
    return row


@transaction.atomic
def cancel_sharing(*, actor: User, sharing: Sharing) -> None:
    """Call a planned session off; everybody invited is told, it leaves their calendars, and nobody is reminded any more
    of what was to be done for it. Raises DomainError where it was held or is cancelled already."""
    row = held(actor, sharing)
    refuse_not_planned(row)
    row.state = Sharing.State.CANCELLED
    row.revision += 1
    row.save(update_fields=["state", "revision"])
    _record(actor, row, "sharing.cancelled", {"topic": row.topic})
    sharing_messages.tell_cancelled(row, row.invitations.select_related("user"))
    sharing_messages.drop_reminders(*row.actions.all())


@transaction.atomic
def note_presence(*, actor: User, sharing: Sharing, there: Collection[SharingInvitation], was: str) -> Sharing:
    """Note who came: the session is held by that. Of one that was held the list is put right.

    `was` is the mark of the list that the page showed. Raises StaleError where somebody ticked it since, DomainError
    where it has not begun, or was cancelled.
    """
    row = held(actor, sharing)
    if row.state == Sharing.State.CANCELLED:
        raise DomainError(_("This sharing session was cancelled."))
    if not row.has_begun:
        raise DomainError(_("It has not begun yet: who was there is noted afterwards."))
    if was != presence_mark(row):
        raise StaleError(_("Somebody noted who was there meanwhile. Look at the list as it is now, then save again."))
    present = row.invitations.filter(pk__in=[one.pk for one in there])
    row.invitations.exclude(pk__in=present).update(was_there=False)
    present.update(was_there=True)
    row.state = Sharing.State.HELD
    row.save(update_fields=["state"])
    _record(actor, row, "sharing.held", {"there": len(there), "invited": row.invitations.count()})
    return row


def held(actor: User, sharing: Sharing) -> Sharing:
    """Return the row under its lock. Raises PermissionDenied for whoever does not run it."""
    row = Sharing.objects.lock(sharing.pk)
    if not may_run(actor, row):
        raise PermissionDenied
    return row


def refuse_not_planned(row: Sharing) -> None:
    """Raise DomainError where it was held or called off."""
    if row.is_held:
        raise DomainError(_("This sharing session was held already."))
    if not row.is_planned:
        raise DomainError(_("This sharing session was cancelled."))


def _judge(fields: dict[str, Any]) -> None:
    if fields["ends_at"] <= fields["starts_at"]:
        raise DomainError(_("It must end after it begins."), field="ends_at")
    if fields["ends_at"] - fields["starts_at"] > LONGEST:
        raise DomainError(_("A session ends within a day."), field="ends_at")
    if not fields["place"] and not fields["link"]:
        raise DomainError(_("Say where it is, or give the link of the meeting."), field="place")
    refuse_access_data({name: fields[name] for name in TEXTS})


def _bring_in_the_speaker(row: Sharing) -> None:
    found, is_new = row.invitations.get_or_create(user_id=row.speaker_id)
    if is_new:
        sharing_messages.tell_invited(row, [found])


def _record(actor: User, row: Sharing, action: str, data: dict[str, Any]) -> None:
    audit.record(chain=audit.COMPANY, actor=actor, action=action, target=row, data=data)
