"""Settings: every switch of what clients see, on one page, each the switch it is on its own page."""

from __future__ import annotations

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Engagement, Phase, Publication
from engagements.views.publications import PAGES
from onsite.accounts.models import User
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.factories import EngagementFactory

PAGE = "/published/"


def test_every_item_that_can_be_published_has_its_switch() -> None:
    assert set(PAGES) == set(Publication.Item)


def test_each_switch_does_what_its_own_page_does(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)
    for item in Publication.Item:
        for is_published in (True, False):
            page = browser.get(PAGE).content.decode()
            forms = re.findall(r'<form class="end" method="post" action="([^"]+)"', page)
            (action,) = [
                address
                for address in forms
                if address == reverse(PAGES[item][1 if is_published else 2], args=[engagement.pk])
            ]
            answer = browser.post(action, {"next": PAGE})
            assert (answer.status_code, answer["Location"]) == (302, PAGE)
            found = Publication.objects.unscoped().filter(engagement=engagement, item=item)
            assert found.exists() is is_published
    chain = AuditEntry.objects.filter(chain=engagement.audit_chain).order_by("number")
    assert [entry.action for entry in chain][-4:] == ["item.published", "item.withdrawn"] * 2


def test_the_switch_leads_nowhere_else(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    """TRUST 12: `next` is checked."""
    for item, (page, publish, withdraw) in PAGES.items():
        for route in (publish, withdraw):
            address = reverse(route, args=[engagement.pk])
            answer = sign_in(manager).post(address, {"next": "https://evil.example/"})
            assert answer["Location"] == reverse(page, args=[engagement.pk]), item


def test_what_has_ended_has_no_switches(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    engagement.phase = Phase.CLOSED
    engagement.save()
    page = sign_in(manager).get(PAGE).content.decode()
    assert engagement.name not in page
    assert "No engagement is running" in page


def test_it_asks_as_often_for_one_engagement_and_for_thirty(
    engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    browser = sign_in(manager)
    browser.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        browser.get(PAGE)
    for _number in range(29):
        row = EngagementFactory(created_by=manager)
        Publication.objects.create(engagement=row, item="forecast", published_by=manager)
    with CaptureQueriesContext(connection) as many:
        assert browser.get(PAGE).status_code == 200
    assert len(many) == len(few) <= 5


def test_only_what_lies_in_an_engagement_is_under_engagements(
    engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    """The company's own pages of this app are reached by the settings."""
    browser = sign_in(manager)
    inside = ("/engagements/", engagement.get_absolute_url(), reverse("reports:dashboard", args=[engagement.pk]))
    for address, is_current in (*((one, True) for one in inside), (PAGE, False), ("/calendar-days/new/", False)):
        link = browser.get(address).content.decode().partition('<a href="/engagements/"')[2].partition(">")[0]
        assert ('aria-current="page"' in link) is is_current, address
