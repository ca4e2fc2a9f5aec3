"""TRUST 13: a database outage is a 503 page with Retry-After wherever it strikes, and no half-written row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from onsite.core.middleware import RETRY_SECONDS
from onsite.core.policy import public
from tests.installation import Installation, outside

ASK = """
from django.test import Client
for address in ("/accounts/settings/", "/accounts/login/", "/"):
    browser = Client(raise_request_exception=False)
    {cookie}
    for method in (browser.get, browser.post):
        answer = method(address)
        print(answer.status_code, answer.get("Retry-After"), "half a minute" in answer.content.decode())
"""
COOKIE = 'browser.cookies["sessionid"] = "a" * 32'


def failing(error: Exception) -> Any:
    @public
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


urlpatterns = [
    path("operational/", failing(OperationalError("server closed the connection"))),
    path("interface/", failing(InterfaceError("connection already closed"))),
    path("bug/", failing(ValueError("a bug, not an outage"))),
]
handler500 = "onsite.core.middleware.outage_or_error"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("kind", ["operational", "interface"])
def test_an_outage_in_a_view_is_a_503(db: None, client: Client, kind: str) -> None:
    answer = client.get(f"/{kind}/")
    assert (answer.status_code, answer["Retry-After"]) == (503, str(RETRY_SECONDS))
    page = answer.content.decode()
    assert "half a minute" in page
    assert "半分钟" in page
    assert "connection" not in page


@pytest.mark.urls(__name__)
def test_a_bug_is_no_outage(db: None) -> None:
    """The control: else every fault would look like one that passes by itself."""
    answer = Client(raise_request_exception=False).get("/bug/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer
    assert "a bug, not an outage" not in answer.content.decode()


def test_a_database_that_is_away_is_a_503_for_who_is_signed_in(tmp_path: Path) -> None:
    """The session is read before any view: the outage strikes in the middleware."""
    answer = Installation(
        outside(tmp_path, DATABASE_URL="postgres://x@127.0.0.1:1/x", CELERY_BROKER_URL="filesystem://")
    ).ask(ASK.format(cookie=COOKIE))
    assert answer.splitlines() == [f"503 {RETRY_SECONDS} True"] * 6
