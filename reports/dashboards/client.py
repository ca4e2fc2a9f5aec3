"""The client's dashboard. Whoever opens it, it holds what a client may see: every row passes `shared()`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.safestring import SafeString

from engagements.models import Engagement, FollowUpVisit, SignOff
from onsite.accounts.models import User
from reports.dashboards.chart import plan_chart
from reports.dashboards.state import State, state_of
from reports.models import Document
from reports.rows import ObjectiveRow, objective_rows, stage_rows
from standups.models import Party, Problem, Severity
from standups.shown import ShownDay, shown_day

MOST_ITEMS = 5
MOST_HELPS = 3


@dataclass(frozen=True)
class Dashboard:
    """What the page shows. `to_sign` waits for the viewer's own signature; `asked` are the open items whose next step
    is with the client; `helps` what would keep the date; `first_stand_up_on` stands in for a stand-up not held yet."""

    state: State
    to_sign: SignOff | None
    asked: list[Problem]
    helps: list[Problem]
    objectives: list[ObjectiveRow]
    goals: SignOff | None
    chart: SafeString
    stand_up: ShownDay | None
    first_stand_up_on: date | None
    open_items: list[Problem]
    open_count: int
    documents: list[Document]
    visits: list[FollowUpVisit]


def client_dashboard(engagement: Engagement, viewer: User, today: date) -> Dashboard:
    """Return the page's contents; about a dozen queries, however many rows there are."""
    stages = stage_rows(engagement.stages.visible_to(viewer).shared())
    goals = _current_goals(engagement, viewer)
    problems = list(engagement.problems.visible_to(viewer).shared().open().oldest_first())
    stand_up = _latest_stand_up(engagement, viewer)
    return Dashboard(
        state=state_of(engagement, stages, today),
        to_sign=goals if goals is not None and _waits_for(viewer, goals) else None,
        asked=_by_urgency([problem for problem in problems if problem.next_step_with == Party.CLIENT]),
        helps=_by_urgency([problem for problem in problems if problem.severity != Severity.MINOR])[:MOST_HELPS],
        objectives=objective_rows(engagement.objectives.visible_to(viewer).shared()),
        goals=goals,
        chart=plan_chart(engagement, stages, today),
        stand_up=stand_up,
        first_stand_up_on=None if stand_up else _first_stand_up_on(engagement, today),
        open_items=problems[:MOST_ITEMS],
        open_count=len(problems),
        documents=_newest(engagement, viewer),
        visits=list(engagement.visits.visible_to(viewer).shared().standing()),
    )


def _current_goals(engagement: Engagement, viewer: User) -> SignOff | None:
    texts = engagement.sign_offs.visible_to(viewer).shared().current().filter(kind=SignOff.Kind.GOALS)
    return texts.defer("text").first()


def _waits_for(viewer: User, text: SignOff) -> bool:
    """Say whether the viewer still has to sign; a vendor person sees what waits on the client as a whole."""
    if text.is_signed:
        return False
    handed_in = set(text.signatures.visible_to(viewer).values_list("part", flat=True))
    missing = {str(part) for part in text.needed_parts} - handed_in
    return bool(missing if viewer.is_vendor else missing & text.engagement.parts_of(viewer))


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
