"""Two at the same moment with one survey, on two real connections (R1, TRUST 9).

With `EngagementQuerySet.lock` taken out, all but the last fail.
"""

from __future__ import annotations

import pytest

from engagements.models import Engagement, MailedLink, Survey
from engagements.services import survey_answers, surveys
from onsite.accounts.models import User
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from tests.conftest import InParallel
from tests.engagements.surveying import ask, enter, fresh, link_of, plan_survey
from tests.engagements.test_races import AGAIN, told

pytestmark = pytest.mark.usefixtures("postgresql")


def again(engagement: Engagement) -> None:
    """Make room for another survey at the end."""
    Survey.objects.unscoped().filter(engagement=engagement).delete()


def answered(row: Survey) -> int:
    return AuditEntry.objects.filter(action="survey.answered", target__endswith=f":{row.pk}").count()


def test_two_posts_of_one_person_keep_one_answer(
    engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    for _round in range(AGAIN):
        row = ask(engagement, engineer, client_pm)
        results = in_parallel(
            *[
                lambda row=row, mark=mark: survey_answers.answer_on_screen(
                    actor=client_pm, survey=fresh(row), overall=mark
                )
                for mark in (1, 3, 5)
            ]
        )
        assert len(told(results)) == 2
        assert row.answers.count() == answered(row) == 1
        again(engagement)


def test_link_screen_and_paper_at_once_keep_one_answer(
    engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    for _round in range(AGAIN):
        row = ask(engagement, engineer, client_pm)
        one, other = link_of(row, client_pm), link_of(row, client_pm)
        results = in_parallel(
            lambda one=one: survey_answers.answer_by_link(link=one, overall=1),
            lambda other=other: survey_answers.answer_by_link(link=other, overall=2),
            lambda row=row: survey_answers.answer_on_screen(actor=client_pm, survey=fresh(row), overall=3),
            lambda row=row: enter(fresh(row), engineer, person=client_pm, overall=4),
        )
        assert len(told(results)) == 3
        assert row.answers.count() == answered(row) == 1
        assert not Message.objects.waiting().filter(dedupe_key__startswith=f"survey:{row.pk}:").exists()
        assert not MailedLink.objects.unscoped().usable().filter(subject_id=row.pk, purpose="survey").exists()
        again(engagement)


def test_asking_twice_at_once_mails_once(
    engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    for _round in range(AGAIN):
        row = plan_survey(engagement, engineer)
        results = in_parallel(
            *[
                lambda row=row: surveys.ask_survey(actor=engineer, survey=fresh(row), people=[client_pm])
                for _i in range(3)
            ]
        )
        assert len(told(results)) == 2
        assert row.invitations.count() == 1
        asked = Message.objects.filter(kind="survey_asked", dedupe_key__startswith=f"survey:{row.pk}:")
        assert asked.count() == 1
        again(engagement)


def test_two_surveys_at_the_end_at_once_are_one(
    engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    for _round in range(AGAIN):
        results = in_parallel(*[lambda: plan_survey(engagement, engineer)] * 2)
        assert len(told(results)) == 1
        assert engagement.surveys.count() == 1
        again(engagement)


def test_closing_while_somebody_answers_leaves_no_half(
    engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    for _round in range(AGAIN):
        row = ask(engagement, engineer, client_pm)
        results = in_parallel(
            lambda row=row: surveys.close_survey(actor=engineer, survey=fresh(row)),
            lambda row=row: survey_answers.answer_on_screen(actor=client_pm, survey=fresh(row), overall=5),
        )
        assert len(told(results)) == 1 - row.answers.count()
        assert fresh(row).closed_at is not None
        again(engagement)
