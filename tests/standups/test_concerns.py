"""E3: a client's doubt, in their own words, becomes a problem that only facts and the client's own word settle."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import calendars
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from standups.first_answers import Wait, usual_wait, wait_between
from standups.models import ConcernState, Kind, Party, Problem, Source
from standups.services.concerns import note_concern, raise_concern, title_of
from standups.services.entry import AnswerEntry, Entry
from standups.services.problems import save_problem, solve_problem
from standups.services.publishing import publish_stand_up
from standups.services.writing import save_stand_up
from tests.conftest import SignIn
from tests.factories import ConcernFactory, MembershipFactory
from tests.standups.browser import day_url, line, target, words_in
from tests.standups.concerning import WORDS, answered, raised, state_of


@pytest.fixture
def url(engagement: Engagement) -> str:
    return reverse("standups:concern_create", args=[engagement.pk])


def test_the_client_raises_a_concern_and_the_lead_is_told(
    engagement: Engagement, engineer: User, key_user: User, sign_in: SignIn, url: str
) -> None:
    answer = sign_in(key_user).post(url, {"words": "系统很慢\r\n早上打不开计划列表"})
    problem = engagement.problems.unscoped().get()
    assert target(answer) == problem.get_absolute_url()
    assert (problem.title, problem.kind, problem.source) == ("系统很慢", Kind.CONCERN, Source.CLIENT)
    assert (problem.said_by, problem.raised_by, problem.is_internal) == (key_user, key_user, False)
    assert (problem.concern_state, problem.next_step_with) == (ConcernState.OPEN, Party.VENDOR)
    assert AuditEntry.objects.get().action == "concern.raised"
    assert [(m.kind, m.recipient) for m in Message.objects.all()] == [("concern_raised", engineer)]


def test_the_same_words_sent_twice_are_one_concern_while_it_is_open(
    engagement: Engagement, engineer: User, client_pm: User, key_user: User
) -> None:
    first = raised(engagement, client_pm)
    assert raised(engagement, client_pm) == first
    assert raised(engagement, key_user) != first, "another person's doubt is another concern"
    answered(engineer, first)
    assert raised(engagement, client_pm) != first


def test_what_we_noted_for_ourselves_swallows_nothing_the_client_says(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, url: str
) -> None:
    """And the other way round: what is noted for the client is no twin of what is noted for ourselves."""
    heard: dict[str, Any] = {"said_by": client_pm, "said_by_name": "", "said_at": timezone.now()}
    noted = [
        note_concern(actor=engineer, engagement=engagement, words=WORDS, is_internal=is_internal, **heard)
        for is_internal in (True, False, True, False)
    ]
    assert noted[:2] == noted[2:]
    assert noted[0] != noted[1]
    noted[1].delete()
    answer = sign_in(client_pm).post(url, {"words": WORDS}, follow=True)
    assert answer.status_code == 200
    mine = engagement.problems.visible_to(client_pm).get()
    assert (mine.words, mine.said_by) == (WORDS, client_pm)


def test_without_a_lead_whoever_created_the_engagement_is_told(engagement: Engagement, client_pm: User) -> None:
    raised(engagement, client_pm)
    assert Message.objects.get().recipient == engagement.created_by


def test_the_vendor_notes_what_was_heard(
    engagement: Engagement, colleague: User, engineer: User, client_pm: User, sign_in: SignIn, url: str
) -> None:
    said_at = timezone.localtime(timezone=engagement.zone) - timedelta(days=1)
    fields = {"words": WORDS, "said_by": client_pm.pk, "said_at": f"{said_at:%Y-%m-%dT%H:%M}"}
    sign_in(colleague).post(url, fields)
    problem = engagement.problems.unscoped().get()
    assert (problem.said_by, problem.raised_by, problem.raised_on) == (client_pm, colleague, said_at.date())
    assert problem.said_at == said_at.replace(second=0, microsecond=0)
    assert Message.objects.get().recipient == engineer
    words = words_in(sign_in(client_pm).get(problem.get_absolute_url()).content, "concern")
    assert "陈镕" in words
    assert "王堃" not in words, "who of the vendor wrote it down is the vendor's business"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"words": " "}, "words"),
        ({"words": "x" * 2001}, "words"),
        ({"words": "nul\x00"}, "words"),
        ({"said_by_name": ""}, "said_by_name"),
        ({"said_by_name": "x" * 81}, "said_by_name"),
        ({"said_by": "999999"}, "said_by"),
        ({"said_at": "2099-01-01T08:00"}, "said_at"),
        ({"said_at": "1999-01-01T08:00"}, "said_at"),
        ({"said_at": "yesterday"}, "said_at"),
        ({"said_at": ""}, "said_at"),
    ],
)
def test_bad_input_is_said_beside_its_field(
    engagement: Engagement, engineer: User, sign_in: SignIn, url: str, change: dict[str, str], field: str
) -> None:
    fields = {"words": WORDS, "said_by_name": "刘主任", "said_at": "2026-01-05T08:00"}
    answer = sign_in(engineer).post(url, fields | change)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert "words" in change or WORDS in answer.content.decode()
    assert not Problem.objects.exists()


def test_who_said_it_is_of_the_client(engagement: Engagement, engineer: User, client_pm_2: User) -> None:
    noted: dict[str, Any] = {"words": WORDS, "said_by_name": "", "said_at": timezone.now()}
    for person in (engineer, client_pm_2):
        with pytest.raises(DomainError) as refused:
            note_concern(actor=engineer, engagement=engagement, said_by=person, **noted)
        assert refused.value.field == "said_by"


def test_only_the_client_raises_and_only_the_vendor_notes(
    engagement: Engagement, engineer: User, manager: User, client_pm: User, outsider_engineer: User
) -> None:
    for user in (engineer, manager, outsider_engineer):
        with pytest.raises(PermissionDenied):
            raise_concern(actor=user, engagement=engagement, words=WORDS)
    with pytest.raises(PermissionDenied):
        note_concern(
            actor=client_pm, engagement=engagement, words=WORDS, said_by=client_pm, said_by_name="",
            said_at=timezone.now(),
        )  # fmt: skip


def test_a_title_is_the_first_line(db: None) -> None:
    assert title_of("  系统  很慢\n第二行") == "系统 很慢"
    assert title_of("慢" * 200) == "慢" * 79 + "…"


def test_an_internal_concern_is_absent_for_the_client(
    engagement: Engagement, client_pm: User, sign_in: SignIn
) -> None:
    problem = ConcernFactory(engagement=engagement, is_internal=True)
    assert sign_in(client_pm).get(problem.get_absolute_url()).status_code == 404


def test_a_concern_is_not_solved_like_another_problem(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    problem = raised(engagement, client_pm)
    with pytest.raises(DomainError):
        solve_problem(actor=engineer, problem=problem)
    with pytest.raises(DomainError):
        save_problem(actor=engineer, engagement=engagement, problem=problem, solved_on=engagement.today())
    with pytest.raises(IntegrityError), transaction.atomic():
        Problem.objects.update(solved_on=engagement.today())
    assert state_of(problem) == ConcernState.OPEN
    page = sign_in(engineer).get(problem.get_absolute_url()).content.decode()
    assert reverse("standups:problem_solve", args=[engagement.pk, problem.pk]) not in page


def test_a_stand_up_does_not_settle_a_concern(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """What the page does not offer is refused where somebody posts it, and nothing of that save is kept."""
    today = engagement.today()
    problem = ConcernFactory(engagement=engagement, raised_on=today - timedelta(days=1))
    page = sign_in(engineer).get(day_url(engagement, today)).content.decode()
    assert f'id="answer-{problem.pk}-changed"' in page
    assert f'id="answer-{problem.pk}-solved"' not in page
    entry = Entry(lines=[line("继续")], answers=[AnswerEntry(problem.pk, answer="solved")])  # type: ignore[arg-type]
    with pytest.raises(DomainError):
        save_stand_up(actor=engineer, engagement=engagement, day=today, entry=entry)
    assert not engagement.stand_ups.unscoped().exists()


def test_publishing_leaves_a_concern_open(engagement: Engagement, engineer: User) -> None:
    """Also where an answer "solved" stands there from before it was known as a concern."""
    today = engagement.today()
    problem = ConcernFactory(engagement=engagement, raised_on=today - timedelta(days=1))
    stand_up, _conflicts = save_stand_up(actor=engineer, engagement=engagement, day=today, entry=Entry())
    stand_up.answers.unscoped().update(answer="solved")
    publish_stand_up(actor=engineer, stand_up=stand_up)
    problem.refresh_from_db()
    assert problem.solved_on is None


def test_an_answered_concern_can_not_be_hidden(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """What is internal afterwards would take the answer and its evidence from under the client's eyes."""
    theirs, heard = raised(engagement, client_pm), ConcernFactory(engagement=engagement)
    with pytest.raises(DomainError):
        save_problem(actor=engineer, engagement=engagement, problem=theirs, is_internal=True)
    answered(engineer, heard)
    with pytest.raises(DomainError):
        save_problem(actor=engineer, engagement=engagement, problem=heard, is_internal=True)


def test_the_list_tells_how_long_a_first_answer_takes(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    for hours in (2, 5, 30):
        problem = ConcernFactory(engagement=engagement, said_at=timezone.now() - timedelta(hours=hours))
        answered(engineer, problem)
    ConcernFactory(engagement=engagement)
    ConcernFactory(engagement=engagement, is_internal=True)
    list_url = reverse("standups:problems", args=[engagement.pk])
    for_client, for_vendor = (sign_in(user).get(list_url) for user in (client_pm, engineer))
    assert (for_client.context["concerns"].count, for_vendor.context["concerns"].count) == (4, 5)
    words = words_in(for_client.content, "main")
    assert "4 concerns" in words
    assert "first answer after 5 hours (median)" in words
    assert reverse("standups:concern_create", args=[engagement.pk]) in for_client.content.decode()


SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("said", "answer", "told"),
    [
        ((2, 9, 0), (2, 9, 0), "1 minute"),
        ((2, 9, 0), (2, 9, 40), "40 minutes"),
        ((2, 9, 0), (2, 14, 20), "5 hours"),
        ((2, 23, 0), (3, 1, 0), "2 hours"),
        ((2, 9, 0), (3, 9, 0), "1 working day"),
        # Friday to Monday: one working day; Saturday to Sunday: none, so hours.
        ((6, 9, 0), (9, 10, 0), "1 working day"),
        ((7, 9, 0), (8, 15, 0), "30 hours"),
        ((2, 9, 0), (11, 9, 0), "7 working days"),
    ],
)
def test_a_wait_is_told_as_one_says_it(
    db: None, said: tuple[int, int, int], answer: tuple[int, int, int], told: str
) -> None:
    """March 2026, at the site: the 2nd is a Monday."""
    at = [datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI) for day, hour, minute in (said, answer)]
    assert str(wait_between(at[0], at[1], calendars.load("CN"), SHANGHAI)) == told


def test_the_median_of_waits() -> None:
    waits = [Wait(timedelta(hours=hours), days) for hours, days in ((1, 0), (3, 0), (100, 4), (50, 2))]
    assert usual_wait([]) is None
    assert usual_wait(waits[:3]) == Wait(timedelta(hours=3), 0)
    assert usual_wait(waits) == Wait(timedelta(hours=26.5), 1)


def test_a_person_who_left_is_still_named(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    member = MembershipFactory(engagement=engagement, part="key_user", user__role="client", user__name="离职的人")
    problem = raised(engagement, member.user)
    member.ended_at = timezone.now()
    member.save()
    assert "离职的人" in sign_in(engineer).get(problem.get_absolute_url()).content.decode()


def test_a_concern_is_the_leads_to_care_for(engagement: Engagement, engineer: User, client_pm: User) -> None:
    assert raised(engagement, client_pm).owner == engineer
