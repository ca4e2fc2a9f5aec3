"""One engagement on the portfolio: where it stands, and whether somebody has to look. Vendor only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from engagements.forecast_page import percent
from engagements.marks import Mean
from engagements.models import Engagement, FollowUpVisit, Phase
from onsite.accounts.models import User
from reports.dashboards.facts import Facts
from reports.dashboards.health import Reason, Signs, needs_attention, reasons
from reports.dashboards.state import State, state_of

FOLLOW_UP = "follow_up"


@dataclass(frozen=True)
class Row:
    """One engagement. `last_stand_up_on` is None where none was published yet; `forecast` is the probability of the agreed
    day in words, "" where there is none; `satisfaction` is None where nobody answered a survey."""

    engagement: Engagement
    state: State
    reasons: tuple[Reason, ...]
    critical: int
    last_stand_up_on: date | None
    lead: User | None
    forecast: str
    satisfaction: Mean | None

    @property
    def needs_attention(self) -> bool:
        return needs_attention(self.reasons)

    @property
    def phase(self) -> str:
        """The phase as the filter knows it: a closed engagement is here for its follow-up visits."""
        return FOLLOW_UP if self.engagement.phase == Phase.CLOSED else self.engagement.phase


def judged(engagement: Engagement, facts: Facts) -> Row:
    """Return the row of one engagement from what was read of it."""
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
        visit_due_days=_soonest([visit.day() for visit in _visits_of(engagement, facts)], today),
        concern_waits_days=_longest_concern(engagement, facts, today),
        conditions_overdue=_overdue_conditions(engagement, facts, today),
        has_lead=lead is not None,
    )
    probability = facts.probabilities.get(engagement.pk)
    forecast = "" if probability is None else percent(probability)
    last_stand_up_on = facts.last_stand_up_on.get(engagement.pk)
    satisfaction = facts.satisfaction.get(engagement.pk)
    return Row(engagement, state, reasons(signs), critical, last_stand_up_on, lead, forecast, satisfaction)


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


def _visits_of(engagement: Engagement, facts: Facts) -> list[FollowUpVisit]:
    for visit in facts.visits[engagement.pk]:
        visit.engagement = engagement  # so that the page's links and names cost no query
    return facts.visits[engagement.pk]
