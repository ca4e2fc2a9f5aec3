"""The entries of a follow-up visit in people's calendars: asked, asked anew, taken back, as rows of the outbox.

Each runs in the caller's transaction, which holds the engagement. A key names visit, person and the invitation's number,
so that the same thing is told once; what is said is written when it is sent (`engagements.visit_mails`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from engagements.models import FollowUpVisit
from onsite.accounts.models import User
from onsite.notifications.models import Message
from onsite.notifications.services import cancel, enqueue

INVITATION, CANCELLATION = "visit_invitation", "visit_cancelled"


def invite(visit: FollowUpVisit, people: Iterable[User]) -> None:
    """Ask each of them to be there at the agreed hour; what still waited for them of this visit is withdrawn."""
    for user in people:
        is_news = _has_entry(visit, user)
        cancel(prefix=_asked(visit, user))
        enqueue(
            kind=INVITATION,
            recipient=user,
            dedupe_key=f"{_asked(visit, user)}{visit.invitation_sequence}",
            payload={"visit": visit.pk, "is_news": is_news},
        )


def call_off(visit: FollowUpVisit, people: Iterable[User], *, at: datetime) -> None:
    """Withdraw what waits for each of them, and take the visit `at` this hour from their calendar again where an
    invitation has gone out, or may be going out at this moment; nothing where the hour is over. The visit's number was
    raised before."""
    for user in people:
        cancel(prefix=_asked(visit, user))
        if at > timezone.now() and _has_entry(visit, user):
            # The hour stands in the message: the visit may have another, or none, when it is sent.
            told = {"visit": visit.pk, "at": at.isoformat(), "revision": visit.invitation_sequence}
            key = f"{_off(visit, user)}{visit.invitation_sequence}"
            enqueue(kind=CANCELLATION, recipient=user, dedupe_key=key, payload=told)


def take_back(visit: FollowUpVisit) -> None:
    """As `call_off` for everybody who was asked: the visit is not held at this hour."""
    if visit.appointed_at is None:
        return
    visit.invitation_sequence += 1
    FollowUpVisit.objects.filter(pk=visit.pk).update(invitation_sequence=visit.invitation_sequence)
    call_off(visit, everybody(visit), at=visit.appointed_at)


def everybody(visit: FollowUpVisit) -> set[User]:
    """Return who is asked to be there: whoever holds it, and the client's people who were invited."""
    return set(visit.invited.all()) | ({visit.holder} if visit.holder else set())


def _has_entry(visit: FollowUpVisit, user: User) -> bool:
    """Whether an invitation has gone out, or may be going out, that was not taken back since."""
    asked = Message.objects.told(INVITATION, prefix=_asked(visit, user)).order_by("-pk").first()
    if asked is None:
        return False
    taken_back = Message.objects.filter(kind=CANCELLATION, dedupe_key__startswith=_off(visit, user), pk__gt=asked.pk)
    return not taken_back.filter(cancelled_at=None).exists()


def _asked(visit: FollowUpVisit, user: User) -> str:
    return f"visit-asked:{visit.pk}:{user.pk}:"


def _off(visit: FollowUpVisit, user: User) -> str:
    return f"visit-off:{visit.pk}:{user.pk}:"
