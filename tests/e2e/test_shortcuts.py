"""The keys that hold on every page, and what a page looks like on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engagements.models import Engagement
from onsite.accounts.models import User
from tests.e2e.conftest import OpenPage


@pytest.fixture
def page(manager: User, engagement: Engagement, open_page: OpenPage) -> Page:
    opened = open_page(manager)
    opened.goto(f"/engagements/{engagement.pk}/changes/")
    return opened


def test_two_keys_lead_to_a_page(page: Page, engagement: Engagement) -> None:
    for key, url in (("p", "/portfolio/"), ("t", "/today/"), ("l", "/engagements/")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**{url}")
    page.goto(f"/engagements/{engagement.pk}/changes/")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url(f"**/engagements/{engagement.pk}/dashboard/")


def test_n_begins_a_new_row_and_letters_stay_letters(page: Page, engagement: Engagement) -> None:
    page.keyboard.press("Control+n")  # the browser's own
    page.keyboard.press("/")
    page.keyboard.type("gp n?")
    expect(page.locator("#find-words")).to_have_value("gp n?")
    expect(page.locator("dialog")).to_have_count(0)
    page.locator("h1").click()
    page.keyboard.press("n")
    page.wait_for_url(f"**/engagements/{engagement.pk}/changes/new/")


def test_the_sheet_opens_closes_and_is_there_without_a_script(
    page: Page, manager: User, engagement: Engagement, open_page: OpenPage
) -> None:
    page.keyboard.press("?")
    expect(page.locator("dialog.keys kbd").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    plain = open_page(manager, scripts=False)
    plain.goto(f"/engagements/{engagement.pk}/changes/")
    plain.locator(".shortcuts > summary").click()
    expect(plain.locator(".shortcuts kbd").first).to_be_visible()


def test_paper_is_white_and_has_nothing_to_press(manager: User, engagement: Engagement, open_page: OpenPage) -> None:
    page = open_page(manager, scheme="dark")
    page.goto(f"/engagements/{engagement.pk}/plan/")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".print-head")).to_be_visible()
    expect(page.locator(".print-head")).to_contain_text(engagement.name)
    for gone in (".bar", ".tabs", ".foot", "main .btn"):
        for found in page.locator(gone).all():
            expect(found).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.querySelector('main a')).textDecorationLine") == "none"
