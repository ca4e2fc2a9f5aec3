"""Plan against fact: the formula by table and by property, and the page of the plan."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement, PlanSnapshot, Stage
from engagements.progress import MOST_DAYS, AgreedStage, progress, shown_days
from engagements.services import plan
from onsite.accounts.models import User
from onsite.core.calendar import WorkingCalendar
from tests.conftest import SignIn

WEEK = WorkingCalendar()
MONDAY = date(2026, 3, 2)


def on(number: int) -> date:
    """The n-th working day from Monday 2 March on; 0 is that Monday."""
    return WEEK.shift(MONDAY, number)


STAGES = [AgreedStage(1, on(0), on(4)), AgreedStage(2, on(5), on(19))]  # 5 and 15 working days


def test_by_table() -> None:
    pictures = {on(1): {1: 20, 2: 0}, on(4): {1: 80, 2: 0}, on(9): {1: 100, 2: 40}}
    days = [on(0), on(1), on(3), on(4), on(9), on(19)]
    points = progress(STAGES, pictures, days, WEEK, until=on(9))
    twentieth = [point.planned * 20 for point in points]
    assert twentieth == [1, 2, 4, 5, 10, 20]
    # 20% of 5 days is one of twenty; 5 days and 40% of 15 are eleven. Before the first picture and after today: unknown.
    assert [point.actual for point in points] == [
        None, Fraction(1, 20), Fraction(1, 20), Fraction(4, 20), Fraction(11, 20), None,
    ]  # fmt: skip


def test_a_weekend_adds_no_planned_work() -> None:
    friday, sunday = on(4), on(4) + timedelta(days=2)
    one, other = progress(STAGES, {}, [friday, sunday], WEEK, until=sunday)
    assert one.planned == other.planned


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 40)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 250), st.lists(st.integers(0, 100), min_size=6, max_size=6)), max_size=10),
)
def test_shares_stay_between_nothing_and_all(spans: list[tuple[int, int]], taken: list[tuple[int, list[int]]]) -> None:
    """The planned share never falls and reaches exactly all; the actual one is all exactly where every stage is done."""
    stages = [
        AgreedStage(key, MONDAY + timedelta(days=first), MONDAY + timedelta(days=first + more))
        for key, (first, more) in enumerate(spans)
    ]
    pictures = {
        MONDAY + timedelta(days=day): dict(list(enumerate(percents))[: len(stages)]) for day, percents in taken
    }
    last = MONDAY + timedelta(days=300)
    points = progress(stages, pictures, shown_days(MONDAY, last, WEEK), WEEK, until=last)
    shares = [point.planned for point in points]
    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] <= 1
    for point in points:
        assert point.actual is None or 0 <= point.actual <= 1
    if pictures:
        newest = pictures[max(pictures)]
        assert (points[-1].actual == 1) == all(percent == 100 for percent in newest.values())


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 2000), st.integers(0, 2000))
def test_shown_days_are_few_and_hold_both_ends_and_today(first: date, span: int, today_after: int) -> None:
    last, today = first + timedelta(days=span), first + timedelta(days=min(today_after, span))
    days = shown_days(first, last, WEEK, always=[today])
    assert days == sorted(set(days))
    assert {first, last, today} <= set(days)
    assert len(days) <= max(MOST_DAYS + 3, span // 7 + 5)


def test_the_pictures_keep_how_far_each_stage_is(engagement: Engagement, engineer: User) -> None:
    """Once a day and at every change: without it the curve could not be drawn later."""
    stage = plan.lay_out_plan(actor=engineer, engagement=engagement)[0]
    day = engagement.working_calendar.shift(engagement.today(), 1)
    with time_machine.travel(day, tick=False):
        for percent in (40, 60):
            plan.move_stage(
                actor=engineer, stage=stage, start_on=stage.start_on, finish_on=stage.finish_on, percent=percent
            )
    pictures = PlanSnapshot.objects.unscoped().filter(stage=stage, taken_on=day)
    assert [row.percent for row in pictures] == [60]


def test_both_sides_see_the_curve_with_its_table(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    Stage.objects.filter(engagement=engagement).update(percent=50)
    for user in (engineer, client_pm):
        for route in ("engagements:plan", "reports:dashboard"):
            text = sign_in(user).get(reverse(route, args=[engagement.pk])).content.decode()
            assert 'class="lines"' in text, route
            assert "Plan against fact" in text
            assert "50% is done" in text
