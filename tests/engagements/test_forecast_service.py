"""N10: the forecast follows the plan, its day and its progress, and ends with the go-live."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engagements import forecast_rows
from engagements.forecasting import Activity, Link
from engagements.models import Dependency, Engagement, Forecast, Phase, Stage
from engagements.models.plan import WINDOWS, StageKind, Window
from engagements.services import followups, forecast, lifecycle, plan
from engagements.services.tasks import reschedule
from engagements.tasks import take_plan_snapshots
from onsite.accounts.models import User
from tests.factories import EngagementFactory, TaskFactory, go_decision_of

MONDAY = date(2026, 3, 2)


@pytest.fixture
def planned(engagement: Engagement, manager: User, engineer: User, time_machine: Any) -> Engagement:
    """On Monday 2 March 2026, Monday to Friday: the five stages at their fewest days but one, 24 working days."""
    time_machine.move_to("2026-03-02T09:00:00+08:00", tick=False)
    Engagement.objects.filter(pk=engagement.pk).update(
        calendar="WEEK", start_on=MONDAY, agreed_go_live_on=MONDAY + timedelta(days=31)
    )
    row = Engagement.objects.unscoped().get(pk=engagement.pk)
    plan.lay_out_plan(actor=engineer, engagement=row)
    return row


def found(engagement: Engagement) -> Forecast:
    return Forecast.objects.unscoped().get(engagement=engagement)


def stage(engagement: Engagement, kind: str) -> Stage:
    return engagement.stages.unscoped().select_related("engagement").get(kind=kind)


def move(engineer: User, row: Stage, *, days: int = 0, percent: int = 0) -> None:
    finish_on = row.engagement.working_calendar.shift(row.finish_on, days) if days else row.finish_on
    plan.move_stage(actor=engineer, stage=row, start_on=row.start_on, finish_on=finish_on, percent=percent)


def test_a_plan_has_a_forecast_from_the_first_day(planned: Engagement) -> None:
    row = found(planned)
    assert row.runs == 10_000
    assert 0 < row.probability < 1
    assert planned.start_on < row.p50_on <= row.p80_on
    assert row.driver in StageKind.values
    days, runs = zip(*row.histogram, strict=True)
    assert sum(runs) == row.runs
    assert list(days) == sorted(days)


def test_every_change_of_the_plan_changes_it(planned: Engagement, engineer: User, manager: User) -> None:
    """Longer stages make it less likely, done work surer, a later agreed day likelier."""
    before = found(planned)
    move(engineer, stage(planned, "testing"), days=4)
    longer = found(planned)
    assert longer.probability < before.probability
    assert longer.p50_on > before.p50_on
    move(engineer, stage(planned, "environment"), percent=60)
    assert found(planned).probability >= longer.probability
    lifecycle.change_engagement(
        actor=manager, engagement=planned, agreed_go_live_on=planned.agreed_go_live_on + timedelta(days=14)
    )
    assert found(planned).probability > longer.probability
    assert Forecast.objects.count() == 1


def test_the_day_passes_without_progress(planned: Engagement, time_machine: Any) -> None:
    """Nothing done, a week later: the whole plan still lies ahead. The daily task says so."""
    before = found(planned)
    time_machine.move_to("2026-03-09T09:00:00+08:00", tick=False)
    take_plan_snapshots()
    after = found(planned)
    assert after.p50_on == before.p50_on + timedelta(days=7)
    assert after.probability < before.probability
    assert after.computed_at > before.computed_at


def test_there_is_none_after_go_live(planned: Engagement, manager: User) -> None:
    Engagement.objects.filter(pk=planned.pk).update(phase=Phase.EXECUTION)
    go_decision_of(planned, go_live_on=MONDAY)
    followups.record_go_live(actor=manager, engagement=planned, on=MONDAY)
    assert not Forecast.objects.exists()
    take_plan_snapshots()
    assert not Forecast.objects.exists()


@pytest.mark.parametrize("phase", [Phase.CANCELLED, Phase.CLOSED])
def test_there_is_none_for_what_is_over(planned: Engagement, phase: Phase) -> None:
    Engagement.objects.filter(pk=planned.pk).update(phase=phase)
    planned.refresh_from_db()
    forecast.refresh(planned)
    assert not Forecast.objects.exists()


def test_there_is_none_without_a_plan_or_beyond_the_calendar(planned: Engagement) -> None:
    planned.stages.filter(kind="go_live").update(finish_on=date(2099, 12, 1))
    forecast.refresh(planned)
    assert not Forecast.objects.exists()
    empty = EngagementFactory()
    forecast.refresh(empty)
    assert not Forecast.objects.exists()


def test_tasks_count_in_place_of_their_stage(planned: Engagement, engineer: User) -> None:
    """A stage of tasks side by side takes as long as the longest, in a row as long as all; the next one follows both."""
    environment = stage(planned, "environment")
    tasks = [TaskFactory(stage=environment, days=days, name=f"t{days}") for days in (4, 4, 4)]
    reschedule(planned)
    beside = found(planned)
    for before, task in pairwise(tasks):
        Dependency.objects.create(task=task, after=before)
    reschedule(planned)
    in_a_row = found(planned)
    late = planned.working_calendar.working_days_between(beside.p50_on, in_a_row.p50_on)
    assert 7 <= late <= 9


def test_activities_follow_the_plan(planned: Engagement) -> None:
    """Directly after: it waits; after a gap: not before its day; overlapping: by as many days; the first: on its day."""
    calendar = planned.working_calendar
    rows = {row.kind: row for row in planned.stages.unscoped()}
    training, go_live, testing = rows["training"], rows["go_live"], rows["testing"]
    Stage.objects.filter(pk=training.pk).update(start_on=calendar.shift(testing.finish_on, -1))
    go_live_on = calendar.shift(training.finish_on, 4)
    Stage.objects.filter(pk=go_live.pk).update(start_on=go_live_on, finish_on=calendar.shift(go_live_on, 2))
    Stage.objects.filter(pk=testing.pk).update(percent=50)
    activities = forecast_rows.activities_of(planned)
    assert [(one.not_before, one.waits_for) for one in activities] == [
        (MONDAY, ()),
        (None, (Link(0, 0),)),
        (None, (Link(1, 0),)),
        (calendar.shift(testing.finish_on, -1), (Link(2, -2),)),
        (go_live_on, (Link(3, 0),)),
    ]
    half = activities[2]
    assert half.is_running
    window = WINDOWS[StageKind.TESTING]
    days = calendar.day_number(testing.start_on, testing.finish_on)
    assert (half.least, half.likely, half.most) == (window.least_days / 2, days / 2, window.most_days / 2)


def test_a_done_stage_of_tasks_holds_nothing_up(planned: Engagement) -> None:
    environment = stage(planned, "environment")
    TaskFactory(stage=environment, days=3, percent=100)
    reschedule(planned)
    task, end, *_later = forecast_rows.activities_of(planned)
    assert task.finished_on is not None
    assert end == Activity("environment", 0, 0, 0, (Link(0),), finished_on=task.finished_on)


def test_a_plan_that_waits_for_itself_has_none(planned: Engagement) -> None:
    """Two people at once could make one; the forecast must not break what they see next."""
    first, last = (TaskFactory(stage=stage(planned, kind)) for kind in ("environment", "testing"))
    Dependency.objects.create(task=first, after=last)
    Dependency.objects.create(task=last, after=first)
    forecast.refresh(planned)
    assert not Forecast.objects.exists()


@pytest.mark.parametrize(
    ("days", "is_stage", "expected"),
    [
        (4, True, (3, 4, 5)),
        (3, True, (3, 3, 5)),
        (5, True, (3, 5, 5)),
        (10, True, (7.5, 10, 12.5)),
        (2, True, (1.5, 2, 2.5)),
        (4, False, (3, 4, 5)),
        (1, False, (0.75, 1, 1.25)),
        (0, False, (0, 0, 0)),
    ],
)
def test_the_window_of_planned_days(days: int, is_stage: bool, expected: tuple[float, float, float]) -> None:
    assert forecast_rows.window_of(Window(3, 5), days, is_stage=is_stage) == expected


def test_it_costs_a_fixed_number_of_queries(planned: Engagement) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            forecast.refresh(planned)
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    queries()  # The first one loads the calendar.
    few = queries()
    testing = stage(planned, "testing")
    tasks = [TaskFactory(stage=testing) for _i in range(30)]
    for before, task in pairwise(tasks):
        Dependency.objects.create(task=task, after=before)
    assert queries() == few <= 4
