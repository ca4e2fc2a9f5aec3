"""Five stand-ups to a finished weekly report in under two minutes, in a real browser with a real worker behind it."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from engagements.models import Engagement
from onsite.accounts.models import User
from reports.figures.weekly import EARLY_DAYS
from reports.models import Document
from tests.e2e.conftest import OpenPage
from tests.factories import ProblemFactory
from tests.reports.weeks import INTERNAL, attend, day, last_week, said, stand_up

Eventually = Callable[[Callable[[], object]], object]
MOST_SECONDS, MOST_ACTIONS = 120, 6


class Hands:
    """Presses and types as a person does, and counts it."""

    def __init__(self) -> None:
        self.actions = 0
        self.began = time.monotonic()

    def press(self, where: Locator) -> None:
        self.actions += 1
        where.click()

    def write(self, where: Locator, text: str) -> None:
        self.actions += 1
        where.press_sequentially(text, delay=30)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


@pytest.fixture
def a_week(live_server: object, engagement: Engagement, engineer: User, client_pm: User) -> Engagement:
    """Five published stand-ups of the last week, with internal lines between the shared ones."""
    line = None
    for number in range(1, 6):
        held = stand_up(engagement, number, created_by=engineer)
        attend(held, engineer, client_pm)
        line = said(held, "联调工单接口", after=line)
        said(held, f"第 {number} 场培训", done=True)
        said(held, INTERNAL, done=True, is_internal=True)
    ProblemFactory(
        engagement=engagement, title="测试网络中断", next_step_with="client", raised_on=day(engagement, 2),
        raised_by=engineer,
    )  # fmt: skip
    return engagement


def saved(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("link", name=name).first.click()
    return Path(download.value.path()).read_bytes()


def test_five_stand_ups_to_a_finished_report(
    a_week: Engagement, engineer: User, open_page: OpenPage, worker: None, eventually: Eventually,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """From the list of stand-ups to the PDF: the way there, a sentence, one press."""
    page = open_page(engineer, language="en-GB", width=360)
    page.goto(f"/engagements/{a_week.pk}/stand-ups/")
    hands = Hands()
    hands.press(page.get_by_role("navigation", name="Days on site").get_by_role("link", name="Weekly report"))
    if a_week.today().isoweekday() > EARLY_DAYS:
        hands.press(page.get_by_role("link", name="Earlier week"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Weekly report")
    assert INTERNAL not in page.content()
    hands.write(page.locator('[name="summary"]'), "本周完成工单接口联调，下周开始用户验收测试。")
    hands.press(page.get_by_role("button", name="Issue this version"))
    expect(page.get_by_role("link", name="Save the PDF")).to_be_visible(timeout=60_000)
    seconds, actions = hands.seconds, hands.actions
    record_property("seconds", seconds)
    record_property("actions", actions)
    print(f"\nweekly report: {actions} actions, {seconds:.1f} s")
    assert (seconds < MOST_SECONDS, actions <= MOST_ACTIONS) == (True, True), (seconds, actions)
    document = eventually(lambda: Document.objects.unscoped().exclude(pdf="").first())
    assert isinstance(document, Document) and document.period == last_week(a_week).code
    assert saved(page, "Save the PDF").startswith(b"%PDF-1.7")
    with zipfile.ZipFile(BytesIO(saved(page, "Save as Word"))) as archive:
        told = archive.read("word/document.xml").decode()
    assert "联调工单接口" in told and INTERNAL not in told


def test_the_text_is_copied_into_the_chat_group(a_week: Engagement, engineer: User, open_page: OpenPage) -> None:
    """One press: the clipboard holds exactly what the page shows."""
    page = open_page(engineer, language="en-GB")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/engagements/{a_week.pk}/weekly/{last_week(a_week).code}/chat/?language=en")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("Text to copy").input_value()
    assert len(copied) <= 500 and "· 第 1 场培训" in copied and INTERNAL not in copied


def test_without_a_script_the_text_is_there_to_be_marked(
    a_week: Engagement, client_pm: User, open_page: OpenPage
) -> None:
    page = open_page(client_pm, language="en-GB", width=360, scripts=False)
    held = day(a_week, 5)
    page.goto(f"/engagements/{a_week.pk}/stand-ups/{held}/")
    page.get_by_role("link", name="For the chat group").click()
    assert page.get_by_role("button", name="Copy").count() == 0
    assert "第 5 场培训" in page.get_by_label("Text to copy").input_value()
    assert "Ctrl+A" in page.inner_text("main")
    assert held - timedelta(days=4) == last_week(a_week).first_on
