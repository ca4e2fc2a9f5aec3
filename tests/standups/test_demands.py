"""What the days on site demand before the review begins."""

from __future__ import annotations

import pytest
from django.test import Client

from engagements import gates
from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from standups.models import Problem, Severity
from tests.conftest import SignIn
from tests.factories import ProblemFactory


def standing(engagement: Engagement) -> list[gates.Standing]:
    found = gates.standing_before(engagement, Phase.REVIEW)
    return [row for row in found if row.obstacle.code == "problems.critical"]


@pytest.mark.parametrize("is_internal", [True, False])
def test_an_open_critical_problem_stands_before_the_review(
    engagement: Engagement, engineer: User, sign_in: SignIn, is_internal: bool
) -> None:
    """Every refusal says what is missing and links to it."""
    ProblemFactory(engagement=engagement, severity=Severity.MAJOR)
    assert standing(engagement) == []
    problem = ProblemFactory(engagement=engagement, severity=Severity.CRITICAL, is_internal=is_internal)
    (found,) = standing(engagement)
    browser: Client = sign_in(engineer)
    listed = browser.get(found.obstacle.url).context["rows"]
    assert [row.problem.pk for row in listed] == [problem.pk]
    Problem.objects.update(solved_on=engagement.today())
    assert standing(engagement) == []


def test_another_engagements_problem_stands_in_nobodys_way(
    engagement: Engagement, foreign_engagement: Engagement
) -> None:
    ProblemFactory(engagement=foreign_engagement, severity=Severity.CRITICAL)
    assert standing(engagement) == []
