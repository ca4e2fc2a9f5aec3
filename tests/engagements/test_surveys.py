"""Satisfaction surveys (R1): what is asked, whom, until when; one answer each that nobody changes; reminders."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from engagements import gates
from engagements.models import Engagement, MailedLink, Membership, Phase
from engagements.services import lifecycle, plan, survey_answers, surveys
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from tests.engagements.asking import link_in, mailed
from tests.engagements.surveying import QUESTIONS, ask, fresh, link_of, plan_survey, waiting
from tests.factories import SurveyFactory

# --- what is asked ---------------------------------------------------------------------------------------------------


def test_a_new_one_starts_from_the_last_ones_questions(engagement: Engagement, engineer: User) -> None:
    """R1: the engagement's own questions need not be typed twice."""
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    stage = engagement.stages.unscoped()[0]
    row = plan_survey(engagement, engineer, occasion="milestone", stage=stage)
    assert [(one["text"], one["kind"]) for one in row.questions] == QUESTIONS
    assert surveys.usual_questions(engagement) == row.questions


def test_there_is_one_at_the_end_and_one_for_each_milestone(engagement: Engagement, engineer: User) -> None:
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    stage, other = engagement.stages.unscoped()[:2]
    plan_survey(engagement, engineer)
    plan_survey(engagement, engineer, occasion="milestone", stage=stage)
    plan_survey(engagement, engineer, occasion="milestone", stage=other)
    for fields, name in [({}, "occasion"), ({"occasion": "milestone", "stage": stage}, "stage")]:
        with pytest.raises(DomainError) as refused:
            plan_survey(engagement, engineer, **fields)
        assert refused.value.field == name
    with pytest.raises(DomainError) as refused:
        plan_survey(engagement, engineer, occasion="milestone")
    assert refused.value.field == "stage"


def test_another_engagements_stage_is_no_milestone_here(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, manager: User
) -> None:
    plan.lay_out_plan(actor=manager, engagement=foreign_engagement)
    with pytest.raises(DomainError):
        plan_survey(engagement, engineer, occasion="milestone", stage=foreign_engagement.stages.unscoped()[0])


@pytest.mark.parametrize("days", [-1, surveys.LONGEST_DAYS + 1])
def test_its_last_day_lies_ahead_and_not_too_far(engagement: Engagement, engineer: User, days: int) -> None:
    with pytest.raises(DomainError) as refused:
        plan_survey(engagement, engineer, closes_on=engagement.today() + timedelta(days=days))
    assert refused.value.field == "closes_on"


def test_once_asked_the_questions_stand(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """R1: nobody answers a question that was another one the day before."""
    row = ask(engagement, engineer, client_pm)
    later = row.closes_on + timedelta(days=7)
    surveys.save_survey(
        actor=engineer, engagement=engagement, survey=row, closes_on=later, questions=[("别的？", "mark")]
    )
    assert [one["text"] for one in fresh(row).questions] == [text for text, _kind in QUESTIONS]
    assert fresh(row).closes_on == later
    with pytest.raises(DomainError):
        surveys.delete_survey(actor=engineer, survey=row)


def test_a_planned_one_can_be_deleted_once(engagement: Engagement, engineer: User) -> None:
    row = plan_survey(engagement, engineer)
    surveys.delete_survey(actor=engineer, survey=row)
    with pytest.raises(DomainError):
        surveys.delete_survey(actor=engineer, survey=row)


def test_a_stale_page_saves_and_asks_nothing(engagement: Engagement, engineer: User, client_pm: User) -> None:
    row = plan_survey(engagement, engineer)
    old = row.fingerprint
    fields = {"actor": engineer, "engagement": engagement, "survey": row, "closes_on": row.closes_on}
    surveys.save_survey(**fields, questions=[("新的问题？", "mark")], was=old)  # type: ignore[arg-type]
    with pytest.raises(StaleError):
        surveys.save_survey(**fields, questions=[], was=old)  # type: ignore[arg-type]
    with pytest.raises(StaleError):
        surveys.ask_survey(actor=engineer, survey=row, people=[client_pm], was=old)
    assert fresh(row).questions[0]["text"] == "新的问题？"


# --- asking ----------------------------------------------------------------------------------------------------------


def test_nobody_is_mailed_that_a_stage_is_reached_before_it_is(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    """R1: the mail tells the client that the milestone is reached."""
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    stage = engagement.stages.unscoped()[0]
    row = plan_survey(engagement, engineer, occasion="milestone", stage=stage)
    with pytest.raises(DomainError):
        surveys.ask_survey(actor=engineer, survey=row, people=[client_pm])
    assert fresh(row).asked_at is None
    assert not mailed()
    engagement.stages.unscoped().filter(pk=stage.pk).update(percent=100)
    assert surveys.ask_survey(actor=engineer, survey=row, people=[client_pm]) == 1


def test_each_is_mailed_a_link_of_their_own(
    engagement: Engagement, engineer: User, client_pm: User, key_user: User
) -> None:
    """R1: by mailed link."""
    row = ask(engagement, engineer, client_pm, key_user)
    mails = {one.to[0]: link_in(one.body) for one in mailed()}
    assert mails.keys() == {client_pm.email, key_user.email}
    assert len(set(mails.values())) == 2
    assert {one.user for one in row.invitations.unscoped()} == {client_pm, key_user}


def test_the_token_is_stored_nowhere_once_the_mail_is_out(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    """TRUST 9."""
    ask(engagement, engineer, client_pm)
    sent = Message.objects.get(kind="survey_asked")
    token = sent.payload["token"]
    mailed()
    sent.refresh_from_db()
    assert sent.payload == {}
    assert not MailedLink.objects.filter(token_hash=token).exists()
    assert token not in "".join(str(entry.data) for entry in AuditEntry.objects.all())


def test_whoever_came_later_is_asked_alone(
    engagement: Engagement, engineer: User, client_pm: User, key_user: User
) -> None:
    row = ask(engagement, engineer, client_pm)
    mailed()
    assert surveys.ask_survey(actor=engineer, survey=row, people=[client_pm, key_user]) == 1
    assert [one.to for one in mailed()] == [[key_user.email]]
    with pytest.raises(DomainError) as refused:
        surveys.ask_survey(actor=engineer, survey=row, people=[client_pm, key_user])
    assert refused.value.field == "people"


def test_only_the_clients_people_are_asked(
    engagement: Engagement, engineer: User, client_pm_2: User, colleague: User
) -> None:
    row = plan_survey(engagement, engineer)
    for stranger in (client_pm_2, colleague):
        with pytest.raises(DomainError) as refused:
            surveys.ask_survey(actor=engineer, survey=row, people=[stranger])
        assert refused.value.field == "people"
    assert fresh(row).asked_at is None


def test_an_engineer_and_a_client_ask_nobody(
    engagement: Engagement, engineer: User, colleague: User, client_pm: User
) -> None:
    row = plan_survey(engagement, engineer)
    for nobody in (colleague, client_pm):
        with pytest.raises(PermissionDenied):
            surveys.ask_survey(actor=nobody, survey=row, people=[client_pm])
        with pytest.raises(PermissionDenied):
            surveys.close_survey(actor=nobody, survey=row)


# --- reminders -------------------------------------------------------------------------------------------------------


def test_two_reminders_in_the_readers_morning(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """R1: three working days after asking and one before the last day, at nine where the reader is."""
    User.objects.filter(pk=client_pm.pk).update(time_zone="America/New_York")
    client_pm.refresh_from_db()
    row = ask(engagement, engineer, client_pm)
    days = engagement.working_calendar
    expected = [days.shift(engagement.today(), 3), days.shift(row.closes_on, -1)]
    assert [one.due_at for one in waiting(row)] == [
        datetime.combine(day, time(9), tzinfo=client_pm.zone) for day in expected
    ]


def test_a_survey_of_two_days_is_reminded_of_once(engagement: Engagement, engineer: User, client_pm: User) -> None:
    with time_machine.travel(datetime(2026, 6, 1, 8, tzinfo=engagement.zone), tick=False):
        row = ask(engagement, engineer, client_pm, closes_on=engagement.today() + timedelta(days=2))
        assert [one.dedupe_key.split(":")[2] for one in waiting(row)] == ["last"]


def test_the_reminder_carries_a_link_that_works(engagement: Engagement, engineer: User, client_pm: User) -> None:
    row = ask(engagement, engineer, client_pm)
    mailed()
    last = waiting(row)[-1].due_at
    with time_machine.travel(last + timedelta(minutes=1), tick=False):
        assert link_in(mailed()[0].body).startswith("/links/survey/")


def test_moving_the_last_day_moves_the_last_reminder(engagement: Engagement, engineer: User, client_pm: User) -> None:
    row = ask(engagement, engineer, client_pm)
    later = row.closes_on + timedelta(days=21)
    surveys.save_survey(actor=engineer, engagement=engagement, survey=row, closes_on=later)
    day = engagement.working_calendar.shift(later, -1)
    assert [one.due_at for one in waiting(row)][1:] == [datetime.combine(day, time(9), tzinfo=client_pm.zone)]


def test_who_answered_is_reminded_no_more(
    engagement: Engagement, engineer: User, client_pm: User, key_user: User
) -> None:
    row = ask(engagement, engineer, client_pm, key_user)
    survey_answers.answer_on_screen(actor=client_pm, survey=row, overall=4)
    assert {one.recipient for one in waiting(row)} == {key_user}


def test_closing_ends_links_and_reminders(engagement: Engagement, engineer: User, client_pm: User) -> None:
    row = ask(engagement, engineer, client_pm)
    surveys.close_survey(actor=engineer, survey=row)
    assert waiting(row) == [] and mailed() == []
    assert not MailedLink.objects.usable().exists()
    with pytest.raises(DomainError):
        surveys.close_survey(actor=engineer, survey=row)
    with pytest.raises(DomainError):
        surveys.ask_survey(actor=engineer, survey=row, people=[client_pm])


def test_whoever_left_is_not_reminded_and_can_be_asked_again_on_return(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    row = ask(engagement, engineer, client_pm)
    seat = Membership.objects.unscoped().get(engagement=engagement, user=client_pm)
    lifecycle.end_membership(actor=engineer, membership=seat)
    assert waiting(row) == []
    seat.ended_at = None
    seat.save()
    assert surveys.ask_survey(actor=engineer, survey=row, people=[client_pm]) == 1
    assert row.invitations.count() == 1


def test_the_end_of_the_engagement_closes_what_is_open(
    engagement: Engagement, engineer: User, manager: User, client_pm: User
) -> None:
    row = ask(engagement, engineer, client_pm)
    gates.change_phase(actor=manager, engagement=engagement, to=Phase.CANCELLED)
    assert fresh(row).closed_at is not None
    assert waiting(row) == []
    with pytest.raises(PermissionDenied):
        survey_answers.answer_on_screen(actor=client_pm, survey=fresh(row), overall=5)


# --- answering -------------------------------------------------------------------------------------------------------


def test_one_answer_by_link(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """R1: POST consumes; one answer per person and occasion."""
    row = ask(engagement, engineer, client_pm)
    link = link_of(row, client_pm)
    values = {"q1": 5, "q2": "现场再多一天", "q9": "不是问题"}
    answer = survey_answers.answer_by_link(link=link, overall=4, values=values, text="谢谢！")  # type: ignore[arg-type]
    assert (answer.method, answer.overall, answer.text) == ("link", 4, "谢谢！")
    assert answer.values == {"q1": 5, "q2": "现场再多一天"}
    with pytest.raises(DomainError):
        survey_answers.answer_by_link(link=link, overall=1)
    with pytest.raises(DomainError):
        survey_answers.answer_on_screen(actor=client_pm, survey=row, overall=1)
    assert row.answers.unscoped().get().overall == 4


def test_an_answer_on_screen_ends_the_link(engagement: Engagement, engineer: User, client_pm: User) -> None:
    row = ask(engagement, engineer, client_pm)
    link = link_of(row, client_pm)
    survey_answers.answer_on_screen(actor=client_pm, survey=row, overall=4)
    with pytest.raises(DomainError):
        survey_answers.answer_by_link(link=link, overall=1)
    assert row.answers.count() == 1


def test_whoever_was_not_mailed_may_answer_signed_in(
    engagement: Engagement, engineer: User, client_pm: User, key_user: User
) -> None:
    """R1: nobody picks only those who are pleased."""
    row = ask(engagement, engineer, client_pm)
    assert survey_answers.answer_on_screen(actor=key_user, survey=row, overall=2).user == key_user


def test_nobody_of_the_vendor_answers_as_the_client(engagement: Engagement, engineer: User, manager: User) -> None:
    row = SurveyFactory(engagement=engagement)
    for nobody in (engineer, manager):
        with pytest.raises(PermissionDenied):
            survey_answers.answer_on_screen(actor=nobody, survey=row, overall=5)


@pytest.mark.parametrize("overall", [0, 6, -1])
def test_a_mark_that_is_none_is_refused(engagement: Engagement, client_pm: User, overall: int) -> None:
    row = SurveyFactory(engagement=engagement, questions=[{"key": "q1", "text": "?", "kind": "mark"}])
    with pytest.raises(DomainError):
        survey_answers.answer_on_screen(actor=client_pm, survey=row, overall=overall)
    with pytest.raises(DomainError):
        survey_answers.answer_on_screen(actor=client_pm, survey=row, overall=3, values={"q1": overall})


def test_after_the_last_day_no_answer_is_taken(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """R1: a survey closes by itself, and moving its last day opens it again."""
    row = ask(engagement, engineer, client_pm)
    link = link_of(row, client_pm)
    with time_machine.travel(engagement.local(row.closes_on + timedelta(days=1), time(1)), tick=False):
        with pytest.raises(DomainError):
            survey_answers.answer_by_link(link=link, overall=4)
        with pytest.raises(DomainError):
            survey_answers.answer_on_screen(actor=client_pm, survey=row, overall=4)
        later = engagement.today() + timedelta(days=7)
        surveys.save_survey(actor=engineer, engagement=engagement, survey=row, closes_on=later)
        assert survey_answers.answer_by_link(link=link, overall=4).overall == 4
