"""C1, C2: two people at once: what one writes comes onto the other's open page by itself, and takes nothing away from it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Request, expect

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Party, Problem
from tests.e2e.conftest import OpenPage
from tests.e2e.hands import fill, send
from tests.factories import LineFactory, ProblemFactory, StandUpFactory
from tests.reports.pages import url_of

pytestmark = pytest.mark.usefixtures("kept_pages")
HALF_A_MINUTE = 31_000


@pytest.fixture
def page(engagement: Engagement, engineer: User, client_pm: User, open_page: OpenPage) -> Page:
    """The client's dashboard, with a clock that the test moves; it stands in the middle of the page."""
    LineFactory(stand_up=StandUpFactory(engagement=engagement, created_by=engineer))
    ProblemFactory(engagement=engagement, title="打印机没有驱动")
    opened = open_page(client_pm, language="en-GB")
    opened.clock.install()
    opened.goto(url_of(engagement))
    return opened


def write_down(engineer: User, engagement: Engagement, open_page: OpenPage, title: str) -> None:
    """The engineer notes a problem in a browser of their own."""
    theirs = open_page(engineer, language="en-GB")
    theirs.goto(reverse("standups:problem_create", args=[engagement.pk]))
    fill(theirs, title=title, severity="minor")
    send(theirs)


def test_what_a_colleague_writes_comes_by_itself(
    page: Page, engagement: Engagement, engineer: User, open_page: OpenPage
) -> None:
    """Only the parts that changed are drawn anew; focus, scroll and what is open stay; it is told politely."""
    page.locator("#part-papers a").first.focus()
    # At once: Bootstrap makes a page glide.
    page.evaluate("() => scrollTo({ top: 300, behavior: 'instant' })")
    top = page.evaluate("() => document.activeElement.getBoundingClientRect().top")
    page.evaluate("() => document.querySelectorAll('.part').forEach((part) => { part.known = true; })")
    write_down(engineer, engagement, open_page, "接口停了")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator("#part-items")).to_contain_text("接口停了")
    expect(page.locator("[data-live-told]")).to_have_text("Brought up to date: Open items")
    drawn_anew = "() => [...document.querySelectorAll('.part')].filter((part) => !part.known).map((part) => part.id)"
    assert page.evaluate(drawn_anew) == ["part-items"]
    assert page.evaluate("() => document.activeElement.closest('.part').id") == "part-papers"
    assert abs(page.evaluate("() => document.activeElement.getBoundingClientRect().top") - top) < 2


def test_the_part_one_works_in_waits(page: Page, engagement: Engagement, engineer: User, open_page: OpenPage) -> None:
    """A link with the focus is not taken from under somebody's hands; a note says so, until the hands are elsewhere."""
    page.locator("#part-items").get_by_role("link", name="打印机没有驱动").focus()
    write_down(engineer, engagement, open_page, "接口停了")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator("[data-live-note]")).to_be_visible()
    expect(page.locator("#part-items")).not_to_contain_text("接口停了")
    assert page.evaluate("() => document.activeElement.textContent") == "打印机没有驱动"
    page.locator("#part-papers a").first.focus()
    page.clock.run_for(100)
    expect(page.locator("#part-items")).to_contain_text("接口停了")
    expect(page.locator("[data-live-note]")).to_be_hidden()


def test_the_form_of_a_part_that_came_anew_can_be_sent(
    page: Page, engagement: Engagement, engineer: User, open_page: OpenPage
) -> None:
    """Its token is that of this browser."""
    Problem.objects.unscoped().filter(engagement=engagement).update(next_step_with=Party.CLIENT)
    write_down(engineer, engagement, open_page, "接口停了")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator("#part-items")).to_contain_text("接口停了")
    with page.expect_navigation():
        page.get_by_role("button", name="I have read it").click()
    expect(page.get_by_role("button", name="I have read it")).to_have_count(0)


def test_nothing_new_is_asked_for_cheaply_and_not_at_all_where_nobody_looks(page: Page) -> None:
    """304 each half minute; a hidden page asks for nothing, a lost connection is asked for more rarely."""
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    with page.expect_response(lambda answer: answer.status == 304):
        page.clock.fast_forward(HALF_A_MINUTE)
    page.evaluate("() => Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.clock.fast_forward(10 * HALF_A_MINUTE)
    page.wait_for_timeout(300)
    assert len([request for request in asked if "/static/" not in request.url]) == 1


def test_a_lost_connection_leaves_the_page_as_it_is(
    page: Page, engagement: Engagement, engineer: User, open_page: OpenPage
) -> None:
    page.context.set_offline(True)
    page.clock.fast_forward(HALF_A_MINUTE)
    page.wait_for_timeout(300)
    expect(page.locator("#part-items")).to_contain_text("打印机没有驱动")
    write_down(engineer, engagement, open_page, "接口停了")
    page.context.set_offline(False)
    expect(page.locator("#part-items")).to_contain_text("接口停了")


def test_whoever_was_signed_out_meanwhile_keeps_nothing_of_the_page(page: Page) -> None:
    page.context.clear_cookies()
    page.clock.fast_forward(HALF_A_MINUTE)
    page.wait_for_url("**/accounts/login/**")


def test_without_a_script_it_is_the_plain_page(engagement: Engagement, client_pm: User, open_page: OpenPage) -> None:
    ProblemFactory(engagement=engagement, title="打印机没有驱动")
    plain = open_page(client_pm, language="en-GB", scripts=False)
    plain.goto(url_of(engagement))
    expect(plain.locator("#part-items")).to_contain_text("打印机没有驱动")
    expect(plain.locator("[data-live-note]")).to_be_hidden()
