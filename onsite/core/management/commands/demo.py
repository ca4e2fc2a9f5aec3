"""`make demo`: the whole product on one machine, with sample data."""

from __future__ import annotations

import io
import socket
import sys
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.shortcuts import resolve_url

from onsite.core.probe import answer
from onsite.core.supervisor import Supervisor

HOST = "127.0.0.1"
# Threads: a phone that plays a video must not keep a worker from everybody else.
WEB = (
    "gunicorn onsite.wsgi:application --bind={host}:{port} --workers=2 --threads=8 --no-control-socket "
    "--log-level=warning"
)
CELERY = "celery --app=onsite.celery:app --quiet"
WORKER = f"{CELERY} worker --queues=default,pdf --concurrency=2 --without-gossip --without-mingle --loglevel=WARNING"
BEAT = f"{CELERY} beat --pidfile= --loglevel=WARNING"
# Good advice for a server, noise on somebody's own machine or in a container.
NOT_SAID = "ignore:You're running the worker with superuser privileges"


class Command(BaseCommand):
    """Prepare the data, then run the web process, the worker and beat until Ctrl-C."""

    help = "Run OnSite with sample data on the port of ONSITE_BASE_URL until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE != "demo":
            raise CommandError("The demo runs only with ONSITE_MODE=demo: start it with `make demo`.")
        port = urlsplit(settings.BASE_URL).port or 80
        _refuse_a_taken_port(port)
        self._say("Preparing OnSite …")
        sign_ins = _prepare()
        supervisor = Supervisor(
            {
                "web": _program(WEB.format(host=HOST, port=port)),
                "worker": _program(WORKER),
                "beat": _program(BEAT),
            },
            cwd=settings.BASE_DIR,
        )
        sign_in_page = resolve_url(settings.LOGIN_URL)
        code = supervisor.run(
            ready=lambda: answer(port, sign_in_page) is not None,
            announce=lambda: self._say(
                f"\nOnSite runs on {settings.BASE_URL} - Ctrl-C ends it. Sign-ins:\n\n{sign_ins}"
            ),
        )
        self._say("OnSite has ended; the data stays for the next start.")
        sys.exit(code)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _prepare() -> str:
    """Bring the database and the static files up to date; return the sign-ins, one a line."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    sign_ins = io.StringIO()
    call_command("seed_demo", stdout=sign_ins)
    connections.close_all()
    return sign_ins.getvalue()


def _program(words: str) -> list[str]:
    """Return the command that runs a Python program with this very Python."""
    return [sys.executable, "-W", NOT_SAID, "-m", *words.split()]


def _refuse_a_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} can't be used ({error.strerror}): end the program that uses it, "
                "or choose another port: make demo PORT=8001"
            ) from error
