"""R3: the worklist of visits, nobody reached with one press, and the new needs of their owners."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement, FollowUpVisit, NewNeed, Phase, VisitAttempt
from onsite.accounts.models import User
from tests.conftest import SignIn
from tests.engagements.visiting import appoint
from tests.factories import (
    ClientFactory,
    EngagementFactory,
    FollowUpVisitFactory,
)


@pytest.fixture
def visit(engagement: Engagement, engineer: User, client_pm: User) -> FollowUpVisit:
    """A visit due today, in an engagement that is closed but for it."""
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CLOSED)
    engagement.refresh_from_db()
    return FollowUpVisitFactory(engagement=engagement)


def address(name: str, visit: FollowUpVisit) -> str:
    return reverse(f"reports:{name}", args=[visit.engagement_id, visit.pk])


def shown(browser: Client, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_nobody_reached_with_one_press(visit: FollowUpVisit, engineer: User, sign_in: SignIn) -> None:
    browser = sign_in(engineer)
    FollowUpVisit.objects.update(holder=engineer)
    listed = reverse("reports:visit_worklist")
    response = browser.post(address("visit_attempt", visit), {"from": "worklist", "attempt-channel": "phone"})
    assert response.headers["Location"] == listed
    assert "1 time not reached" in shown(browser, listed)
    browser.post(address("visit_attempt", visit), {"attempt-channel": "phone", "attempt-note": "长" * 201})
    browser.post(address("visit_attempt", visit), {"attempt-channel": "pigeon"})
    assert VisitAttempt.objects.unscoped().count() == 1


def test_the_worklist_shows_mine_all_and_the_overdue(
    visit: FollowUpVisit, manager: User, engineer: User, sign_in: SignIn
) -> None:
    """R3: mine (I lead it, run it, or am to hold it), all I may see, overdue."""
    other = EngagementFactory(client=ClientFactory(short_name="仁和医院"))
    late = FollowUpVisitFactory(engagement=other, due_on=other.today() - timedelta(days=2))
    url = reverse("reports:visit_worklist")
    everything, overdue = (shown(sign_in(manager), f"{url}?show={show}") for show in ("all", "overdue"))
    assert "仁和医院" in everything
    assert "华东机械" in everything
    assert everything.index("仁和医院") < everything.index("华东机械"), "by day"
    assert "2 days late" in overdue
    assert "华东机械" not in overdue
    assert "仁和医院" not in shown(sign_in(manager), url)
    assert "仁和医院" not in shown(sign_in(engineer), f"{url}?show=all")
    FollowUpVisit.objects.filter(pk=late.pk).update(holder=manager)
    assert "仁和医院" in shown(sign_in(manager), f"{url}?show=mine")
    assert shown(sign_in(manager), f"{url}?show=nonsense&page=-3")


def test_new_needs_are_listed_for_their_owner(
    visit: FollowUpVisit, manager: User, engineer: User, colleague: User, client_pm: User, sign_in: SignIn
) -> None:
    need = NewNeed.objects.create(visit=visit, text="移动端审批", owner=engineer)
    url, page = reverse("reports:new_need_list"), reverse("reports:new_need", args=[need.pk])
    assert "移动端审批" in shown(sign_in(engineer), url)
    assert "移动端审批" not in shown(sign_in(manager), url)
    assert "移动端审批" in shown(sign_in(manager), f"{url}?whose=all")
    assert sign_in(colleague).get(page).status_code == 403
    assert sign_in(client_pm).get(url).status_code == 403
    browser = sign_in(engineer)
    refused = browser.post(page, {"owner": str(engineer.pk), "state": "won", "outcome": ""}).content.decode()
    assert "Say what came of it" in refused
    assert browser.post(page, {"owner": str(engineer.pk), "state": "won", "outcome": "合同已签"}).status_code == 302
    assert "合同已签" in shown(browser, f"{url}?state=won")


def test_an_agreed_hour_stands_where_people_look(visit: FollowUpVisit, manager: User, sign_in: SignIn) -> None:
    """The portfolio, the day and the worklist go by the agreed day."""
    at = visit.engagement.local(visit.engagement.today() + timedelta(days=12), visit.engagement.stand_up_at)
    appoint(visit, manager, appointed_at=at, reason="出差", all_the_same=True)
    told = sign_in(manager).get(reverse("reports:portfolio")).context
    assert told["portfolio"].visits == [], "not this week"
    assert [row.visit.day() for row in told["rows"]] == [at.date()]
    assert address("visit", visit) in shown(sign_in(manager), reverse("reports:today"))
    assert at.strftime("%H:%M") in shown(sign_in(manager), reverse("reports:visit_worklist"))
