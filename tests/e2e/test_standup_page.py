"""E1: the stand-up page's own script: the draft saves itself, exactly once, and nothing typed is lost."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Answer, Line, StandUp
from tests.e2e.conftest import OpenPage
from tests.factories import LineFactory, ProblemFactory, StandUpFactory
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
    assert texts(page) == ["生产计划 UAT", "整理权限清单", ""]
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


def test_the_timer_goes_on_over_a_reload_and_the_preview(
    engagement: Engagement, engineer: User, open_page: OpenPage
) -> None:
    """The real length is stored, and the published day says by how much it was too long."""
    page = open_page(engineer, language="en-GB", width=360)
    page.clock.install()
    page.goto(day_url(engagement, engagement.today()))
    plan_line(page)
    page.keyboard.type("UAT")
    page.locator("[data-start]").click()
    page.clock.run_for(10 * 60_000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^10:0\d"))
    page.locator("button[value=preview]").click()
    page.get_by_role("link", name="Back to the draft").click()
    page.clock.run_for(11 * 60_000 + 5_000)
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^21:"))
    page.locator("button[value=preview]").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".present")).to_contain_text("22 minutes")
    expect(page.locator(".present")).to_contain_text("7 min over")
    assert StandUp.objects.unscoped().get().minutes == 22


def test_in_writing_there_is_nothing_to_time(page: Page, engagement: Engagement) -> None:
    """Neither timer nor length; a length noted before is gone, and the day says how it was held."""
    page.locator("#minutes").fill("12")
    page.locator("input[name=in_writing]").check()
    expect(page.locator("#minutes")).to_be_hidden()
    expect(page.locator("[data-timer]")).to_be_hidden()
    plan_line(page)
    page.keyboard.type("只写不开会")
    page.locator("button[value=preview]").click()
    expect(page.locator(".present")).to_contain_text(re.compile("书面|in writing"))
    assert StandUp.objects.unscoped().values_list("minutes", "in_writing").get() == (None, True)


def test_everyone_is_one_press(page: Page, client_pm: User, business_owner: User, engagement: Engagement) -> None:
    page.reload()
    page.locator("[data-everyone]").click()
    expect(page.locator("[data-state]")).to_have_text(SAVED)
    assert StandUp.objects.unscoped().get().attendances.count() == 3


# --- Two browsers at once --------------------------------------------------------------------------------------------
def test_two_people_write_into_one_stand_up(
    page: Page, engagement: Engagement, colleague: User, open_page: OpenPage
) -> None:
    """Different lines at the same time: each sees both after the next look."""
    other = open_page(colleague, width=1440)
    other.goto(day_url(engagement, engagement.today()))
    for own, words in ((page, "李喆的一句"), (other, "王堃的一句")):
        plan_line(own)
        own.keyboard.type(words)
    for own in (page, other):
        expect(own.locator("[data-state]")).to_have_text(SAVED)
    for own in (page, other):
        own.reload()
        assert texts(own) == ["李喆的一句", "王堃的一句", ""]
    assert Line.objects.count() == 2


def test_two_people_change_one_line(
    page: Page, engagement: Engagement, engineer: User, colleague: User, open_page: OpenPage
) -> None:
    """Both texts stand on the page of whoever comes second; what is typed beside it is kept, and a person chooses."""
    draft = StandUpFactory(engagement=engagement, held_on=engagement.today(), published_at=None, created_by=engineer)
    row = LineFactory(stand_up=draft, text="原来")
    other = open_page(colleague, width=1440)
    for own in (page, other):
        own.goto(day_url(engagement, engagement.today()))
    page.locator("[data-section=plan] textarea").first.fill("李喆改的")
    expect(page.locator("[data-state]")).to_have_text(SAVED)
    other.locator("[data-section=plan] textarea").first.fill("王堃改的")
    plan_line(other)
    other.keyboard.type("王堃加的")
    other.locator("[data-compare]").click()
    expect(other.locator(".both")).to_contain_text("李喆改的")
    assert texts(other)[:2] == ["王堃改的", "王堃加的"]
    row.refresh_from_db()
    assert row.text == "李喆改的"
    other.locator(".both label").last.click()
    other.locator("button[value=preview]").click()
    expect(other.locator("#shown")).to_contain_text("李喆改的")
    expect(other.locator("#shown")).to_contain_text("王堃加的")
    assert sorted(Line.objects.unscoped().values_list("text", flat=True)) == ["李喆改的", "王堃加的"]


# --- Two actions -----------------------------------------------------------------------------------------------------
def test_an_unchanged_day_is_two_presses_within_twenty_seconds(
    engagement: Engagement, engineer: User, open_page: OpenPage
) -> None:
    """E1: on a phone, from the page of the day to the published day; “still” is chosen already."""
    today = engagement.today()
    old = StandUpFactory(engagement=engagement, held_on=today - timedelta(days=1), created_by=engineer)
    LineFactory.create_batch(4, stand_up=old)
    ProblemFactory.create_batch(3, engagement=engagement, raised_on=today - timedelta(days=1), raised_by=engineer)
    page = open_page(engineer, width=360)
    began = time.monotonic()
    page.goto(day_url(engagement, today))
    page.locator(".stick .btn-primary").click()
    expect(page.locator("#shown")).to_be_visible()
    page.locator(".stick .btn-primary").click()
    expect(page.locator("#remarks")).to_be_visible()
    seconds = time.monotonic() - began
    day = engagement.stand_ups.unscoped().get(held_on=today)
    assert day.is_published
    assert day.answers.unscoped().filter(answer=Answer.STILL).count() == 3
    assert seconds < 20, seconds


# --- The calendar ----------------------------------------------------------------------------------------------------
def test_the_calendar_leads_to_any_day_with_the_keyboard(
    engagement: Engagement, engineer: User, open_page: OpenPage
) -> None:
    """One press from the calendar to a day; today is told apart, and each mark is a word, too."""
    today = engagement.today()
    StandUpFactory(engagement=engagement, held_on=today, created_by=engineer)
    page = open_page(engineer, language="en-GB", width=360)
    page.goto(f"/engagements/{engagement.pk}/stand-ups/")
    link = page.locator("td [aria-current=date]")
    expect(link).to_contain_text("not read by the client")
    link.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(day_url(engagement, today)))


def texts(page: Page) -> list[str]:
    """What stands under Today, line by line."""
    found: list[str] = page.locator("[data-section=plan] textarea").evaluate_all("rows => rows.map(row => row.value)")
    return found
