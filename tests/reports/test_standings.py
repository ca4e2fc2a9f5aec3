"""What the database sorts the portfolio by: it says what health says, and never outlives it (SPEED.md)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.models import CalendarDay
from reports.dashboards import standings
from reports.dashboards.health import attention
from reports.dashboards.portfolio import ROWS_PER_PAGE, load_portfolio
from standups.models import Severity
from standups.services import problems
from tests.conftest import SignIn
from tests.factories import ClientFactory, EngagementFactory, MembershipFactory, ProblemFactory, UserFactory

pytestmark = pytest.mark.django_db


def stale(manager: User) -> int:
    return standings.refresh(manager, Engagement.objects.visible_to(manager))


@pytest.fixture
def judged_once(engagement: Engagement, engineer: User, manager: User) -> Engagement:
    assert stale(manager) == 1
    assert stale(manager) == 0
    return engagement


def test_what_is_written_makes_one_engagement_stale(
    judged_once: Engagement, foreign_engagement: Engagement, engineer: User, manager: User
) -> None:
    """Every service writes its entry; the others stay judged."""
    stale(manager)
    problems.save_problem(
        actor=engineer, engagement=judged_once, title="接口停了", severity=Severity.CRITICAL,
        raised_on=judged_once.today(),
    )  # fmt: skip
    assert stale(manager) == 1
    assert load_portfolio(manager).rows[0].engagement == judged_once


def test_midnight_at_the_site_makes_it_stale(
    engagement: Engagement, engineer: User, manager: User, time_machine: Any
) -> None:
    time_machine.move_to(datetime.fromisoformat("2026-11-18T15:59:00+00:00"), tick=False)
    assert stale(manager) == 1
    assert stale(manager) == 0
    time_machine.move_to(datetime.fromisoformat("2026-11-18T16:00:00+00:00"), tick=False)
    assert stale(manager) == 1


def test_a_calendar_that_changed_makes_all_stale(judged_once: Engagement, manager: User) -> None:
    CalendarDay.objects.create(calendar="CN", day=timezone.localdate() + timedelta(days=1), is_working=False)
    assert stale(manager) == 1


def test_the_database_sorts_as_health_does(manager: User) -> None:
    """The most serious reasons first, then the most, then the latest; the kept judgement is that of each row."""
    client, lead = ClientFactory(), UserFactory()
    for number in range(6):
        made = EngagementFactory(client=client, phase=Phase.EXECUTION, created_by=manager)
        if number % 2:
            MembershipFactory(engagement=made, user=lead, part=Part.LEAD)
        for _problem in range(number % 3):
            ProblemFactory(engagement=made, severity=Severity.CRITICAL)
    rows = load_portfolio(manager).rows
    keys = [attention(row.reasons, row.state.slip) for row in rows]
    assert keys == sorted(keys)
    assert len(set(keys)) > 2
    for row in rows:
        levels = [reason.level for reason in row.reasons]
        kept = row.engagement.standing
        assert (kept.bad, kept.warn, kept.slip) == (levels.count("bad"), levels.count("warn"), row.state.slip)


def test_a_page_judges_only_its_own_rows(manager: User, sign_in: SignIn) -> None:
    client = ClientFactory()
    for _number in range(ROWS_PER_PAGE + 3):
        EngagementFactory(client=client, phase=Phase.EXECUTION, created_by=manager)
    browser = sign_in(manager)
    assert len(browser.get("/portfolio/").context["rows"]) == ROWS_PER_PAGE
    second = browser.get("/portfolio/?page=2").context
    assert (len(second["rows"]), second["portfolio"].count) == (3, ROWS_PER_PAGE + 3)


def test_beat_judges_for_whoever_opens_it_first(engagement: Engagement, manager: User) -> None:
    assert standings.refresh_all() == 1
    assert stale(manager) == 0
