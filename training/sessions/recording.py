"""The recording of a training session: who may play it."""

from __future__ import annotations

from onsite.accounts.models import User
from training.models import TrainingSession


def may_play(session: TrainingSession, user: User | None) -> bool:
    """Say whether this person, who may see the session, or a learner of it (None) may play its recording: the client and
    learners once it was cleared, we at once."""
    recording = session.recording
    return recording is not None and (recording.is_cleared or (user is not None and user.is_vendor))
