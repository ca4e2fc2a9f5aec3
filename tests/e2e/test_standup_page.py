"""E1: the stand-up page's own script: the draft saves itself, exactly once, and nothing typed is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Line, StandUp
from tests.e2e.conftest import OpenPage
from tests.factories import LineFactory, StandUpFactory
from tests.standups.browser import day_url

SAVED = re.compile(r"^已保存|^Saved \d")
# The real request is sent, its answer never arrives: the worst a bad network does.
LOSE_ANSWERS = """() => {
  const real = window.fetch;
  window.restoreNetwork = () => { window.fetch = real; window.dispatchEvent(new Event("online")); };
  window.fetch = async (...all) => { await real(...all); throw new TypeError("lost"); };
}"""


@pytest.fixture
def page(engagement: Engagement, engineer: User, open_page: OpenPage) -> Page:
    """Today's page, on a phone."""
    opened = open_page(engineer, width=360)
    opened.goto(day_url(engagement, engagement.today()))
    return opened


def plan_line(page: Page) -> None:
    page.locator("[data-section=plan] textarea").last.click()


def test_the_draft_saves_itself(page: Page, engagement: Engagement) -> None:
    """One line per Enter, saved without a press; the client can't see it."""
    plan_line(page)
    page.keyboard.type("生产计划 UAT")
    page.keyboard.press("Enter")
    page.keyboard.type("整理权限清单")
    expect(page.locator("[data-state]")).to_have_text(SAVED)
    page.reload()
    texts = page.locator("[data-section=plan] textarea").evaluate_all("rows => rows.map(row => row.value)")
    assert texts == ["生产计划 UAT", "整理权限清单", ""]
    assert not engagement.stand_ups.unscoped().get().is_published


def test_a_lost_answer_makes_no_second_line_and_no_conflict(page: Page) -> None:
    """What was sent and not answered is sent again with its key before anything newer."""
    page.evaluate(LOSE_ANSWERS)
    plan_line(page)
    page.keyboard.type("第一版")
    expect(page.locator("[data-state]")).to_have_text(re.compile("没有网络|no network|网络"))
    assert Line.objects.unscoped().get().text == "第一版", "it did arrive"
    page.keyboard.type("，又改了")
    page.evaluate("() => window.restoreNetwork()")
    expect(page.locator("[data-state]")).to_have_text(SAVED)
    expect(page.locator("[data-compare]")).to_be_hidden()
    assert Line.objects.unscoped().get().text == "第一版，又改了"


def test_what_is_not_saved_survives_a_reload(page: Page) -> None:
    page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
    plan_line(page)
    page.keyboard.type("还没保存")
    page.locator("[data-section=plan] label", has_text=re.compile("内部|Internal")).first.click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[data-section=plan] textarea").first).to_have_value("还没保存")
    assert page.locator("[data-section=plan] input[value='1']").first.is_checked()
    expect(page.locator("[data-state]")).to_have_text(SAVED)
    line = Line.objects.unscoped().get()
    assert (line.text, line.is_internal) == ("还没保存", True)


def test_a_colleagues_publication_stops_the_draft(page: Page, engagement: Engagement, colleague: User) -> None:
    """Nothing half-typed reaches the client; the person is told and decides."""
    LineFactory(stand_up=StandUpFactory(engagement=engagement, held_on=engagement.today(), created_by=colleague))
    plan_line(page)
    page.keyboard.type("打了一半")
    expect(page.locator("[data-compare]")).to_be_visible()
    assert Line.objects.count() == 1
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.keyboard.type("，还在打")
    page.wait_for_timeout(4000)
    assert posts == []
    page.locator("[data-compare]").click()
    expect(page.locator(".alert")).to_be_visible()
    expect(page.locator("[data-section=plan] textarea").first).to_have_value("打了一半，还在打")
    assert StandUp.objects.unscoped().get().corrected_at is None


def test_fifteen_minutes(engagement: Engagement, engineer: User, open_page: OpenPage) -> None:
    """The timer fills in the length and says when it is over; a pause stops it."""
    page = open_page(engineer, language="en-GB", width=1440)
    page.clock.install()
    page.goto(day_url(engagement, engagement.today()))
    page.locator("[data-start]").click()
    page.clock.run_for(14 * 60_000)
    expect(page.locator("[data-over]")).to_be_empty()
    page.clock.run_for(100_000)
    expect(page.locator("[data-over]")).not_to_be_empty()
    expect(page.locator("#minutes")).to_have_value("16")
    page.locator("[data-start]").click()
    page.clock.run_for(10 * 60_000)
    expect(page.locator("#minutes")).to_have_value("16")
