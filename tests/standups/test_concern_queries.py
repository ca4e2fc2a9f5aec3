"""The pages of a concern ask as often for much evidence and many measures as for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Problem
from standups.services.replies import Measure
from standups.services.verdicts import reopen_concern
from tests.conftest import SignIn
from tests.factories import ConcernFactory, EvidenceFactory
from tests.standups.concerning import answered, raised
from tests.standups.test_evidence import a_file
from tests.standups.test_query_counts import count


def grow(engagement: Engagement, engineer: User, client: User, problem: Problem, rows: int) -> None:
    """Make everything there is of a concern `rows` times: evidence of both kinds, measures, rounds, other concerns."""
    due_on = engagement.today() + timedelta(days=1)
    for number in range(rows):
        EvidenceFactory(problem=problem, added_by=engineer)
        if number % 3 == 0:
            a_file(engineer, problem, f"log {number}")
        answered(engineer, problem, *[Measure(f"措施 {one}", due_on) for one in range(rows)])
        given = problem.replies.unscoped().given().order_by("-round")[0]
        reopen_concern(actor=client, problem=problem, round_seen=given.round, note="仍然慢")
        answered(engineer, ConcernFactory(engagement=engagement))


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_pages_ask_as_often_for_ten_rows(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, who: str
) -> None:
    problem = raised(engagement, client_pm)
    grow(engagement, engineer, client_pm, problem, 1)
    urls = [problem.get_absolute_url(), reverse("standups:problems", args=[engagement.pk])]
    if who == "engineer":
        urls.append(reverse("standups:reply", args=[engagement.pk, problem.pk]))
    browser = sign_in(engineer if who == "engineer" else client_pm)
    before = [count(browser, url) for url in urls]
    grow(engagement, engineer, client_pm, problem, 10)
    assert [count(browser, url) for url in urls] == before
