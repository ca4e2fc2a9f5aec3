"""Planning, moving and cancelling training sessions."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from training.models import Course, Enrolment, TrainingSession
from training.models.session import TrainingSessionQuerySet
from training.services import invitations
from training.services.enrolling import planned
from training.sessions import clashes

LONGEST = timedelta(hours=12)
# What an invitation says: where it changes, everybody is told anew.
_TOLD = ("course_id", "starts_at", "ends_at", "place", "link", "trainer_id")


@transaction.atomic
def save_session(
    *,
    actor: User,
    engagement: Engagement,
    session: TrainingSession | None = None,
    was: str = "",
    course: Course,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    link: str,
    trainer: User,
    capacity: int,
    all_the_same: bool = False,
) -> TrainingSession:
    """Plan a session, or change one that was not held; `was` is the fingerprint of what the page showed.

    The trainer is invited; who is enrolled is told where something of it moved. Raises StaleError where somebody changed
    it since; DomainError beside the field where the course is not in use, the beginning, the end, the place, the trainer
    or the seats can't be, and on "all_the_same" where trainer or learners are elsewhere then, unless it takes place all the same.
    """
    require(actor, Permission.EDIT_TRAINING, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    row = _held(engagement, session, was) if session else TrainingSession(engagement=engagement, created_by=actor)
    before = {name: getattr(row, name, None) for name in _TOLD}
    if session and row.starts_at > timezone.now() >= starts_at:
        # Its entry would stay in everybody's calendar.
        text = _(
            "It is still to come, and people are asked to it. Cancel it, and plan what took place as another one."
        )
        raise DomainError(text, field="starts_at")
    former = row.trainer if session else None
    row.course, row.starts_at, row.ends_at, row.place, row.link = course, starts_at, ends_at, place, link
    row.trainer, row.capacity = trainer, capacity
    _refuse_odd(engagement, row)
    enrolled = list(row.enrolments.unscoped().select_related("learner")) if session else []
    if capacity < len(enrolled):
        text = _("%(count)s people are enrolled: there must be a seat for each.")
        raise DomainError(text % {"count": len(enrolled)}, field="capacity")
    if not all_the_same:
        clashes.refuse_trainer(row, trainer, field="all_the_same")
        clashes.refuse_learners(row, [one.learner for one in enrolled], field="all_the_same")
    moved = before != {name: getattr(row, name) for name in _TOLD}
    row.revision += bool(session and moved)
    row.save()
    if moved:
        _tell_all(engagement, row, former, enrolled)
    _audit(actor, row, "session.changed" if session else "session.planned", {"at": _moment(row), "moved": moved})
    return row


@transaction.atomic
def cancel_session(*, actor: User, session: TrainingSession, reason: str) -> None:
    """Cancel what was not held yet, with a reason: everybody invited is told, unless its time is over. It stays as history with its people.

    Raises DomainError where it was held or cancelled, and on "reason" without one.
    """
    require(actor, Permission.EDIT_TRAINING, session.engagement)
    engagement = Engagement.objects.lock(session.engagement_id)
    row = planned(engagement, session)
    if not reason.strip():
        raise DomainError(_("Say why: everybody invited reads it."), field="reason")
    _cancel(actor, row, reason)


def cancel_the_rest(actor: User, engagement: Engagement) -> None:
    """Cancel what was still to be held in an engagement that ends; runs in that transaction, under its lock. What should
    have been held before stays as it is: it may have taken place."""
    with translation.override(engagement.language):
        reason = _("The engagement has ended.")
    for row in _the_rest(engagement).select_related("course", "trainer"):
        row.engagement = engagement
        _cancel(actor, row, reason)


def told_of_the_rest(engagement: Engagement) -> str:
    """Say how many sessions would be cancelled if the engagement ended now; "" for none. One query."""
    count = _the_rest(engagement).count()
    text = ngettext(
        "When the engagement ends, %(count)s training session still to come is cancelled, and everybody invited is told.",
        "When the engagement ends, %(count)s training sessions still to come are cancelled, and everybody invited is told.",
        count,
    )
    return text % {"count": count} if count else ""


def _the_rest(engagement: Engagement) -> TrainingSessionQuerySet:
    return TrainingSession.objects.unscoped().planned().filter(engagement=engagement, ends_at__gt=timezone.now())


def _cancel(actor: User, row: TrainingSession, reason: str) -> None:
    row.state, row.cancel_reason = TrainingSession.State.CANCELLED, reason
    row.revision += 1
    row.save()
    for enrolment in row.enrolments.unscoped().select_related("learner"):
        invitations.call_off(row, enrolment.learner)
    invitations.call_off(row, row.trainer)
    _audit(actor, row, "session.cancelled", {"reason": reason})


def _tell_all(engagement: Engagement, row: TrainingSession, former: User | None, enrolled: list[Enrolment]) -> None:
    if former is not None and former != row.trainer:
        invitations.call_off(row, former)
    invitations.invite_trainer(engagement, row, moved=former == row.trainer)
    for enrolment in enrolled:
        invitations.invite(engagement, row, enrolment.learner, moved=True)


def _refuse_odd(engagement: Engagement, row: TrainingSession) -> None:
    courses = Course.objects.unscoped().in_use().filter(engagement=engagement, pk=row.course_id)
    if not courses.exists():
        raise DomainError(_("This course is not in use any more."), field="course")
    if not courses.accepted().exists():
        raise DomainError(
            _("No version of this course was accepted yet: nobody is invited to a draft."), field="course"
        )
    if row.ends_at <= row.starts_at:
        raise DomainError(_("It ends before it begins."), field="ends_at")
    if row.ends_at - row.starts_at > LONGEST:
        raise DomainError(_("A session lasts at most 12 hours: plan several."), field="ends_at")
    if not row.place and not row.link:
        raise DomainError(_("Say where it is, or give the link of the meeting."), field="place")
    if clashes.has_left(row, engagement):
        raise DomainError(_("The trainer must be one of our people in this engagement."), field="trainer")


def _held(engagement: Engagement, session: TrainingSession, was: str) -> TrainingSession:
    row = planned(engagement, session)
    if was and was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Look at what they wrote, then save again."))
    return row


def _moment(row: TrainingSession) -> str:
    return row.starts_at.astimezone(row.engagement.zone).isoformat()


def _audit(actor: User, row: TrainingSession, action: str, data: dict[str, object]) -> None:
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)
