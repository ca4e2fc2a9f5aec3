"""The closing gate (issue: closing): issued report, satisfaction asked, remaining issues owned, lessons, access handed back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import resolve

from engagements import gates
from engagements.demands import NO_LESSON, a_lesson_or_none
from engagements.models import Engagement, Lesson, NoLesson, Phase, SignOff, Waiver
from engagements.services import signing
from onsite.accounts.models import User
from onsite.core.errors import Obstacle, RefusedError
from reports.dashboards.facts import Facts
from standups.demands import owned_remaining_issues
from standups.first_weeks.state import NOT_CONFIRMED, NOT_RETURNED, before_closing
from standups.models import Party, Problem, ReturnedAccess
from standups.services import hand_over
from tests.conftest import SignIn
from tests.factories import LessonFactory, ProblemFactory, ReturnedAccessFactory
from tests.ready import make_ready_for_closing
from tests.standups.handing_over import filled, on_paper, went_live

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_review(engagement: Engagement, engineer: User) -> Engagement:
    """Live, and in review; nothing of what the closing asks is there."""
    went_live(engagement, 14)
    engagement.phase = Phase.REVIEW
    engagement.save()
    return engagement


def codes(obstacles: object) -> list[str]:
    assert isinstance(obstacles, list | tuple)
    return [found.code for found in obstacles]


def blocking(engagement: Engagement) -> list[Obstacle]:
    return [row.obstacle for row in gates.standing_before(engagement, Phase.CLOSED) if row.blocks]


def test_a_lesson_or_a_stated_none(in_review: Engagement, foreign_engagement: Engagement, engineer: User) -> None:
    """Either will do; another engagement's lesson is none of this one."""
    LessonFactory(engagement=foreign_engagement)
    assert codes(a_lesson_or_none(in_review)) == [NO_LESSON]
    lesson = LessonFactory(engagement=in_review, is_internal=True)
    assert codes(a_lesson_or_none(in_review)) == []
    Lesson.objects.unscoped().filter(pk=lesson.pk).delete()
    NoLesson.objects.create(engagement=in_review, reason="一切照惯例", stated_by=engineer)
    assert codes(a_lesson_or_none(in_review)) == []


def test_each_remaining_issue_has_an_owner_and_a_day(
    in_review: Engagement, foreign_engagement: Engagement, engineer: User
) -> None:
    """Of what the report tells the client; our own person sees to what is ours to do, not to what is the client's."""
    ProblemFactory(engagement=foreign_engagement)
    ProblemFactory(engagement=in_review, is_internal=True)
    ProblemFactory(engagement=in_review, solved_on=in_review.today())
    problem = ProblemFactory(engagement=in_review, title="凭条打印慢", owner=engineer, next_step_with=Party.CLIENT)
    found = owned_remaining_issues(in_review)
    assert codes(found) == [f"remaining.owner.{problem.pk}", f"remaining.day.{problem.pk}"]
    assert all("凭条打印慢" in obstacle.text for obstacle in found)
    for owned in ({"next_step_with": Party.VENDOR}, {"next_step_with": Party.CLIENT, "owner_role": "信息科"}):
        Problem.objects.unscoped().filter(pk=problem.pk).update(**owned)
        assert codes(owned_remaining_issues(in_review)) == [f"remaining.day.{problem.pk}"]
    Problem.objects.unscoped().filter(pk=problem.pk).update(due_on=in_review.today() + timedelta(days=9))
    assert codes(owned_remaining_issues(in_review)) == []


def test_what_was_lent_is_handed_back(in_review: Engagement, foreign_engagement: Engagement) -> None:
    """Who took each thing back confirms it."""
    ReturnedAccessFactory(engagement=foreign_engagement)
    assert codes(before_closing(in_review)) == [NOT_CONFIRMED]
    card = ReturnedAccessFactory(engagement=in_review, what="门禁卡 12", returned_on=None, received_by="")
    ReturnedAccessFactory(engagement=in_review, what="堡垒机账号", returned_on=in_review.today(), received_by="信息科")
    assert codes(before_closing(in_review)) == [NOT_RETURNED]
    card.returned_on, card.received_by = in_review.today(), "门卫"
    card.save()
    assert codes(before_closing(in_review)) == []


def test_a_signed_sheet_confirms_that_nothing_was_lent(in_review: Engagement, engineer: User, colleague: User) -> None:
    """On paper, too: nobody of the client's need sign in for it. A sheet that waits for its signature confirms nothing."""
    filled(in_review)
    in_review.returned_access.unscoped().delete()
    sheet = hand_over.freeze_hand_over(actor=engineer, engagement=in_review)
    assert codes(before_closing(in_review)) == [NOT_CONFIRMED]
    signing.check_paper(actor=colleague, signature=on_paper(sheet, engineer), accepted=True)
    assert SignOff.objects.unscoped().get(pk=sheet.pk).is_signed
    assert codes(before_closing(in_review)) == []


def nobody_owns(engagement: Engagement) -> None:
    ProblemFactory(engagement=engagement, owner_role="", due_on=None)


def not_back(engagement: Engagement) -> None:
    engagement.returned_access.unscoped().update(returned_on=None)


def not_asked(engagement: Engagement) -> None:
    engagement.surveys.unscoped().delete()


def not_issued(engagement: Engagement) -> None:
    engagement.documents.unscoped().delete()


def nothing_learned(engagement: Engagement) -> None:
    engagement.lessons.unscoped().delete()


@pytest.mark.parametrize(
    ("spoil", "missing"),
    [(not_issued, 1), (not_asked, 1), (nobody_owns, 2), (nothing_learned, 1), (not_back, 1)],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_each_alone_refuses_the_closing_and_leads_to_its_page(
    in_review: Engagement,
    manager: User,
    engineer: User,
    sign_in: SignIn,
    spoil: Callable[[Engagement], None],
    missing: int,
) -> None:
    """In the service and on the page: what is missing is named, its link opens, and the manager may let it pass."""
    make_ready_for_closing(in_review)
    assert blocking(in_review) == []
    spoil(in_review)
    with pytest.raises(RefusedError) as refused:
        gates.change_phase(actor=manager, engagement=in_review, to=Phase.CLOSED)
    assert len(refused.value.obstacles) == missing
    browser: Client = sign_in(manager)
    shown = browser.get(f"/engagements/{in_review.pk}/").content.decode()
    for obstacle in refused.value.obstacles:
        assert obstacle.url in shown.replace("&#x27;", "'")
        assert resolve(obstacle.url.split("#")[0])
        assert sign_in(engineer).get(obstacle.url).status_code == 200
        gates.waive(
            actor=manager, engagement=in_review, obstacle=obstacle.code, reason="下周补齐",
            due_on=in_review.today() + timedelta(days=7),
        )  # fmt: skip
    gates.change_phase(actor=manager, engagement=in_review, to=Phase.CLOSED)
    assert Engagement.objects.unscoped().get(pk=in_review.pk).phase == Phase.CLOSED


def test_what_closing_asks_for_is_made_up_for_afterwards(in_review: Engagement, manager: User) -> None:
    """RULES.md: what was let pass at the closing stops being owed on the portfolio the moment the gate says so."""
    engagement, today = in_review, in_review.today()
    issue = ProblemFactory(engagement=engagement, raised_by=manager, next_step_with="client")
    kinds = ("lessons.missing", f"remaining.owner.{issue.pk}", f"remaining.day.{issue.pk}", "access.unconfirmed",
             "access.outstanding")  # fmt: skip
    waivers = [
        Waiver.objects.create(
            engagement=engagement, before_phase="closed", obstacle=obstacle, obstacle_text=obstacle, reason="x",
            due_on=today, granted_by=manager,
        )
        for obstacle in kinds
    ]  # fmt: skip

    def owed() -> set[str]:
        facts = Facts(manager, [engagement])
        both = [
            {row.obstacle for row in waivers if asked(row)} for asked in (facts.is_still_missing, gates.still_stands)
        ]
        assert both[0] == both[1]
        return both[0]

    assert owed() == set(kinds[:4])
    card = ReturnedAccess.objects.create(engagement=engagement, kind="account", what="堡垒机")
    assert owed() == {*kinds[:3], "access.outstanding"}
    ReturnedAccess.objects.filter(pk=card.pk).update(returned_on=today, received_by="许蔓")
    Problem.objects.filter(pk=issue.pk).update(owner_role="信息科", due_on=today)
    assert owed() == {"lessons.missing"}
    NoLesson.objects.create(engagement=engagement, reason="照旧", stated_by=manager)
    assert owed() == set()
    Problem.objects.filter(pk=issue.pk).update(owner_role="", due_on=None, solved_on=today)
    NoLesson.objects.unscoped().delete()
    LessonFactory(engagement=engagement)
    assert owed() == set()
