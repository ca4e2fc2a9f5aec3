"""Choosing files in a real browser: dropped, pasted, taken off again, and a recording that plays in parts (issue 4, Files)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from engagements.models import Attachment, DocumentRequest, Engagement
from onsite.accounts.models import User
from tests.e2e.conftest import OpenPage
from tests.engagements.filing import LEAKY_LOG, a_log, evidence, work
from tests.factories import DocumentRequestFactory

# A drop and a paste as the browser's own events carry them.
DROP = """([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name, { type: "application/pdf" }));
  document.querySelector("[data-drop]").dispatchEvent(
    new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""
PASTE = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 8;
  const picture = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const carried = new DataTransfer();
  carried.items.add(new File([picture], "image.png", { type: "image/png" }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
}"""


def a_pdf(name: str = "手册.pdf", size: int = 3000) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n".ljust(size, b"x")}


@pytest.fixture
def asked(engagement: Engagement, client_pm: User) -> DocumentRequest:
    return DocumentRequestFactory(
        engagement=engagement, asked_of=client_pm, state="asked", asked_at="2026-01-05T01:00Z", round=1
    )


@pytest.fixture
def page(engagement: Engagement, asked: DocumentRequest, client_pm: User, open_page: OpenPage) -> Page:
    opened = open_page(client_pm, language="en-GB")
    opened.goto(f"/engagements/{engagement.pk}/documents-wanted/{asked.pk}/give/")
    return opened


def chosen(page: Page) -> list[str]:
    return page.locator("[data-list] .name").all_text_contents()


def test_files_come_from_everywhere_and_go_again(page: Page, asked: DocumentRequest) -> None:
    """Chosen, dropped and pasted ones are listed together with their sizes; what is taken off is not sent."""
    page.set_input_files("input[type=file]", [a_pdf()])
    page.evaluate(DROP, ["流程图.pdf", "%PDF-1.7 flow"])
    page.evaluate(PASTE)
    expect(page.locator("[data-list] li")).to_have_count(3)
    first, second, third = chosen(page)
    assert (first, second) == ("手册.pdf", "流程图.pdf")
    assert re.fullmatch(r"\S+-\d{8}-\d{6}\.png", third)
    assert "2.9 kB" in page.locator("[data-list] li").first.inner_text()
    page.evaluate(DROP, ["流程图.pdf", "%PDF-1.7 flow"])
    page.get_by_role("button", name="手册.pdf").click()
    expect(page.locator("[data-list] li")).to_have_count(3)
    page.locator("form button[type=submit]").last.click()
    page.wait_for_url("**/documents-wanted/")
    names = [file.attachment.name for file in asked.files.unscoped().select_related("attachment")]
    assert "手册.pdf" not in names
    assert "流程图.pdf" in names
    assert third in names


def test_a_second_choice_adds_to_the_first(page: Page) -> None:
    page.set_input_files("input[type=file]", [a_pdf()])
    page.set_input_files("input[type=file]", [a_pdf("二.pdf")])
    assert chosen(page) == ["手册.pdf", "二.pdf"]


def test_what_is_too_large_says_so_before_it_is_sent(page: Page) -> None:
    page.set_input_files("input[type=file]", [a_pdf(size=20 * 1024**2 + 1)])
    expect(page.locator("[data-list] .tag")).to_have_text("too large")


def test_why_a_file_is_refused_is_before_everybodys_eyes(page: Page) -> None:
    page.set_input_files("input[type=file]", {"name": "bad.png", "mimeType": "image/png", "buffer": b"MZ no picture"})
    page.locator("form[enctype] button[type=submit]").last.click()
    expect(page.locator(".invalid-feedback")).to_be_visible()
    expect(page.locator(".invalid-feedback")).to_contain_text("bad.png")


def test_a_phone_offers_its_camera(
    engagement: Engagement, asked: DocumentRequest, client_pm: User, open_page: OpenPage
) -> None:
    """A second button; a desk has none."""
    url = f"/engagements/{engagement.pk}/documents-wanted/{asked.pk}/give/"
    desk, phone = open_page(client_pm), open_page(client_pm, width=360)
    desk.goto(url)
    assert not desk.locator("[data-camera]").is_visible()
    phone.goto(url)
    with phone.expect_file_chooser() as opened:
        phone.locator("[data-camera]").evaluate("button => button.click()")
    assert opened.value.element.get_attribute("capture") == "environment"
    opened.value.set_files(FilePayload(name="照片.jpg", mimeType="image/jpeg", buffer=b"\xff\xd8\xff\xe0"))
    assert chosen(phone) == ["照片.jpg"]


def test_the_keyboard_alone_takes_a_file_off(page: Page) -> None:
    page.set_input_files("input[type=file]", [a_pdf(), a_pdf("二.pdf")])
    page.get_by_role("button", name="手册.pdf").focus()
    page.keyboard.press("Enter")
    assert chosen(page) == ["二.pdf"]
    expect(page.get_by_role("button", name="二.pdf")).to_be_focused()


def test_the_page_of_a_file_follows_the_check(engagement: Engagement, engineer: User, open_page: OpenPage) -> None:
    """It waits, can be left, and says by itself what was found."""
    row: Attachment = evidence(engineer, engagement, a_log(LEAKY_LOG))
    page = open_page(engineer, language="en-GB")
    page.goto(f"/engagements/{engagement.pk}/files/{row.pk}/about/")
    expect(page.locator("progress")).to_be_visible()
    work()
    page.get_by_role("button", name="Make a masked copy").click()
    expect(page.locator("progress")).to_be_visible()
    work()
    expect(page.get_by_role("link", name=re.compile("masked|已脱敏"))).to_be_visible()
