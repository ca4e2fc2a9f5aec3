"""A real browser against the real server, with a real worker behind it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from onsite.accounts.models import User
from tests.e2e.judging import is_complaint

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
ROOT = Path(__file__).resolve().parent.parent.parent

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; its absence is said loudly, because then nothing here proves anything."""
    if not Path(CHROMIUM).exists():
        pytest.skip("NO BROWSER: install Debian's chromium, or the browser tests prove nothing")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def under_way(live_server: object) -> Iterator[set[int]]:
    """The threads of the server that answer a request right now."""
    threads: set[int] = set()

    def started(**_kwargs: object) -> None:
        threads.add(threading.get_ident())

    def finished(**_kwargs: object) -> None:
        threads.discard(threading.get_ident())

    request_started.connect(started)
    request_finished.connect(finished)
    yield threads
    request_started.disconnect(started)
    request_finished.disconnect(finished)


@pytest.fixture
def open_page(browser: Browser, live_server: object, under_way: set[int]) -> Iterator[OpenPage]:
    """Open a page for a person (None: nobody signed in) in a language, width and colour scheme.

    The page fails the test on a script error, a refused resource or a Content-Security-Policy report.
    """
    contexts = []
    complaints: list[str] = []

    def opened(
        user: User | None = None,
        *,
        language: str = "zh-CN",
        width: int = 1440,
        scheme: str = "light",
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=str(live_server), locale=language, viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light", java_script_enabled=scripts,
        )  # fmt: skip
        contexts.append(context)
        if user is not None:
            signed_in = Client()
            signed_in.force_login(user)
            cookie = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": str(live_server)}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda line: complaints.append(f"{page.url}: {line.text}") if is_complaint(line) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    # A page that is closed may leave a request behind; the tables are emptied only when the server has answered it.
    until = time.monotonic() + 10
    while under_way and time.monotonic() < until:
        time.sleep(0.05)
    assert complaints == []


@pytest.fixture
def worker(live_server: object) -> Iterator[None]:
    """A Celery worker and beat in processes of their own, on the test's database, broker and files."""
    environment = {**os.environ, "DATABASE_URL": database_url(), "ONSITE_BASE_URL": str(live_server)}
    celery = [sys.executable, "-m", "celery", "--app=onsite.celery:app", "--quiet"]
    processes = [
        subprocess.Popen([*celery, *words.split()], cwd=ROOT, env=environment, start_new_session=True)
        for words in (
            "worker --queues=default,pdf --concurrency=1 --pool=solo --without-gossip --without-mingle --loglevel=ERROR",
            "beat --pidfile= --loglevel=ERROR",
        )
    ]
    yield
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def database_url() -> str:
    """Return the address of the test's database for another process."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    password = f":{quote(found['PASSWORD'])}" if found["PASSWORD"] else ""
    return f"postgres://{found['USER']}{password}@{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], object]:
    """Ask until the answer is true, for at most a minute: another process does the work."""

    def wait(question: Callable[[], object]) -> object:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if answer := question():
                return answer
            time.sleep(0.2)
        pytest.fail("nothing happened within a minute")

    return wait
