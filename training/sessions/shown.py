"""What the pages of training tell of its sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import RolloutRole
from standups.rollout import readiness
from training.models import Course, Feedback, Learner, TrainingSession
from training.sessions import clashes
from training.sessions.calendar import entry
from training.sessions.opinions import Opinion, Point, Summary, summarise, trend
from training.sessions.titles import with_agreed_titles

MOST_NEXT = 5


@dataclass(frozen=True)
class SessionRow:
    """A session in a list; `trainer_left` where its trainer belongs to the engagement no more."""

    session: TrainingSession
    enrolled: int
    attended: int
    trainer_left: bool

    @property
    def is_full(self) -> bool:
        return self.enrolled >= self.session.capacity


@dataclass(frozen=True)
class RoleRow:
    """A role with how many of its people are named, of those to be trained, and how many were noted by hand."""

    role: RolloutRole
    named: int
    by_hand: int

    @property
    def is_complete(self) -> bool:
        return self.named + self.by_hand >= self.role.people_needed


def sessions_of(course: Course, user: User) -> dict[str, Any]:
    """Return the context of `training/course_sessions.html`: the course's sessions, the next ones first, and the trend of
    what was said of those held."""
    engagement = course.engagement
    rows = list_rows(engagement, user, TrainingSession.objects.visible_to(user).filter(course=course))
    return {
        "course_sessions": _to_come_first(rows),
        "course_trend": trend_of(user, [row.session for row in rows]),
    }


def next_sessions(engagement: Engagement, user: User) -> dict[str, Any]:
    """Return the context of `training/home_sessions.html`: the sessions to come, who is named for which role, and the
    trend of the feedback."""
    sessions = TrainingSession.objects.visible_to(user).filter(engagement=engagement)
    rows = list_rows(engagement, user, sessions)
    return {
        "next_sessions": [row for row in _to_come_first(rows) if row.session.is_planned][:MOST_NEXT],
        "session_count": len(rows),
        "named_by_role": named_by_role(engagement, user),
        "feedback_trend": trend_of(user, [row.session for row in rows]),
    }


def list_rows(engagement: Engagement, user: User, sessions: Any) -> list[SessionRow]:
    """Return sessions with their numbers, in the order of time. Two queries."""
    found = sessions.select_related("course", "trainer").order_by("starts_at", "pk").annotate(
        enrolled=Count("enrolments"), attended=Count("enrolments", filter=Q(enrolments__was_there=True))
    )  # fmt: skip
    ours = set(engagement.memberships.visible_to(user).active().of_vendor().values_list("user_id", flat=True))
    rows = []
    for session in with_agreed_titles(list(found)):
        session.engagement = engagement
        rows.append(SessionRow(session, session.enrolled, session.attended, session.trainer_id not in ours))
    return rows


def session_facts(session: TrainingSession, user: User) -> dict[str, Any]:
    """Return the context of one session's page: who comes, what stands against its time, and what was said of it."""
    enrolments = list(session.enrolments.visible_to(user).select_related("learner__role"))
    now = timezone.now()
    is_open = session.is_planned and user.is_vendor
    learners = [one.learner for one in enrolments]
    found = [clashes.of_trainer(session, session.trainer), clashes.of_learners(session, learners)] if is_open else []
    return {
        "session": session,
        "enrolments": enrolments,
        "there": sum(one.was_there is True for one in enrolments),
        "has_begun": session.starts_at <= now,
        "sees_course": Course.objects.visible_to(user).filter(pk=session.course_id).exists(),
        "trainer_left": clashes.has_left(session, session.engagement),
        "notices": [*filter(None, found), *(clashes.notices(session) if is_open else [])],
        "summary": summaries(user, [session]).get(session.pk, Summary(0)) if session.is_held else None,
    }


def calendar_file(session: TrainingSession, *, url: str) -> HttpResponse:
    """Return the session as a file for one's own calendar."""
    is_off = session.state == TrainingSession.State.CANCELLED
    response = HttpResponse(entry(session, url=url, cancelled=is_off), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="training-{session.pk}.ics"'
    return response


def named_by_role(engagement: Engagement, user: User) -> list[RoleRow]:
    """Return the roles with people to train, how many are named, and how many were noted by hand. Four queries."""
    there = Learner.objects.visible_to(user).still_there().filter(role__engagement=engagement)
    counts = dict(there.order_by().values_list("role").annotate(Count("pk")))
    roles = engagement.rollout_roles.visible_to(user)
    noted = readiness.by_hand(engagement)
    return [
        RoleRow(role, counts.get(role.pk, 0), noted.get(role.pk, 0))
        for role in roles
        if role.people_needed or role.pk in counts
    ]


def summaries(user: User, sessions: Iterable[TrainingSession]) -> dict[int, Summary]:
    """Return what was said of each of these sessions, by its id. One query."""
    given: dict[int, list[Opinion]] = defaultdict(list)
    noted: dict[int, list[Opinion]] = defaultdict(list)
    rows = Feedback.objects.visible_to(user).filter(enrolment__session__in=[row.pk for row in sessions])
    for row in rows.select_related("enrolment").order_by("given_at", "pk"):
        kind = given if row.noted_by_id is None else noted
        kind[row.enrolment.session_id].append(Opinion(row.useful, row.clear, row.able, row.remark))
    return {pk: summarise(given[pk], noted[pk]) for pk in [*given, *(pk for pk in noted if pk not in given)]}


def trend_of(user: User, sessions: Sequence[TrainingSession]) -> list[Point]:
    """Return how the feedback goes over the sessions that were held. One query."""
    held = {row.pk: row for row in sessions if row.is_held}
    found = summaries(user, held.values()) if held else {}
    return trend([(pk, held[pk].course.title, held[pk].starts_at, summary) for pk, summary in found.items()])


def sessions_to_hold(user: User, engagements: dict[int, Engagement]) -> list[TrainingSession]:
    """Return the sessions this person holds today or tomorrow, at their sites, or has to tick the list of. One query."""
    now = timezone.now()
    rows = TrainingSession.objects.visible_to(user).planned().filter(trainer=user, engagement__in=engagements)
    near = rows.filter(starts_at__lt=now + timedelta(days=3)).select_related("course").order_by("starts_at", "pk")
    found = []
    for row in near:
        row.engagement = engagements[row.engagement_id]
        day = row.starts_at.astimezone(row.engagement.zone).date()
        if (day - now.astimezone(row.engagement.zone).date()).days <= 1:
            found.append(row)
    return with_agreed_titles(found)


def coming_sessions(engagement: Engagement, user: User) -> list[TrainingSession]:
    """Return the next sessions of an engagement. One query."""
    rows = TrainingSession.objects.visible_to(user).planned().filter(engagement=engagement)
    coming = rows.filter(ends_at__gt=timezone.now()).select_related("course").order_by("starts_at", "pk")
    return with_agreed_titles(list(coming[:3]))


def _to_come_first(rows: Sequence[SessionRow]) -> list[SessionRow]:
    """Those still planned by time, then the others, the newest first."""
    planned = [row for row in rows if row.session.is_planned]
    return planned + [row for row in reversed(rows) if not row.session.is_planned]
