"""Satisfaction across the company (R1): by client, by engagement, and for managers by engineer; never without the number
of answers, never who said what."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from engagements.marks import Mean
from engagements.models import Engagement, Membership
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from reports.dashboards.portfolio import load_portfolio
from reports.satisfaction import means_of, overview, satisfaction_of
from tests.conftest import SignIn
from tests.factories import EngagementFactory, MembershipFactory, SurveyAnswerFactory, SurveyFactory, UserFactory

URL = reverse("reports:satisfaction")
QUESTIONS = [
    {"key": "q1", "text": "培训是否够用？", "kind": "mark"},
    {"key": "q2", "text": "还缺什么？", "kind": "text"},
]


def mean(value: str | None, answers: int) -> Mean:
    return Mean(Decimal(value) if value else None, answers)


def seen(rows: list[object]) -> dict[str, Mean]:
    return {str(row.of): row.mean for row in rows}  # type: ignore[attr-defined]


def answers(engagement: Engagement, *marks: int, **fields: object) -> None:
    survey = engagement.surveys.unscoped().first() or SurveyFactory(engagement=engagement)
    for mark in marks:
        SurveyAnswerFactory(survey=survey, overall=mark, **fields)


# --- one engagement --------------------------------------------------------------------------------------------------


def test_of_one_engagement(engagement: Engagement) -> None:
    """R1: every mark of every survey; own questions only where somebody marked them."""
    survey = SurveyFactory(engagement=engagement, questions=QUESTIONS)
    SurveyAnswerFactory(survey=survey, overall=4, values={"q1": 5, "q2": "再多一天"})
    SurveyAnswerFactory(survey=survey, overall=5, values={})
    SurveyAnswerFactory(survey=survey, overall=4, values={"q1": 2})
    found = satisfaction_of(engagement)
    assert (found.mean, found.answers, found.out_of, found.on_paper) == (Decimal("4.3"), 3, 5, 0)
    assert found.questions == (("培训是否够用？", mean("3.5", 2)),)


def test_of_one_that_nobody_answered(engagement: Engagement) -> None:
    found = satisfaction_of(engagement)
    assert (found.mean, found.answers, found.questions) == (None, 0, ())
    assert means_of([engagement]) == {}


@pytest.mark.django_db
@given(st.lists(st.lists(st.integers(1, 5), max_size=6), min_size=1, max_size=3))
def test_the_whole_is_the_sum_of_its_parts(marks: list[list[int]]) -> None:
    """R1: answers counted by engagement and by client are the same answers, each once."""
    manager = UserFactory(role=Role.MANAGER)
    Engagement.objects.unscoped().delete()
    for given_here in marks:
        answers(EngagementFactory(created_by=manager), *given_here)
    found = overview(manager)
    total = sum(map(len, marks))
    assert found.all.answers == total
    for rows in (found.clients, found.engagements):
        assert sum(row.mean.answers for row in rows) == total
        assert all(row.mean.answers for row in rows)


# --- the company -----------------------------------------------------------------------------------------------------


def test_by_client_and_engagement_the_lowest_first(engagement: Engagement, manager: User) -> None:
    second = EngagementFactory(client=engagement.client, created_by=manager)
    other = EngagementFactory(created_by=manager)
    answers(engagement, 5, 4)
    answers(second, 3)
    answers(other, 2)
    found = overview(manager)
    assert [row.mean for row in found.clients] == [mean("2.0", 1), mean("4.0", 3)]
    assert [row.of for row in found.engagements] == [other, second, engagement]
    assert found.all == mean("3.5", 4)


def test_by_engineer_only_what_was_said_while_they_were_there(
    engagement: Engagement, engineer: User, colleague: User, client_pm: User, manager: User
) -> None:
    """R1: per engineer, vendor only; once an answer in however many parts."""
    MembershipFactory(engagement=engagement, user=engineer, part=Part.TRAINER)
    today = engagement.today()
    left = engagement.local(today - timedelta(days=5), datetime.min.time())
    engagement.memberships.update(joined_at=left - timedelta(days=30))
    Membership.objects.unscoped().filter(user=colleague).update(ended_at=left)
    answers(engagement, 5, answered_on=today)
    answers(engagement, 2, answered_on=today - timedelta(days=5))
    answers(engagement, 1, answered_on=today - timedelta(days=60))
    found = seen(overview(manager).engineers)  # type: ignore[arg-type]
    assert found == {str(engineer): mean("3.5", 2), str(colleague): mean("2.0", 1)}


def test_an_engineer_reads_their_engagements_and_nobodys_marks(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    """R1: by engineer is for managers alone."""
    engagement.memberships.update(joined_at=engagement.local(engagement.start_on, datetime.min.time()))
    answers(engagement, 4)
    answers(foreign_engagement, 1)
    found = overview(engineer)
    assert [row.of for row in found.engagements] == [engagement] and found.engineers == []
    page = sign_in(engineer).get(URL).content.decode()
    assert engagement.name in page and foreign_engagement.name not in page and "By engineer" not in page
    theirs = sign_in(manager).get(URL).content.decode()
    assert foreign_engagement.name in theirs and "By engineer" in theirs and engineer.name in theirs


def test_the_page_says_neither_words_nor_names_of_clients(
    engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    answers(engagement, 2, text="排产慢得让人着急", name="陈镕的名字")
    page = sign_in(manager).get(URL).content.decode()
    assert "2.0" in page and "排产慢得让人着急" not in page and "陈镕的名字" not in page


def test_a_client_has_no_such_page(client_pm: User, sign_in: SignIn) -> None:
    assert sign_in(client_pm).get(URL).status_code == 403


def test_where_nobody_answered_it_says_what_to_do(manager: User, sign_in: SignIn) -> None:
    assert reverse("engagements:list") in sign_in(manager).get(URL).content.decode()


def test_the_portfolio_says_the_mean_with_its_answers(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    other = EngagementFactory(created_by=manager)
    answers(engagement, 4, 5)
    rows = {row.engagement: row.satisfaction for row in load_portfolio(manager).rows}
    assert rows == {engagement: mean("4.5", 2), other: None}
    assert "4.5" in sign_in(manager).get(reverse("reports:portfolio")).content.decode()


def test_the_page_asks_as_often_at_thirty(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    """SPEED: at one and at thirty engagements, engineers and answers."""
    browser = sign_in(manager)

    def grow(number: int) -> None:
        for _i in range(number):
            one = EngagementFactory(created_by=manager)
            MembershipFactory(engagement=one, user=UserFactory(), part=Part.LEAD)
            answers(one, 4)

    def count() -> int:
        browser.get(URL)
        with CaptureQueriesContext(connection) as queries:
            browser.get(URL)
        return len(queries)

    grow(1)
    few = count()
    grow(29)
    assert count() == few <= 7
