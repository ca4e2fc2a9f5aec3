"""How tests say what happened in a week; every day lies in the week before the site's, so that all of it has come."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from engagements.models import Engagement
from onsite.accounts.models import User
from reports import services
from reports.building.weekly_report import build_weekly_report
from reports.documents.weekly_report import WeeklyReport
from reports.figures.weekly import Week
from reports.models import Document, DocumentKind, Draft
from standups.models import Attendance, Line, Section, StandUp
from standups.services.entry import carried_id
from tests.factories import LineFactory, StandUpFactory

WEEKLY = DocumentKind.WEEKLY_REPORT
INTERNAL = "canary-internal"


def last_week(engagement: Engagement) -> Week:
    return Week.of(engagement.today()).before


def day(engagement: Engagement, weekday: int) -> date:
    """Monday is 1."""
    return last_week(engagement).first_on + timedelta(days=weekday - 1)


def stand_up(engagement: Engagement, weekday: int, **fields: Any) -> StandUp:
    found: StandUp = StandUpFactory(engagement=engagement, held_on=day(engagement, weekday), **fields)
    return found


def said(stand_up: StandUp, text: str, *, done: bool = False, after: Line | None = None, **fields: Any) -> Line:
    """A line of the plan, or with `done` one of yesterday's that is ticked; `after` is the line it goes on from."""
    key = carried_id(after.pk, stand_up.held_on) if after else uuid.uuid4()
    section = Section.DONE if done else Section.PLAN
    line: Line = LineFactory(id=key, stand_up=stand_up, section=section, text=text, is_done=done, **fields)
    return line


def attend(stand_up: StandUp, *users: User) -> None:
    for user in users:
        membership = stand_up.engagement.memberships.unscoped().get(user=user)
        Attendance.objects.create(stand_up=stand_up, membership=membership)


def report(
    engagement: Engagement, week: Week | None = None, *, summary: str = "", language: str = "en"
) -> WeeklyReport:
    wanted = week or last_week(engagement)
    draft = Draft(engagement=engagement, kind=WEEKLY, period=wanted.code, summary=summary)
    return build_weekly_report(engagement, draft, language)


def issue_week(
    actor: User, engagement: Engagement, version: int = 1, *, period: str = "", language: str = "en"
) -> Document:
    return services.issue_document(
        actor=actor, engagement=engagement, kind=WEEKLY, language=language, version=version,
        period=period or last_week(engagement).code,
    )  # fmt: skip
