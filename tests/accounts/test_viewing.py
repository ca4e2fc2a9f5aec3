"""How a look as a client's person begins and ends, and that it leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts import viewing
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.looking import BANNER, dashboard_of, look_as


@pytest.fixture
def looking(manager: User, client_pm: User, engagement: Engagement, sign_in: SignIn) -> Client:
    browser = sign_in(manager)
    look_as(browser, engagement, client_pm)
    return browser


def is_over(browser: Client, engagement: Engagement) -> bool:
    """The next page says that it has ended, and the one after it is the manager's own."""
    answer = browser.get(dashboard_of(engagement))
    return answer.status_code == 302 and BANNER not in browser.get("/accounts/settings/").content.decode()


def test_the_banner_says_whose_eyes(looking: Client, engagement: Engagement) -> None:
    page = looking.get(dashboard_of(engagement))
    assert "what 陈镕 sees (华东机械, Client PM)" in page.content.decode()
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "王海明" not in page.content.decode()


def test_the_audit_knows_who_looked(looking: Client, manager: User, client_pm: User, engagement: Engagement) -> None:
    entry = AuditEntry.objects.filter(chain=engagement.audit_chain).latest("number")
    assert (entry.action, entry.actor, entry.data["user"]) == ("team.viewed_as", manager, client_pm.pk)


def test_the_button_leads_back(looking: Client, engagement: Engagement) -> None:
    assert looking.post(reverse("accounts:view_as_end")).headers["Location"] == engagement.get_absolute_url()
    assert BANNER not in looking.get(engagement.get_absolute_url()).content.decode()


def test_it_ends_by_itself(looking: Client, engagement: Engagement) -> None:
    with time_machine.travel(timezone.now() + viewing.LASTS - timedelta(minutes=1), tick=False):
        assert looking.get(dashboard_of(engagement)).status_code == 200
    with time_machine.travel(timezone.now() + viewing.LASTS + timedelta(minutes=1), tick=False):
        assert is_over(looking, engagement)


def test_what_is_sent_too_late_is_not_done_in_the_managers_name(looking: Client, engagement: Engagement) -> None:
    url = reverse("standups:concern_create", args=[engagement.pk])
    with time_machine.travel(timezone.now() + viewing.LASTS + timedelta(minutes=1), tick=False):
        looking.post(url, {"title": "太慢", "symptom": "等了十分钟"})
    assert not engagement.problems.unscoped().exists()


def test_it_ends_when_the_person_leaves(looking: Client, client_pm: User, engagement: Engagement) -> None:
    client_pm.memberships.unscoped().update(ended_at=timezone.now())
    assert is_over(looking, engagement)


def test_it_ends_when_the_persons_account_is_closed(looking: Client, client_pm: User, engagement: Engagement) -> None:
    User.objects.filter(pk=client_pm.pk).update(is_active=False)
    assert is_over(looking, engagement)


def test_it_ends_when_the_manager_may_not_any_more(looking: Client, manager: User, engagement: Engagement) -> None:
    User.objects.filter(pk=manager.pk).update(role=Role.ENGINEER)
    assert is_over(looking, engagement)


def test_it_ends_with_the_session(looking: Client, engineer: User, engagement: Engagement) -> None:
    looking.post(reverse("account_logout"))
    assert viewing.MARKER not in looking.session
    looking.force_login(engineer)
    assert BANNER not in looking.get(dashboard_of(engagement)).content.decode()


def test_a_marker_of_somebody_elses_making_opens_nothing(
    client_pm: User, business_owner: User, engagement: Engagement, sign_in: SignIn
) -> None:
    browser = sign_in(client_pm)
    session = browser.session
    session[viewing.MARKER] = "made:up:marker"
    session.save()
    assert is_over(browser, engagement)


def test_language_and_theme_stay_the_managers(
    looking: Client, manager: User, client_pm: User, engagement: Engagement
) -> None:
    User.objects.filter(pk=manager.pk).update(language="zh-hans", theme="dark")
    User.objects.filter(pk=client_pm.pk).update(language="en", theme="light")
    page = looking.get(dashboard_of(engagement)).content.decode()
    assert '<html lang="zh-Hans">' in page
    assert '<meta name="color-scheme" content="dark">' in page
    looking.post(reverse("accounts:set_language"), {"language": "en"})
    assert (User.objects.get(pk=manager.pk).language, User.objects.get(pk=client_pm.pk).language) == ("en", "en")


def test_the_client_never_gets_the_banner(
    looking: Client, client_pm: User, engagement: Engagement, sign_in: SignIn
) -> None:
    """Both pages are made of the one kept body; the mark that the manager's browser holds is not the client's."""
    seen, theirs = looking.get(dashboard_of(engagement)), sign_in(client_pm).get(dashboard_of(engagement))
    assert BANNER in seen.content.decode()
    assert BANNER not in theirs.content.decode()
    assert seen.headers["ETag"] != theirs.headers["ETag"]
    left = sign_in(client_pm).get(dashboard_of(engagement), headers={"If-None-Match": seen.headers["ETag"]})
    assert left.status_code == 200


def test_looking_writes_nothing(looking: Client, engagement: Engagement) -> None:
    """Also not that the page was read: a service that would is refused by the connection itself."""
    with CaptureQueriesContext(connection) as asked:
        looking.get(dashboard_of(engagement))
    assert [
        query["sql"] for query in asked if not query["sql"].lstrip().startswith(("SELECT", "SAVEPOINT", "RELEASE"))
    ] == []


def test_only_managers_look_and_only_as_who_came_in(
    manager: User, engineer: User, client_pm: User, engagement: Engagement, sign_in: SignIn
) -> None:
    overview = engagement.get_absolute_url()
    member = engagement.memberships.unscoped().get(user=client_pm)
    url = reverse("engagements:view_as", args=[engagement.pk, member.pk])
    assert url in sign_in(manager).get(overview).content.decode()
    assert url not in sign_in(engineer).get(overview).content.decode()
    User.objects.filter(pk=client_pm.pk).update(is_active=False)
    assert url not in sign_in(manager).get(overview).content.decode()
    browser = sign_in(manager)
    assert browser.post(url).headers["Location"] == reverse("engagements:team", args=[engagement.pk])
    assert viewing.MARKER not in browser.session
