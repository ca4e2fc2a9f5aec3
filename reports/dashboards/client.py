"""The client's dashboard. Whoever opens it, it holds what a client may see: every row passes `shared()`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.safestring import SafeString

from engagements import forecast_page
from engagements.models import (
    DocumentRequest,
    Engagement,
    FollowUpVisit,
    Forecast,
    Invocation,
    Signature,
    SignOff,
)
from onsite.accounts.models import User
from reports.dashboards.chart import plan_chart
from reports.dashboards.emergencies import running_emergencies
from reports.dashboards.state import State, state_of
from reports.models import Document
from reports.rows import ObjectiveRow, objective_rows, stage_rows
from standups.models import Party, Problem, Severity
from standups.shown import ShownDay, shown_day

MOST_ITEMS = 5
MOST_HELPS = 3


@dataclass(frozen=True)
class Dashboard:
    """What the page shows. `to_sign` wait for the viewer's own signature, the oldest first; `asked` are the open items whose
    next step is with the client; `wanted` the documents asked of the viewer; `helps` what would keep the date; `first_stand_up_on` stands in for a stand-up not held
    yet; `forecast` is what a published one says; `emergencies` are those that run at this moment."""

    state: State
    to_sign: list[SignOff]
    asked: list[Problem]
    wanted: list[DocumentRequest]
    helps: list[Problem]
    objectives: list[ObjectiveRow]
    goals: SignOff | None
    chart: SafeString
    stand_up: ShownDay | None
    first_stand_up_on: date | None
    open_items: list[Problem]
    open_count: int
    documents: list[Document]
    forecast: str
    visits: list[FollowUpVisit]
    emergencies: list[Invocation]


def client_dashboard(engagement: Engagement, viewer: User, today: date) -> Dashboard:
    """Return the page's contents; about a dozen queries, however many rows there are."""
    stages = stage_rows(engagement.stages.visible_to(viewer).shared())
    texts = _current_texts(engagement, viewer)
    problems = list(engagement.problems.visible_to(viewer).shared().open().oldest_first())
    stand_up = _latest_stand_up(engagement, viewer)
    return Dashboard(
        state=state_of(engagement, stages, today),
        to_sign=_waiting_for(viewer, texts),
        asked=_by_urgency([problem for problem in problems if problem.next_step_with == Party.CLIENT]),
        wanted=_wanted_of(engagement, viewer),
        helps=_by_urgency([problem for problem in problems if problem.severity != Severity.MINOR])[:MOST_HELPS],
        objectives=objective_rows(engagement, engagement.objectives.visible_to(viewer).shared()),
        goals=next((text for text in texts if text.kind == SignOff.Kind.GOALS), None),
        chart=plan_chart(engagement, stages, today),
        stand_up=stand_up,
        first_stand_up_on=None if stand_up else _first_stand_up_on(engagement, today),
        open_items=problems[:MOST_ITEMS],
        open_count=len(problems),
        documents=_newest(engagement, viewer),
        forecast=_forecast(engagement, viewer),
        visits=list(engagement.visits.visible_to(viewer).shared().standing()),
        emergencies=running_emergencies(viewer, [engagement]),
    )


def _forecast(engagement: Engagement, viewer: User) -> str:
    """What a published forecast says; "" as long as it is the vendor's own."""
    rows = Forecast.objects.visible_to(viewer).shared().select_related("engagement")
    found = rows.filter(engagement=engagement).first()
    return forecast_page.sentence(found) if found else ""


def _current_texts(engagement: Engagement, viewer: User) -> list[SignOff]:
    texts = engagement.sign_offs.visible_to(viewer).shared().current().defer("text").order_by("frozen_at", "pk")
    found = list(texts)
    for text in found:
        text.engagement = engagement
    return found


def _waiting_for(viewer: User, texts: list[SignOff]) -> list[SignOff]:
    """Keep what the viewer still has to sign; a vendor person sees what waits on the client as a whole."""
    unsigned = [text for text in texts if not text.is_signed]
    rows = Signature.objects.visible_to(viewer).filter(sign_off__in=unsigned) if unsigned else ()
    handed_in = {(row.sign_off_id, row.part) for row in rows}

    def waits(text: SignOff) -> bool:
        missing = {str(part) for part in text.needed_parts if (text.pk, part) not in handed_in}
        return bool(missing if viewer.is_vendor else missing & text.engagement.parts_of(viewer))

    return [text for text in unsigned if waits(text)]


def _wanted_of(engagement: Engagement, viewer: User) -> list[DocumentRequest]:
    """What the viewer was asked for, and what nobody was named for; a vendor person sees all the client owes."""
    rows = engagement.document_requests.visible_to(viewer).shared().open()
    return list(rows if viewer.is_vendor else rows.filter(Q(asked_of=viewer) | Q(asked_of=None)))


def _latest_stand_up(engagement: Engagement, viewer: User) -> ShownDay | None:
    newest = engagement.stand_ups.visible_to(viewer).shared().newest_first().first()
    return shown_day(user=viewer, stand_up=newest, as_client=True) if newest else None


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
    """The newest version of each kind of document."""
    rows = engagement.documents.visible_to(viewer).shared().defer("snapshot", "renderer").order_by("kind", "-version")
    newest: dict[str, Document] = {}
    for row in rows:
        newest.setdefault(row.kind, row)
    return list(newest.values())
