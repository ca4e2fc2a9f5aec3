"""The public verification page in a real browser: the file stays there, only its hash is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Request

from engagements.models import Engagement
from tests.e2e.conftest import OpenPage
from tests.reports.exporting import printed_report

SECRET = b"%PDF-1.7 what nobody else is to read"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_is_checked(scripts: bool, engagement: Engagement, open_page: OpenPage, tmp_path: Path) -> None:
    """N9: with scripts not a byte of the file leaves the browser; without, it is sent and answered the same way."""
    document = printed_report(engagement, body=SECRET)
    issued, changed = tmp_path / "issued.pdf", tmp_path / "changed.pdf"
    issued.write_bytes(SECRET)
    changed.write_bytes(SECRET + b" ")
    page = open_page(language="en", scripts=scripts, width=360)
    bodies: list[bytes] = []
    page.on("request", lambda request: bodies.append(_body(request)))
    page.goto(reverse("reports:verify_code", args=[document.code]))
    assert _ask(page, issued) == "✓ Genuine."
    assert _ask(page, changed) == "✗ Not genuine."
    # The computed hash stands in what was sent; a file itself the browser does not show here.
    assert any(document.pdf_hash.encode() in body for body in bodies) == scripts
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def _ask(page: Page, file: Path) -> str:
    page.set_input_files("[name=file]", file)
    with page.expect_navigation():
        page.click("main button[type=submit]")
    return page.locator(".alert b").inner_text()


def _body(request: Request) -> bytes:
    return request.post_data_buffer or b""
