"""A page of the plan that is kept: nothing it shows may outlive what changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement, Forecast, PlanSnapshot, Publication, Stage
from engagements.services import forecast, plan, publications
from engagements.tasks import take_plan_snapshots
from onsite.accounts.models import User
from tests.conftest import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]


@pytest.fixture
def stages(engagement: Engagement, engineer: User, time_machine: Any) -> list[Stage]:
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:00:00+08:00"), tick=False)
    return list(plan.lay_out_plan(actor=engineer, engagement=engagement))


@pytest.fixture
def reader(stages: list[Stage], engineer: User, sign_in: SignIn) -> Client:
    return sign_in(engineer)


def url_of(engagement: Engagement) -> str:
    return reverse("engagements:plan", args=[engagement.pk])


def page_of(browser: Client, engagement: Engagement) -> str:
    response = browser.get(url_of(engagement))
    assert response.status_code == 200
    return response.content.decode()


def mark_of(browser: Client, engagement: Engagement) -> str:
    return str(browser.get(url_of(engagement)).headers["ETag"])


def asked_again(browser: Client, engagement: Engagement, mark: str) -> int:
    return browser.get(url_of(engagement), headers={"if-none-match": mark}).status_code


def test_an_unchanged_plan_is_not_sent_again(
    engagement: Engagement, engineer: User, stages: list[Stage], reader: Client
) -> None:
    mark = mark_of(reader, engagement)
    assert asked_again(reader, engagement, mark) == 304
    plan.note_stage(actor=engineer, stage=stages[0], note="等数据库权限")
    assert asked_again(reader, engagement, mark) == 200
    assert "等数据库权限" in page_of(reader, engagement)


def test_what_the_vendor_presses_is_not_the_clients(
    engagement: Engagement, stages: list[Stage], client_pm: User, reader: Client, sign_in: SignIn
) -> None:
    edit = reverse("engagements:stage_edit", args=[engagement.pk, stages[0].pk])
    assert edit in page_of(reader, engagement)
    assert edit not in page_of(sign_in(client_pm), engagement)


def test_a_forecast_that_the_night_made_anew_without_an_entry(
    engagement: Engagement, reader: Client, time_machine: Any
) -> None:
    Forecast.objects.filter(engagement=engagement).update(probability=0.123)
    assert "12%" in page_of(reader, engagement)
    time_machine.shift(timedelta(minutes=5))
    forecast.refresh_all()
    assert "12%" not in page_of(reader, engagement)


def test_a_forecast_that_is_not_published_any_more(
    engagement: Engagement, manager: User, client_pm: User, reader: Client, sign_in: SignIn
) -> None:
    """RULES.md: not even for a minute."""
    browser = sign_in(client_pm)
    publications.publish(actor=manager, engagement=engagement, item=Publication.Item.FORECAST)
    assert "10,000 runs" in page_of(browser, engagement)
    publications.withdraw(actor=manager, engagement=engagement, item=Publication.Item.FORECAST)
    assert "10,000 runs" not in page_of(browser, engagement)


def test_a_picture_that_the_night_took_without_an_entry(
    engagement: Engagement, stages: list[Stage], reader: Client, time_machine: Any
) -> None:
    """The curve of plan against fact is drawn from them."""
    PlanSnapshot.objects.all().delete()
    time_machine.move_to(datetime.fromisoformat("2026-11-18T23:30:00+08:00"), tick=False)
    page_of(reader, engagement)
    Stage.objects.filter(pk=stages[0].pk).update(percent=40)
    kept = mark_of(reader, engagement)
    take_plan_snapshots()
    assert asked_again(reader, engagement, kept) == 200


def test_midnight_at_the_site(engagement: Engagement, reader: Client, time_machine: Any) -> None:
    mark = mark_of(reader, engagement)
    time_machine.move_to(datetime.fromisoformat("2026-11-19T00:01:00+08:00"), tick=False)
    assert asked_again(reader, engagement, mark) == 200
