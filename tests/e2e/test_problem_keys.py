"""E1: the list of problems from the keyboard, and without any script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Problem
from tests.e2e.conftest import OpenPage
from tests.factories import FunctionFactory, ModuleFactory, ProblemFactory

TITLES = ("甲", "乙", "丙")


@pytest.fixture
def url(engagement: Engagement) -> str:
    for title in TITLES:
        ProblemFactory(engagement=engagement, title=title)
    return f"/engagements/{engagement.pk}/problems/"


@pytest.fixture
def page(engineer: User, open_page: OpenPage, url: str) -> Page:
    opened = open_page(engineer)
    opened.goto(url)
    return opened


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def test_moving_opening_and_changing(page: Page, url: str) -> None:
    moves = [("j", "甲"), ("j", "乙"), ("ArrowDown", "丙"), ("j", "丙"), ("k", "乙"), ("ArrowUp", "甲")]
    for key, title in moves:
        page.keyboard.press(key)
        assert focused(page) == title
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("甲")
    page.goto(url)
    page.keyboard.press("k")
    page.keyboard.press("e")
    expect(page.locator("[name=title]")).to_have_value("丙")
    page.goto(url)
    page.keyboard.press("n")
    expect(page.locator("[name=title]")).to_have_value("")


def test_searching_and_the_keys_themselves(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("乙xj?")
    expect(page.locator("#id_q")).to_have_value("乙xj?")  # keys are letters where one types
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    expect(page.locator("dialog[data-keys]")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[data-keys]")).to_be_hidden()
    page.locator("#id_q").fill("乙")
    page.keyboard.press("Enter")
    expect(page.locator("[data-problems] tbody tr")).to_have_count(1)
    assert "q=%E4%B9%99" in page.url


def test_ticking_and_changing_many(page: Page) -> None:
    for key in ("j", "x", "j", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-ticked]")).to_contain_text("2")
    page.locator("[data-bulk] [name=severity]").select_option("critical")
    page.locator("[data-bulk] button[type=submit]").click()
    expect(page.locator(".alert-success")).to_be_visible()
    assert set(Problem.objects.unscoped().critical().values_list("title", flat=True)) == {"甲", "丙"}


def test_the_same_without_a_script(engineer: User, open_page: OpenPage, url: str) -> None:
    page = open_page(engineer, width=360, scripts=False)
    page.goto(url)
    expect(page.locator("[data-keys-hint]")).to_be_hidden()
    page.locator("td.pick input").nth(1).check()
    page.locator("[data-bulk] summary").click()
    page.locator("[data-bulk] [name=is_solved]").check()
    page.locator("[data-bulk] button[type=submit]").click()
    expect(page.locator("[data-problems] tbody tr")).to_have_count(2)
    assert Problem.objects.unscoped().solved().get().title == "乙"


def test_what_it_belongs_to_is_searched(engagement: Engagement, engineer: User, open_page: OpenPage, url: str) -> None:
    module = ModuleFactory(engagement=engagement, name="生产计划")
    for number in range(10):
        FunctionFactory(module=module, name=f"功能{number}")
    page = open_page(engineer)
    page.goto(f"{url}new/")
    box = page.locator("[data-pickbox]")
    box.locator("summary").click()
    box.locator("[data-find]").fill("计划 功能7")
    expect(box.locator("label:visible")).to_have_count(1)
    box.locator("label:visible input").check()
    expect(box.locator("[data-count]")).to_have_text("1 / 10")
    page.locator("[name=title]").fill("排产不准")
    page.locator("button[type=submit]").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("排产不准")
    assert Problem.objects.unscoped().get(title="排产不准").functions.unscoped().get().name == "功能7"
