"""The whole run: sign in, walk, weigh the front doors, judge every page, check its HTML."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.crawl import tools
from tests.crawl.checker import check
from tests.crawl.judging import QUICK, VARIANTS, Finding, Judged, Visit, judge_all
from tests.crawl.lighthouse import scores
from tests.crawl.people import LANGUAGES, Walker, sign_in, speak, walkers
from tests.crawl.report import say, tell_findings
from tests.crawl.routes import routes_to_open
from tests.crawl.walk import Walk, walk
from tests.crawl.weight import weight_figures
from tests.e2e.conftest import CHROMIUM, FLAGS

# Whose day begins at which page.
FRONT_DOORS = {"manager": "reports:portfolio", "lead": "reports:today", "client-pm-1": "reports:dashboard"}
PAGES_A_BROWSER = 40


@dataclass
class Crawl:
    """One run over one demo."""

    address: str
    folder: Path
    instances: int
    quick: bool
    jobs: int
    people: str | None
    states: dict[str, Any] = field(default_factory=dict)
    accounts: set[str] = field(default_factory=set)

    def run(self, *, doors_only: bool) -> int:
        """Print everything; return the exit code."""
        walkers_ = [w for w in walkers() if not self.people or w.name in self.people.split(",")]
        if doors_only:
            walkers_ = [w for w in walkers_ if w.name in FRONT_DOORS]
        with _browser() as browser:
            for walker in walkers_:
                self._enter(browser, walker)
            self._tell_doors(browser)
        if doors_only:
            return 0
        walks = self._walk(walkers_)
        broken = self._tell_walks(walks)
        judged = self._judge(walks)
        findings = tell_findings("page", judged.findings)
        errors = self._check(judged.html)
        return int(bool(broken or findings or errors))

    def _enter(self, browser: Browser, walker: Walker) -> None:
        context = browser.new_context(base_url=self.address, locale=LANGUAGES["zh-hans"])
        sign_in(context, walker)
        self.states[walker.name] = context.storage_state()
        if walker.email:
            self.accounts.add(walker.name)
        context.close()

    def _tell_doors(self, browser: Browser) -> None:
        """Before anything else runs, because these are times."""
        left_out = tools.missing("node")
        if left_out:
            say(f"LEFT OUT: Lighthouse, because {left_out}.")
        for name, route in FRONT_DOORS.items():
            if name not in self.states:
                continue
            context = browser.new_context(base_url=self.address, storage_state=self.states[name])
            page = context.new_page()
            page.goto("/")
            path = page.url.removeprefix(self.address)
            context.close()
            for figure in weight_figures(browser, route, self.address, path, self.states[name]):
                say(figure.line())
            for score, why in [] if left_out else scores(route, self.address, path, self.states[name]):
                say(score.line())
                for line in why:
                    say(f"    {line}")

    def _walk(self, people: list[Walker]) -> dict[str, Walk]:
        def one(walker: Walker) -> Walk:
            with sync_playwright() as playwright:
                request = playwright.request.new_context(
                    storage_state=self.states[walker.name], extra_http_headers={"Accept-Language": "zh-CN"}
                )
                return walk(request, self.address, instances=self.instances)

        with ThreadPoolExecutor(self.jobs) as pool:
            return dict(zip((w.name for w in people), pool.map(one, people), strict=True))

    def _tell_walks(self, walks: dict[str, Walk]) -> int:
        broken = 0
        for name, found in walks.items():
            say(f"{name}: {sum(map(len, found.pages.values()))} pages of {len(found.pages)} routes")
            for line in found.broken:
                say(f"    {line}")
            broken += len(found.broken)
        answered = set().union(*(found.answered for found in walks.values()))
        pages = set().union(*(found.pages for found in walks.values()))
        never = sorted(routes_to_open() - answered)
        say(f"{len(pages)} routes have pages; {len(never)} that can be opened were never reached:")
        say(f"    {' '.join(never)}")
        return broken

    def _judge(self, walks: dict[str, Walk]) -> Judged:
        """A language is a person's setting, so everybody speaks the same one at a time."""
        visits = {
            name: [Visit(name, route, path) for route, paths in found.pages.items() for path in paths]
            for name, found in walks.items()
        }
        whole = Judged()
        for language in ["zh-hans"] if self.quick else LANGUAGES:
            with _browser() as browser:
                self._all_speak(browser, language)
            with ThreadPoolExecutor(self.jobs) as pool:
                jobs = [
                    pool.submit(
                        judge_all, part, self.address, self.states[name], language, QUICK if self.quick else VARIANTS
                    )
                    for name, mine in visits.items()
                    for part in _parts(mine)
                ]
                for job in jobs:
                    judged = job.result()
                    whole.findings += judged.findings
                    whole.html += judged.html
                    whole.looks += judged.looks
                    sys.stderr.write(f"\r{language}: {whole.looks} looks, {len(whole.findings)} findings ")
        say(f"\n{len(whole.html)} pages judged in {whole.looks} variants.")
        return whole

    def _all_speak(self, browser: Browser, language: str) -> None:
        for name, state in self.states.items():
            # Without an account there is no setting: there the cookie decides.
            if name in self.accounts:
                context = browser.new_context(base_url=self.address, storage_state=state)
                speak(context, language)
                context.close()

    def _check(self, html: list[tuple[Visit, str]]) -> list[Finding]:
        left_out = tools.missing("java")
        if left_out:
            say(f"LEFT OUT: the HTML checker, because {left_out}.")
            return []
        errors = check(html, self.folder)
        tell_findings("html", errors)
        return errors


@contextlib.contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def _parts(visits: list[Visit]) -> Iterator[list[Visit]]:
    for start in range(0, len(visits), PAGES_A_BROWSER):
        yield visits[start : start + PAGES_A_BROWSER]
