"""P3: tasks inside the stages: placed by scheduling, rolled up into their stages, moved by a working day, never overwritten
unseen; what the vendor keeps to itself reaches no client."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from engagements import planned_work, planning
from engagements.models import Baseline, BaselineTask, Dependency, Engagement, PlanSnapshot, Stage, Task
from engagements.predecessors import Link, read_predecessors, write_predecessors
from engagements.services import lifecycle, plan, tasks
from engagements.settling import PlanRows, percent_of
from onsite.accounts.models import User
from onsite.core.calendar import WorkingCalendar
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.engagements.plans import create, days_of, fields_of, numbered
from tests.factories import TaskFactory

WEEK = WorkingCalendar()
MONDAY = date(2026, 3, 2)


@pytest.fixture
def stages(engagement: Engagement, engineer: User) -> list[Stage]:
    """Monday 2 March to Wednesday 15 April 2026, Monday to Friday."""
    engagement.calendar, engagement.start_on, engagement.agreed_go_live_on = "WEEK", MONDAY, date(2026, 4, 15)
    engagement.save()
    return plan.lay_out_plan(actor=engineer, engagement=engagement)


def test_a_stage_with_tasks_is_what_its_tasks_are(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    first = create(engagement, engineer, stages[0], days=2, percent=100)
    create(engagement, engineer, stages[0], days=1, predecessors=(Link(first.number, 2),))
    create(engagement, engineer, stages[0], name="环境就绪", days=0, predecessors=(Link(2),))
    assert days_of(engagement) == {1: ("03-02", "03-03"), 2: ("03-06", "03-06"), 3: ("03-06", "03-06")}
    stage = Stage.objects.unscoped().get(pk=stages[0].pk)
    assert (stage.start_on, stage.finish_on, stage.percent) == (MONDAY, date(2026, 3, 6), 66)
    assert PlanSnapshot.objects.unscoped().filter(stage=stage).count() <= 1
    assert AuditEntry.objects.filter(action="task.created").count() == 3


def test_another_calendar_or_first_day_moves_the_tasks(
    engagement: Engagement, stages: list[Stage], manager: User
) -> None:
    """P3: no task stays on a day off, or before the first day on site, until somebody happens to edit the plan."""
    create(engagement, manager, stages[0], days=2, not_before_on=date(2026, 4, 3))
    assert days_of(engagement) == {1: ("04-03", "04-06")}
    lifecycle.change_engagement(actor=manager, engagement=engagement, calendar="CN")
    assert days_of(engagement) == {1: ("04-03", "04-07")}, "清明 is on Monday 6 April"
    lifecycle.change_engagement(actor=manager, engagement=engagement, start_on=date(2026, 4, 8))
    assert days_of(engagement) == {1: ("04-08", "04-09")}
    assert Stage.objects.unscoped().get(pk=stages[0].pk).finish_on == date(2026, 4, 9)


def test_a_stage_with_tasks_is_not_moved_by_hand(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    create(engagement, engineer, stages[0])
    with pytest.raises(DomainError):
        plan.move_stage(actor=engineer, stage=stages[0], start_on=MONDAY, finish_on=MONDAY, percent=0)
    with pytest.raises(DomainError):
        plan.lay_out_plan(actor=engineer, engagement=engagement)


def test_what_is_done_counts_by_its_days() -> None:
    def rows(*given: tuple[int, int]) -> list[Task]:
        return [Task(days=days, percent=percent) for days, percent in given]

    assert percent_of(rows((3, 100), (1, 0))) == 75
    assert percent_of(rows((3, 100), (0, 0))) == 99
    assert percent_of(rows((3, 100), (0, 100))) == 100
    assert percent_of(rows((0, 100), (0, 0))) == 50


def test_the_first_tasks_of_a_later_stage_follow_a_late_one(
    engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    """The same rule as for stages: whatever would overlap begins on the next working day, a stage without tasks too."""
    late = create(engagement, engineer, stages[0], days=5)
    root = create(engagement, engineer, stages[1], days=7)
    tail = create(engagement, engineer, stages[1], days=1, predecessors=(Link(root.number),))
    before = {stage.kind: stage.start_on for stage in engagement.stages.unscoped()}
    tasks.save_task(actor=engineer, engagement=engagement, task=late, seen=seen(late), **fields_of(late, days=8))
    assert days_of(engagement)[root.number] == ("03-12", "03-20")
    assert days_of(engagement)[tail.number] == ("03-23", "03-23")
    testing = engagement.stages.unscoped().get(kind="testing")
    assert testing.start_on == date(2026, 3, 24) == WEEK.shift(before["testing"], 3)


def seen(task: Task) -> str:
    return tasks.version_of(task, tasks.links_of([task])[task.pk])


def test_a_task_that_waits_for_nothing_any_more_keeps_its_day(
    engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    first = create(engagement, engineer, stages[0], days=4)
    second = create(engagement, engineer, stages[0], days=1, predecessors=(Link(first.number),))
    tasks.delete_task(actor=engineer, task=first)
    assert days_of(engagement) == {second.number: ("03-06", "03-06")}
    with pytest.raises(DomainError):
        tasks.delete_task(actor=engineer, task=first)


def test_a_cycle_is_refused_and_named(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    first = create(engagement, engineer, stages[0], name="甲")
    second = create(engagement, engineer, stages[0], name="乙", predecessors=(Link(first.number),))
    third = create(engagement, engineer, stages[0], name="丙", predecessors=(Link(second.number),))
    with pytest.raises(DomainError) as refused:
        tasks.save_task(
            actor=engineer, engagement=engagement, task=first, seen=seen(first),
            **fields_of(first, predecessors=(Link(third.number),)),
        )  # fmt: skip
    assert refused.value.field == "predecessors"
    assert any(
        cycle in refused.value.message for cycle in ("甲 → 乙 → 丙 → 甲", "乙 → 丙 → 甲 → 乙", "丙 → 甲 → 乙 → 丙")
    )
    assert not Dependency.objects.filter(task=first).exists()


@pytest.mark.parametrize("wrong", [Link(99), Link(1)])
def test_a_number_that_is_not_there_or_its_own_is_refused(
    wrong: Link, engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    task = create(engagement, engineer, stages[0])
    with pytest.raises(DomainError) as refused:
        tasks.save_task(
            actor=engineer, engagement=engagement, task=task, seen=seen(task), **fields_of(task, predecessors=(wrong,))
        )
    assert refused.value.field == "predecessors"


def test_the_arrows_move_a_task_by_a_working_day(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    task = create(engagement, engineer, stages[0], days=5)
    after = create(engagement, engineer, stages[0], days=1, predecessors=(Link(task.number),))
    tasks.move_task(actor=engineer, task=task, step=1)
    assert days_of(engagement) == {1: ("03-03", "03-09"), 2: ("03-10", "03-10")}
    tasks.move_task(actor=engineer, task=task, step=-1)
    assert days_of(engagement) == {1: ("03-02", "03-06"), 2: ("03-09", "03-09")}
    with pytest.raises(DomainError, match="first day on site"):
        tasks.move_task(actor=engineer, task=task, step=-1)
    with pytest.raises(DomainError, match="before it ends on"):
        tasks.move_task(actor=engineer, task=after, step=-1)


def test_a_fixed_day_is_kept_and_its_conflict_told_in_words(
    engagement: Engagement, stages: list[Stage], engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    first = create(engagement, engineer, stages[0], name="装服务器", days=5)
    create(
        engagement, engineer, stages[0], name="验收环境", predecessors=(Link(first.number),), fixed_on=date(2026, 3, 4)
    )
    assert days_of(engagement)[2] == ("03-04", "03-04")
    page = sign_in(client_pm).get(reverse("engagements:plan", args=[engagement.pk])).content.decode()
    assert "“验收环境” is fixed on 4 March 2026, but “装服务器” before it ends on 6 March 2026" in page


def test_two_who_edit_one_task_lose_no_word(
    engagement: Engagement, stages: list[Stage], engineer: User, colleague: User, sign_in: SignIn
) -> None:
    """The second is told what stands there now, keeps what they typed, and may then write over it."""
    task = create(engagement, engineer, stages[0], name="原名")
    shown = seen(task)
    tasks.save_task(actor=engineer, engagement=engagement, task=task, seen=shown, **fields_of(task, name="李的改名"))
    with pytest.raises(StaleError):
        tasks.save_task(actor=colleague, engagement=engagement, task=task, seen=shown, **fields_of(task, name="王的"))
    browser, url = sign_in(colleague), reverse("engagements:task_edit", args=[engagement.pk, task.pk])
    body = {"stage": stages[0].pk, "name": "王的改名", "days": 2, "percent": 0, "side": "vendor", "seen": shown}
    page = browser.post(url, body).content.decode()
    assert "李的改名" in page and "王的改名" in page
    assert Task.objects.unscoped().get().name == "李的改名"
    again = body | {"seen": seen(Task.objects.unscoped().get())}
    assert f'value="{again["seen"]}"' in page
    assert browser.post(url, again).status_code == 302
    assert Task.objects.unscoped().get().name == "王的改名"
    assert browser.post(url, {key: value for key, value in body.items() if key != "seen"}).status_code == 200


def test_the_baseline_keeps_the_tasks(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    task = create(engagement, engineer, stages[0], name="装服务器", days=3)
    with transaction.atomic():
        plan.take_baseline(actor=engineer, engagement=engagement, reason="约定")
    tasks.move_task(actor=engineer, task=task, step=1)
    tasks.move_task(actor=engineer, task=task, step=1)
    found = planning.plan_of(engagement, engineer)
    work = planned_work.work_of(engagement, found, engineer)
    assert [planned.shift_text for planned in work.stages[0].tasks] == ["2 days late"]
    tasks.delete_task(actor=engineer, task=task)
    assert [(row.name, row.task_id) for row in BaselineTask.objects.unscoped()] == [("装服务器", None)]
    assert Baseline.objects.count() == 1


def test_the_client_reads_no_effort_and_of_their_own_side_no_name(
    engagement: Engagement, stages: list[Stage], engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    create(engagement, engineer, stages[0], effort_days="76.5", assignee=client_pm, side="client")
    url = reverse("engagements:plan", args=[engagement.pk])
    ours, theirs = (sign_in(user).get(url).content.decode() for user in (engineer, client_pm))
    assert "76.5" in ours and "76.5" not in theirs
    assert '<span class="hint">陈镕' in ours and '<span class="hint">陈镕' not in theirs
    assert "task_edit" not in theirs and "mover" not in theirs


def test_in_place_only_the_form_comes_back(
    engagement: Engagement, stages: list[Stage], engineer: User, sign_in: SignIn
) -> None:
    task = create(engagement, engineer, stages[0])
    browser, url = sign_in(engineer), reverse("engagements:task_edit", args=[engagement.pk, task.pk])
    partial = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in partial and 'name="predecessors"' in partial
    body = {"stage": stages[0].pk, "name": "改名", "days": 2, "percent": 0, "side": "vendor", "predecessors": "x"}
    refused = browser.post(url, body, headers={"HX-Request": "true"}).content.decode()
    assert "“x” is no task number" in refused and "<html" not in refused
    body |= {"predecessors": "", "seen": seen(task)}
    done = browser.post(url, body, headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"


# --- predecessors as they are typed -------------------------------------------------------------------------------------------

links = st.lists(
    st.builds(Link, st.integers(1, 99_999), st.integers(-999, 999)), max_size=8, unique_by=lambda link: link.number
)


@given(links)
def test_what_is_written_is_read_again(some: list[Link]) -> None:
    assert read_predecessors(write_predecessors(some)) == tuple(some)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        found = read_predecessors(text)
    except DomainError as error:
        assert error.message
    else:
        assert read_predecessors(write_predecessors(found)) == found


@pytest.mark.parametrize("text", ["3; 5+2; 7-1", "3；5＋2；7－1", " 3, 5 + 2,7 -1;", "３、５+２，7−1"])
def test_a_chinese_keyboard_is_understood(text: str) -> None:
    assert read_predecessors(text) == (Link(3), Link(5, 2), Link(7, -1))


def test_a_plan_of_five_hundred_tasks_asks_three_times(
    engagement: Engagement, stages: list[Stage], engineer: User, django_assert_num_queries: object
) -> None:
    """SPEED: three queries to read; what did not change is not written."""
    numbered(engagement, stages, 500)
    with transaction.atomic():
        tasks.reschedule(engagement)
    with django_assert_num_queries(3):  # type: ignore[operator]
        rows = PlanRows.load(engagement)
        rows.settle()
        assert rows.save() == []
    last = max(rows.tasks, key=lambda task: task.finish_on)
    assert last.start_on > MONDAY + timedelta(days=100)


def test_tasks_belong_to_their_engagement(engagement: Engagement, stages: list[Stage], engineer: User) -> None:
    TaskFactory(engagement=engagement, stage=stages[0], number=7)
    assert create(engagement, engineer, stages[0]).number == 8
