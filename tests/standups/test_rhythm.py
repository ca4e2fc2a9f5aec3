"""E1: the calendar of days and the way between them follow the engagement's own rhythm."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from standups.models import Acknowledgement
from standups.rhythm import DayCell, day_calendar, known_days, neighbours
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


def cells(user: User, engagement: Engagement, **kwargs: Any) -> list[DayCell]:
    found = day_calendar(user, engagement, **{"may_write": user.is_vendor} | kwargs)
    return [cell for month in found.months for week in month.weeks for cell in week if cell]


def states(user: User, engagement: Engagement) -> dict[int, str]:
    return {cell.day.day: cell.state for cell in cells(user, engagement) if cell.state}


def at_the_site(day: int, hour: int = 10) -> datetime:
    """An hour of March 2026 at the site."""
    return datetime(2026, 3, day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_the_state_of_each_day(week: Engagement, engineer: User, client_pm: User) -> None:
    read = StandUpFactory(engagement=week, held_on=date(2026, 3, 9))
    Acknowledgement.objects.create(stand_up=read, user=client_pm, at=at_the_site(9))
    StandUpFactory(engagement=week, held_on=date(2026, 3, 10), published_at=None)
    StandUpFactory(engagement=week, held_on=date(2026, 3, 8))
    expected = {13: "open", 12: "missed", 11: "missed", 10: "draft", 9: "read", 8: "unread"}
    assert states(engineer, week) == expected
    assert states(client_pm, week) == {9: "read", 8: "unread"}


def test_what_was_read_before_a_correction_is_unread(week: Engagement, engineer: User, client_pm: User) -> None:
    """And the calendar says of a day that it was logged later, and that it was corrected."""
    day = StandUpFactory(
        engagement=week, held_on=date(2026, 3, 9), published_at=at_the_site(10), corrected_at=at_the_site(11)
    )
    seen = Acknowledgement.objects.create(stand_up=day, user=client_pm, at=at_the_site(11, hour=9))
    marks = {cell.day.day: cell.marks for cell in cells(client_pm, week)}
    assert marks[9] == ("unread", "late", "corrected")
    seen.at = at_the_site(11)
    seen.save()
    assert states(engineer, week)[9] == "read"


def test_a_month_is_a_table_of_whole_weeks(week: Engagement, engineer: User) -> None:
    """Every day of the month once, in the column of its weekday; the engineer may open each up to today."""
    (month,) = day_calendar(engineer, week, may_write=True).months
    assert {len(row) for row in month.weeks} == {7}
    assert [cell.day.weekday() for row in month.weeks[1:2] for cell in row if cell] == list(range(7))
    assert [cell.day.day for row in month.weeks for cell in row if cell] == list(range(1, 32))
    assert all(cell is None or cell.day.weekday() == at for row in month.weeks for at, cell in enumerate(row))
    assert [cell.day.day for cell in cells(engineer, week) if cell.leads_on] == list(range(1, 14))
    assert [cell.day.day for cell in cells(engineer, week) if cell.is_today] == [13]


def test_the_legend_counts_what_stands_on_the_page(week: Engagement, engineer: User) -> None:
    StandUpFactory(engagement=week, held_on=date(2026, 3, 9))
    assert [(mark, count) for mark, _label, count in day_calendar(engineer, week, may_write=True).legend] == [
        ("unread", 1), ("missed", 3), ("open", 1), ("late", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_today_is_the_sites(week: Engagement, engineer: User, zone: str) -> None:
    """At 02:00 UTC on Friday it is still Thursday in New York."""
    week.time_zone = zone
    (today,) = [cell.day.day for cell in cells(engineer, week) if cell.is_today]
    assert today == (13 if zone == "Asia/Shanghai" else 12)


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
    days = reverse("standups:list", args=[week.pk])
    assert target(sign_in(client_pm).get(url)) == days
    StandUpFactory(engagement=week, held_on=FRIDAY)
    assert target(sign_in(client_pm).get(url)) == today


@pytest.mark.parametrize(("start_on", "months"), [(date(2024, 10, 1), 18), (date(2024, 9, 30), 3)])
def test_up_to_eighteen_months_stand_on_one_page(
    week: Engagement, engineer: User, sign_in: SignIn, start_on: date, months: int
) -> None:
    """Longer ones are turned by year, and the newest comes first."""
    week.start_on = start_on
    week.save()
    found = sign_in(engineer).get(reverse("standups:list", args=[week.pk])).context["calendar"]
    assert len(found.months) == months
    assert [month.first for month in found.months][:2] == [date(2026, 3, 1), date(2026, 2, 1)]
    assert found.years == ((2026, 2025, 2024) if months == 3 else ())


@pytest.mark.parametrize(
    ("year", "shown"), [("2025", 2025), ("2026", 2026), ("1999", 2026), ("x", 2026), ("\x00", 2026)]
)
def test_the_years_of_a_long_engagement(
    week: Engagement, engineer: User, sign_in: SignIn, year: str, shown: int
) -> None:
    week.start_on = date(2024, 9, 1)
    week.save()
    found = sign_in(engineer).get(reverse("standups:list", args=[week.pk]), {"year": year}).context["calendar"]
    assert {month.first.year for month in found.months} == {shown}


@given(start_on=st.dates(date(2019, 1, 1), date(2026, 6, 1)), ago=st.integers(0, 900))
def test_every_known_day_stands_there_once(week: Engagement, engineer: User, start_on: date, ago: int) -> None:
    """Whatever the span: a year's page misses no day of its year, and no page draws one twice."""
    week.start_on = start_on
    with time_machine.travel(datetime(2026, 3, 13, 2, tzinfo=UTC) - timedelta(days=ago), tick=False):
        pages = day_calendar(engineer, week, may_write=True).years or ("",)
        drawn = [cell.day for page in pages for cell in cells(engineer, week, year=str(page))]
        assert set(known_days(engineer, week)) <= set(drawn)
    assert len(drawn) == len(set(drawn))
