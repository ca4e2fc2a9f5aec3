"""The client's dashboard. Whoever opens it, it holds what a client may see: every row passes `shared()`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from engagements import forecast_page
from engagements.models import (
    DocumentRequest,
    Engagement,
    FollowUpVisit,
    Forecast,
    Invocation,
    Publication,
    SignOff,
    Survey,
    SurveyInvitation,
)
from onsite.accounts.models import User
from onsite.core.charts.figure import Figure
from reports.dashboards.chart import plan_chart, progress_chart
from reports.dashboards.emergencies import running_emergencies
from reports.dashboards.going_live import GoingLive, going_live
from reports.dashboards.state import State, state_of
from reports.dashboards.to_sign import current_texts, waiting_for
from reports.models import Document
from reports.rows import ObjectiveRow, objective_rows, stage_rows
from standups.models import ConcernState, Idea, Party, Problem, Severity, StandUp
from standups.shown import ShownDay, shown_day
from standups.talk import Readings, readings_of
from training.models import TrainingSession
from training.results.coverage import HeatMap
from training.results.shown import coverage_of
from training.sessions.shown import coming_sessions

MOST_ITEMS = 5
MOST_HELPS = 3
MOST_NEWS = 3
NEWS_DAYS = 7


@dataclass(frozen=True)
class Dashboard:
    """What the page shows. `to_sign` wait for the viewer's own signature, the oldest first; `asked` are the open items whose
    next step is with the client, `to_confirm` the concerns that we answered; `idea_news` what was told of the viewer's
    ideas in the last week; `wanted` the documents asked of the viewer; `surveys` those they
    were mailed and have not answered; `helps` what would keep the date; `readings` are those of the newest stand-up; `first_stand_up_on` stands in for a stand-up not held yet; `forecast` is what a
    published one says, `reads_delay` whether the delay ledger is published; `trainings` are the next training sessions; `emergencies` are those that run at this moment; `live` is what leads from data to go-live;
    `coverage` says of each role how many people are trained of those needed."""

    state: State
    to_sign: list[SignOff]
    asked: list[Problem]
    to_confirm: list[Problem]
    idea_news: list[Idea]
    wanted: list[DocumentRequest]
    surveys: list[Survey]
    helps: list[Problem]
    objectives: list[ObjectiveRow]
    goals: SignOff | None
    chart: Figure
    progress: Figure
    stand_up: ShownDay | None
    readings: Readings | None
    remark_count: int
    first_stand_up_on: date | None
    open_items: list[Problem]
    open_count: int
    documents: list[Document]
    forecast: str
    reads_delay: bool
    visits: list[FollowUpVisit]
    trainings: list[TrainingSession]
    emergencies: list[Invocation]
    live: GoingLive
    coverage: HeatMap

    def holds_until(self, engagement: Engagement) -> datetime:
        """Return the moment from which the clock alone changes the page: midnight at the site, or earlier the end of a
        session or the age of a piece of news."""
        ends = [session.ends_at for session in self.trainings]
        ends += [idea.told_at + timedelta(days=NEWS_DAYS) for idea in self.idea_news if idea.told_at]
        return min([engagement.next_midnight(), *ends])


def client_dashboard(engagement: Engagement, viewer: User, today: date) -> Dashboard:
    """Return the page's contents; about thirty queries, however many rows there are."""
    stages = stage_rows(engagement.stages.visible_to(viewer).shared())
    texts = current_texts(engagement, viewer)
    problems = list(engagement.problems.visible_to(viewer).shared().open().oldest_first())
    newest = _newest_stand_up(engagement, viewer)
    published = set(engagement.publications.visible_to(viewer).values_list("item", flat=True))
    return Dashboard(
        state=state_of(engagement, stages, today),
        to_sign=waiting_for(viewer, texts),
        asked=_by_urgency([row for row in problems if row.next_step_with == Party.CLIENT and not _is_answered(row)]),
        to_confirm=[row for row in problems if _is_answered(row)],
        idea_news=_idea_news(engagement, viewer),
        wanted=_wanted_of(engagement, viewer),
        surveys=_surveys_for(engagement, viewer, today),
        helps=_by_urgency([row for row in problems if row.severity != Severity.MINOR and not row.is_concern])[
            :MOST_HELPS
        ],
        objectives=objective_rows(engagement, engagement.objectives.visible_to(viewer).shared()),
        goals=next((text for text in texts if text.kind == SignOff.Kind.GOALS), None),
        chart=plan_chart(engagement, stages, today),
        progress=progress_chart(engagement, stages, viewer, today),
        stand_up=shown_day(user=viewer, stand_up=newest, as_client=True) if newest else None,
        readings=readings_of(viewer, newest) if newest else None,
        remark_count=getattr(newest, "remark_count", 0),
        first_stand_up_on=None if newest else _first_stand_up_on(engagement, today),
        open_items=problems[:MOST_ITEMS],
        open_count=len(problems),
        documents=_newest(engagement, viewer),
        forecast=_forecast(engagement, viewer) if Publication.Item.FORECAST in published else "",
        reads_delay=Publication.Item.DELAY in published,
        visits=list(engagement.visits.visible_to(viewer).shared().standing()),
        trainings=coming_sessions(engagement, viewer),
        emergencies=running_emergencies(viewer, [engagement]),
        live=going_live(engagement, viewer, texts, today),
        coverage=coverage_of(engagement),
    )


def _forecast(engagement: Engagement, viewer: User) -> str:
    """What a published forecast says; "" as long as it is the vendor's own."""
    rows = Forecast.objects.visible_to(viewer).shared().select_related("engagement")
    found = rows.filter(engagement=engagement).first()
    return forecast_page.sentence(found) if found else ""


def _wanted_of(engagement: Engagement, viewer: User) -> list[DocumentRequest]:
    """What the viewer was asked for, and what nobody was named for; a vendor person sees all the client owes."""
    rows = engagement.document_requests.visible_to(viewer).shared().open()
    return list(rows if viewer.is_vendor else rows.filter(Q(asked_of=viewer) | Q(asked_of=None)))


def _surveys_for(engagement: Engagement, viewer: User, today: date) -> list[Survey]:
    """What the viewer was asked and has not answered; nothing for a vendor person, who can't."""
    if viewer.is_vendor or not engagement.is_running:
        return []
    asked = SurveyInvitation.objects.unscoped().filter(user=viewer).values("survey")
    rows = engagement.surveys.visible_to(viewer).shared().open().select_related("stage")
    return list(rows.filter(pk__in=asked, closes_on__gte=today).exclude(answers__user=viewer))


def _is_answered(problem: Problem) -> bool:
    """Whether it is a concern whose answer waits for the client's word."""
    return problem.concern_state == ConcernState.ANSWERED


def _idea_news(engagement: Engagement, viewer: User) -> list[Idea]:
    """What became of the viewer's ideas in the last days; a vendor person sees that of all the client's."""
    since = timezone.now() - timedelta(days=NEWS_DAYS)
    rows = (
        engagement.ideas.visible_to(viewer)
        .shared()
        .filter(told_at__gte=since)
        .select_related("change")
        .order_by("-told_at")
    )
    return list(rows[:MOST_NEWS] if viewer.is_vendor else rows.filter(said_by=viewer)[:MOST_NEWS])


def _newest_stand_up(engagement: Engagement, viewer: User) -> StandUp | None:
    """The newest published one, with how many remarks there are on it as `remark_count`."""
    rows = engagement.stand_ups.visible_to(viewer).shared().newest_first()
    return rows.annotate(remark_count=Count("comments")).first()


def _by_urgency(problems: list[Problem]) -> list[Problem]:
    """Critical ones first, then by due day, the oldest before the younger."""
    return sorted(
        problems,
        key=lambda row: (row.severity != Severity.CRITICAL, row.due_on or date.max, row.raised_on, row.pk),
    )


def _first_stand_up_on(engagement: Engagement, today: date) -> date | None:
    """The next agreed day, looked for in the four weeks to come."""
    begin = max(today, engagement.start_on)
    days = (begin + timedelta(days=offset) for offset in range(28))
    return next((day for day in days if engagement.is_stand_up_day(day)), None) if engagement.is_running else None


def _newest(engagement: Engagement, viewer: User) -> list[Document]:
    """The newest version of each kind of document, of weekly reports that of the newest week."""
    rows = (
        engagement.documents.visible_to(viewer)
        .shared()
        .defer("snapshot", "renderer")
        .order_by("kind", "-period", "-version")
    )
    newest: dict[str, Document] = {}
    for row in rows:
        newest.setdefault(row.kind, row)
    return list(newest.values())
