"""Who may open what: every route × method × role × own, foreign and absent ids. A route without an entry is red.

Members who may not get a 403, everybody else the same 404 for a foreign row as for an absent one. Texts of the other
client and internal lines carry canaries that no answer to a client may hold (TRUST.md 4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onsite.accounts.models import User
from onsite.core.checks import our_patterns
from tests.channels import body_of
from tests.crawl.routes import named_routes
from tests.policies import CLIENT_IN, EVERYONE, Company, Inside
from tests.routes import ALLAUTH, ROUTES
from tests.world import CANARY_FOREIGN, CANARY_INTERNAL, World, build_world


def test_every_route_has_an_entry() -> None:
    """TRUST.md 4: a new route without its entry here is red, and so is an entry without a route."""
    assert {name for name, _pattern in named_routes()} == set(ROUTES) | ALLAUTH


def test_every_view_of_ours_declares_a_policy() -> None:
    """TRUST.md 4: default deny."""
    patterns = list(our_patterns())
    assert len(patterns) > 40
    assert [p.callback.__name__ for p in patterns if not hasattr(p.callback, "policy")] == []


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One filled world for the whole module: built once, every request is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    location: str
    told: str  # body and headers

    @classmethod
    def of(cls, response: Any) -> Answer:
        told = body_of(response).decode(errors="replace") + str(response.headers)
        return cls(response.status_code, response.headers.get("Location", ""), told)


Ask = Callable[[str, str, str], Answer]


@pytest.fixture
def ask(world: World, db: None) -> Ask:
    """Send one request as a role ("" is nobody)."""

    def send(role: str, method: str, url: str) -> Answer:
        browser = Client(raise_request_exception=True)
        if role:
            browser.force_login(world.people[role])
        with transaction.atomic():
            answer = Answer.of(browser.generic(method, url, content_type="application/x-www-form-urlencoded"))
            # What one role deletes, the next one must still find.
            transaction.set_rollback(True)
        return answer

    return send


def _url(name: str, world: World, engagement: Any, ids: str) -> str:
    return reverse(name, args=[engagement.pk, *(world.ids(engagement)[part] for part in ids.split())])


def _signs_in_first(answer: Answer) -> bool:
    return answer.status_code == 302 and answer.location.startswith(reverse(settings.LOGIN_URL))


COMPANY: list[tuple[str, Company]] = [(name, rule) for name, rule in ROUTES.items() if isinstance(rule, Company)]
INSIDE: list[tuple[str, Inside]] = [(name, rule) for name, rule in ROUTES.items() if isinstance(rule, Inside)]
METHODS = ("get", "post")


@pytest.mark.parametrize(("name", "rule"), COMPANY, ids=[name for name, _ in COMPANY])
def test_company_routes(name: str, rule: Company, world: World, ask: Ask) -> None:
    """Strangers sign in first, those not named get a 403, the rest an answer."""
    url = reverse(name, args=rule.args(world))
    for method in METHODS:
        allowed: set[str] | None = getattr(rule, method)
        assert _signs_in_first(ask("", method.upper(), url))
        for role in sorted(EVERYONE):
            status = ask(role, method.upper(), url).status_code
            _judge(name, method, role, status, allowed, missing=404 if role in rule.hidden else None)


@pytest.mark.parametrize(("name", "rule"), INSIDE, ids=[name for name, _ in INSIDE])
def test_routes_inside_an_engagement(name: str, rule: Inside, world: World, ask: Ask) -> None:
    """Members by their permissions; for all others the engagement is absent."""
    url = _url(name, world, world.engagement, rule.ids)
    for method in METHODS:
        allowed: set[str] | None = getattr(rule, method)
        assert _signs_in_first(ask("", method.upper(), url))
        for role in sorted(EVERYONE):
            status = ask(role, method.upper(), url).status_code
            _judge(name, method, role, status, allowed, missing=None if role in rule.shown else 404)


@pytest.mark.parametrize(("name", "rule"), INSIDE, ids=[name for name, _ in INSIDE])
def test_a_foreign_row_is_an_absent_row(name: str, rule: Inside, world: World, ask: Ask) -> None:
    """The same 404 with the same page for another client's engagement, for an absent one, and for another
    engagement's row under one's own."""
    foreign = _url(name, world, world.foreign, rule.ids)
    absent = foreign.replace(f"/engagements/{world.foreign.pk}/", "/engagements/987654321/")
    crossed = _url_crossed(name, world, rule)
    for method in METHODS:
        if getattr(rule, method) is None:
            continue
        for role in ("lead", "client_pm"):
            answers = [ask(role, method.upper(), url) for url in (foreign, absent)]
            assert [answer.status_code for answer in answers] == [404, 404], (name, method, role)
            assert _without_addresses(answers[0], foreign) == _without_addresses(answers[1], absent)
        if crossed:
            assert ask("manager", method.upper(), crossed).status_code == 404, (name, method, "crossed ids")


def _url_crossed(name: str, world: World, rule: Inside) -> str:
    """Our engagement's address with the other engagement's row; "" where the row's id names no row."""
    if not rule.ids or rule.ids in {"day", "document_kind", "obstacle", "week"}:
        return ""
    return reverse(name, args=[world.engagement.pk, *(world.ids(world.foreign)[part] for part in rule.ids.split())])


def _without_addresses(answer: Answer, url: str) -> str:
    text = answer.told.replace(url, "")
    return re.sub(
        r"""(nonce|value)="[^"]*"|'nonce-[^']*'|'X-Request-ID': '[^']*'|'Content-Length': '[^']*'""", "", text
    )


@pytest.mark.parametrize("role", sorted(CLIENT_IN))
def test_no_page_tells_a_client_what_is_not_theirs(role: str, world: World, ask: Ask) -> None:
    """No page a client can open holds an internal line, a draft, a waiver, or a word of another client."""
    opened = 0
    company = [(name, reverse(name, args=rule.args(world))) for name, rule in COMPANY if role in (rule.get or ())]
    inside = [
        (name, _url(name, world, world.engagement, rule.ids)) for name, rule in INSIDE if role in (rule.get or ())
    ]
    for name, url in company + inside:
        answer = ask(role, "GET", url)
        assert CANARY_FOREIGN not in answer.told, (name, "foreign")
        assert CANARY_INTERNAL not in answer.told, (name, "internal")
        opened += answer.status_code == 200
    assert opened >= 12


def test_the_canaries_would_be_seen(world: World, ask: Ask) -> None:
    """The control: a manager's pages do hold them, so the test above looks at real rows."""
    foreign = ask("manager", "GET", reverse("engagements:list")).told
    day = ask("lead", "GET", _url("standups:day", world, world.engagement, "day")).told
    assert CANARY_FOREIGN in foreign
    assert CANARY_INTERNAL in day


def test_a_user_who_left_sees_nothing(world: World, ask: Ask) -> None:
    """A membership that ended opens no door."""
    user: User = world.people["client_pm"]
    user.memberships.unscoped().update(ended_at=timezone.now())
    assert ask("client_pm", "GET", reverse("reports:dashboard", args=[world.engagement.pk])).status_code == 404


def _judge(name: str, method: str, role: str, status: int, allowed: set[str] | None, *, missing: int | None) -> None:
    where = f"{method.upper()} {name} as {role}: {status}"
    if allowed is None and missing is None:
        assert status in {405, 403}, where
    elif allowed is None:
        assert status in {405, 403, 404}, where
    elif role in allowed:
        assert status < 400 or status in {409, 422}, where
    else:
        assert status == (missing or 403), where
