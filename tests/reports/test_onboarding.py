"""An empty installation leads to its first engagement, step by step; nothing of the list is stored."""

from __future__ import annotations

from django.test import Client as Browser

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from reports.onboarding import first_steps
from tests.conftest import SignIn
from tests.factories import ClientFactory, EngagementFactory, MembershipFactory, ObjectiveFactory, UserFactory

TITLE = "Your first engagement, step by step"


def standing(manager: User) -> list[tuple[bool, bool]]:
    """Of each step whether it is done, and whether it can be pressed."""
    return [(step.is_done, bool(step.url)) for step in first_steps(manager)]


def test_each_step_is_read_from_the_rows(manager: User) -> None:
    assert standing(manager) == [(False, True), (False, True), (False, False), (False, False), (False, False)]
    engineer = UserFactory(role=Role.ENGINEER)
    client = ClientFactory()
    assert [done for done, _url in standing(manager)] == [True, True, False, False, False]
    assert first_steps(manager)[2].url.endswith(f"?client={client.pk}")
    engagement = EngagementFactory(client=client, created_by=manager)
    MembershipFactory(engagement=engagement, user=engineer, part=Part.LEAD)
    assert [done for done, _url in standing(manager)] == [True, True, True, False, False]
    MembershipFactory(engagement=engagement, user=UserFactory(role=Role.CLIENT), part=Part.CLIENT_PM)
    assert [done for done, _url in standing(manager)] == [True, True, True, True, False]
    ObjectiveFactory(engagement=engagement)
    assert first_steps(manager) == []


def test_it_is_for_the_first_one_alone(manager: User, engagement: Engagement, foreign_engagement: Engagement) -> None:
    assert first_steps(manager) == []


def opened(browser: Browser, url: str) -> str:
    return browser.get(url).content.decode()


def test_the_portfolio_begins_with_it(manager: User, sign_in: SignIn) -> None:
    page = opened(sign_in(manager), "/portfolio/")
    assert TITLE in page
    assert 'href="/accounts/people/new/"' in page
    assert "No engagement is running" not in page


def test_every_step_can_be_gone(manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    UserFactory(role=Role.ENGINEER)
    EngagementFactory(created_by=manager)
    for step in first_steps(manager):
        assert browser.get(step.url).status_code == 200, step.label


def test_an_administrator_invites_a_manager_first(administrator: User, sign_in: SignIn) -> None:
    assert "Invite a delivery manager first" in opened(sign_in(administrator), "/accounts/people/")
    UserFactory(role=Role.MANAGER)
    assert "Invite a delivery manager first" not in opened(sign_in(administrator), "/accounts/people/")
