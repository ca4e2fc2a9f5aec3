"""E1: the list of days and the way between them follow the engagement's own rhythm."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from standups.rhythm import day_rows, known_days, neighbours
from tests.conftest import SignIn
from tests.factories import StandUpFactory
from tests.standups.browser import day_url, target

# Friday of a plain week; the Monday and Tuesday before it are 9 and 10 March.
FRIDAY = date(2026, 3, 13)


@pytest.fixture(autouse=True)
def _on_friday() -> object:
    with time_machine.travel(datetime(2026, 3, 13, 2, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def week(engagement: Engagement) -> Engagement:
    """On site since Monday, with a stand-up every working day."""
    engagement.start_on = date(2026, 3, 9)
    engagement.save()
    return engagement


def states(user: User, engagement: Engagement) -> dict[int, str]:
    rows = day_rows(user, engagement, known_days(user, engagement))
    return {row.day.day: row.state for row in rows}


def test_the_state_of_each_day(week: Engagement, engineer: User, client_pm: User) -> None:
    StandUpFactory(engagement=week, held_on=date(2026, 3, 9))
    StandUpFactory(engagement=week, held_on=date(2026, 3, 10), published_at=None)
    StandUpFactory(engagement=week, held_on=date(2026, 3, 8))
    expected = {13: "open", 12: "missed", 11: "missed", 10: "draft", 9: "published", 8: "published"}
    assert states(engineer, week) == expected
    assert states(client_pm, week) == {9: "published", 8: "published"}


def test_only_agreed_days_can_be_missed(week: Engagement, engineer: User) -> None:
    """RULES: stand-up days follow the engagement's own rhythm."""
    week.stand_up_weekdays = [1, 3]
    assert states(engineer, week) == {11: "missed", 9: "missed"}


def test_holidays_are_not_missed(engagement: Engagement, engineer: User) -> None:
    """The spring festival of 2026: days off from 15 to 23 February, a make-up day on Saturday 14."""
    engagement.start_on = date(2026, 2, 13)
    missed = [day for day in known_days(engineer, engagement) if day < date(2026, 2, 26)]
    assert [day.day for day in missed] == [25, 24, 13]


@pytest.mark.parametrize(
    ("phase", "go_live_on", "last"),
    [("review", date(2026, 3, 11), 11), ("cancelled", None, None), ("closed", FRIDAY, 13)],
)
def test_the_rhythm_ends_with_the_work(
    week: Engagement, engineer: User, phase: str, go_live_on: date | None, last: int | None
) -> None:
    """After go-live nobody stands up, so nothing is missed."""
    week.phase, week.go_live_on = Phase(phase), go_live_on
    assert max((day.day for day in known_days(engineer, week)), default=None) == last


def test_a_start_that_is_still_to_come(engagement: Engagement, engineer: User) -> None:
    engagement.start_on = FRIDAY + timedelta(days=30)
    assert known_days(engineer, engagement) == []


def test_the_way_between_days(week: Engagement, engineer: User, client_pm: User) -> None:
    for day in (6, 7, 11):
        StandUpFactory(
            engagement=week, held_on=date(2026, 3, day), published_at=None if day == 7 else datetime.now(UTC)
        )

    def way(user: User, day: int) -> tuple[int | None, int | None]:
        found = neighbours(user, week, date(2026, 3, day))
        before, after = found.before, found.after
        return before.day if before else None, after.day if after else None

    assert [way(engineer, day) for day in (6, 9, 12, 13)] == [(None, 7), (7, 10), (11, 13), (12, None)]
    assert [way(client_pm, day) for day in (6, 11)] == [(None, 11), (6, None)]


def test_today_leads_to_today_and_a_client_to_what_there_is(
    week: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    url = reverse("standups:today", args=[week.pk])
    today = day_url(week, FRIDAY)
    assert target(sign_in(engineer).get(url)) == today
    assert target(sign_in(engineer).get(url, {"day": "2026-03-10"})) == day_url(week, date(2026, 3, 10))
    for nonsense in ("0001-01-01", "x", "\x00", "2026-02-30"):
        assert target(sign_in(engineer).get(url, {"day": nonsense})) == today
    days = reverse("standups:list", args=[week.pk])
    assert target(sign_in(client_pm).get(url)) == days
    StandUpFactory(engagement=week, held_on=FRIDAY)
    assert target(sign_in(client_pm).get(url)) == today


@pytest.mark.parametrize("page", ["1", "2", "0", "-1", "999", "x", "\x00", "9" * 50])
def test_pages_of_a_long_engagement(week: Engagement, engineer: User, sign_in: SignIn, page: str) -> None:
    week.start_on = date(2025, 9, 1)
    week.save()
    answer = sign_in(engineer).get(reverse("standups:list", args=[week.pk]), {"page": page})
    assert answer.status_code == 200
    assert 0 < len(answer.context["rows"]) <= 31
