"""The page of the search box: what it says to odd words, how it narrows, and what it costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.search import misses, update
from onsite.core.search.rebuilding import rebuild
from tests.conftest import SignIn
from tests.factories import ProblemFactory, StandUpFactory

ODD = [
    "\"", "'", "(", "a AND", "NEAR(a b)", "tokens:x", "*", "^a", "-", "a:*b", "\\", "%", "_", "\x00", "权\x00限", "😀",
    "a" * 10_000, "权" * 10_000, "! & | <->", "' || '", "title:\"a\" OR 1", "\ud800".encode("utf-8", "replace").decode(),
    "﷽", "İ", "𠮷", "1e999", "--", ";DROP TABLE core_searchentry",
]  # fmt: skip


def ask(browser: Client, **given: Any) -> Any:
    return browser.get(reverse("search:page"), given)


@pytest.mark.parametrize("words", ODD)
def test_odd_words_get_an_answer(words: str, engineer: User, sign_in: SignIn) -> None:
    answer = ask(sign_in(engineer), q=words, kind=words, engagement=words, page=words)
    assert answer.status_code == 200


def test_what_was_typed_is_no_markup(engineer: User, engagement: Engagement, sign_in: SignIn) -> None:
    row = ProblemFactory(engagement=engagement, title="<script>alert(1)</script> 打印机", symptom="<i id=x>打印机</i>")
    update(row)
    told = ask(sign_in(engineer), q="打印机 <script>").content.decode()
    assert "<script>alert" not in told
    assert "<i id" not in told
    assert "<mark>打印机</mark>" in told


def test_a_long_question_is_cut_and_says_so(engineer: User, sign_in: SignIn) -> None:
    assert "only the first 200 characters" in ask(sign_in(engineer), q="word " * 100).content.decode()


def test_nothing_typed_shows_what_can_be_found(engineer: User, sign_in: SignIn) -> None:
    told = ask(sign_in(engineer)).content.decode()
    assert "Everything you may read, in one place" in told
    assert "There is no word in it" in ask(sign_in(engineer), q="。。。").content.decode()


def test_results_are_narrowed_by_kind(engineer: User, engagement: Engagement, sign_in: SignIn) -> None:
    problem = ProblemFactory(engagement=engagement, title="打印机卡纸")
    StandUpFactory(engagement=engagement, created_by=engineer)
    ProblemFactory(engagement=engagement, title="打印机", is_internal=True)
    ProblemFactory(
        engagement=engagement, title="担心打印机", kind="concern", words="打印机会不会停", concern_state="open",
        said_at=problem.changed_at,
    )  # fmt: skip
    rebuild()
    browser = sign_in(engineer)
    page = ask(browser, q="打印机").context["search"]
    assert [(facet.value, facet.count) for facet in page.kinds] == [("problem", 2), ("concern", 1)]
    page = ask(browser, q="打印机", kind="concern").context["search"]
    assert [str(result.kind) for result in page.results] == ["Concerns"]
    assert page.total == 3
    assert ask(browser, q="打印机", kind="nothing").context["search"].total == 3


def test_twenty_a_page(engineer: User, engagement: Engagement, sign_in: SignIn) -> None:
    update(*(ProblemFactory(engagement=engagement, title=f"打印机 {number}") for number in range(45)))
    browser = sign_in(engineer)
    assert [len(ask(browser, q="打印机", page=page).context["search"].results) for page in (1, 2, 3)] == [20, 20, 5]


def test_queries_do_not_grow_with_results(engineer: User, engagement: Engagement, sign_in: SignIn) -> None:
    browser, counts = sign_in(engineer), []
    for count in (1, 30):
        for number in range(count):
            held_on = engagement.today() - timedelta(days=100 * count + number)
            day = StandUpFactory(engagement=engagement, created_by=engineer, held_on=held_on)
            update(day, ProblemFactory(engagement=engagement, title="打印机", raised_in=day))
        ask(browser, q="打印机")
        with CaptureQueriesContext(connection) as asked:
            assert ask(browser, q="打印机").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_vendors_misses_are_counted_and_a_clients_are_not(
    engineer: User, client_pm: User, engagement: Engagement, sign_in: SignIn
) -> None:
    ask(sign_in(client_pm), q="鲸鱼")
    assert not misses().exists()
    ask(sign_in(engineer), q="鲸鱼")
    ask(sign_in(engineer), q="鲸鱼")
    ask(sign_in(engineer), q="。。")
    assert [(miss.words, miss.times) for miss in misses()] == [("鲸鱼", 2)]


def test_the_box_stands_on_every_page(engineer: User, sign_in: SignIn) -> None:
    told = sign_in(engineer).get(reverse("accounts:settings")).content.decode()
    assert 'role="search"' in told
    assert reverse("search:page") in told
