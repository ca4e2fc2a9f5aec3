"""What a front door weighs, and when its heading can be read on a slow line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, CDPSession, Page

from tests.bench.timing import Figure

KB = 1024
COLD_KB, WARM_KB = 150, 25
# Slow 3G: 400 kbit/s, and 400 ms for every question and its answer.
ROUND_TRIP_MS, BYTES_PER_SECOND = 400, 400_000 / 8
ROUND_TRIPS = 2

# Runs before the page's own scripts: notes the moment after the frame in which the heading first stands. A style sheet that
# is awaited holds that frame back.
WATCH_HEADING = """
(() => {
  const seen = new MutationObserver(() => {
    if (!document.querySelector("main h1")) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.headingAt = performance.now(); }));
  });
  seen.observe(document, { childList: true, subtree: true });
})();
"""
# One after the other: a resource that blocks rendering and starts when the ones before it have ended is a further trip.
BLOCKING = """
() => performance.getEntriesByType("resource")
  .filter((entry) => entry.renderBlockingStatus === "blocking" && entry.transferSize > 0)
  .map((entry) => [entry.startTime, entry.responseEnd])
"""


def weight_figures(browser: Browser, name: str, address: str, path: str, state: Any) -> Iterator[Figure]:
    """Open the page cold, again with what the browser has kept, and a third time on a slow line."""
    context = browser.new_context(base_url=address, storage_state=state)
    page = context.new_page()
    page.add_init_script(WATCH_HEADING)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    url = urljoin(address, path)
    for visit, aim in (("cold", COLD_KB), ("warm", WARM_KB)):
        sizes = _transferred(page, session, url)
        yield Figure(f"{name}: KB transferred {visit}", sum(sizes.values()) / KB, aim)
        yield Figure(
            f"{name}: hosts beside our own, {visit}",
            len({urlsplit(u).netloc for u in sizes} - {urlsplit(address).netloc}),
            0,
        )
    yield from _slow_line(page, session, name, url)
    context.close()


def _slow_line(page: Page, session: CDPSession, name: str, url: str) -> Iterator[Figure]:
    speed = {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": ROUND_TRIP_MS, **speed})
    document = _transferred(page, session, url)[url]
    allowed = ROUND_TRIPS * ROUND_TRIP_MS + 1000 * document / BYTES_PER_SECOND
    page.wait_for_function("window.headingAt")
    yield Figure(f"{name}: ms to its heading, warm on slow 3G", page.evaluate("window.headingAt"), round(allowed))
    yield Figure(f"{name}: round trips before it is painted", 1 + trips(page.evaluate(BLOCKING)), ROUND_TRIPS)


def trips(spans: list[list[float]]) -> int:
    """Return how many of the spans (start, end) had to be waited for one after the other."""
    count, until = 0, -1.0
    for start, end in sorted(spans):
        if start >= until:
            count, until = count + 1, end
    return count


def _transferred(page: Page, session: CDPSession, url: str) -> dict[str, int]:
    """Open the page from an empty one; return the bytes on the line, headers included, by address."""
    page.goto("about:blank")
    asked: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def note_request(event: dict[str, Any]) -> None:
        asked[event["requestId"]] = event["request"]["url"]

    def note_end(event: dict[str, Any]) -> None:
        if (address := asked.get(event["requestId"], "")).startswith("http"):
            sizes[address] = sizes.get(address, 0) + int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", note_request)
    session.on("Network.loadingFinished", note_end)
    page.goto(url, wait_until="networkidle")
    session.remove_listener("Network.requestWillBeSent", note_request)
    session.remove_listener("Network.loadingFinished", note_end)
    return sizes
