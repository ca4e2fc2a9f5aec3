"""Opens pages in every variant and notes what is wrong: shares its judgement with the suite's own (tests/e2e)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import urljoin

from django.conf import settings
from playwright.sync_api import Error, Page, sync_playwright

from tests.crawl.people import LANGUAGES
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.e2e.judging import DESK, PHONE, faults_of, is_complaint

VARIANTS = tuple(product((PHONE, DESK), ("light", "dark")))
QUICK = VARIANTS[:1]


class Visit(NamedTuple):
    """One page as one person opens it."""

    who: str
    route: str
    path: str


class Finding(NamedTuple):
    """What is wrong, and in which variant; the same thing in several variants is one fault."""

    visit: Visit
    fault: str
    variant: str


@dataclass
class Judged:
    """What came of a list of pages: the faults, the HTML as the server sent it, and how many variants were looked at."""

    findings: list[Finding] = field(default_factory=list)
    html: list[tuple[Visit, str]] = field(default_factory=list)
    looks: int = 0


def judge_all(
    visits: list[Visit], address: str, state: Any, language: str, variants: tuple[tuple[int, str], ...]
) -> Judged:
    """Open each page once in this language, and look at it in each width and colour scheme.

    Has a browser of its own, so that several can run in threads. What moves is asked to stand still: a colour in
    transition has a contrast that nobody sees.
    """
    judged = Judged()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            base_url=address, storage_state=state, locale=LANGUAGES[language], reduced_motion="reduce"
        )
        # Who has no account has the language in a cookie.
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": address}])
        context.set_default_timeout(60_000)
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on("console", lambda line: complaints.append(f"console: {line.text}") if is_complaint(line) else None)
        for visit in visits:
            try:
                _judge(page, visit, address, language, variants, judged)
            except Error as error:
                judged.findings.append(Finding(visit, f"can't be judged: {error.message.splitlines()[0]}", language))
            judged.findings += [Finding(visit, complaint, language) for complaint in complaints]
            complaints.clear()
        browser.close()
    return judged


def _judge(
    page: Page, visit: Visit, address: str, language: str, variants: tuple[tuple[int, str], ...], judged: Judged
) -> None:
    response = page.goto(urljoin(address, visit.path))
    if response is None or response.status != 200:
        status = response.status if response else "nothing"
        judged.findings.append(Finding(visit, f"answers {status}", language))
        return
    judged.html.append((visit, response.text()))
    for width, scheme in variants:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        judged.looks += 1
        judged.findings += [Finding(visit, fault, f"{language} {width} {scheme}") for fault in faults_of(page, width)]
