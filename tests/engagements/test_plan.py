"""P3: five stages in the client's working days, moved by hand, the baseline kept, a picture of each working day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from engagements import planning, state
from engagements.models import Engagement, Phase, PlanSnapshot, SignOff, Stage, StageKind
from engagements.models.plan import WINDOWS
from engagements.scheduling import Span, follow
from engagements.services import plan
from engagements.tasks import take_plan_snapshots
from onsite.accounts.models import User
from onsite.core import calendars
from onsite.core.calendar import WorkingCalendar
from onsite.core.errors import DomainError
from onsite.core.models import CalendarDay
from tests.conftest import SignIn
from tests.engagements.conftest import sign
from tests.factories import EngagementFactory

WEEK = WorkingCalendar()
CHINA = WorkingCalendar(country="CN")
MONDAY = date(2026, 3, 2)


@pytest.fixture
def stages(engagement: Engagement, engineer: User) -> list[Stage]:
    """Monday 2 March to Wednesday 15 April 2026, every stage as long as it may be, Monday to Friday."""
    engagement.calendar, engagement.start_on, engagement.agreed_go_live_on = "WEEK", MONDAY, date(2026, 4, 15)
    engagement.save()
    return plan.lay_out_plan(actor=engineer, engagement=engagement)


def spans(engagement: Engagement) -> dict[str, tuple[date, date]]:
    return {stage.kind: (stage.start_on, stage.finish_on) for stage in engagement.stages.unscoped()}


def move(stage: Stage, actor: User, start_on: date, finish_on: date, percent: int = 0) -> list[Stage]:
    return plan.move_stage(actor=actor, stage=stage, start_on=start_on, finish_on=finish_on, percent=percent)


def test_the_five_stages_follow_each_other_within_their_windows(engagement: Engagement, stages: list[Stage]) -> None:
    assert [stage.kind for stage in stages] == list(StageKind)
    assert stages[0].start_on == MONDAY
    for stage, after in pairwise(stages):
        assert after.start_on == WEEK.shift(stage.finish_on, 1)
    for stage in stages:
        window = WINDOWS[StageKind(stage.kind)]
        assert window.least_days <= WEEK.day_number(stage.start_on, stage.finish_on) <= window.most_days


def test_laying_out_again_keeps_the_rows_their_pictures_and_their_progress(
    engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    """Slip can't be reconstructed later: the snapshots of earlier days hang on these rows."""
    move(stages[0], engineer, stages[0].start_on, stages[0].finish_on, percent=40)
    with time_machine.travel("2026-03-03T04:00Z"):
        plan.take_snapshot(engagement)
    engagement.start_on = MONDAY + timedelta(days=7)
    engagement.save()
    again = plan.lay_out_plan(actor=engineer, engagement=engagement)
    assert [stage.pk for stage in again] == [stage.pk for stage in stages]
    assert again[0].start_on == MONDAY + timedelta(days=7)
    assert Stage.objects.unscoped().get(pk=stages[0].pk).percent == 40
    assert PlanSnapshot.objects.filter(taken_on=date(2026, 3, 3)).count() == 5


def test_an_agreed_plan_is_moved_not_laid_out_again(
    engagement: Engagement, sign_off: SignOff, engineer: User, client_pm: User, business_owner: User
) -> None:
    for user in (client_pm, business_owner):
        sign(sign_off, user)
    before = spans(engagement)
    with pytest.raises(DomainError):
        plan.lay_out_plan(actor=engineer, engagement=engagement)
    assert spans(engagement) == before


def test_a_later_finish_pushes_what_follows_and_only_that(
    engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    before = spans(engagement)
    migration = stages[1]
    pushed = move(migration, engineer, migration.start_on, WEEK.shift(migration.finish_on, 2))
    after = spans(engagement)
    assert [stage.kind for stage in pushed] == ["testing", "training", "go_live"]
    assert after["environment"] == before["environment"]
    for kind in ("testing", "training", "go_live"):
        assert after[kind] == tuple(WEEK.shift(day, 2) for day in before[kind])


def test_room_between_stages_is_used_up_first(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    testing, training = stages[2], stages[3]
    move(training, engineer, WEEK.shift(training.start_on, 3), WEEK.shift(training.finish_on, 3))
    before = spans(engagement)
    assert move(testing, engineer, testing.start_on, WEEK.shift(testing.finish_on, 3)) == []
    assert spans(engagement)["training"] == before["training"]
    assert [stage.kind for stage in move(testing, engineer, testing.start_on, WEEK.shift(testing.finish_on, 4))] == [
        "training", "go_live",
    ]  # fmt: skip


def test_an_earlier_finish_moves_nothing(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    before = spans(engagement)
    assert move(stages[1], engineer, stages[1].start_on, stages[1].start_on) == []
    after = spans(engagement)
    assert {kind: after[kind] for kind in ("testing", "training", "go_live")} == {
        kind: before[kind] for kind in ("testing", "training", "go_live")
    }


def test_stages_keep_their_order(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    testing = stages[2]
    with pytest.raises(DomainError) as refused:
        move(testing, engineer, stages[1].start_on - timedelta(days=1), testing.finish_on)
    assert refused.value.field == "start_on"
    assert "March" in refused.value.message
    with pytest.raises(DomainError) as refused:
        move(testing, engineer, testing.start_on, testing.start_on - timedelta(days=1))
    assert refused.value.field == "finish_on"
    assert move(testing, engineer, stages[1].start_on, testing.finish_on) == []


def test_a_push_beyond_the_calendar_moves_nothing_at_all(
    engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    Stage.objects.filter(kind="go_live").update(start_on=date(2026, 4, 10), finish_on=date(2099, 12, 1))
    before = spans(engagement)
    with pytest.raises(DomainError):
        move(stages[0], engineer, MONDAY, date(2099, 12, 31))
    assert spans(engagement) == before


def test_the_client_moves_no_stage(stages: list[Stage], client_pm: User, engagement: Engagement) -> None:
    with pytest.raises(PermissionDenied):
        move(stages[0], client_pm, MONDAY, MONDAY)
    with pytest.raises(PermissionDenied):
        plan.lay_out_plan(actor=client_pm, engagement=engagement)


def test_the_database_knows_a_stage_too(stages: list[Stage]) -> None:
    for wrong in ({"percent": 101}, {"finish_on": MONDAY - timedelta(days=1)}, {"position": 2}, {"kind": "testing"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Stage.objects.filter(pk=stages[0].pk).update(**wrong)


# --- following ------------------------------------------------------------------------------------------------------------

days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
calendars_ = st.sampled_from([WEEK, CHINA])


@st.composite
def spans_(draw: st.DrawFn) -> Span:
    start = draw(days)
    return Span(start, start + timedelta(days=draw(st.integers(0, 40))))


@given(was=spans_(), now=spans_(), later=spans_(), calendar=calendars_)
def test_following_never_goes_back_and_never_shrinks(
    was: Span, now: Span, later: Span, calendar: WorkingCalendar
) -> None:
    new = follow(was, now, later, calendar)
    assert new.start_on >= later.start_on
    assert new.start_on >= now.start_on or new == later
    assert new.finish_on >= new.start_on
    if new != later:
        kept = max(1, calendar.day_number(later.start_on, later.finish_on))
        assert calendar.day_number(new.start_on, new.finish_on) == kept
        assert calendar.is_working(new.start_on)


@given(was=spans_(), now=spans_(), gap=st.integers(1, 30), length=st.integers(0, 30), calendar=calendars_)
def test_stages_that_did_not_overlap_do_not_begin_to(
    was: Span, now: Span, gap: int, length: int, calendar: WorkingCalendar
) -> None:
    start = was.finish_on + timedelta(days=gap)
    later = Span(start, start + timedelta(days=length))
    new = follow(was, now, later, calendar)
    assert new.start_on > now.finish_on
    assert new == later or new.start_on == calendar.shift(now.finish_on, 1)


@given(
    was=spans_(), late=st.integers(1, 15), overlap=st.integers(0, 10), length=st.integers(1, 20), calendar=calendars_
)
def test_an_overlap_stays_as_long_as_it_was(
    was: Span, late: int, overlap: int, length: int, calendar: WorkingCalendar
) -> None:
    start = max(was.start_on, calendar.shift(was.finish_on, -overlap))
    later = Span(start, calendar.shift(start, length))
    if later.start_on > was.finish_on:
        return
    now = Span(was.start_on, calendar.shift(was.finish_on, late))
    assert follow(was, now, later, calendar).start_on == calendar.shift(later.start_on, late)


@given(was=spans_(), later=spans_(), calendar=calendars_)
def test_where_nothing_moved_nothing_follows(was: Span, later: Span, calendar: WorkingCalendar) -> None:
    new = follow(was, was, later, calendar)
    assert new == later or later.start_on < was.start_on


# --- pictures ---------------------------------------------------------------------------------------------------------------


def test_a_picture_each_working_day_of_the_site(engagement: Engagement, stages: list[Stage]) -> None:
    """Friday evening in Los Angeles is Saturday in Shanghai, where nobody works."""
    PlanSnapshot.objects.all().delete()
    west = EngagementFactory(calendar="WEEK", time_zone="America/Los_Angeles")
    Stage.objects.create(engagement=west, position=1, kind="testing", start_on=MONDAY, finish_on=MONDAY)
    with time_machine.travel("2026-03-07T02:00Z"):
        take_plan_snapshots()
        take_plan_snapshots()
    assert [(s.stage.engagement_id, s.taken_on) for s in PlanSnapshot.objects.unscoped().select_related("stage")] == [
        (west.pk, date(2026, 3, 6))
    ]


def test_the_latest_picture_of_the_day_stands(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    PlanSnapshot.objects.all().delete()
    with time_machine.travel("2026-03-03T01:00Z"):
        plan.take_snapshot(engagement)
    with time_machine.travel("2026-03-03T09:00Z"):
        move(stages[0], engineer, MONDAY, WEEK.shift(stages[0].finish_on, 1))
    kept = PlanSnapshot.objects.unscoped().get(stage=stages[0], taken_on=date(2026, 3, 3))
    assert kept.finish_on == WEEK.shift(stages[0].finish_on, 1)
    assert PlanSnapshot.objects.count() == 5


def test_what_is_over_is_not_photographed(engagement: Engagement, stages: list[Stage]) -> None:
    PlanSnapshot.objects.all().delete()
    for phase in (Phase.CLOSED, Phase.CANCELLED):
        Engagement.objects.update(phase=phase)
        with time_machine.travel("2026-03-03T01:00Z"):
            take_plan_snapshots()
    assert not PlanSnapshot.objects.exists()


def test_an_added_holiday_is_no_working_day(engagement: Engagement, stages: list[Stage]) -> None:
    PlanSnapshot.objects.all().delete()
    CalendarDay.objects.create(calendar="WEEK", day=date(2026, 3, 3), is_working=False)
    with time_machine.travel("2026-03-03T01:00Z"):
        take_plan_snapshots()
    assert not PlanSnapshot.objects.exists()


# --- reading it ----------------------------------------------------------------------------------------------------------


def agree(engagement: Engagement, actor: User) -> None:
    with transaction.atomic():
        plan.take_baseline(actor=actor, engagement=engagement, reason="约定")


def test_what_moved_is_told_in_working_days(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    agree(engagement, engineer)
    go_live, training = stages[4], stages[3]
    move(go_live, engineer, go_live.start_on, WEEK.shift(go_live.finish_on, 2))
    move(training, engineer, training.start_on, WEEK.shift(training.finish_on, -1))
    found = planning.plan_of(engagement, engineer)
    assert [planned.shift for planned in found.stages] == [0, 0, 0, -1, 2]
    assert [planned.shift_text for planned in found.stages][2:] == ["as agreed", "1 day early", "2 days late"]
    assert [planned.working_days for planned in found.stages] == [5, 7, 9, 6, 7]
    assert found.finish_on == WEEK.shift(go_live.finish_on, 2)


def test_the_newest_baseline_is_the_one_that_counts(
    engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    agree(engagement, engineer)
    move(stages[4], engineer, stages[4].start_on, WEEK.shift(stages[4].finish_on, 2))
    agree(engagement, engineer)
    found = planning.plan_of(engagement, engineer)
    assert found.baseline is not None
    assert found.baseline.number == 2
    assert found.stages[4].shift == 0


def test_the_plan_says_that_it_ends_too_late(
    engagement: Engagement, stages: list[Stage], engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    url = reverse("engagements:plan", args=[engagement.pk])
    browser = sign_in(client_pm)
    assert "after the agreed" not in browser.get(url).content.decode()
    move(stages[4], engineer, stages[4].start_on, date(2026, 4, 17))
    shown = browser.get(url).content.decode()
    assert "2 working days after the agreed 15 April 2026" in shown
    assert "<svg" in shown
    assert reverse("engagements:stage_edit", args=[engagement.pk, stages[4].pk]) not in shown
    assert reverse("engagements:plan_lay_out", args=[engagement.pk]) not in shown


def test_the_engineer_moves_a_stage_in_the_browser(
    engagement: Engagement, stages: list[Stage], engineer: User, sign_in: SignIn
) -> None:
    url = reverse("engagements:stage_edit", args=[engagement.pk, stages[0].pk])
    body = {"start_on": "2026-03-02", "finish_on": "2026-03-10", "percent": "100", "note": "已提前"}
    told = sign_in(engineer).post(url, body, follow=True).content.decode()
    assert "4 later stages moved with it" in told
    assert "已提前" in told


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2026-02-27T04:00Z", "Work on site begins on 2 March 2026."),
        ("2026-03-02T04:00Z", "Working day 1 of 33."),
        ("2026-03-08T04:00Z", "Working day 5 of 33."),
        ("2026-04-15T04:00Z", "Working day 33 of 33."),
        ("2026-04-17T04:00Z", "Working day 35: the agreed day was 2 working days ago."),
    ],
)
def test_which_day_it_is(engagement: Engagement, stages: list[Stage], today: str, said: str) -> None:
    """RULES: day N of M counts the site's working days from the first day on site to the agreed day."""
    with time_machine.travel(today):
        assert state.day_of(engagement) == said


def test_each_calendar_is_loaded_once(engagement: Engagement, django_assert_num_queries: object) -> None:
    rows = [EngagementFactory(calendar="WEEK") for _i in range(3)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        planning.share_calendars(rows)
        assert all(row.working_calendar.is_working(MONDAY) for row in rows)
    assert rows[0].working_calendar == calendars.load("WEEK")
