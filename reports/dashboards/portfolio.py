"""All running engagements in one table, those that need somebody first. Vendor only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from engagements.forecast_page import percent
from engagements.models import Engagement, FollowUpVisit, Phase
from onsite.accounts.models import User
from reports.dashboards.facts import Facts, with_open_ends
from reports.dashboards.health import Reason, Signs, attention, needs_attention, reasons
from reports.dashboards.state import State, state_of

THIS_WEEK_DAYS = 7
FOLLOW_UP = "follow_up"


@dataclass(frozen=True)
class Row:
    """One engagement. `last_stand_up_on` is None where none was published yet; `forecast` is the probability of the agreed
    day in words, "" where there is none."""

    engagement: Engagement
    state: State
    reasons: tuple[Reason, ...]
    critical: int
    last_stand_up_on: date | None
    lead: User | None
    forecast: str

    @property
    def needs_attention(self) -> bool:
        return needs_attention(self.reasons)

    @property
    def phase(self) -> str:
        """The phase as the filter knows it: a closed engagement is here for its follow-up visits."""
        return FOLLOW_UP if self.engagement.phase == Phase.CLOSED else self.engagement.phase


@dataclass(frozen=True)
class Portfolio:
    """The rows by attention, and the visits that fall due within a week or did already."""

    rows: list[Row]
    visits: list[FollowUpVisit]

    @property
    def needing(self) -> int:
        return sum(row.needs_attention for row in self.rows)

    def filtered(self, *, phase: str, text: str) -> list[Row]:
        """Keep the rows of a phase ("" for all) whose client, name, site or lead holds the text."""
        wanted = text.strip().casefold()
        return [row for row in self.rows if phase in {"", row.phase} and wanted in _searched(row)]


def load_portfolio(viewer: User) -> Portfolio:
    """Return what this person may see of all engagements that still ask for something; a fixed number of queries."""
    engagements = list(Engagement.objects.visible_to(viewer).filter(with_open_ends()).select_related("client"))
    facts = Facts(viewer, engagements)
    rows = [_row(engagement, facts) for engagement in engagements]
    rows.sort(key=lambda row: (*attention(row.reasons, row.state.slip), row.engagement.name))
    return Portfolio(rows, _this_week(engagements, facts))


def _row(engagement: Engagement, facts: Facts) -> Row:
    today = engagement.today()
    state = state_of(engagement, facts.stages[engagement.pk], today)
    critical = facts.critical.get(engagement.pk, 0)
    lead = facts.leads.get(engagement.pk)
    signs = Signs(
        slip=state.slip if state.kind in {"before", "running"} else 0,
        is_overdue=state.is_overdue,
        missed_days=facts.missed_days(engagement, today) if state.kind == "running" else 0,
        critical=critical,
        signature_waits_days=_longest_wait(engagement, facts, today),
        waiver_due_days=_soonest(
            [row.due_on for row in facts.waivers[engagement.pk] if facts.is_still_missing(row)], today
        ),
        visit_due_days=_soonest([row.due_on for row in facts.visits[engagement.pk]], today),
        concern_waits_days=_longest_concern(engagement, facts, today),
        conditions_overdue=_overdue_conditions(engagement, facts, today),
        has_lead=lead is not None,
    )
    probability = facts.probabilities.get(engagement.pk)
    forecast = "" if probability is None else percent(probability)
    last_stand_up_on = facts.last_stand_up_on.get(engagement.pk)
    return Row(engagement, state, reasons(signs), critical, last_stand_up_on, lead, forecast)


def _longest_wait(engagement: Engagement, facts: Facts, today: date) -> int | None:
    if not engagement.is_running:
        return None
    since = [text.frozen_at.astimezone(engagement.zone).date() for text in facts.unsigned[engagement.pk]]
    return engagement.working_calendar.working_days_between(min(since), today) if since else None


def _longest_concern(engagement: Engagement, facts: Facts, today: date) -> int | None:
    since = facts.concerns_since.get(engagement.pk)
    if not since or not engagement.is_running:
        return None
    return engagement.working_calendar.working_days_between(since[0].astimezone(engagement.zone).date(), today)


def _overdue_conditions(engagement: Engagement, facts: Facts, today: date) -> int:
    return sum(due_on < today for due_on in facts.condition_days[engagement.pk]) if engagement.is_running else 0


def _soonest(days: Sequence[date], today: date) -> int | None:
    return (min(days) - today).days if days else None


def _this_week(engagements: Sequence[Engagement], facts: Facts) -> list[FollowUpVisit]:
    until = timezone.localdate() + timedelta(days=THIS_WEEK_DAYS)
    visits = []
    for engagement in engagements:
        for visit in facts.visits[engagement.pk]:
            visit.engagement = engagement  # so that the page's links and names cost no query
            visits.append(visit)
    return sorted((visit for visit in visits if visit.due_on <= until), key=lambda visit: visit.due_on)


def _searched(row: Row) -> str:
    engagement = row.engagement
    words = (engagement.client.name, engagement.client.short_name, engagement.name, engagement.site)
    return " ".join((*words, row.lead.name if row.lead else "")).casefold()
