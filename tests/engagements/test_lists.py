"""Lists cost the same at one row and at thirty; they find by words and phase, and say what to do first when empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from tests.conftest import SignIn
from tests.factories import (
    ClientFactory,
    EngagementFactory,
    MembershipFactory,
    ObjectiveFactory,
    ScopeItemFactory,
    UserFactory,
)

LIST = reverse("engagements:list")


def queries(browser: Client, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


def an_engagement(member: User) -> None:
    engagement = EngagementFactory()
    MembershipFactory(engagement=engagement, part=Part.LEAD)
    MembershipFactory(engagement=engagement, user=member)


@pytest.mark.parametrize("who", ["manager", "outsider_engineer"])
def test_engagements_cost_the_same_at_one_and_at_thirty(
    who: str, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    browser = sign_in(user)
    an_engagement(user)
    one = queries(browser, LIST)
    for _i in range(29):
        an_engagement(user)
    assert queries(browser, LIST) == one


def test_clients_cost_the_same_at_one_and_at_thirty(manager: User, sign_in: SignIn) -> None:
    browser, url = sign_in(manager), reverse("engagements:client_list")
    EngagementFactory()
    one = queries(browser, url)
    for _i in range(29):
        EngagementFactory()
    assert queries(browser, url) == one


@pytest.mark.parametrize(
    ("name", "add"),
    [
        ("prepare", lambda e: (ObjectiveFactory(engagement=e), ScopeItemFactory(engagement=e))),
        ("review", lambda e: ObjectiveFactory(engagement=e)),
        ("team", lambda e: MembershipFactory(engagement=e, user=UserFactory())),
        ("detail", lambda e: MembershipFactory(engagement=e, user=UserFactory())),
    ],
)
def test_a_page_of_an_engagement_costs_the_same_at_one_and_at_thirty(
    name: str, add: Callable[[Engagement], Any], engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    browser, url = sign_in(manager), reverse(f"engagements:{name}", args=[engagement.pk])
    add(engagement)
    one = queries(browser, url)
    for _i in range(29):
        add(engagement)
    assert queries(browser, url) == one


def names_found(browser: Client, **query: str) -> set[str]:
    shown = browser.get(LIST, query).content.decode()
    return {engagement.name for engagement in Engagement.objects.unscoped() if engagement.name in shown}


def test_found_by_name_site_or_client_and_by_phase(manager: User, sign_in: SignIn) -> None:
    bank = ClientFactory(name="江海银行股份有限公司", short_name="江海")
    EngagementFactory(client=bank, name="零售 CRM", site="总行", phase=Phase.REVIEW)
    EngagementFactory(name="生产计划", site="苏州工厂")
    EngagementFactory(name="门诊系统", site="仁和医院 100%", phase=Phase.EXECUTION)
    browser = sign_in(manager)
    assert names_found(browser) == {"零售 CRM", "生产计划", "门诊系统"}
    assert names_found(browser, q="crm") == {"零售 CRM"}
    assert names_found(browser, q="江海") == {"零售 CRM"}
    assert names_found(browser, q="股份") == {"零售 CRM"}
    assert names_found(browser, q="苏州") == {"生产计划"}
    assert names_found(browser, q="100%") == {"门诊系统"}
    assert names_found(browser, phase="execution") == {"门诊系统"}
    assert names_found(browser, q="crm", phase="execution") == set()


@pytest.mark.parametrize("query", [{"q": "a\x00b"}, {"q": "长" * 5000}, {"phase": "nowhere"}, {"page": "9" * 5000},
                                   {"page": "-3"}, {"page": "x"}, {"q": "\u202eabc"}])  # fmt: skip
def test_an_absurd_search_still_answers(
    query: dict[str, str], engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    response = sign_in(manager).get(LIST, query)
    assert response.status_code == 200
    assert engagement.name in response.content.decode()


def test_pages_of_thirty(manager: User, sign_in: SignIn) -> None:
    for number in range(31):
        EngagementFactory(name=f"项目{number:02}")
    browser = sign_in(manager)
    assert len(names_found(browser)) == 30
    assert len(names_found(browser, page="2")) == 1


@pytest.mark.parametrize(
    ("who", "said"),
    [("manager", "Create the first one"), ("other_engineer", "A delivery manager or lead engineer adds you"),
     ("other_client", "You are not part of an engagement at the moment")],
)  # fmt: skip
def test_an_empty_list_says_what_to_do_first(who: str, said: str, manager: User, sign_in: SignIn) -> None:
    people: dict[str, User] = {
        "manager": manager,
        "other_engineer": UserFactory(),
        "other_client": UserFactory(role="client"),
    }
    shown = sign_in(people[who]).get(LIST).content.decode()
    assert said in shown
    assert (reverse("engagements:create") in shown) is (who == "manager")


def test_everybody_sees_their_own(
    engagement: Engagement, foreign_engagement: Engagement, client_pm: User, outsider_engineer: User, sign_in: SignIn
) -> None:
    assert names_found(sign_in(client_pm)) == {engagement.name}
    assert names_found(sign_in(outsider_engineer)) == {foreign_engagement.name}
