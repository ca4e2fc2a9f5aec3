"""Surveys on paper, what the database keeps of answers, and the closing gate (R1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from engagements import demands
from engagements.models import Engagement, MailedLink, Membership, Survey, SurveyAnswer, Waiver
from engagements.services import plan, survey_answers
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from reports.dashboards.waived import StillMissing
from tests.engagements.surveying import ask, enter, fresh, link_of, plan_survey, waiting
from tests.factories import FollowUpVisitFactory, SurveyAnswerFactory, SurveyFactory, UserFactory

# --- on paper --------------------------------------------------------------------------------------------------------


def test_paper_is_marked_and_says_who_entered_it(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """R1: on paper too, entered by the vendor and marked so."""
    row = ask(engagement, engineer, client_pm)
    answer = enter(row, engineer, person=client_pm, name="", values={"q1": 2})
    assert (answer.method, answer.entered_by, answer.name, answer.user) == (
        "paper", engineer, client_pm.name, client_pm,
    )  # fmt: skip
    assert answer.scan.is_internal
    assert waiting(row) == [] and not MailedLink.objects.usable().exists()
    with pytest.raises(DomainError):
        survey_answers.answer_on_screen(actor=client_pm, survey=row, overall=5)


def test_nobody_answers_twice_on_paper(engagement: Engagement, engineer: User, client_pm: User) -> None:
    row = ask(engagement, engineer, client_pm)
    survey_answers.answer_on_screen(actor=client_pm, survey=row, overall=5)
    enter(row, engineer, name="王伟")
    refusals: list[tuple[dict[str, object], str]] = [
        ({"person": client_pm}, "person"),
        ({"name": "王伟"}, "name"),
        ({"name": client_pm.name}, "name"),
        ({"name": "  "}, "name"),
    ]
    for fields, name in refusals:
        with pytest.raises(DomainError) as refused:
            enter(row, engineer, **fields)
        assert refused.value.field == name
    assert enter(row, engineer, name="王伟（计划部）").pk


def test_whoever_has_an_account_is_not_entered_by_name(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    """Else they could answer once on paper and once on screen."""
    row = ask(engagement, engineer, client_pm)
    with pytest.raises(DomainError) as refused:
        enter(row, engineer, name=client_pm.name)
    assert refused.value.field == "name" and not row.answers.exists()
    assert enter(row, engineer, name=f"{client_pm.name}（计划部）").pk


def test_two_accounts_of_one_name_both_answer(engagement: Engagement) -> None:
    row = SurveyFactory(engagement=engagement)
    for _i in range(2):
        SurveyAnswerFactory(survey=row, user__name="王伟")
    assert row.answers.count() == 2


def test_an_engagement_without_a_signed_in_client_asks_on_paper(engagement: Engagement, engineer: User) -> None:
    """RULES: from start to closed with no client ever signing in, also where data stays on site."""
    Engagement.objects.filter(pk=engagement.pk).update(data_stays_on_site=True)
    row = plan_survey(engagement, engineer)
    enter(row, engineer)
    assert fresh(row).is_open and fresh(row).asked_by == engineer
    assert Survey.objects.unscoped().asked().of_closing().exists()


def test_the_day_of_a_sheet_must_be_possible(engagement: Engagement, engineer: User, client_pm: User) -> None:
    row = ask(engagement, engineer, client_pm)
    for day in (engagement.start_on - timedelta(days=1), engagement.today() + timedelta(days=1)):
        with pytest.raises(DomainError) as refused:
            enter(row, engineer, answered_on=day)
        assert refused.value.field == "answered_on"


def test_a_sheet_of_a_stranger_is_refused(engagement: Engagement, engineer: User, client_pm_2: User) -> None:
    row = plan_survey(engagement, engineer)
    with pytest.raises(DomainError) as refused:
        enter(row, engineer, person=client_pm_2)
    assert refused.value.field == "person"


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [{"overall": 6}, {"overall": 0}, {"method": "paper"}, {"user": None}])
def test_the_database_refuses_what_must_never_be(fault: dict[str, object]) -> None:
    given = {"name": "陈镕"} | fault
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyAnswerFactory(**given)


def test_what_was_sent_is_in_the_audit(engagement: Engagement, engineer: User, client_pm: User) -> None:
    row = ask(engagement, engineer, client_pm)
    survey_answers.answer_by_link(link=link_of(row, client_pm), overall=4)
    actions = list(
        AuditEntry.objects.filter(action__startswith="survey.").order_by("pk").values_list("action", flat=True)
    )
    assert actions == ["survey.planned", "survey.asked", "survey.answered"]


def test_the_position_comes_with_the_account(engagement: Engagement) -> None:
    user = UserFactory(role="client", title="计划部长")
    Membership.objects.create(engagement=engagement, user=user, part="key_user")
    row = SurveyFactory(engagement=engagement)
    assert survey_answers.answer_on_screen(actor=user, survey=row, overall=5).role == "计划部长"
    assert SurveyAnswer.objects.unscoped().of_person(user).count() == 1


# --- the closing gate ------------------------------------------------------------------------------------------------


def test_the_closing_asks_for_a_survey_at_the_end(engagement: Engagement, engineer: User) -> None:
    """R1: planned or at a milestone is not asked at the end; the first sheet on paper is."""
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    SurveyFactory(engagement=engagement, occasion="milestone", stage=engagement.stages.unscoped()[0])
    row = plan_survey(engagement, engineer)
    (missing,) = demands.satisfaction_asked(engagement)
    assert (missing.code, missing.waivable) == (demands.NOT_ASKED, True)
    enter(row, engineer)
    assert demands.satisfaction_asked(engagement) == []


def test_a_visit_makes_up_for_what_was_let_pass(engagement: Engagement, manager: User) -> None:
    """R1: here and in the portfolio; a closed engagement is not surveyed any more."""
    waiver = Waiver.objects.create(
        engagement=engagement, before_phase="closed", obstacle=demands.NOT_ASKED, obstacle_text="x", reason="x",
        due_on=engagement.today(), granted_by=manager,
    )  # fmt: skip
    assert demands.satisfaction_asked(engagement) and waiver in StillMissing(manager, [engagement.pk])
    FollowUpVisitFactory(engagement=engagement, satisfaction=4)
    assert demands.satisfaction_asked(engagement) == [] and waiver not in StillMissing(manager, [engagement.pk])
