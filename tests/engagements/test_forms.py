"""Bad input: missing, absurd or foreign values get a field message or a 404, never a 500; what was typed stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from engagements.models import Engagement, Phase, SignOff
from onsite.accounts.models import User
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.engagements.forms_of_the_app import BY_NAME, POSTS, Post
from tests.factories import UserFactory, go_decision_of

ABSURD = {
    "nothing": "",
    "spaces": "   \u3000",
    "year 1": "0001-01-01",
    "year 9999": "9999-12-31",
    "no such day": "2026-02-30",
    "NUL": "a\x00b",
    "escape": "\x1b[31mred",
    "right to left": "abc\u202egnp.exe",
    "emoji": "👩‍🚒🇨🇳🎉",
    "rare characters": "喆堃镕㛃𠮷",
    "script": "<script>alert(1)</script>{{ 7|add:7 }}{% now 'Y' %}",
    "huge number": "9" * 400,
    "huge exponent": "1e400",
    "not a number": "NaN",
    "beyond 64 bits": "18446744073709551616",
    "quote": "'; DROP TABLE engagements_engagement; --",
    "line breaks": "one\r\ntwo\u2028three",
    "long": "长" * 5001,
    "lone surrogate": "\udcff".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
}
WORST = ("emoji", "NUL", "year 9999", "beyond 64 bits", "long")
TYPED = {"year 1", "year 9999", "right to left", "emoji", "rare characters", "script", "quote", "not a number"}
# What is chosen, ticked or uploaded has no text of its own to keep.
CHOSEN = {
    "core_task", "time_zone", "calendar", "language", "stand_up_weekdays", "stand_up_in_writing", "signs_on_paper",
    "industry", "client", "user", "part", "direction", "is_included", "channel", "scan",
}  # fmt: skip


@pytest.fixture
def asked(
    engagement: Engagement, sign_off: SignOff, manager: User, engineer: User, sign_in: SignIn
) -> Callable[[Post], tuple[Client, str]]:
    """Return a browser of somebody who may post this form, and its address."""
    people = {"manager": manager, "engineer": engineer}

    def ask(post: Post) -> tuple[Client, str]:
        if post.name == "go_live":
            Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.EXECUTION)
            go_decision_of(engagement, go_live_on=engagement.today())
        return sign_in(people[post.who]), post.url(engagement)

    return ask


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.name)
def test_the_right_body_is_taken(post: Post, engagement: Engagement, asked: Callable[..., Any]) -> None:
    """The control: what the tests below make wrong was right before."""
    browser, url = asked(post)
    before = AuditEntry.objects.count()
    assert browser.get(url).status_code == 200
    response = browser.post(url, post.body(engagement))
    assert response.status_code == 302, response.content.decode()
    assert AuditEntry.objects.count() > before


@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.name)
def test_absurd_values_never_break_a_form(post: Post, engagement: Engagement, asked: Callable[..., Any]) -> None:
    """Each absurd value in all fields at once, and the worst of them in each field alone."""
    browser, url = asked(post)
    right = post.body(engagement)
    tries = [(what, dict.fromkeys(right, value)) for what, value in ABSURD.items()]
    tries += [(what, right | {field: ABSURD[what]}) for field in right for what in WORST]
    for number, (what, body) in enumerate(tries):
        if isinstance(body.get("scan"), SimpleUploadedFile):
            body["scan"] = ""
        if post.name == "create" and number % 2:
            body["name"] = f"{number}"  # What is allowed text became a row; the next try must not meet its twin.
        response = browser.post(url, body)
        where = f"{post.name} with {what}: {body}"
        assert response.status_code in {200, 302, 404, 409}, where
        if response.status_code in {200, 409}:
            _says_what_is_wrong_and_keeps_it(response.content.decode(), body, what, where)


def _says_what_is_wrong_and_keeps_it(shown: str, body: dict[str, Any], what: str, where: str) -> None:
    assert "invalid-feedback" in shown or "alert" in shown, where
    if what in TYPED:
        lost = {name: text for name, text in body.items() if name not in CHOSEN and escape(text) not in shown}
        assert not lost, where


@pytest.mark.parametrize("post", [p for p in POSTS if "scan" not in p.name], ids=lambda post: post.name)
def test_an_empty_body_names_the_missing_fields(post: Post, asked: Callable[..., Any]) -> None:
    browser, url = asked(post)
    response = browser.post(url, {})
    assert response.status_code == 200
    assert "is-invalid" in response.content.decode() or "invalid-feedback" in response.content.decode()


@pytest.mark.parametrize("name", ["create", "scope_create", "client_create", "waive"])
def test_ten_megabytes_are_a_field_message(name: str, engagement: Engagement, asked: Callable[..., Any]) -> None:
    post = BY_NAME[name]
    browser, url = asked(post)
    field = {"create": "purpose", "scope_create": "text", "client_create": "name",
             "waive": "reason"}[name]  # fmt: skip
    response = browser.post(url, post.body(engagement) | {field: "长" * (10 * 1024 * 1024 // 3)})
    assert response.status_code == 200
    assert "Ensure this value has at most" in response.content.decode()


@pytest.mark.parametrize("field", ["baseline", "target"])
@pytest.mark.parametrize("value", ["99999999999.99", "12345678901", "1e11", "0.001"])
def test_numbers_have_bounds(field: str, value: str, engagement: Engagement, asked: Callable[..., Any]) -> None:
    post = BY_NAME["objective_create"]
    browser, url = asked(post)
    response = browser.post(url, post.body(engagement) | {field: value})
    assert response.status_code == 200
    assert f'id="id_{field}_error"' in response.content.decode() or f"error_1_id_{field}" in response.content.decode()


@pytest.mark.parametrize("value", ["101", "-1", "1.5", ""])
def test_progress_is_a_percentage(value: str, engagement: Engagement, asked: Callable[..., Any]) -> None:
    post = BY_NAME["stage_edit"]
    browser, url = asked(post)
    assert browser.post(url, post.body(engagement) | {"percent": value}).status_code == 200
    assert engagement.stages.filter(percent=0).count() == 5


def test_foreign_and_absent_rows_are_no_choice(
    engagement: Engagement, asked: Callable[..., Any], client_pm: User, administrator: User
) -> None:
    browser, url = asked(BY_NAME["colleague_add"])
    for pk in (client_pm.pk, administrator.pk, UserFactory(is_active=False).pk, 0, -1, 10**30, "x"):
        response = browser.post(url, {"user": pk, "part": "engineer"})
        assert response.status_code == 200
        assert "Select a valid choice" in response.content.decode()
    browser, url = asked(BY_NAME["create"])
    for pk in (0, -1, 10**30, "x"):
        response = browser.post(url, BY_NAME["create"].body(engagement) | {"client": pk})
        assert response.status_code == 200
    assert Engagement.objects.count() == 1


def test_the_days_of_an_engagement_make_sense(engagement: Engagement, asked: Callable[..., Any]) -> None:
    browser, url = asked(BY_NAME["create"])
    body = BY_NAME["create"].body(engagement) | {"start_on": "2026-05-02", "agreed_go_live_on": "2026-05-01"}
    shown = browser.post(url, body).content.decode()
    assert "The agreed day lies before the first day on site." in shown
    assert Engagement.objects.count() == 1


def test_a_plan_that_leaves_the_calendar_is_refused(engagement: Engagement, asked: Callable[..., Any]) -> None:
    browser, url = asked(BY_NAME["create"])
    body = BY_NAME["create"].body(engagement) | {"start_on": "2099-12-31", "agreed_go_live_on": "2099-12-31"}
    response = browser.post(url, body)
    assert response.status_code in {200, 302}
    if response.status_code == 200:
        assert "Dates must lie between" in response.content.decode()


@pytest.mark.parametrize("pk", [0, 2**31, 2**63, 10**40])
@pytest.mark.parametrize("name", ["objective_edit", "stage_edit", "sign_off", "attachment", "scope_edit"])
def test_huge_ids_are_absent(name: str, pk: int, engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    assert browser.get(reverse(f"engagements:{name}", args=[engagement.pk, pk])).status_code == 404
    assert browser.get(reverse("engagements:detail", args=[pk])).status_code == 404


def test_dates_and_choices_stay_as_they_were_typed(engagement: Engagement, asked: Callable[..., Any]) -> None:
    browser, url = asked(BY_NAME["create"])
    body = BY_NAME["create"].body(engagement) | {
        "site": "",
        "start_on": "2026-03-02",
        "agreed_go_live_on": "2026-04-15",
    }
    shown = browser.post(url, body).content.decode()
    assert 'value="2026-03-02"' in shown
    assert 'value="CN" selected' in shown
    assert shown.count(" checked") == 4
