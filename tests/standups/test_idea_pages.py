"""The pages of ideas: what each side can do there, and what a client never reads."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Idea
from standups.services import ideas
from tests.conftest import SignIn
from tests.engagements.changing import CANARY, CANARY_NOTE, decide
from tests.factories import ChangeRequestFactory, IdeaFactory
from tests.standups.browser import target
from tests.standups.suggesting import WISH, agree, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def list_url(engagement: Engagement) -> str:
    return reverse("standups:ideas", args=[engagement.pk])


@pytest.fixture
def idea(engagement: Engagement, client_pm: User) -> Idea:
    return IdeaFactory(engagement=engagement, title="单据合成一页", said_by=client_pm, said_by_name="")


def html(browser: Client, url: str) -> str:
    return browser.get(url).content.decode()


def test_a_client_suggests_from_the_dashboard(engagement: Engagement, key_user: User, sign_in: SignIn) -> None:
    """E3: from the first page to the idea, which says what comes next."""
    browser = sign_in(key_user)
    new = reverse("standups:idea_create", args=[engagement.pk])
    assert new in html(browser, reverse("reports:dashboard", args=[engagement.pk]))
    said = {"title": "扫码枪放两把", "words": "早上排队"}
    assert target(browser.post(new, said)) == target(browser.post(new, said))
    idea = engagement.ideas.unscoped().get()
    page = html(browser, idea.get_absolute_url())
    assert "扫码枪放两把" in page
    assert "It is being looked at" in page
    assert reverse("standups:idea_thank", args=[engagement.pk, idea.pk]) not in page
    assert reverse("standups:ideas", args=[engagement.pk]) in html(
        browser, reverse("standups:list", args=[engagement.pk])
    )


def test_the_vendor_notes_one_and_thanks(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, list_url: str
) -> None:
    browser = sign_in(engineer)
    fields = {"title": "单据合成一页", "said_by": client_pm.pk, "said_on": engagement.today()}
    url = target(browser.post(list_url + "new/", fields))
    assert "Not thanked yet" in html(browser, list_url)
    thanks = url + "thanks/"
    assert "谢谢" in html(browser, thanks + "?start=zh-hans-1") or "Thank you: this comes" in html(
        browser, thanks + "?start=zh-hans-1"
    )
    assert "Thank you for thinking along." in html(browser, thanks + "?start=en-2")
    assert browser.get(thanks + "?start=../../etc").status_code == 200
    assert target(browser.post(thanks, {"thanks": "谢谢，\n我们没想到。"})) == url
    assert "谢谢， 我们没想到。" in html(browser, url)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "nul\x00"}, "title"),
        ({"words": "x" * 5001}, "words"),
        ({"said_by": "99999999999999999999"}, "said_by"),
        ({"said_by": "x"}, "said_by"),
        ({"said_by_name": ""}, "said_by_name"),
        ({"said_by_name": "x" * 81}, "said_by_name"),
        ({"said_on": "0001-01-01"}, "said_on"),
        ({"said_on": "2099-01-01"}, "said_on"),
        ({"said_on": "x"}, "said_on"),
    ],
    ids=str,
)
def test_bad_input_is_told_beside_its_field(
    engagement: Engagement, engineer: User, sign_in: SignIn, list_url: str, change: dict[str, str], field: str
) -> None:
    fields = {"title": "甲", "words": "原话", "said_by_name": "孙丽", "said_on": str(engagement.today())} | change
    answer = sign_in(engineer).post(list_url + "new/", fields)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    kept = [value for name, value in fields.items() if name != field and value]
    assert all(value in answer.content.decode() for value in kept)
    assert engagement.ideas.count() == 0


@pytest.mark.parametrize(
    ("is_here", "told"), [(True, "The answer is saved and sent."), (False, "The answer is saved.")]
)
def test_the_page_says_sent_only_where_a_mail_goes_out(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, is_here: bool, told: str
) -> None:
    name = "" if is_here else "车间主任"
    idea = IdeaFactory(engagement=engagement, said_by=client_pm if is_here else None, said_by_name=name)
    page = sign_in(engineer).post(idea.get_absolute_url() + "answer/", {"answer": "下周做"}, follow=True)
    assert [str(message) for message in page.context["messages"]] == [told]


def test_an_answer_needs_words_and_stands_once(idea: Idea, engineer: User, sign_in: SignIn) -> None:
    browser, url = sign_in(engineer), idea.get_absolute_url()
    assert browser.post(url + "answer/", {"answer": " "}).status_code == 422
    assert target(browser.post(url + "answer/", {"answer": "下周起合成一页"})) == url
    late = browser.post(url + "answer/", {"answer": "另一个回答"})
    assert (late.status_code, "另一个回答" in late.content.decode()) == (422, True)
    assert fresh(idea).answer == "下周起合成一页"


def test_it_becomes_a_change_request_in_one_form(
    idea: Idea, engagement: Engagement, engineer: User, client_pm: User, business_owner: User, sign_in: SignIn
) -> None:
    """Prefilled from the idea; what is refused stays on the page; the client reads the decision and never a price."""
    agree(engagement, engineer, client_pm, business_owner)
    browser, url = sign_in(engineer), idea.get_absolute_url()
    form = browser.get(url + "change/").context["form"]
    assert (form["title"].value(), form["origin"].value()) == ("单据合成一页", "idea")
    assert client_pm.name in form["origin_note"].value()
    posted = {name: value or "" for name, value in WISH.items()} | {"impact_days": 3}
    refused = browser.post(url + "change/", posted)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["stage"])
    assert fresh(idea).is_open
    raised = target(browser.post(url + "change/", posted | {"impact_days": 0}))
    change = engagement.changes.unscoped().get()
    assert raised == reverse("engagements:change", args=[engagement.pk, change.pk])
    client = sign_in(client_pm)
    pages = [html(client, url)]
    assert "which is not decided yet" in pages[0]
    decide(change, engineer, "next")
    pages += [html(client, url), html(client, reverse("standups:ideas", args=[engagement.pk]))]
    assert "It is left to the next phase" in pages[1]
    assert all(CANARY not in page and CANARY_NOTE not in page for page in pages)


def test_the_acts_of_the_vendor_are_not_the_clients(
    idea: Idea, engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """What is owed to a client's person is told to the vendor only."""
    IdeaFactory(engagement=engagement, title="未告知", outcome="answered", answer="好", decided_by=engineer,
                decided_at=timezone.now())  # fmt: skip
    words = ("Not thanked yet", "Outcome not told yet", "Note an idea")
    pages = {
        user: html(sign_in(user), reverse("standups:ideas", args=[engagement.pk])) for user in (engineer, client_pm)
    }
    assert [word in pages[engineer] for word in words] == [True] * 3
    assert [word in pages[client_pm] for word in words] == [False] * 3


def test_told_in_person_and_reopened(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    idea = IdeaFactory(engagement=engagement)
    browser, url = sign_in(engineer), idea.get_absolute_url()
    assert target(browser.post(url + "told/")) == url
    assert fresh(idea).told_at is None
    ideas.answer_idea(actor=engineer, idea=idea, answer="不做")
    assert "please tell it in person" in html(browser, url)
    browser.post(url + "reopen/")
    assert fresh(idea).is_open
    ideas.answer_idea(actor=engineer, idea=idea, answer="做")
    browser.post(url + "told/")
    assert "Told in person on" in html(browser, url)


def test_an_empty_list_says_what_to_do_first(engineer: User, client_pm: User, sign_in: SignIn, list_url: str) -> None:
    assert "note it here" in html(sign_in(engineer), list_url)
    assert "What would make your work easier?" in html(sign_in(client_pm), list_url)


def test_after_the_end_nothing_can_be_done(
    idea: Idea, engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(phase="closed")
    browser = sign_in(engineer)
    for act in ("thanks/", "answer/", "change/"):
        assert browser.get(idea.get_absolute_url() + act).status_code == 403
    assert browser.get(idea.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_the_list_asks_as_often_for_thirty(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, list_url: str, who: str
) -> None:
    browser = sign_in(engineer if who == "engineer" else client_pm)

    def grow(rows: int) -> None:
        for _i in range(rows):
            change = ChangeRequestFactory(engagement=engagement, raised_by=engineer)
            IdeaFactory(engagement=engagement, said_by=client_pm, said_by_name="", outcome="change", change=change)

    counts = []
    for rows in (1, 28):
        grow(rows)
        browser.get(list_url)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(list_url).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
