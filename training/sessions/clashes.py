"""What stands against the time of a training session: people who are elsewhere, a day off, a length that does not fit."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from training.models import Enrolment, Learner, TrainingSession

MOST_NAMES = 5
# What begins and ends around breaks is no clash; half the length more or less is worth a word.
LENGTH_FACTOR = 0.5


def of_trainer(session: TrainingSession, trainer: User) -> str:
    """Return the sentence about what else the trainer holds then, "" where nothing. A session of another engagement is
    told without saying whose it is."""
    rows = TrainingSession.objects.unscoped().overlapping(session.starts_at, session.ends_at)
    others = rows.filter(trainer=trainer).exclude(pk=session.pk).select_related("course")
    found = next(iter(sorted(others, key=lambda row: row.engagement_id != session.engagement_id)), None)
    if found is None:
        return ""
    if found.engagement_id != session.engagement_id:
        return _("%(name)s holds a session elsewhere at that time.") % {"name": trainer.name}
    words = {"name": trainer.name, "course": found.course.title}
    return _("%(name)s holds “%(course)s” at that time.") % words


def of_learners(session: TrainingSession, learners: Iterable[Learner]) -> str:
    """Return the sentence about who is enrolled elsewhere then, "" where nobody is: the same person in another role too."""
    rows = Enrolment.objects.unscoped().filter(
        session__in=TrainingSession.objects.overlapping(session.starts_at, session.ends_at).filter(
            engagement=session.engagement_id
        )
    )
    busy = rows.exclude(session=session.pk).values_list("learner_id", "learner__email")
    people, addresses = set(), set()
    for pk, email in busy:
        people.add(pk)
        addresses.add(email)
    names = [row.name for row in learners if row.pk in people or (row.email and row.email in addresses)]
    return _elsewhere(names) if names else ""


def refuse_learners(session: TrainingSession, learners: Collection[Learner], *, field: str) -> None:
    """Raise DomainError on `field` where one of these people is elsewhere then."""
    if told := of_learners(session, learners):
        raise DomainError(_all_the_same(told), field=field)


def refuse_trainer(session: TrainingSession, trainer: User, *, field: str) -> None:
    """Raise DomainError on `field` where the trainer is elsewhere then."""
    if told := of_trainer(session, trainer):
        raise DomainError(_all_the_same(told), field=field)


def notices(session: TrainingSession) -> list[str]:
    """Return what is worth a second look, though nothing forbids it."""
    engagement = session.engagement
    day = session.starts_at.astimezone(engagement.zone).date()
    told = []
    if not engagement.working_calendar.is_working(day):
        told.append(_("The site does not work on this day."))
    minutes = length_minutes(session.starts_at, session.ends_at)
    usual = session.course.duration_minutes
    if abs(minutes - usual) > usual * LENGTH_FACTOR:
        words = {"minutes": minutes, "usual": usual}
        told.append(_("It lasts %(minutes)s minutes, the course usually %(usual)s.") % words)
    return told


def length_minutes(starts_at: datetime, ends_at: datetime) -> int:
    """Return how many minutes lie between."""
    return round((ends_at - starts_at).total_seconds() / 60)


def trainers_of(engagement: Engagement) -> QuerySet[User]:
    """Return our people in this engagement, by name: one of them trains."""
    ours = engagement.memberships.unscoped().active().of_vendor()
    return User.objects.filter(pk__in=ours.values("user"), is_active=True).order_by("name", "pk")


def has_left(session: TrainingSession, engagement: Engagement) -> bool:
    """Say whether its trainer belongs to the engagement no more."""
    rows = engagement.memberships.unscoped().active().of_vendor()
    return not rows.filter(user=session.trainer_id).exists()


def _elsewhere(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMES]) + (" …" if len(names) > MOST_NAMES else "")
    return ngettext(
        "%(names)s is in another session at that time.",
        "%(count)s people are in another session at that time: %(names)s.",
        len(names),
    ) % {"names": shown, "count": len(names)}


def _all_the_same(told: str) -> str:
    return _("%(told)s Choose another time, or tick that it takes place all the same.") % {"told": told}
