"""Invitations to training sessions, reminders the working day before, and cancellations, as rows of the outbox.

Each runs in the caller's transaction, which holds the engagement. A key names session, person and revision, so that the
same thing is told once; what is said is written when it is sent (`training.sessions.mails`).
"""

from __future__ import annotations

from datetime import datetime, time

from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.services import hash_token
from onsite.notifications.models import Message
from onsite.notifications.services import cancel, enqueue, enqueue_to_address
from training.models import Learner, TrainingSession

REMIND_AT = time(9)
INVITATION, REMINDER, CANCELLATION = "training_invitation", "training_reminder", "training_cancelled"


def invite(engagement: Engagement, session: TrainingSession, learner: Learner, *, moved: bool = False) -> None:
    """Ask a learner to come, and remind them; what still waited for them of this session is withdrawn. `moved` says that it
    is another time or place than before: who was told that one reads so. Nothing for somebody without an address, and
    for what has begun."""
    is_news = moved and _was_told(session, learner)
    cancel(prefix=_of(session, learner))
    if not learner.email or session.starts_at <= timezone.now():
        return
    mark = hash_token(learner.email)[:8]
    _tell(INVITATION, session, learner, f"invite:{session.revision}:{mark}", is_news=is_news)
    due_at = remind_at(engagement, session)
    if due_at > timezone.now():
        _tell(REMINDER, session, learner, f"remind:{session.revision}:{mark}", due_at)


def invite_trainer(engagement: Engagement, session: TrainingSession, *, moved: bool = False) -> None:
    """As `invite`, for whoever holds it."""
    is_news = moved and _was_told(session, session.trainer)
    cancel(prefix=_of(session, session.trainer))
    if session.starts_at <= timezone.now():
        return
    _tell(INVITATION, session, session.trainer, f"invite:{session.revision}", is_news=is_news)
    due_at = remind_at(engagement, session)
    if due_at > timezone.now():
        _tell(REMINDER, session, session.trainer, f"remind:{session.revision}", due_at)


def call_off(session: TrainingSession, person: Learner | User) -> None:
    """Withdraw what waits for this person, and take it from their calendar again where an invitation has gone out, or
    may be going out at this moment; nothing where its time is over."""
    was_told = _was_told(session, person)
    cancel(prefix=_of(session, person))
    if was_told and session.ends_at > timezone.now():
        _tell(CANCELLATION, session, person, f"off:{session.revision}")


def remind_at(engagement: Engagement, session: TrainingSession) -> datetime:
    """Return nine in the morning, at the site, of the working day before."""
    day = session.starts_at.astimezone(engagement.zone).date()
    return engagement.local(engagement.working_calendar.shift(day, -1), REMIND_AT)


def _of(session: TrainingSession, person: Learner | User) -> str:
    return f"session:{session.pk}:{'learner' if isinstance(person, Learner) else 'trainer'}:{person.pk}:"


def _was_told(session: TrainingSession, person: Learner | User) -> bool:
    return Message.objects.told(INVITATION, prefix=_of(session, person)).exists()


def _tell(
    kind: str, session: TrainingSession, person: Learner | User, occasion: str, due_at: datetime | None = None, *,
    is_news: bool = False,
) -> None:  # fmt: skip
    key = _of(session, person) + occasion
    payload = {"session": session.pk, "is_news": is_news}
    if isinstance(person, User):
        enqueue(kind=kind, recipient=person, dedupe_key=key, payload=payload, due_at=due_at)
    elif person.email:
        enqueue_to_address(
            kind=kind, address=person.email, name=person.name, language=person.language, dedupe_key=key,
            payload=payload | {"learner": person.pk}, due_at=due_at,
        )  # fmt: skip


def withdraw(session: TrainingSession) -> None:
    """Nobody is asked to come or reminded any more: it is held."""
    for kind in (INVITATION, REMINDER):
        Message.objects.waiting().filter(kind=kind, dedupe_key__startswith=f"session:{session.pk}:").update(
            cancelled_at=timezone.now()
        )
