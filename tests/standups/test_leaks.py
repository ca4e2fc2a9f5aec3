"""N4: no page of the days holds an internal line, a draft or another client's words for a client."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Answer, Section
from standups.services.entry import AnswerEntry, Entry
from standups.services.publishing import publish_stand_up
from standups.services.writing import save_stand_up
from tests.conftest import SignIn
from tests.factories import LineFactory, ProblemFactory, StandUpFactory
from tests.standups.browser import day_url, line

CANARY = "canary-internal"
SHARED = "shared-words"


@pytest.fixture
def pages(engagement: Engagement, foreign_engagement: Engagement, engineer: User, colleague: User) -> list[str]:
    """Plant the canary wherever something internal can stand, shared words beside each; return the client's pages."""
    today = engagement.today()
    for owner, word in ((engagement, SHARED), (foreign_engagement, CANARY)):
        old = today - timedelta(days=4)
        shared = ProblemFactory(engagement=owner, title=word, raised_on=old, owner_role=word, symptom=word)
        hidden = ProblemFactory(engagement=owner, title=CANARY, raised_on=old, is_internal=True, cause=CANARY)
        said = ProblemFactory(engagement=owner, title=word, raised_on=old)
    mine = {row.title: row for row in engagement.problems.unscoped()}
    lines = [line(text, section, is_internal=text == CANARY) for section in Section for text in (SHARED, CANARY)]
    answers = [
        AnswerEntry(problem.pk, Answer.CHANGED, note=CANARY, is_internal=True)
        for problem in engagement.problems.unscoped()
    ]
    for days_ago in (2, 1):
        day = today - timedelta(days=days_ago)
        fresh = [line(e.text, e.section, is_internal=e.is_internal) for e in lines]
        entry = Entry(lines=fresh, answers=answers)
        stand_up, _ = save_stand_up(actor=engineer, engagement=engagement, day=day, entry=entry)
        publish_stand_up(actor=engineer, stand_up=stand_up)
    LineFactory(stand_up=StandUpFactory(engagement=engagement, held_on=today, published_at=None), text=CANARY)
    assert (shared.title, hidden.title, said.title, len(mine)) == (CANARY, CANARY, CANARY, 2)
    return _pages(engagement, today)


def _pages(engagement: Engagement, today: date) -> list[str]:
    days = [day_url(engagement, today - timedelta(days=n)) for n in range(4)]
    problems = reverse("standups:problems", args=[engagement.pk])
    filters = [
        problems + query for query in ("?state=all", "?state=solved", f"?q={SHARED}", "?q=canary", "?next=client")
    ]
    details = [row.get_absolute_url() for row in engagement.problems.unscoped()]
    lists = [
        reverse(f"standups:{name}", args=[engagement.pk]) for name in ("list", "today", "problems", "problem_create")
    ]
    marks = [url + "?edit=1" for url in days] + [day_url(engagement, today, "preview")]
    return [*days, *marks, *lists, *filters, *details]


def test_a_client_reads_no_internal_word_on_any_page(
    pages: list[str], client_pm: User, business_owner: User, key_user: User, sign_in: SignIn
) -> None:
    for user in (client_pm, business_owner, key_user):
        browser = sign_in(user)
        opened = [(url, browser.get(url, follow=True)) for url in pages]
        read = [(url, answer.content.decode()) for url, answer in opened if answer.status_code == 200]
        leaks = [url for url, body in read if CANARY in body.replace("q=canary", "")]
        assert leaks == []
        assert sum(SHARED in body for _url, body in read) >= 6, "the control: shared words are there"


def test_the_canary_is_there_for_the_vendor(pages: list[str], engineer: User, sign_in: SignIn) -> None:
    """The control: the planted rows exist and these pages would show them."""
    browser = sign_in(engineer)
    seen = [url for url in pages if CANARY in browser.get(url, follow=True).content.decode()]
    assert len(seen) >= 8


def test_a_clients_post_tells_nothing(pages: list[str], client_pm: User, sign_in: SignIn) -> None:
    browser = sign_in(client_pm)
    for url in pages:
        answer = browser.post(url, {"idempotency_key": "x"}, follow=True)
        assert CANARY not in answer.content.decode()
        assert answer.status_code in {403, 404, 405}, url


def test_no_client_learns_of_drafts_and_missed_days(
    pages: list[str], engagement: Engagement, client_pm: User, sign_in: SignIn
) -> None:
    """RULES: drafts are the vendor's; missed days too, until a manager publishes them."""
    page = sign_in(client_pm).get(reverse("standups:list", args=[engagement.pk]))
    assert {mark for mark, _label, _count in page.context["calendar"].legend} <= {"read", "unread", "late"}
    assert page.context["today_stand_up"] is None
    assert "Missed" not in page.content.decode()
