"""A vendor person's day: what is theirs to write, answer, check and hold. Fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.utils import timezone

from engagements.models import Engagement, FollowUpVisit, Invocation, Signature, Stage, Task
from engagements.planning import share_calendars
from onsite.accounts.models import User
from reports.dashboards.due_tasks import MOST_TASKS, due_tasks
from reports.dashboards.emergencies import running_emergencies
from reports.dashboards.facts import of_person, with_open_ends
from reports.dashboards.going_live import RunningCutover, running_cutovers
from reports.dashboards.learning import Learning, load_learning
from reports.dashboards.owed import REMARK_DAYS, Owed, load_owed
from reports.dashboards.proving import Proving, load_proving
from reports.models import DocumentKind, Draft
from reports.rows import StageRow, stage_rows
from standups.models import ConcernState, Party, Problem, Severity, StandUp
from training.models import TrainingSession
from training.sessions.shown import sessions_to_hold

BACK_DAYS = 7
AHEAD_DAYS = 14
MOST_PROBLEMS = 20
MINUTE, TEN_MINUTES, HOUR = timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)
Standing = Literal["published", "draft", "open", "none"]


@dataclass(frozen=True)
class Place:
    """One engagement on this day at its site. `standing` says what became of today's stand-up ("none": not agreed for
    today); `missed_on` are the agreed days of the last week without a published one, the newest first."""

    engagement: Engagement
    day: date
    standing: Standing
    missed_on: list[date]
    stages: list[StageRow]


@dataclass(frozen=True)
class Day:
    """Everything on the page; `tasks` of the plan are due and this person's; `owed` is what people at the clients' wait for, `proving` what of data and acceptance is to
    be done, `sheets` are signed sheets that another person registered, `reports` the closing reports that this manager was
    asked to read; `trainings` are the sessions this person holds today
    or tomorrow, or has to tick the list of; `emergencies` and `cutovers` run just now."""

    places: list[Place]
    problems: list[Problem]
    problem_count: int
    tasks: list[Task]
    task_count: int
    visits: list[FollowUpVisit]
    sheets: list[Signature]
    reports: list[Draft]
    trainings: list[TrainingSession]
    emergencies: list[Invocation]
    cutovers: list[RunningCutover]
    owed: Owed
    proving: Proving
    learning: Learning

    @property
    def to_write(self) -> int:
        """How many stand-ups of today are not published yet."""
        return sum(place.standing in {"draft", "open"} for place in self.places)

    def holds_until(self) -> datetime:
        """Return the moment from which the clock alone may change the page: a midnight here or at a site, the hour of a
        session, the next word for how long somebody has waited."""
        now = timezone.now()
        zones = {timezone.get_current_timezone(), *(place.engagement.zone for place in self.places)}
        days = {zone: now.astimezone(zone).date() + timedelta(days=1) for zone in zones}
        ends = [datetime.combine(day, time.min, tzinfo=zone) for zone, day in days.items()]
        ends += [row.starts_at for row in self.learning.sharings if row.starts_at > now]
        ends += [now + (MINUTE if row.wait.elapsed < HOUR else TEN_MINUTES) for row in self.owed.concerns]
        return min(ends + [remark.at + timedelta(days=REMARK_DAYS) for remark in self.owed.remarks])


def own_engagements(user: User) -> dict[int, Engagement]:
    """Return the engagements this person is in, or runs, that still ask for something. One query."""
    mine = Engagement.objects.visible_to(user).filter(of_person(user))
    rows = mine.filter(with_open_ends()).select_related("client")
    return {row.pk: row for row in rows}


def load_day(user: User, own: dict[int, Engagement] | None = None) -> Day:
    """Return the day of this person's own engagements, which are looked for where they are not given."""
    engagements = own_engagements(user) if own is None else own
    share_calendars(engagements.values())
    _share_parts(user, engagements)
    problems = _problems(user, engagements)
    running = {pk: row for pk, row in engagements.items() if row.is_running}
    tasks = due_tasks(user, running)
    return Day(
        places=_places(user, list(running.values())),
        problems=problems[:MOST_PROBLEMS],
        problem_count=len(problems),
        tasks=tasks[:MOST_TASKS],
        task_count=len(tasks),
        visits=_visits(user, engagements),
        sheets=_sheets(user, engagements),
        reports=_reports(user, engagements) if user.is_manager else [],
        trainings=sessions_to_hold(user, running),
        emergencies=running_emergencies(user, engagements.values()),
        cutovers=running_cutovers(user, running.values()),
        owed=load_owed(user, running),
        proving=load_proving(user, running),
        learning=load_learning(user),
    )


def _share_parts(user: User, engagements: dict[int, Engagement]) -> None:
    """Ask once what this person is in all of them."""
    parts: dict[int, set[str]] = defaultdict(set)
    seats = user.memberships.unscoped().active().filter(engagement__in=engagements)
    for pk, part in seats.values_list("engagement_id", "part"):
        parts[pk].add(part)
    for pk, engagement in engagements.items():
        engagement.know_parts(user, parts[pk])


def _places(user: User, engagements: list[Engagement]) -> list[Place]:
    since = timezone.localdate() - timedelta(days=BACK_DAYS + 1)
    published: dict[int, dict[date, bool]] = defaultdict(dict)
    written = StandUp.objects.visible_to(user).filter(engagement__in=engagements, held_on__gte=since)
    for engagement_id, held_on, at in written.values_list("engagement_id", "held_on", "published_at"):
        published[engagement_id][held_on] = at is not None
    stages: dict[int, list[StageRow]] = defaultdict(list)
    for stage in stage_rows(Stage.objects.visible_to(user).filter(engagement__in=engagements)):
        stages[stage.engagement_id].append(stage)
    return [_place(engagement, published[engagement.pk], stages[engagement.pk]) for engagement in engagements]


def _place(engagement: Engagement, published: dict[date, bool], stages: list[StageRow]) -> Place:
    today = engagement.today()
    standing: Standing = "none"
    if today in published:
        standing = "published" if published[today] else "draft"
    elif engagement.expects_stand_up(today):
        standing = "open"
    return Place(
        engagement=engagement,
        day=today,
        standing=standing,
        missed_on=[day for day in _agreed_before(engagement, today) if not published.get(day)],
        stages=[stage for stage in stages if stage.start_on <= today and not stage.is_done],
    )


def _agreed_before(engagement: Engagement, today: date) -> Iterator[date]:
    for back in range(1, BACK_DAYS + 1):
        day = today - timedelta(days=back)
        if engagement.expects_stand_up(day):
            yield day


def _problems(user: User, engagements: dict[int, Engagement]) -> list[Problem]:
    """With the vendor and open, but for concerns, which are owed an answer: critical ones first, then by due day, the
    oldest before the younger."""
    rows = Problem.objects.visible_to(user).open().with_party(Party.VENDOR).filter(engagement__in=engagements)
    found = list(rows.exclude(concern_state=ConcernState.OPEN))
    for row in found:
        row.engagement = engagements[row.engagement_id]
    return sorted(
        found, key=lambda row: (row.severity != Severity.CRITICAL, row.due_on or date.max, row.raised_on, row.pk)
    )


def _visits(user: User, engagements: dict[int, Engagement]) -> list[FollowUpVisit]:
    until = timezone.localdate() + timedelta(days=AHEAD_DAYS)
    visits = list(FollowUpVisit.objects.visible_to(user).open().filter(engagement__in=engagements))
    for visit in visits:
        visit.engagement = engagements[visit.engagement_id]
    return sorted((visit for visit in visits if visit.day() <= until), key=FollowUpVisit.day)


def _sheets(user: User, engagements: dict[int, Engagement]) -> list[Signature]:
    rows = Signature.objects.visible_to(user).filter(
        method=Signature.Method.PAPER, checked_at=None, sign_off__engagement__in=engagements,
        sign_off__superseded_at=None,
    )  # fmt: skip
    sheets = list(rows.exclude(registered_by=user).select_related("sign_off").defer("sign_off__text"))
    for sheet in sheets:
        sheet.sign_off.engagement = engagements[sheet.sign_off.engagement_id]
    return sheets


def _reports(user: User, engagements: dict[int, Engagement]) -> list[Draft]:
    """Closing reports somebody asked to have read, the longest waiting first."""
    asked = Draft.objects.visible_to(user).filter(kind=DocumentKind.CLOSING_REPORT, review_asked_at__isnull=False)
    drafts = list(
        asked.filter(engagement__in=engagements).select_related("review_asked_by").order_by("review_asked_at")
    )
    for draft in drafts:
        draft.engagement = engagements[draft.engagement_id]
    return drafts
