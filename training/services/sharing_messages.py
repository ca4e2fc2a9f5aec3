"""What people are told about a sharing session. Each function runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from django.utils import timezone

from onsite.accounts.models import User
from onsite.notifications.models import Message
from onsite.notifications.services import cancel, enqueue
from training.models import Sharing, SharingAction, SharingInvitation

REMIND_AT = time(9)
INVITATION, CANCELLATION = "sharing_invited", "sharing_cancelled"


def tell_invited(sharing: Sharing, invitations: Iterable[SharingInvitation]) -> None:
    """Send the entry for the calendar, the newest alone; nothing where it lies in the past."""
    for invitation in invitations:
        _tell(INVITATION, sharing, invitation, "")


def tell_cancelled(sharing: Sharing, invitations: Iterable[SharingInvitation]) -> None:
    """Take the entry out of the calendars of those to whom it was sent; nothing where it lies in the past."""
    for invitation in invitations:
        prefix = prefix_of(sharing, invitation.user)
        was_told = Message.objects.told(INVITATION, prefix=prefix).exists()
        cancel(prefix=prefix)
        if was_told:
            _tell(CANCELLATION, sharing, invitation, ":cancelled")


def _tell(kind: str, sharing: Sharing, invitation: SharingInvitation, ending: str) -> None:
    if sharing.ends_at <= timezone.now():
        return
    key = prefix_of(sharing, invitation.user)
    # Only the newest word is true.
    cancel(prefix=key)
    enqueue(
        kind=kind,
        recipient=invitation.user,
        dedupe_key=f"{key}{invitation.pk}:{sharing.revision}{ending}",
        payload={"sharing": sharing.pk},
    )


def prefix_of(sharing: Sharing, user: User) -> str:
    """Return how the keys of all that this person is told of the session's day begin."""
    return f"sharing:{sharing.pk}:{user.pk}:"


def remind(action: SharingAction) -> None:
    """Queue a reminder at nine on the day in its owner's own zone."""
    owner = action.owner
    enqueue(
        kind="sharing_action_due",
        recipient=owner,
        dedupe_key=f"{_reminders(action)}{owner.pk}:{action.due_on}",
        payload={"action": action.pk},
        due_at=datetime.combine(action.due_on, REMIND_AT, tzinfo=owner.zone),
    )


def drop_reminders(*actions: SharingAction) -> None:
    """Nobody is reminded of them any more."""
    for action in actions:
        cancel(prefix=_reminders(action))


def _reminders(action: SharingAction) -> str:
    return f"sharing_action:{action.pk}:"
