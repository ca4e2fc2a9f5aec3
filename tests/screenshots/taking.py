"""A browser that opens each screen as its person, and keeps what it sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from urllib.parse import urlencode, urljoin

from playwright.sync_api import Browser, BrowserContext, Page

from tests.crawl.people import LANGUAGES, Walker, sign_in, speak
from tests.e2e.judging import DESK, PHONE
from tests.screenshots.pictures import first_pages, small
from tests.screenshots.screens import Screen

SCHEMES = ("light", "dark")
HEIGHT = 900
README_SIZE = (1100, 860)


@dataclass(frozen=True)
class Camera:
    """Takes pictures of the demo at `address` and of the gallery at `gallery`; `paths` says where each screen is. Both
    `people` and `paths` were asked for before: beside a browser Django refuses to read rows."""

    browser: Browser
    address: str
    gallery: str
    people: Mapping[str, Walker]
    paths: Mapping[str, str]

    def take(self, screens: list[Screen], folder: Path) -> Iterator[Path]:
        """Write each screen in both languages, widths and colour schemes; yield each file as it is there."""
        for who in dict.fromkeys(screen.who for screen in screens):
            mine = [screen for screen in screens if screen.who == who]
            pages = [screen for screen in mine if not screen.is_document]
            context = self._enter(who)
            for language in LANGUAGES:
                if who:
                    speak(context, language)
                for screen, width, scheme in product(pages, (DESK, PHONE), SCHEMES):
                    path = folder / f"{screen.name}-{width}-{language}-{scheme}.png"
                    path.write_bytes(self._seen(context, screen, language, scheme, width))
                    yield path
            for screen in mine:
                if screen.is_document:
                    pdf = context.request.get(self.paths[screen.name], timeout=60_000)
                    yield from first_pages(pdf.body(), folder / screen.name)
            context.close()

    def for_readme(self, screen: Screen, path: Path) -> None:
        """Write the upper part of the screen, in Chinese and light, as the README shows it."""
        context = self._enter(screen.who)
        speak(context, "zh-hans")
        page = context.new_page()
        page.set_viewport_size({"width": README_SIZE[0], "height": README_SIZE[1]})
        self._open(page, screen, "zh-hans", "light")
        path.write_bytes(small(page.screenshot(animations="disabled")))
        context.close()

    def _enter(self, who: str) -> BrowserContext:
        context = self.browser.new_context(
            base_url=self.address if who else self.gallery, locale=LANGUAGES["zh-hans"], reduced_motion="reduce"
        )
        context.set_default_timeout(60_000)
        if who:
            sign_in(context, self.people[who])
        return context

    def _seen(self, context: BrowserContext, screen: Screen, language: str, scheme: str, width: int) -> bytes:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": HEIGHT})
        self._open(page, screen, language, scheme)
        # As tall as the page: what sticks to an edge of the window would else stand in the middle of the picture.
        page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
        png = page.screenshot(full_page=True, animations="disabled")
        page.close()
        return small(png)

    def _open(self, page: Page, screen: Screen, language: str, scheme: str) -> None:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        # Whoever has no account says in the address how the page shall look.
        look = "" if screen.who else f"?{urlencode({'language': language, 'theme': scheme})}"
        home = self.address if screen.who else self.gallery
        answer = page.goto(urljoin(home, self.paths[screen.name] + look))
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{screen.name} answers {answer.status if answer else 'nothing'}.")
