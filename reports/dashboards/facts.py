"""Everything that is read about many engagements at once: one query for each kind of row, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Count, Max, Q

from engagements.models import Engagement, FollowUpVisit, Forecast, Membership, Phase, SignOff, Stage, Waiver
from engagements.planning import share_calendars
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from reports.dashboards.waived import StillMissing
from reports.models import Document, DocumentKind
from reports.rows import stage_rows
from reports.satisfaction import means_of
from standups.models import CellState, Condition, Problem, StandUp

Row = TypeVar("Row")
LONGEST_SEARCH_DAYS = 400


class Facts:
    """The rows that health is judged by, grouped by engagement; only those this person may see."""

    def __init__(self, viewer: User, engagements: Collection[Engagement]) -> None:
        share_calendars(engagements)
        of_these = {"engagement__in": [engagement.pk for engagement in engagements]}
        self.stages = _grouped(stage_rows(Stage.objects.visible_to(viewer).filter(**of_these)))
        self.visits = _grouped(FollowUpVisit.objects.visible_to(viewer).open().filter(**of_these))
        self.waivers = _grouped(Waiver.objects.visible_to(viewer).filter(**of_these))
        unsigned = SignOff.objects.visible_to(viewer).current().filter(signed_at=None, **of_these)
        self.unsigned = _grouped(unsigned.defer("text"))
        stand_ups = StandUp.objects.visible_to(viewer).published().filter(**of_these).order_by()
        self.last_stand_up_on: dict[int, date] = dict(
            stand_ups.values_list("engagement_id").annotate(last=Max("held_on"))
        )
        problems = Problem.objects.visible_to(viewer).open().critical().filter(**of_these).order_by()
        self.critical: dict[int, int] = dict(problems.values_list("engagement_id").annotate(count=Count("pk")))
        # The longest waiting first, as `unanswered` orders and annotates them.
        self.concerns_since: dict[int, list[datetime]] = defaultdict(list)
        for row in Problem.objects.visible_to(viewer).unanswered().filter(**of_these):
            self.concerns_since[row.engagement_id].append(row.waits_since)  # type: ignore[attr-defined]
        conditions = Condition.objects.visible_to(viewer).in_force().open()
        self.condition_days: dict[int, list[date]] = defaultdict(list)
        due = conditions.exclude(round__cell__state=CellState.DESCOPED).order_by()
        of_cells = {"round__cell__engagement__in": of_these["engagement__in"]}
        for pk, due_on in due.filter(**of_cells).values_list("round__cell__engagement", "due_on"):
            self.condition_days[pk].append(due_on)
        leads = Membership.objects.visible_to(viewer).active().with_part(Part.LEAD).select_related("user")
        self._still_missing = StillMissing(viewer, self.waivers.keys())
        self.leads = {row.engagement_id: row.user for row in leads.filter(**of_these)}

    def is_still_missing(self, waiver: Waiver) -> bool:
        """Say whether what was waived still stands in the way."""
        return waiver in self._still_missing

    def missed_days(self, engagement: Engagement, today: date) -> int:
        """Return how many agreed stand-up days in a row, up to yesterday, passed without a published one."""
        last_on = self.last_stand_up_on.get(engagement.pk)
        since = last_on + timedelta(days=1) if last_on else engagement.start_on
        since = max(since, today - timedelta(days=LONGEST_SEARCH_DAYS))
        days = (since + timedelta(days=offset) for offset in range((today - since).days))
        return sum(engagement.expects_stand_up(day) for day in days)


class RowFacts(Facts):
    """What the portfolio tells beside it."""

    def __init__(self, viewer: User, engagements: Collection[Engagement]) -> None:
        super().__init__(viewer, engagements)
        forecasts = Forecast.objects.visible_to(viewer).filter(engagement__in=engagements)
        self.probabilities: dict[int, float] = dict(forecasts.values_list("engagement_id", "probability"))
        self.satisfaction = means_of(engagements)
        reports = Document.objects.visible_to(viewer).of_kind(DocumentKind.CLOSING_REPORT).newest()
        found = reports.filter(engagement__in=engagements).only("engagement_id", "version")
        self.closing_reports = {report.engagement_id: report for report in found}


def of_person(user: User) -> Q:
    """The condition for engagements this person is in, or runs."""
    return Q(pk__in=user.memberships.active().values("engagement_id")) | Q(created_by=user)


def with_open_ends() -> Q:
    """The condition for engagements that still ask for something: they run, or a follow-up visit is open."""
    open_visits = FollowUpVisit.objects.open().values("engagement_id")
    return ~Q(phase__in=[Phase.CLOSED, Phase.CANCELLED]) | Q(pk__in=open_visits)


def _grouped(rows: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.engagement_id].append(row)  # type: ignore[attr-defined]
    return grouped
