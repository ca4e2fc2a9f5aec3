"""In-place help: each main screen says what it is for and what to do first."""

from __future__ import annotations

import re

import pytest
from django.urls import NoReverseMatch, reverse

from engagements.models import Engagement
from engagements.workspace import _CLIENT_TABS, _VENDOR_TABS
from onsite.accounts.models import User
from reports.about import ABOUT
from tests.conftest import SignIn
from tests.policies import Company, Inside
from tests.routes import ROUTES

# Files, what only leads on, and pages that are a preview of another; settings have their own words beside each field.
NO_SCREEN = {
    "home", "search:page", "standups:today", "standups:preview", "reports:run_sheet", "reports:week_chat", "reports:day_chat",
    "reports:interview_guide", "reports:minutes", "engagements:function_export", "engagements:plan_export",
    "standups:problem_export", "standups:data_export", "reports:portfolio_export", "accounts:sign_in", "accounts:templates", "accounts:calendars",
    "notifications:preview", "accounts:company_logo",
}  # fmt: skip


def is_screen(name: str) -> bool:
    """Whether a route is a list or an overview: it needs no row's id, and nothing is sent to it."""
    rule = ROUTES[name]
    if name in NO_SCREEN or not isinstance(rule, Inside | Company) or rule.get is None or rule.post is not None:
        return False
    return not rule.ids if isinstance(rule, Inside) else _needs_no_row(name)


def _needs_no_row(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


def test_every_main_screen_has_its_words() -> None:
    assert sorted(name for name in ROUTES if is_screen(name) and name not in ABOUT) == []


def test_no_words_are_left_over() -> None:
    assert sorted(set(ABOUT) - set(ROUTES)) == []


def test_every_tab_leads_to_words() -> None:
    assert [route for _key, _label, route in (*_VENDOR_TABS, *_CLIENT_TABS) if route not in ABOUT] == []


@pytest.mark.parametrize("name", sorted(ABOUT))
def test_it_is_short(name: str) -> None:
    """Two or three sentences: what it is, and what comes first."""
    assert 1 <= len(re.findall(r"[.:;](\s|$)", str(ABOUT[name]))) <= 5
    assert len(str(ABOUT[name])) <= 240


def test_it_stands_on_the_page_and_not_on_what_went_wrong(
    manager: User, client_pm: User, engagement: Engagement, sign_in: SignIn
) -> None:
    url = f"/engagements/{engagement.pk}/plan/"
    assert '<details class="page-about">' in sign_in(client_pm).get(url).content.decode()
    absent = sign_in(manager).get("/engagements/987654321/plan/")
    assert absent.status_code == 404
    assert '<details class="page-about">' not in absent.content.decode()
