"""An engineer's day that is kept: nothing it shows may outlive what changed, nor the minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from engagements.models import Engagement
from engagements.services import lifecycle
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from standups.models import Severity
from standups.services import problems
from tests.conftest import SignIn
from tests.factories import ConcernFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]
URL = "/today/"


def asked_again(browser: Client, mark: str) -> int:
    return browser.get(URL, headers={"if-none-match": mark}).status_code


@pytest.fixture
def reader(engineer: User, sign_in: SignIn, time_machine: Any) -> Client:
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:00:00+08:00"), tick=False)
    return sign_in(engineer)


def test_an_unchanged_day_is_not_sent_again(engagement: Engagement, engineer: User, reader: Client) -> None:
    mark = reader.get(URL).headers["ETag"]
    assert asked_again(reader, mark) == 304
    problems.save_problem(
        actor=engineer, engagement=engagement, title="接口停了", severity=Severity.CRITICAL,
        raised_on=engagement.today(),
    )  # fmt: skip
    assert asked_again(reader, mark) == 200
    assert "接口停了" in reader.get(URL).content.decode()


def test_another_persons_day_is_none_of_ones_own(
    engagement: Engagement, colleague: User, outsider_engineer: User, reader: Client, sign_in: SignIn
) -> None:
    assert "华东机械" in reader.get(URL).content.decode()
    assert "华东机械" not in sign_in(outsider_engineer).get(URL).content.decode()


def test_an_engagement_one_comes_into_and_leaves(
    foreign_engagement: Engagement, manager: User, engineer: User, reader: Client
) -> None:
    assert "仁和" not in reader.get(URL).content.decode()
    seat = lifecycle.add_colleague(actor=manager, engagement=foreign_engagement, user=engineer, part=Part.ENGINEER)
    assert "仁和" in reader.get(URL).content.decode()
    lifecycle.end_membership(actor=manager, membership=seat)
    assert "仁和" not in reader.get(URL).content.decode()


def test_how_long_somebody_waits_grows_with_the_clock(
    engagement: Engagement, reader: Client, time_machine: Any
) -> None:
    ConcernFactory(engagement=engagement, said_at=timezone.now() - timedelta(minutes=5))
    assert "waiting 5 minutes" in reader.get(URL).content.decode()
    time_machine.shift(timedelta(minutes=2))
    assert "waiting 7 minutes" in reader.get(URL).content.decode()
