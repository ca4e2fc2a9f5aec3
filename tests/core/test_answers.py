"""Issue 2, path 6: every refusal says what is missing and links to it; what was typed stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from onsite.accounts.models import User
from onsite.core.errors import DomainError, Obstacle, RefusedError, StaleError
from onsite.core.fields import LineField
from onsite.core.forms import OnSiteForm, submitted
from onsite.core.views import performed, safe_next

Obstacles = tuple[Obstacle, ...]
MISSING: Obstacles = (
    Obstacle("goals.signed", "The <client PM> has not signed the goals", "/engagements/1/sign-offs/2/"),
    Obstacle("plan.laid_out", "There is no plan", "/engagements/1/plan/"),
)


class NameForm(OnSiteForm):
    name = LineField(label="Name")
    other = LineField(label="Other", required=False)


@pytest.fixture
def post(engineer: User) -> Callable[..., Any]:
    """A posted request with session, person and messages, outside any address."""

    def make(**data: str) -> HttpRequest:
        request = RequestFactory().post("/", data)
        request.user = engineer
        for middleware in (SessionMiddleware, MessageMiddleware):
            middleware(lambda _request: HttpResponse()).process_request(request)
        return request

    return make


def raising(error: Exception) -> Callable[..., None]:
    def action(**_fields: Any) -> None:
        raise error

    return action


def said(request: HttpRequest) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in messages.get_messages(request)]


def test_a_verb_that_works_redirects_and_says_so(post: Callable[..., Any]) -> None:
    request = post()
    answer = performed(request, lambda: None, to="/next/", success="Done.")
    assert (answer.status_code, answer["Location"]) == (302, "/next/")
    assert said(request) == [("success", "Done.")]


def test_a_refusal_lists_every_obstacle_as_a_link(post: Callable[..., Any]) -> None:
    answer = performed(post(), raising(RefusedError("The phase can't change yet.", MISSING)), to="/back/")
    assert answer.status_code == 409
    page = answer.content.decode()
    for words in ("The phase can&#x27;t change yet.", "/engagements/1/sign-offs/2/", "/engagements/1/plan/", "/back/"):
        assert words in page
    assert "The &lt;client PM&gt; has not signed" in page


@pytest.mark.parametrize("error", [DomainError("Too late."), StaleError("Somebody was quicker.")])
def test_another_refusal_is_said_where_one_came_from(post: Callable[..., Any], error: DomainError) -> None:
    request = post()
    answer = performed(request, raising(error), to="/back/", success="Done.")
    assert (answer.status_code, answer["Location"]) == (302, "/back/")
    assert said(request) == [("error", error.message)]


def test_a_verb_one_may_not_do_stays_a_403(post: Callable[..., Any]) -> None:
    with pytest.raises(PermissionDenied):
        performed(post(), raising(PermissionDenied()), to="/back/")


@pytest.mark.parametrize(("field", "place"), [("name", "name"), (None, "__all__"), ("unknown", "__all__")])
def test_a_domain_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    post: Callable[..., Any], field: str | None, place: str
) -> None:
    request = post(name="李喆", other="𠮷")
    form = NameForm(request.POST)
    assert submitted(request, form, raising(DomainError("Taken.", field=field))) is None
    assert form.errors == {place: ["Taken."]}
    assert 'value="李喆"' in str(form["name"])
    assert 'value="𠮷"' in str(form["other"])


def test_a_form_acts_only_when_it_is_posted_and_right(post: Callable[..., Any]) -> None:
    calls: list[dict[str, Any]] = []

    def action(**fields: Any) -> str:
        calls.append(fields)
        return "done"

    assert submitted(RequestFactory().get("/", {"name": "x"}), NameForm({"name": "x"}), action) is None
    wrong = post(name="")
    assert submitted(wrong, NameForm(wrong.POST), action) is None
    right = post(name="x")
    assert submitted(right, NameForm(right.POST), action) == "done"
    assert calls == [{"name": "x", "other": ""}]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/engagements/1/?tab=plan#here", "/engagements/1/?tab=plan#here"),
        ("http://testserver/ok/", "http://testserver/ok/"),
        ("", "/default/"),
        ("https://evil.example/", "/default/"),
        ("//evil.example/", "/default/"),
        ("///evil.example/", "/default/"),
        ("/\\evil.example/", "/default/"),
        ("javascript:alert(1)", "/default/"),
        ("http://testserver@evil.example/", "/default/"),
        ("\x00//evil.example", "/default/"),
    ],
)
def test_a_way_back_stays_on_this_site(post: Callable[..., Any], target: str, expected: str) -> None:
    """TRUST 12."""
    assert safe_next(post(next=target), "/default/").url == expected


def test_a_secure_page_leads_to_no_insecure_one(post: Callable[..., Any]) -> None:
    request = RequestFactory().post("/", {"next": "http://testserver/x/"}, secure=True)
    assert safe_next(request, "/default/").url == "/default/"
