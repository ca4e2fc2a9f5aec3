"""One engagement on the portfolio: where it stands, and whether somebody has to look. Vendor only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from engagements.forecast_page import percent
from engagements.marks import Mean
from engagements.models import Engagement, FollowUpVisit, Phase, SignOff
from onsite.accounts.models import User
from reports.dashboards.facts import Facts, RowFacts
from reports.dashboards.health import Health, Reason, Signs, health, needs_attention
from reports.dashboards.state import State, state_of
from reports.models import Document

FOLLOW_UP = "follow_up"


@dataclass(frozen=True)
class Judgement:
    """Where an engagement stands, what is known of it, and how it fares. `waiting` are the texts to be signed, the oldest
    first; `visit` is the next that is not held."""

    state: State
    waiting: list[Waiting]
    visit: FollowUpVisit | None
    signs: Signs
    health: Health


@dataclass(frozen=True)
class Waiting:
    """A text that not all have signed, and for how many working days."""

    text: SignOff
    days: int


@dataclass(frozen=True)
class Row:
    """One engagement. `last_stand_up_on` is None where none was published yet; `waiting` are the texts to be signed, the
    oldest first; `visit` is the next that is not held, `report` the newest printed closing report; `forecast` is the
    probability of the agreed day in words, "" where there is none; `satisfaction` is None where nobody answered a survey."""

    engagement: Engagement
    state: State
    signs: Signs
    health: Health
    last_stand_up_on: date | None
    waiting: list[Waiting]
    visit: FollowUpVisit | None
    lead: User | None
    forecast: str
    satisfaction: Mean | None
    report: Document | None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.health.reasons

    @property
    def needs_attention(self) -> bool:
        return needs_attention(self.reasons)

    @property
    def days_without_stand_up(self) -> int | None:
        """How many agreed days in a row passed without one; None where nobody is on site to hold one."""
        return self.signs.missed_days if self.state.kind == "running" else None

    @property
    def phase(self) -> str:
        """The phase as the filter knows it: a closed engagement is here for its follow-up visits."""
        return FOLLOW_UP if self.engagement.phase == Phase.CLOSED else self.engagement.phase

    @property
    def phase_words(self) -> str:
        """The phase, with the day of work on site while it goes on."""
        if self.phase == FOLLOW_UP:
            return _("Follow-up")
        name = self.engagement.get_phase_display()
        return f"{name} {self.state.day}/{self.state.total}" if self.state.kind == "running" else name


def judged(engagement: Engagement, facts: Facts) -> Judgement:
    """Return the judgement of one engagement from what was read of it."""
    today = engagement.today()
    state = state_of(engagement, facts.stages[engagement.pk], today)
    waiting = _waiting(engagement, facts, today)
    visit = _next_visit(engagement, facts)
    signs = Signs(
        slip=state.slip if state.kind in {"before", "running"} else 0,
        is_overdue=state.is_overdue,
        missed_days=facts.missed_days(engagement, today) if state.kind == "running" else 0,
        critical=facts.critical.get(engagement.pk, 0),
        signature_waits_days=waiting[0].days if waiting else None,
        waiver_due_days=_soonest(
            [row.due_on for row in facts.waivers[engagement.pk] if facts.is_still_missing(row)], today
        ),
        visit_due_days=(visit.day() - today).days if visit else None,
        concern_waits_days=_longest_concern(engagement, facts, today),
        conditions_overdue=_overdue_conditions(engagement, facts, today),
        has_lead=engagement.pk in facts.leads,
    )
    return Judgement(state, waiting, visit, signs, health(signs))


def row_of(engagement: Engagement, facts: RowFacts) -> Row:
    """Return the row of one engagement from what was read of it."""
    pk, judgement = engagement.pk, judged(engagement, facts)
    probability = facts.probabilities.get(pk)
    return Row(
        engagement=engagement,
        state=judgement.state,
        signs=judgement.signs,
        health=judgement.health,
        last_stand_up_on=facts.last_stand_up_on.get(pk),
        waiting=judgement.waiting,
        visit=judgement.visit,
        lead=facts.leads.get(pk),
        forecast="" if probability is None else percent(probability),
        satisfaction=facts.satisfaction.get(pk),
        report=facts.closing_reports.get(pk),
    )


def _waiting(engagement: Engagement, facts: Facts, today: date) -> list[Waiting]:
    if not engagement.is_running:
        return []
    texts = sorted(facts.unsigned[engagement.pk], key=lambda text: text.frozen_at)
    between = engagement.working_calendar.working_days_between
    return [Waiting(text, between(text.frozen_at.astimezone(engagement.zone).date(), today)) for text in texts]


def _next_visit(engagement: Engagement, facts: Facts) -> FollowUpVisit | None:
    visits = facts.visits[engagement.pk]
    for visit in visits:
        visit.engagement = engagement  # so that the page's links and names cost no query
    return min(visits, key=FollowUpVisit.day, default=None)


def _longest_concern(engagement: Engagement, facts: Facts, today: date) -> int | None:
    since = facts.concerns_since.get(engagement.pk)
    if not since or not engagement.is_running:
        return None
    return engagement.working_calendar.working_days_between(since[0].astimezone(engagement.zone).date(), today)


def _overdue_conditions(engagement: Engagement, facts: Facts, today: date) -> int:
    return sum(due_on < today for due_on in facts.condition_days[engagement.pk]) if engagement.is_running else 0


def _soonest(days: Sequence[date], today: date) -> int | None:
    return (min(days) - today).days if days else None
