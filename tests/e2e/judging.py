"""What is wrong with a page: shared by the suite, which opens each page in one variant, and by `make crawl`."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE, DESK = 360, 1440


def judge(page: Page, url: str, width: int) -> list[str]:
    """Open the address and return what is wrong with the page."""
    response = page.goto(url)
    found = [] if response is not None and response.status == 200 else ["no answer"]
    return [f"{url}: {fault}" for fault in found + faults_of(page, width)]


def faults_of(page: Page, width: int) -> list[str]:
    """Return what is wrong with the page that is open, as wide as it is now."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    found = [f"scrolls sideways at {width} px"] if wide > width else []
    violations = Axe().run(page).response["violations"]
    return found + [f"{v['id']} {[n['target'] for n in v['nodes']][:3]}" for v in violations]


def is_complaint(line: object) -> bool:
    """Tell whether a line of the browser's console speaks of an error of ours, such as a report of the content policy."""
    text = str(getattr(line, "text", ""))
    # A refused form answers 409 or 422, and the browser notes every such status as an error of its own; so it does a
    # connection that a test takes away.
    expected = ("status of 4", "ERR_INTERNET_DISCONNECTED")
    return getattr(line, "type", "") == "error" and not any(words in text for words in expected)
