"""Settings: the days of a year that aren't what their weekday says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from onsite.accounts.models import User
from onsite.core import calendars
from onsite.core.models import CalendarDay
from tests.conftest import SignIn

PAGE = "/accounts/settings/calendars/"


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize("code", ["CN", "HK", "SG", "WEEK"])
def test_the_table_says_what_the_calendar_counts(code: str, year: int, db: None) -> None:
    """Every day that isn't what its weekday says stands in it, and none else."""
    places = [name for name, _label in calendars.CHOICES]
    told = {day.day: day.is_working for day in calendars.years(year)[places.index(code)].days}
    counted = calendars.load(code)
    days = [
        date.fromordinal(number) for number in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
    ]
    usual = {day: day.weekday() < 5 for day in days}
    assert told == {day: counted.is_working(day) for day in days if counted.is_working(day) != usual[day]}


def test_days_are_named_in_the_readers_language(manager: User, sign_in: SignIn) -> None:
    CalendarDay.objects.create(calendar="CN", day=date(2026, 11, 27), is_working=False, reason="公司年会")
    with time_machine.travel("2026-11-23T04:00:00+00:00"):
        browser = sign_in(manager)
        page = browser.get(PAGE).content.decode()
        assert "2026-02-14" in page  # a Saturday that is worked on in exchange
        for words in ("working day in exchange", "公司年会", "day off, the company's own", "National Day"):
            assert words in page
        User.objects.filter(pk=manager.pk).update(language="zh-hans")
        assert "国庆节" in browser.get(PAGE).content.decode()


@pytest.mark.parametrize("year", ["", "1", "99999", "x", "\x00", "２０２６"])
def test_a_year_that_is_not_offered_is_this_year(year: str, manager: User, sign_in: SignIn) -> None:
    with time_machine.travel("2026-11-23T04:00:00+00:00"):
        assert sign_in(manager).get(PAGE, {"year": year}).context["year"] == 2026
        assert "provisional" in sign_in(manager).get(PAGE, {"year": "2028"}).content.decode()


def test_a_day_stands_once_and_the_companys_word_wins(db: None) -> None:
    """1 October is a holiday by law: worked on all the same, it is no day off in the table."""
    CalendarDay.objects.create(calendar="CN", day=date(2026, 10, 1), is_working=True)
    china = calendars.years(2026)[0]
    assert date(2026, 10, 1) not in {day.day for day in china.days}
    assert [row.day for row in china.own] == [date(2026, 10, 1)]


def test_a_year_far_away_with_a_changed_day_is_offered(manager: User, sign_in: SignIn) -> None:
    """What can't be seen couldn't be taken back."""
    row = CalendarDay.objects.create(calendar="CN", day=date(2041, 5, 6), is_working=False)
    page = sign_in(manager).get(PAGE, {"year": "2041"}).content.decode()
    assert f"/calendar-days/{row.pk}/take-back/" in page


def test_it_asks_as_often_for_one_changed_day_and_for_thirty(manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    CalendarDay.objects.create(calendar="CN", day=date(2026, 3, 2), is_working=False)
    browser.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        browser.get(PAGE)
    for number in range(1, 30):
        CalendarDay.objects.create(calendar="CN", day=date(2026, 3, 2) + timedelta(days=number), is_working=False)
    with CaptureQueriesContext(connection) as many:
        assert browser.get(PAGE).status_code == 200
    assert len(many) == len(few) <= 4
