"""A dashboard that is kept: asked again it costs nearly nothing, and whatever changes is seen at once (SPEED.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement, Forecast, Publication
from engagements.services import clients, forecast, lifecycle, plan, publications
from onsite.accounts import services as accounts
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core import audit
from standups.models import Attendance, Idea, Severity
from standups.services import ideas, problems, talk
from standups.shown import shown_day
from tests.conftest import SignIn
from tests.factories import LineFactory, MembershipFactory, ProblemFactory, StandUpFactory
from tests.factories.training import TrainingSessionFactory
from tests.reports.pages import url_of, words_of
from tests.reports.test_dashboard import frozen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]


class Broken(BaseCache):
    """A cache whose server is away."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        raise ConnectionError("nobody answers")

    def set(self, *args: Any, **kwargs: Any) -> None:
        raise ConnectionError("nobody answers")


@pytest.fixture
def reader(client_pm: User, sign_in: SignIn) -> Client:
    return sign_in(client_pm)


def mark_of(browser: Client, engagement: Engagement) -> str:
    return str(browser.get(url_of(engagement)).headers["ETag"])


def asked_again(browser: Client, engagement: Engagement, mark: str) -> HttpResponse:
    response = browser.get(url_of(engagement), headers={"if-none-match": mark})
    assert isinstance(response, HttpResponse)
    return response


def _asked(queries: CaptureQueriesContext) -> list[str]:
    """The person, the engagement, its versions; the session is asked for where Redis doesn't hold it."""
    return [query["sql"] for query in queries if "django_session" not in query["sql"]]


# --- Unchanged -------------------------------------------------------------------------------------------------------


def test_an_unchanged_page_is_not_sent_again(engagement: Engagement, reader: Client) -> None:
    """SPEED: an unchanged dashboard is a 304; what the browser keeps of it is its own, and asked for each time."""
    ProblemFactory(engagement=engagement)
    mark = mark_of(reader, engagement)
    with CaptureQueriesContext(connection) as queries:
        answer = asked_again(reader, engagement, mark)
    assert (answer.status_code, answer.content) == (304, b"")
    assert {"private", "no-cache"} <= set(answer.headers["Cache-Control"].replace(",", "").split())
    assert answer.headers["ETag"] == mark
    assert len(_asked(queries)) == 3


def test_the_page_itself_knows_its_mark(engagement: Engagement, reader: Client) -> None:
    """The script asks with it (`live.js`), kept or not."""
    for _made_or_kept in range(2):
        response = reader.get(url_of(engagement))
        told = response.content.decode().partition('data-live="')[2].partition('"')[0]
        assert unescape(told) == response.headers["ETag"]


def test_who_has_no_page_gets_the_kept_one_without_asking_for_its_rows(engagement: Engagement, reader: Client) -> None:
    ProblemFactory(engagement=engagement, title="接口停了")
    first = words_of(reader, engagement)
    with CaptureQueriesContext(connection) as queries:
        assert words_of(reader, engagement) == first
    assert "接口停了" in first
    assert len(_asked(queries)) == 3


def test_what_a_client_may_not_see_does_not_change_their_mark(
    engagement: Engagement, engineer: User, reader: Client
) -> None:
    """RULES.md: not even that something internal was written."""
    mark = mark_of(reader, engagement)
    problems.save_problem(
        actor=engineer, engagement=engagement, title="内部的事", is_internal=True, raised_on=engagement.today()
    )
    assert asked_again(reader, engagement, mark).status_code == 304


def test_the_form_in_a_kept_page_is_the_readers_own(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """A token belongs to one session: the kept body takes that of whoever asks."""
    day = StandUpFactory(engagement=engagement, created_by=engineer)
    LineFactory(stand_up=day)
    words_of(_signed_in(client_pm), engagement)
    browser = _signed_in(client_pm, enforce_csrf_checks=True)
    page = browser.get(url_of(engagement)).content.decode()
    form = page.partition('<div class="readings">')[2].partition("</form>")[0]
    names = {name: form.partition(f'name="{name}" value="')[2].partition('"')[0] for name in _FIELDS}
    sent = browser.post(reverse("standups:acknowledge", args=[engagement.pk, day.held_on]), names)
    assert sent.status_code == 302
    assert day.acknowledgements.filter(user=client_pm).exists()


_FIELDS = ("csrfmiddlewaretoken", "seen", "next")


def _signed_in(user: User, **options: Any) -> Client:
    browser = Client(**options)
    browser.force_login(user)
    return browser


# --- Changed: seen at once -------------------------------------------------------------------------------------------


def _raise(engagement: Engagement, actor: User, **fields: Any) -> Any:
    given: dict[str, Any] = {
        "title": "接口停了",
        "raised_on": engagement.today(),
        "severity": Severity.CRITICAL,
    } | fields
    return problems.save_problem(actor=actor, engagement=engagement, **given)


def test_a_shared_problem_and_its_becoming_internal(engagement: Engagement, engineer: User, reader: Client) -> None:
    mark = mark_of(reader, engagement)
    problem = _raise(engagement, engineer)
    assert asked_again(reader, engagement, mark).status_code == 200
    assert "接口停了" in words_of(reader, engagement)
    mark = mark_of(reader, engagement)
    problems.save_problem(actor=engineer, engagement=engagement, problem=problem, is_internal=True)
    assert asked_again(reader, engagement, mark).status_code == 200
    assert "接口停了" not in words_of(reader, engagement)


def test_a_publication_that_is_withdrawn(
    engagement: Engagement, manager: User, engineer: User, reader: Client
) -> None:
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    publications.publish(actor=manager, engagement=engagement, item=Publication.Item.DELAY)
    words = words_of(reader, engagement)
    mark = mark_of(reader, engagement)
    publications.withdraw(actor=manager, engagement=engagement, item=Publication.Item.DELAY)
    assert asked_again(reader, engagement, mark).status_code == 200
    assert words_of(reader, engagement) != words


def test_a_published_forecast_that_the_night_made_anew(
    engagement: Engagement, manager: User, engineer: User, reader: Client
) -> None:
    """RULES.md: the forecast is reckoned once a day, where nobody changed anything."""
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    publications.publish(actor=manager, engagement=engagement, item=Publication.Item.FORECAST)
    Forecast.objects.filter(engagement=engagement).update(probability=0.123)
    caches["pages"].clear()
    mark = mark_of(reader, engagement)
    forecast.refresh_all()
    assert asked_again(reader, engagement, mark).status_code == 200


def test_a_forecast_that_is_the_vendors_own_leaves_no_entry(
    engagement: Engagement, engineer: User, django_assert_num_queries: Any
) -> None:
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    Forecast.objects.filter(engagement=engagement).update(probability=0.123)
    before = audit.numbers_of([engagement.audit_chain])
    forecast.refresh_all()
    assert audit.numbers_of([engagement.audit_chain]) == before


def test_a_membership_that_ended(engagement: Engagement, manager: User, client_pm: User, reader: Client) -> None:
    """TRUST.md: foreign equals absent, also for whoever has the page."""
    mark = mark_of(reader, engagement)
    lifecycle.end_membership(actor=manager, membership=engagement.memberships.unscoped().get(user=client_pm))
    assert asked_again(reader, engagement, mark).status_code == 404


def test_a_part_that_ended_while_another_goes_on(
    engagement: Engagement, manager: User, engineer: User, key_user: User, sign_in: SignIn
) -> None:
    """What one has to sign stands on the page: whoever is the business owner no more is asked no more."""
    second = MembershipFactory(engagement=engagement, user=key_user, part=Part.BUSINESS_OWNER)
    frozen(engagement, engineer)
    reader = sign_in(key_user)
    mark = mark_of(reader, engagement)
    assert "Please sign" in words_of(reader, engagement)
    lifecycle.end_membership(actor=manager, membership=second)
    assert asked_again(reader, engagement, mark).status_code == 200
    assert "Please sign" not in words_of(reader, engagement)


def test_the_language_of_the_reader(engagement: Engagement, client_pm: User, reader: Client) -> None:
    mark = mark_of(reader, engagement)
    assert "Open items" in words_of(reader, engagement)
    accounts.set_language(actor=client_pm, language="zh-hans")
    assert asked_again(reader, engagement, mark).status_code == 200
    assert "Open items" not in words_of(reader, engagement)


def test_the_browsers_language_of_a_person_without_one(
    engagement: Engagement, client_pm: User, reader: Client
) -> None:
    User.objects.filter(pk=client_pm.pk).update(language="")
    words = {lang: reader.get(url_of(engagement), headers={"accept-language": lang}).content for lang in ("en", "zh")}
    assert b"Open items" in words["en"]
    assert b"Open items" not in words["zh"]


@pytest.mark.parametrize(("hour", "is_same"), [("15:59", True), ("16:00", False)])
def test_midnight_at_the_site(
    hour: str, is_same: bool, engagement: Engagement, client_pm: User, sign_in: SignIn, time_machine: Any
) -> None:
    """16:00 in London is midnight in Shanghai: "tomorrow" becomes "today"."""
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:00:00+00:00"), tick=False)
    reader = sign_in(client_pm)
    ProblemFactory(engagement=engagement, next_step_with="client", due_on=date(2026, 11, 19))
    mark = mark_of(reader, engagement)
    assert "(tomorrow)" in words_of(reader, engagement)
    time_machine.move_to(datetime.fromisoformat(f"2026-11-18T{hour}:00+00:00"), tick=False)
    assert (asked_again(reader, engagement, mark).status_code == 304) is is_same
    assert ("(tomorrow)" in words_of(reader, engagement)) is is_same


def test_a_training_session_that_is_over(engagement: Engagement, reader: Client, time_machine: Any) -> None:
    """The clock alone takes it off the page, at no midnight."""
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:00:00+08:00"), tick=False)
    begin = engagement.local(date(2026, 11, 18), time(11))
    session = TrainingSessionFactory(
        course__engagement=engagement, starts_at=begin, ends_at=begin + timedelta(hours=1)
    )
    mark = mark_of(reader, engagement)
    assert session.course.title in words_of(reader, engagement)
    time_machine.move_to(begin + timedelta(hours=1, seconds=1), tick=False)
    assert asked_again(reader, engagement, mark).status_code == 200
    assert session.course.title not in words_of(reader, engagement)


def test_news_of_an_idea_that_grew_old(
    engagement: Engagement, engineer: User, client_pm: User, reader: Client, time_machine: Any
) -> None:
    time_machine.move_to(datetime.fromisoformat("2026-11-11T10:00:00+08:00"), tick=False)
    idea = ideas.suggest_idea(actor=client_pm, engagement=engagement, title="把单据改成一页")
    ideas.thank_for_idea(actor=engineer, idea=idea, thanks="谢谢您")
    ideas.answer_idea(actor=engineer, idea=idea, answer="下周就改。")
    Idea.objects.unscoped().filter(pk=idea.pk).update(told_at=timezone.now())
    time_machine.move_to(datetime.fromisoformat("2026-11-18T09:59:00+08:00"), tick=False)
    assert "把单据改成一页" in words_of(reader, engagement)
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:01:00+08:00"), tick=False)
    assert "把单据改成一页" not in words_of(reader, engagement)


COMPANY: list[Callable[[Engagement, User, User], object]] = [
    lambda engagement, manager, engineer: clients.save_client(
        actor=manager, client=engagement.client, name="华东机械（集团）", short_name="华东", industry=""
    ),
    lambda engagement, manager, engineer: lifecycle.change_engagement(
        actor=manager, engagement=engagement, name="新名字"
    ),
    lambda engagement, manager, engineer: accounts.save_settings(
        actor=engineer, name="李喆喆", language="en", time_zone="Asia/Tokyo", theme="auto"
    ),
]


@pytest.mark.parametrize("change", COMPANY, ids=["client", "engagement", "colleague's name"])
def test_names(
    change: Callable[[Engagement, User, User], object], engagement: Engagement, manager: User, engineer: User,
    reader: Client,
) -> None:  # fmt: skip
    """Of the client, of the engagement, of a colleague who was at the stand-up."""
    day = StandUpFactory(engagement=engagement, created_by=engineer)
    LineFactory(stand_up=day)
    Attendance.objects.create(stand_up=day, membership=engagement.memberships.unscoped().get(user=engineer))
    mark = mark_of(reader, engagement)
    change(engagement, manager, engineer)
    assert asked_again(reader, engagement, mark).status_code == 200
    assert _is_fresh(reader, engagement)


def test_what_one_person_reads_is_not_anothers(
    engagement: Engagement, client_pm: User, business_owner: User, engineer: User, sign_in: SignIn
) -> None:
    day = StandUpFactory(engagement=engagement, created_by=engineer)
    LineFactory(stand_up=day)
    words = {user.name: words_of(sign_in(user), engagement) for user in (client_pm, business_owner)}
    assert all("I have read it" in told for told in words.values())
    seen = shown_day(user=client_pm, stand_up=day, as_client=True).mark
    talk.acknowledge(actor=client_pm, stand_up=day, seen=seen)
    assert "I have read it" not in words_of(sign_in(client_pm), engagement)
    assert "I have read it" in words_of(sign_in(business_owner), engagement)
    theirs = mark_of(sign_in(business_owner), engagement)
    assert asked_again(sign_in(client_pm), engagement, theirs).status_code == 200


# --- Who is not there any more -----------------------------------------------------------------------------------------


def test_a_person_who_signed_out_gets_neither_page_nor_304(engagement: Engagement, reader: Client) -> None:
    mark = mark_of(reader, engagement)
    reader.post(reverse("account_logout"))
    answer = asked_again(reader, engagement, mark)
    assert answer.status_code == 302
    assert reverse("account_login") in answer["Location"]


def test_a_closed_account_gets_neither(engagement: Engagement, manager: User, client_pm: User, reader: Client) -> None:
    mark = mark_of(reader, engagement)
    accounts.set_active(actor=manager, user=client_pm, is_active=False)
    assert asked_again(reader, engagement, mark).status_code == 302


def test_a_page_of_the_session_before_is_no_page_of_this_one(
    engagement: Engagement, client_pm: User, reader: Client, sign_in: SignIn
) -> None:
    """Its forms hold the other session's token."""
    mark = mark_of(reader, engagement)
    assert asked_again(sign_in(client_pm), engagement, mark).status_code == 200


def test_a_page_that_tells_what_just_happened_has_no_mark(
    engagement: Engagement, client_pm: User, engineer: User, reader: Client
) -> None:
    """Else a reload would tell it again."""
    day = StandUpFactory(engagement=engagement, created_by=engineer)
    LineFactory(stand_up=day)
    reader.get(url_of(engagement))
    talk.add_comment(actor=client_pm, stand_up=day, text="看到了")
    seen = reader.get(url_of(engagement)).content.decode().partition('name="seen" value="')[2].partition('"')[0]
    url = reverse("standups:acknowledge", args=[engagement.pk, day.held_on])
    reader.post(url, {"seen": seen, "next": url_of(engagement)})
    told = reader.get(url_of(engagement))
    assert b'class="alert alert-success"' in told.content
    assert "ETag" not in told.headers
    assert b'class="alert alert-success"' not in reader.get(url_of(engagement)).content


def test_without_its_cache_the_page_is_there(engagement: Engagement, reader: Client) -> None:
    """Redis away costs time, never a page."""
    ProblemFactory(engagement=engagement, title="接口停了")
    broken = {"BACKEND": "tests.reports.test_dashboard_kept.Broken"}
    with override_settings(CACHES=settings.CACHES | {"pages": broken}):
        assert "接口停了" in words_of(reader, engagement)


def _is_fresh(browser: Client, engagement: Engagement) -> bool:
    """Whether the page says what one made this moment says."""
    kept = words_of(browser, engagement)
    caches["pages"].clear()
    return kept == words_of(browser, engagement)
