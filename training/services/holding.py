"""What a training session leaves: who was there, notes, and a recording."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.models.fingerprint import text_mark
from engagements.services import files
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.files import VIDEOS, examine
from standups.models import RolloutRole
from training.courses.audience import audience_of
from training.models import Enrolment, Learner, TrainingSession
from training.services import invitations
from training.services.learners import save_learner
from training.sessions.register import mark_of


@transaction.atomic
def save_attendance(*, actor: User, session: TrainingSession, there: Collection[int], was: str = "") -> None:
    """Keep who was there, by enrolment; with it the session is held. Later saves correct the list.

    Raises StaleError where somebody saved the list since (`was` is its mark), DomainError for a session that has not
    begun or was cancelled, and where nobody is enrolled.
    """
    row, engagement = _begun(actor, session)
    enrolments = list(row.enrolments.unscoped().select_related("learner"))
    if was and was != mark_of(enrolments):
        raise StaleError(_("Somebody saved this list meanwhile. Look at what they ticked, then save again."))
    if not enrolments:
        raise DomainError(_("Nobody is on the list. Add who is there first."))
    changed = [one for one in enrolments if one.was_there != (one.pk in there)]
    for one in changed:
        one.was_there = one.pk in there
    Enrolment.objects.bulk_update(changed, ["was_there"])
    was_held = row.is_held
    if not was_held:
        _hold(row)
    if changed or not was_held:
        data = {
            "there": [one.learner.name for one in changed if one.was_there],
            "not_there": [one.learner.name for one in changed if not one.was_there],
        }
        _audit(engagement, actor, row, "session.corrected" if was_held else "session.held", data)


@transaction.atomic
def add_walk_in(
    *, actor: User, session: TrainingSession, learner: Learner | None, role: RolloutRole | None, name: str, email: str
) -> Enrolment:
    """Put somebody on the list who came without being enrolled, and was there: one who is named already, or a new one of
    a role. Seats do not hold them back, for they did sit there. The session is held with this.

    Raises DomainError where it has not begun or was cancelled, on "learner" for who has left or is on the list, on "name" and "role"
    where it can't be told who it is.
    """
    row, engagement = _begun(actor, session)
    person = learner or _new_learner(actor, engagement, row, role, name, email)
    known = Learner.objects.unscoped().filter(role__in=audience_of(row.course_id), pk=person.pk)
    if not known.exists():
        raise DomainError(_("This course is not for their role."), field="learner")
    if not known.still_there().exists():
        raise DomainError(_("This person has left."), field="learner")
    enrolment, is_new = Enrolment.objects.unscoped().get_or_create(
        session=row, learner=person, defaults={"enrolled_by": actor, "was_there": True}
    )
    if not is_new:
        raise DomainError(_("This person is on the list already."), field="learner")
    if not row.is_held:
        _hold(row)
    _audit(engagement, actor, row, "session.walked_in", {"name": person.name})
    return enrolment


@transaction.atomic
def save_notes(*, actor: User, session: TrainingSession, notes: str, recording_link: str, was: str = "") -> None:
    """Keep the notes and where a recording lies; both sides read them. `was` is the mark of the notes on the page.

    Raises StaleError where somebody changed them since, DomainError for a session that has not begun or was cancelled.
    """
    row, engagement = _begun(actor, session)
    if was and was != text_mark(row.notes):
        raise StaleError(_("Somebody changed this meanwhile. Look at what they wrote, then save again."))
    row.notes, row.recording_link = notes, recording_link
    row.save(update_fields=["notes", "recording_link"])
    _audit(engagement, actor, row, "session.noted", {"notes": notes, "link": recording_link})


@files.storing_atomically()
def keep_recording(*, actor: User, session: TrainingSession, upload: UploadedFile[Any]) -> None:
    """Keep a recording, instead of an earlier one. The client and the learners see it once it was looked through and
    cleared. Raises DomainError on "upload" where it can't be stored, and where the session has not begun."""
    require(actor, Permission.EDIT_TRAINING, session.engagement)
    # A large file is read before anybody has to wait for the engagement.
    examined = examine(upload, field="upload", kinds=VIDEOS)
    row, engagement = _begun(actor, session)
    row.recording = files.store(
        actor=actor, engagement=engagement, upload=upload, field="upload", kinds=VIDEOS, is_internal=True,
        looked_through=True, examined=examined,
    )  # fmt: skip
    row.save(update_fields=["recording"])
    _audit(engagement, actor, row, "session.recorded", {"sha256": examined.sha256, "name": examined.name})


@transaction.atomic
def remove_recording(*, actor: User, session: TrainingSession) -> None:
    """Take the recording out again; its file stays among the engagement's files."""
    row, engagement = _begun(actor, session)
    if row.recording is not None:
        data = {"sha256": row.recording.sha256}
        row.recording = None
        row.save(update_fields=["recording"])
        _audit(engagement, actor, row, "session.recording_removed", data)


def _begun(actor: User, session: TrainingSession) -> tuple[TrainingSession, Engagement]:
    """Return the session as it stands under the engagement's lock. Raises DomainError where it has not begun."""
    require(actor, Permission.EDIT_TRAINING, session.engagement)
    engagement = Engagement.objects.lock(session.engagement_id)
    rows = TrainingSession.objects.unscoped().select_related("course", "trainer", "recording")
    row = rows.get(pk=session.pk)
    row.engagement = engagement
    if row.state == TrainingSession.State.CANCELLED:
        raise DomainError(_("This session was cancelled."))
    if row.starts_at > timezone.now():
        raise DomainError(_("This session has not begun yet."))
    return row, engagement


def _hold(row: TrainingSession) -> None:
    row.state = TrainingSession.State.HELD
    row.save(update_fields=["state"])
    invitations.withdraw(row)


def _new_learner(
    actor: User, engagement: Engagement, session: TrainingSession, role: RolloutRole | None, name: str, email: str
) -> Learner:
    if not name:
        raise DomainError(_("Say who it is: choose a person, or write a name."), field="name")
    if role is None or role.pk not in audience_of(session.course_id):
        raise DomainError(_("Choose a role of this course."), field="role")
    return save_learner(
        actor=actor, engagement=engagement, role=role, name=name, email=email, language=engagement.language
    )


def _audit(
    engagement: Engagement, actor: User, session: TrainingSession, action: str, data: Mapping[str, object]
) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=session, data=dict(data))
