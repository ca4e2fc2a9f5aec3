"""Foundations: logs are lines of JSON, each with the request's id, and none with a key to a door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onsite.core.redact import redact
from tests.installation import installed

pytestmark = pytest.mark.django_db  # The suite's database must be made, of which the installation has a copy.
TOKEN = "kH3-secret_token-of-forty-three-characters0"
ASK = f"""
import logging
from django.test import Client
browser = Client(raise_request_exception=False)
for address in ("/accounts/login/", "/accounts/invitations/{TOKEN}/", "/accounts/password/reset/key/1-{TOKEN}/",
                "/accounts/login/?next=/accounts/invitations/{TOKEN}/", "/nothing/here/"):
    browser.get(address, headers={{"x-request-id": "forged\\n{{}}"}})
logging.getLogger("a.library").warning("opened /accounts/invitations/%s/", "{TOKEN}")
try:
    raise ValueError("no row for /accounts/invitations/{TOKEN}/")
except ValueError:
    logging.getLogger("a.library").exception("failed")
"""


@pytest.fixture(scope="module")
def lines(django_db_setup: str, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """What a real process writes while it answers five requests."""
    folder: Path = tmp_path_factory.mktemp("logs")
    (folder / "static").mkdir()  # WhiteNoise would warn, in no JSON.
    with installed(django_db_setup, folder, LOG_LEVEL="INFO") as installation:
        done = installation.run(ASK)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_each_request_has_one_id_of_its_own_on_all_its_lines(lines: list[dict[str, object]]) -> None:
    """And takes none from outside that could forge a line."""
    started = [line["request_id"] for line in lines if line["event"] == "request_started"]
    finished = [line["request_id"] for line in lines if line["event"] == "request_finished"]
    assert len(set(started)) == 5
    assert started == finished
    assert {line.get("request_id") for line in lines if line["logger"] != "a.library"} == set(started)


def test_each_line_says_when_where_and_how_grave(lines: list[dict[str, object]]) -> None:
    for line in lines:
        assert {"timestamp", "logger", "level", "event"} <= line.keys()
    assert {line["level"] for line in lines} >= {"info", "warning", "error"}


def test_no_line_holds_a_key_to_a_door(lines: list[dict[str, object]]) -> None:
    """Invitation and reset links: who may read the logs may not enter with them."""
    text = json.dumps(lines, ensure_ascii=False)
    assert TOKEN not in text
    assert text.count("/invitations/…") >= 4
    assert "/password/reset/key/…" in text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GET /accounts/invitations/abc-_1/", "GET /accounts/invitations/…/"),
        ("GET /accounts/password/reset/key/1-abc/ x", "GET /accounts/password/reset/key/…/ x"),
        ("GET /accounts/people/5/invitation/", "GET /accounts/people/5/invitation/"),
        ("nothing secret", "nothing secret"),
    ],
)
def test_only_the_key_is_masked(text: str, kept: str) -> None:
    assert redact(None, "info", {"event": text, "code": 200}) == {"event": kept, "code": 200}
