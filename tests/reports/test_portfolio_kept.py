"""A portfolio that is kept: whatever happens in any engagement, or in the company, is on it at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engagements.models import Engagement, Forecast
from engagements.services import clients, forecast, plan
from onsite.accounts.models import User
from onsite.notifications.models import Message
from standups.models import Severity
from standups.services import problems
from tests.conftest import SignIn
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]
URL = "/portfolio/"


@pytest.fixture
def reader(engagement: Engagement, manager: User, sign_in: SignIn, time_machine: Any) -> Client:
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:00:00+08:00"), tick=False)
    return sign_in(manager)


def mark_of(browser: Client) -> str:
    return str(browser.get(URL).headers["ETag"])


def asked_again(browser: Client, mark: str) -> int:
    return browser.get(URL, headers={"if-none-match": mark}).status_code


def page_of(browser: Client, **asked: str) -> str:
    return browser.get(URL, asked).content.decode()


def test_an_unchanged_portfolio_is_not_sent_again(reader: Client) -> None:
    """SPEED: the person, what all chains have come to, the newest forecast, the messages that nobody got."""
    mark = mark_of(reader)
    with CaptureQueriesContext(connection) as queries:
        assert asked_again(reader, mark) == 304
    assert len([query for query in queries if "django_session" not in query["sql"]]) == 4


def test_what_happens_in_any_engagement(engagement: Engagement, engineer: User, reader: Client) -> None:
    mark = mark_of(reader)
    problems.save_problem(
        actor=engineer,
        engagement=engagement,
        title="接口停了",
        severity=Severity.CRITICAL,
        raised_on=engagement.today(),
    )
    assert asked_again(reader, mark) == 200
    assert "1 critical problem" in page_of(reader)


def test_what_happens_in_the_company(engagement: Engagement, manager: User, reader: Client) -> None:
    assert "浦东重机" not in page_of(reader)
    clients.save_client(
        actor=manager, client=engagement.client, name="浦东重机集团", short_name="浦东重机", industry=""
    )
    assert "浦东重机" in page_of(reader)


def test_a_forecast_of_the_vendors_own_that_the_night_made_anew(
    engagement: Engagement, engineer: User, reader: Client, time_machine: Any
) -> None:
    """It leaves no entry: only its hour tells."""
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    Forecast.objects.filter(engagement=engagement).update(probability=0.123)
    assert "12% by the agreed day" in page_of(reader)
    time_machine.shift(timedelta(minutes=5))
    forecast.refresh_all()
    assert "12% by the agreed day" not in page_of(reader)


def test_a_message_that_nobody_got(reader: Client) -> None:
    """It dies by the clock, and no service writes so."""
    assert "could not be delivered" not in page_of(reader)
    now = timezone.now()
    Message.objects.create(kind="joined", recipient=UserFactory(), dedupe_key="dead", due_at=now, dead_at=now)
    assert "1 message could not be delivered" in page_of(reader)
    Message.objects.all().delete()
    assert "could not be delivered" not in page_of(reader)


def test_midnight_at_a_site(engagement: Engagement, reader: Client, time_machine: Any) -> None:
    """Days are counted where the work is: it is tomorrow there while it still is today here."""
    Engagement.objects.filter(pk=engagement.pk).update(time_zone="Pacific/Auckland")
    caches["pages"].clear()
    time_machine.move_to(datetime.fromisoformat("2026-11-18T18:55:00+08:00"), tick=False)  # 23:55 in Auckland
    page_of(reader)
    time_machine.shift(timedelta(minutes=10))
    with CaptureQueriesContext(connection) as queries:
        page_of(reader)
    assert len(queries) > 10


def test_each_address_is_a_page_of_its_own(engagement: Engagement, reader: Client) -> None:
    assert engagement.name in page_of(reader)
    assert "No engagement fits this search" in page_of(reader, q="nothing like it")
    assert engagement.name in page_of(reader)


def test_another_managers_language(other_manager: User, reader: Client, sign_in: SignIn) -> None:
    page_of(reader)
    User.objects.filter(pk=other_manager.pk).update(language="zh-hans")
    assert "项目总览" in page_of(sign_in(other_manager))
    assert "项目总览" not in page_of(reader)
