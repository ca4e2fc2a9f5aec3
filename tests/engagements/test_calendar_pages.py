"""Settings: days of a calendar are changed in two steps, and every refusal is a sentence beside its field."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from engagements.models import Engagement, FollowUpVisit, Stage
from engagements.services import plan
from onsite.accounts.models import User
from onsite.core.models import CalendarDay
from tests.conftest import SignIn
from tests.engagements.changed_days import a_changed_day
from tests.engagements.test_forms import ABSURD
from tests.factories import EngagementFactory, TaskFactory

PAGE = "/calendar-days/new/"
LIST = "/accounts/settings/calendars/"
FRIDAY = date(2026, 4, 10)


def body(first_on: object = FRIDAY, last_on: object = "", **fields: Any) -> dict[str, Any]:
    given = {
        "calendar": "WEEK",
        "first_on": str(first_on),
        "last_on": str(last_on),
        "is_working": "off",
        "reason": "年会",
    }
    return given | fields


def look(browser: Client, **fields: Any) -> dict[str, Any]:
    """Post once, and return what the page then holds, as a browser would post it again."""
    page = browser.post(PAGE, body(**fields))
    assert page.status_code == 200
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def errors_of(browser: Client, **fields: Any) -> dict[str, list[str]]:
    answer = browser.post(PAGE, body(**fields))
    assert answer.status_code == 200
    assert answer.context["effect"] is None
    found: dict[str, list[str]] = answer.context["form"].errors.get_json_data()
    return {name: [error["message"] for error in errors] for name, errors in found.items()}  # type: ignore[index]


@pytest.mark.parametrize("who", ["manager", "administrator"])
def test_it_is_looked_at_then_saved_then_taken_back(who: str, request: pytest.FixtureRequest, sign_in: SignIn) -> None:
    browser = sign_in(request.getfixturevalue(who))
    assert "See what it means" in browser.get(PAGE).content.decode()
    seen = look(browser, last_on=FRIDAY + timedelta(days=3))
    assert not CalendarDay.objects.exists()
    answer = browser.post(PAGE, seen)
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?year=2026")
    row, other = CalendarDay.objects.order_by("day")
    assert (row.day, other.day, row.reason) == (FRIDAY, FRIDAY + timedelta(days=3), "年会")
    url = reverse("engagements:calendar_day_take_back", args=[row.pk])
    assert url in browser.get(LIST, {"year": "2026"}).content.decode()
    shown = browser.get(url).context["form"]["seen"].value()
    assert browser.post(url, {"seen": ""}).status_code == 200
    assert browser.post(url, {"seen": shown}).status_code == 302
    assert CalendarDay.objects.get() == other
    assert browser.get(url).status_code == 404


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_it_is_nobody_elses(who: str, request: pytest.FixtureRequest, sign_in: SignIn) -> None:
    """The company's settings are a 403 for all others, as its other pages are."""
    browser = sign_in(request.getfixturevalue(who))
    row = a_changed_day()
    for url in (PAGE, reverse("engagements:calendar_day_take_back", args=[row.pk])):
        assert browser.get(url).status_code == browser.post(url, body(seen="x")).status_code == 403
    assert CalendarDay.objects.get() == row


def test_the_administrator_reads_of_no_engagement(manager: User, administrator: User, sign_in: SignIn) -> None:
    _engagements(manager, 1)
    name = Engagement.objects.unscoped().get().name
    assert name in sign_in(manager).post(PAGE, body()).content.decode()
    page = sign_in(administrator).post(PAGE, body()).content.decode()
    assert name not in page
    assert "to delivery managers only" in page


def test_what_was_changed_after_the_look_is_looked_at_again(manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    seen = look(browser)
    answer = browser.post(PAGE, seen | {"first_on": "2026-04-17"})
    assert "no longer what you looked at" in answer.content.decode()
    assert not CalendarDay.objects.exists()
    form = answer.context["form"]
    assert browser.post(PAGE, {name: form[name].value() or "" for name in form.fields}).status_code == 302
    assert CalendarDay.objects.get().day == date(2026, 4, 17)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"first_on": ""}, "first_on", "required"),
        ({"first_on": "1999-12-31"}, "first_on", "between 2000 and 2099"),
        ({"last_on": "2101-01-01"}, "last_on", "between 2000 and 2099"),
        ({"last_on": "2026-04-09"}, "last_on", "lies before the first"),
        ({"last_on": "2026-05-11"}, "last_on", "at most 31 days"),
        ({"first_on": "2026-04-11"}, "first_on", "says so already"),
        ({"first_on": "2026-04-11", "last_on": "2026-04-12"}, "first_on", "says so already"),
        ({"first_on": "2026-03-06"}, "first_on", "changed already"),
        ({"first_on": "2026-03-02", "last_on": "2026-03-06", "is_working": "works"}, "first_on", "changed already"),
        ({"is_working": "perhaps"}, "is_working", "valid choice"),
        ({"calendar": "XX"}, "calendar", "valid choice"),
        ({"reason": "长" * 81}, "reason", "at most 80"),
    ],
)
def test_every_refusal_is_a_sentence_beside_its_field(
    fields: dict[str, str], field: str, words: str, manager: User, sign_in: SignIn
) -> None:
    CalendarDay.objects.create(calendar="WEEK", day=date(2026, 3, 6), is_working=False)
    for seen in ("", "x"):
        found = errors_of(sign_in(manager), **fields, seen=seen)
        assert list(found) == [field]
        assert words in found[field][0]
    assert CalendarDay.objects.count() == 1


def test_thirty_one_days_are_not_too_many(manager: User, sign_in: SignIn) -> None:
    assert sign_in(manager).post(PAGE, body(last_on="2026-05-10")).context["effect"] is not None


@pytest.mark.parametrize("what", ABSURD)
def test_an_absurd_value_is_refused_and_what_was_typed_stays(what: str, manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    for name in body(seen=""):
        answer = browser.post(PAGE, body() | {name: ABSURD[what]})
        assert answer.status_code == 200
        if name != "reason":
            assert "年会" in answer.content.decode()
        elif what in {"script", "quote", "rare characters"}:
            assert escape(ABSURD[what]) in answer.content.decode()
    assert not CalendarDay.objects.exists()


def test_the_reader_is_told_in_chinese(manager: User, sign_in: SignIn) -> None:
    User.objects.filter(pk=manager.pk).update(language="zh-hans")
    page = sign_in(manager).post(PAGE, body(first_on="2026-04-11")).content.decode()
    assert "无需调整" in page


def _engagements(manager: User, rows: int) -> None:
    """Each with a task on the Friday, and an unconfirmed visit of that day."""
    for _number in range(rows):
        row = EngagementFactory(calendar="WEEK", created_by=manager)
        stage = Stage.objects.create(engagement=row, position=1, kind="testing", start_on=FRIDAY, finish_on=FRIDAY)
        TaskFactory(stage=stage)
        FollowUpVisit.objects.create(engagement=row, kind="1m", revision=1, anchor_on=date(2026, 3, 10), due_on=FRIDAY)


def test_it_asks_as_often_for_one_engagement_and_for_thirty(manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    _engagements(manager, 1)
    browser.post(PAGE, body())
    with CaptureQueriesContext(connection) as few:
        browser.post(PAGE, body())
    _engagements(manager, 29)
    with CaptureQueriesContext(connection) as many:
        answer = browser.post(PAGE, body())
    assert len(answer.context["effect"].engagements) == answer.context["effect"].running == 30
    assert "to 13 April 2026" in answer.content.decode()
    assert len(many) == len(few) <= 7


def test_the_plan_says_what_lies_on_a_day_off(engagement: Engagement, engineer: User, client_pm: User,
                                              sign_in: SignIn) -> None:  # fmt: skip
    """To whoever can move it, as long as it is not done."""
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    url = reverse("engagements:plan", args=[engagement.pk])
    assert 'id="days-off"' not in sign_in(engineer).get(url).content.decode()
    stage = engagement.stages.unscoped().order_by("position")[0]
    Stage.objects.filter(pk=stage.pk).update(percent=40)
    CalendarDay.objects.create(calendar=engagement.calendar, day=stage.finish_on, is_working=False)
    page = sign_in(engineer).get(url).content.decode()
    assert 'id="days-off"' in page
    assert f"“{stage}” ends on" in page
    assert 'id="days-off"' not in sign_in(client_pm).get(url).content.decode()
    Stage.objects.filter(pk=stage.pk).update(percent=100)
    assert 'id="days-off"' not in sign_in(engineer).get(url).content.decode()
