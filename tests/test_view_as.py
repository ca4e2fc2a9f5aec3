"""A manager who looks as a client's person gets that person's own answers, changes nothing, and meets nothing else.

The walk goes over every route of `tests.routes`, as `test_access.py` does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from onsite.accounts import viewing
from tests.looking import BANNER, dashboard_of, look_as
from tests.policies import Company, Inside
from tests.routes import ROUTES
from tests.test_access import Answer, _url
from tests.world import CANARY_FOREIGN, CANARY_INTERNAL, World, build_world

INSIDE = [(name, rule) for name, rule in ROUTES.items() if isinstance(rule, Inside)]
COMPANY = [(name, rule) for name, rule in ROUTES.items() if isinstance(rule, Company)]
OWN = {"accounts:view_as_end"}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


Sent = Callable[[bool, str, str], Answer]


@pytest.fixture(scope="module")
def browsers(world: World, django_db_blocker: Any) -> dict[bool, Client]:
    """The client PM's browser, and (True) that of the manager who looks as them."""
    client, manager = Client(), Client()
    with django_db_blocker.unblock():
        client.force_login(world.people["client_pm"])
        manager.force_login(world.people["manager"])
        look_as(manager, world.engagement, world.people["client_pm"])
    return {False: client, True: manager}


@pytest.fixture
def send(browsers: dict[bool, Client], db: None, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Send one request as the client PM, or as the manager who looks as them; nothing of it stays."""
    # The walk may take longer than a look.
    monkeypatch.setattr(viewing, "LASTS", timedelta(days=1))

    def sent(as_manager: bool, method: str, url: str) -> Answer:
        kind = "application/x-www-form-urlencoded"
        with transaction.atomic():
            answer = Answer.of(browsers[as_manager].generic(method, url, content_type=kind))
            transaction.set_rollback(True)
        return answer

    return sent


def words_of(told: str) -> str:
    """What the page itself says, without its frame."""
    main = re.search(r"<main.*?</main>", told, re.DOTALL)
    text = main[0] if main else told.rpartition("{")[0]
    return re.sub(r"""(nonce|value|data-live)="[^"]*\"""", "", text)


@pytest.mark.parametrize(("name", "rule"), INSIDE, ids=[name for name, _ in INSIDE])
def test_every_page_answers_as_to_the_client(name: str, rule: Inside, world: World, send: Sent) -> None:
    url = _url(name, world, world.engagement, rule.ids)
    theirs, seen = send(False, "GET", url), send(True, "GET", url)
    assert seen.status_code == theirs.status_code
    assert seen.location == theirs.location
    assert CANARY_INTERNAL not in seen.told
    assert CANARY_FOREIGN not in seen.told
    if theirs.status_code == 200 and "'Content-Type': 'text/html" in theirs.told:
        assert words_of(seen.told) == words_of(theirs.told)
        assert (BANNER in seen.told) == ("<html" in theirs.told)  # a part of a page comes without its frame


@pytest.mark.parametrize(("name", "rule"), INSIDE, ids=[name for name, _ in INSIDE])
def test_nothing_is_changed_and_nothing_else_is_there(name: str, rule: Inside, world: World, send: Sent) -> None:
    url, foreign = (_url(name, world, row, rule.ids) for row in (world.engagement, world.foreign))
    assert send(True, "POST", url).status_code == 403
    assert send(True, "GET", foreign).status_code == 404


@pytest.mark.parametrize(("name", "rule"), COMPANY, ids=[name for name, _ in COMPANY])
def test_pages_outside_are_refused(name: str, rule: Company, world: World, send: Sent) -> None:
    url = reverse(name, args=rule.args(world))
    for method in ("GET", "POST"):
        expected = {302, 405} if name in OWN else {403}
        assert send(True, method, url).status_code in expected, method


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_no_other_method_does_anything(method: str, world: World, send: Sent) -> None:
    assert send(True, method, dashboard_of(world.engagement)).status_code == 403
