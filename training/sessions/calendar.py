"""A training session as an entry of a calendar."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from onsite.notifications.calendar import Party, invitation, sender
from training.models import TrainingSession


def entry(session: TrainingSession, *, url: str, attendee: Party | None = None, cancelled: bool = False) -> bytes:
    """Return the session as iCalendar in the active language: a request to `attendee`, its cancellation, or a file to
    take along. `url` is where this reader finds it; it holds no secret."""
    told = [_("Trainer: %(name)s") % {"name": session.trainer.name}]
    if session.link:
        told.append(_("Link of the meeting: %(link)s") % {"link": session.link})
    if cancelled and session.cancel_reason:
        told.append(_("Cancelled: %(reason)s") % {"reason": session.cancel_reason})
    return invitation(
        uid=f"{session.uid}@{settings.BASE_URL.partition('://')[2].partition('/')[0].partition(':')[0]}",
        revision=session.revision,
        summary=_("Training: %(course)s") % {"course": session.course.title},
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        place=session.place or session.link,
        description="\n".join(told),
        url=url,
        organiser=sender() if attendee else None,
        attendee=attendee,
        cancelled=cancelled,
    )
