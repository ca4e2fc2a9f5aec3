"""People to train and sessions, for the tests of several rooms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import RolloutRole
from tests.factories import RolloutRoleFactory
from tests.factories.training import (
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    LearnerFactory,
    TrainingSessionFactory,
)
from training.models import Course, Enrolment, Feedback, Learner, TrainingSession
from training.services.sessions import save_session


def a_course(engagement: Engagement, people: int = 3) -> tuple[Course, list[Learner]]:
    """A course for one role with so many people."""
    role = RolloutRoleFactory(engagement=engagement, people_needed=5)
    course = CourseFactory(engagement=engagement, roles=[role])
    CourseVersionFactory(course=course)
    return course, [LearnerFactory(role=role) for _number in range(people)]


def soon(days: float = 3) -> datetime:
    """A round moment so many days from now."""
    return timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=days)


def a_session(actor: User, course: Course, starts_at: datetime | None = None, **fields: Any) -> TrainingSession:
    """A session through the service."""
    begins = starts_at or soon()
    given: dict[str, Any] = {
        "course": course, "starts_at": begins, "ends_at": begins + timedelta(minutes=90), "place": "二楼培训室",
        "link": "", "trainer": actor, "capacity": 12,
    } | fields  # fmt: skip
    return save_session(actor=actor, engagement=course.engagement, **given)


def begun(session: TrainingSession, minutes: int = 5) -> TrainingSession:
    """The same session, begun so many minutes ago."""
    now = timezone.now()
    session.starts_at, session.ends_at = now - timedelta(minutes=minutes), now + timedelta(minutes=85)
    session.save(update_fields=["starts_at", "ends_at"])
    return session


def sessions_of_the_world(engagement: Engagement, lead: User, word: str) -> dict[str, Any]:
    """A session that was held with a cleared recording and feedback, and one to come."""
    course = engagement.courses.unscoped().earliest("pk")
    role = RolloutRole.objects.unscoped().filter(courses=course).first() or RolloutRoleFactory(
        engagement=engagement, name=f"{word} 9"
    )
    course.roles.add(role)
    learner = LearnerFactory(role=role, name=word, named_by=lead)
    idle = LearnerFactory(role=role, name=f"{word} 2", named_by=lead)
    recording = engagement.attachments.unscoped().filter(media_type="video/mp4").earliest("pk")
    words = {"course": course, "place": word, "trainer": lead}
    held = TrainingSessionFactory(
        **words,
        state="held",
        notes=word,
        recording=recording,
        starts_at=soon(-2),
        ends_at=soon(-2) + timedelta(hours=1),
    )
    row = EnrolmentFactory(session=held, learner=learner, was_there=True)
    Feedback.objects.create(enrolment=row, useful=5, clear=4, able=3, remark=word)
    coming = TrainingSessionFactory(**words)
    enrolment: Enrolment = EnrolmentFactory(session=coming, learner=learner)
    return {
        "learner": idle.pk,
        "held_session": held.pk,
        "training_session": coming.pk,
        "enrolment": enrolment.pk,
    }
