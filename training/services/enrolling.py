"""Who comes to a training session. Every change holds the engagement, so that the last seat is given once."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from training.courses.audience import audience_of
from training.models import Enrolment, Learner, TrainingSession
from training.models.session import EnrolmentQuerySet
from training.services import invitations
from training.sessions import clashes


@transaction.atomic
def enrol(
    *, actor: User, session: TrainingSession, learners: Collection[Learner], all_the_same: bool = False
) -> list[Enrolment]:
    """Enrol these people, who are then invited; who is enrolled already stays as they are. Returns the new ones.

    Raises DomainError on "learners" where nobody is chosen, one has left or is of no role of the course, and where the
    seats do not suffice: then nobody is enrolled. On "all_the_same" where one of them is elsewhere at that time, unless
    it says that they come all the same.
    """
    require(actor, Permission.EDIT_TRAINING, session.engagement)
    engagement = Engagement.objects.lock(session.engagement_id)
    row = planned(engagement, session)
    wanted = _wanted(row, learners)
    taken = row.enrolments.count()
    if taken + len(wanted) > row.capacity:
        raise DomainError(_no_seats(row.capacity - taken, len(wanted)), field="learners")
    if not all_the_same:
        clashes.refuse_learners(row, wanted, field="all_the_same")
    new = [Enrolment(session=row, learner=learner, enrolled_by=actor) for learner in wanted]
    Enrolment.objects.bulk_create(new)
    for learner in wanted:
        invitations.invite(engagement, row, learner)
    if wanted:
        names = [learner.name for learner in wanted]
        _audit(engagement, actor, row, "session.enrolled", {"names": names})
    return new


@transaction.atomic
def unenrol(*, actor: User, enrolment: Enrolment) -> None:
    """Take somebody off a session that was not held yet. Raises DomainError where it was held or cancelled."""
    require(actor, Permission.EDIT_TRAINING, enrolment.session.engagement)
    engagement = Engagement.objects.lock(enrolment.session.engagement_id)
    row = Enrolment.objects.unscoped().select_related("session", "learner").filter(pk=enrolment.pk).first()
    if row is None:
        return
    planned(engagement, row.session)
    take_off(actor, engagement, row)


def take_off(actor: User, engagement: Engagement, enrolment: Enrolment) -> None:
    """Delete the enrolment and take the session out of this person's calendar; the caller holds the engagement."""
    session, learner = enrolment.session, enrolment.learner
    enrolment.delete()
    # Whoever is asked to come again needs a higher number than the one with which they were told not to.
    renumber(session)
    invitations.call_off(session, learner)
    _audit(engagement, actor, session, "session.unenrolled", {"name": learner.name})


def take_off_strangers(actor: User, engagement: Engagement, enrolments: EnrolmentQuerySet) -> None:
    """Take those of them off what is still to come whose role does not learn it (any more); the caller holds the
    engagement."""
    coming = enrolments.filter(session__state=TrainingSession.State.PLANNED, session__starts_at__gt=timezone.now())
    rows = list(coming.select_related("session", "learner"))
    audiences = {course: audience_of(course) for course in {row.session.course_id for row in rows}}
    for row in rows:
        if row.learner.role_id not in audiences[row.session.course_id]:
            take_off(actor, engagement, row)


def renumber(session: TrainingSession) -> None:
    """Raise the number by which calendars tell an older word from a newer one; the caller holds the engagement."""
    session.revision += 1
    session.save(update_fields=["revision"])


def planned(engagement: Engagement, session: TrainingSession) -> TrainingSession:
    """Return the session as it stands under the engagement's lock. Raises DomainError where it is held or cancelled."""
    rows = TrainingSession.objects.unscoped().filter(engagement=engagement).select_related("course", "trainer")
    row = rows.get(pk=session.pk)
    row.engagement = engagement
    if row.is_held:
        raise DomainError(_("This session was held already: correct its list instead."))
    if not row.is_planned:
        raise DomainError(_("This session was cancelled."))
    return row


def _wanted(session: TrainingSession, learners: Collection[Learner]) -> list[Learner]:
    """Return who of the chosen is not enrolled yet, as they stand now."""
    if not learners:
        raise DomainError(_("Choose at least one person."), field="learners")
    chosen = {learner.pk for learner in learners}
    rows = Learner.objects.unscoped().still_there().filter(pk__in=chosen, role__in=audience_of(session.course_id))
    found = list(rows)
    if len(found) < len(chosen):
        text = _("One of these people has left, or is of a role that this course is not for. Please look again.")
        raise DomainError(text, field="learners")
    there = set(session.enrolments.unscoped().values_list("learner", flat=True))
    return [learner for learner in found if learner.pk not in there]


def _no_seats(left: int, wanted: int) -> str:
    if left <= 0:
        return _("All seats are taken. Give the session more seats, or plan another one.")
    return ngettext(
        "Only %(left)s seat is left for %(wanted)s people: nobody was enrolled.",
        "Only %(left)s seats are left for %(wanted)s people: nobody was enrolled.",
        left,
    ) % {"left": left, "wanted": wanted}


def _audit(
    engagement: Engagement, actor: User, session: TrainingSession, action: str, data: dict[str, object]
) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=session, data=data)
