"""Runs through the sheet: begun, gone through with a rollback, ended, and what they took (N11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, RefusedError, StaleError
from onsite.core.models import AuditEntry
from reports.building.acceptance import acceptance_of
from standups.cutover.course import course_of, real_minutes
from standups.models import CutoverRun, RunSheet, RunStep, SheetStep
from standups.services import cutover_results as results
from standups.services import cutover_runs as runs
from tests.factories import go_decision_of
from tests.standups.cutting_over import HOUR, a_run, a_sheet, states, step_of

MINUTE = timedelta(minutes=1)


def version(run: CutoverRun) -> int:
    return CutoverRun.objects.unscoped().get(pk=run.pk).version


# --- Begin ---------------------------------------------------------------------------------------------------------------


def test_a_run_copies_the_sheet(engagement: Engagement, engineer: User) -> None:
    """N11: what is changed in the sheet later does not change what was gone through."""
    run = a_run(engineer, engagement, 3)
    SheetStep.objects.unscoped().update(title="改了")
    assert [row.title for row in run.steps.unscoped()] == ["步骤 1", "步骤 2", "步骤 3"]
    assert (run.number, run.kind, str(run)[-1]) == (1, "rehearsal", "1")


def test_one_runs_at_a_time(engagement: Engagement, engineer: User, colleague: User) -> None:
    """N11: the second person reads who started the first."""
    a_run(engineer, engagement)
    with pytest.raises(DomainError, match="李喆"):
        runs.start_run(actor=colleague, engagement=engagement, kind="rehearsal")
    assert CutoverRun.objects.count() == 1


def test_an_empty_sheet_starts_nothing(engagement: Engagement, engineer: User, client_pm: User) -> None:
    with pytest.raises(DomainError):
        runs.start_run(actor=engineer, engagement=engagement, kind="rehearsal")
    a_sheet(engagement)
    with pytest.raises(PermissionDenied):
        runs.start_run(actor=client_pm, engagement=engagement, kind="rehearsal")


@pytest.mark.parametrize("decision", ["", "not_yet", "go", "risks"])
def test_the_cutover_waits_for_the_go(engagement: Engagement, engineer: User, decision: str) -> None:
    """N11: rehearsals any time, the cutover itself only under a decision to go."""
    a_sheet(engagement)
    if decision:
        go_decision_of(engagement, go_live_on=engagement.today(), decision=decision)
    if decision in {"go", "risks"}:
        assert runs.start_run(actor=engineer, engagement=engagement, kind="cutover").kind == "cutover"
        return
    with pytest.raises(RefusedError) as refused:
        runs.start_run(actor=engineer, engagement=engagement, kind="cutover")
    assert "go-decision" in refused.value.obstacles[0].url
    assert not CutoverRun.objects.exists()


def test_the_last_rollback_of_a_rehearsal_counts_from_its_start(engagement: Engagement, engineer: User) -> None:
    start = timezone.now() + timedelta(days=9)
    a_sheet(engagement, planned_start_at=start, last_rollback_at=start + HOUR)
    run = a_run(engineer, engagement)
    assert run.last_rollback_at == run.started_at + HOUR
    runs.roll_back_run(actor=engineer, run=run, reason="演练")
    go_decision_of(engagement, go_live_on=engagement.today())
    assert a_run(engineer, engagement, kind="cutover").last_rollback_at == start + HOUR


def test_a_decision_carries_one_cutover(engagement: Engagement, engineer: User) -> None:
    """N11: one that was rolled back may be tried again; after one that went through it takes a newer decision."""
    a_sheet(engagement, 1)
    go_decision_of(engagement, go_live_on=engagement.today())
    runs.roll_back_run(actor=engineer, run=a_run(engineer, engagement, kind="cutover"), reason="接口全断")
    run = a_run(engineer, engagement, kind="cutover")
    runs.finish_step(actor=engineer, step=step_of(run, 1))
    runs.end_run(actor=engineer, run=run)
    with pytest.raises(DomainError):
        a_run(engineer, engagement, kind="cutover")
    assert CutoverRun.objects.count() == 2
    CutoverRun.objects.update(started_at=timezone.now() - HOUR)
    go_decision_of(engagement, go_live_on=engagement.today())
    assert a_run(engineer, engagement, kind="cutover").number == 3


def test_before_the_ink_only_a_manager_starts_the_cutover(
    engagement: Engagement, engineer: User, manager: User
) -> None:
    """RULES: a signature under way is the manager's to let pass."""
    a_sheet(engagement, 2)
    go_decision_of(engagement, go_live_on=engagement.today(), signed=False)
    with pytest.raises(RefusedError) as refused:
        runs.start_run(actor=engineer, engagement=engagement, kind="cutover")
    assert "not signed" in refused.value.obstacles[0].text
    runs.start_run(actor=manager, engagement=engagement, kind="cutover")


# --- Step by step ----------------------------------------------------------------------------------------------------------


def test_forty_steps_with_one_rollback(engagement: Engagement, engineer: User, colleague: User) -> None:
    """N11: step 17 is rolled back and done again; the run goes through, and the audit tells all of it."""
    run = a_run(engineer, engagement, 40)
    for position in range(1, 41):
        runs.start_step(actor=engineer, step=step_of(run, position))
        if position == 17:
            runs.roll_back_step(actor=colleague, step=step_of(run, 17), reason="校验和不符")
            assert step_of(run, 17).state == "rolled_back"
            with pytest.raises(RefusedError):
                runs.end_run(actor=engineer, run=run)
            runs.start_step(actor=engineer, step=step_of(run, 17))
        runs.finish_step(actor=colleague, step=step_of(run, position))
    ended = runs.end_run(actor=engineer, run=run, note="通过")
    assert (ended.outcome, ended.note, states(run)) == ("done", "通过", ["done"] * 40)
    again = step_of(run, 17)
    assert (again.rollbacks, again.note) == (1, "校验和不符")
    assert version(run) == 1 + 82 + 1
    assert AuditEntry.objects.filter(action="cutover.step_rolled_back").count() == 1
    assert audit.first_broken(engagement.audit_chain) is None


def test_one_tap_is_not_measured(engagement: Engagement, engineer: User) -> None:
    run = a_run(engineer, engagement)
    row = runs.finish_step(actor=engineer, step=step_of(run, 1), note="一次完成")
    assert row.started_at == row.finished_at
    assert (real_minutes(row), row.note) == (None, "一次完成")


def test_the_second_person_hears_who_did_it(engagement: Engagement, engineer: User, colleague: User) -> None:
    """N11: start, done, skip; and what is done is not started again."""
    run = a_run(engineer, engagement)
    step = step_of(run, 1)
    runs.start_step(actor=engineer, step=step)
    with pytest.raises(DomainError, match="李喆"):
        runs.start_step(actor=colleague, step=step)
    with pytest.raises(DomainError, match="李喆"):
        runs.skip_step(actor=colleague, step=step, reason="不用")
    runs.finish_step(actor=engineer, step=step)
    before = version(run)
    for act in (runs.start_step, runs.finish_step):
        with pytest.raises(DomainError, match="李喆"):
            act(actor=colleague, step=step)
    assert version(run) == before, "a refusal changes nothing"
    runs.skip_step(actor=engineer, step=step_of(run, 2), reason="无接口")
    with pytest.raises(DomainError, match="李喆"):
        runs.skip_step(actor=colleague, step=step_of(run, 2), reason="不用")


def test_reasons_are_demanded(engagement: Engagement, engineer: User) -> None:
    run = a_run(engineer, engagement)
    with pytest.raises(DomainError) as why:
        runs.skip_step(actor=engineer, step=step_of(run, 1), reason=" ")
    assert why.value.field == "reason"
    with pytest.raises(DomainError, match=r"nothing|没有"):
        runs.roll_back_step(actor=engineer, step=step_of(run, 1), reason="错")
    runs.start_step(actor=engineer, step=step_of(run, 1))
    with pytest.raises(DomainError):
        runs.roll_back_step(actor=engineer, step=step_of(run, 1), reason="")
    with pytest.raises(DomainError):
        runs.roll_back_run(actor=engineer, run=run, reason="")


def test_a_mark_by_mistake_is_taken_back(engagement: Engagement, engineer: User) -> None:
    run = a_run(engineer, engagement)
    with pytest.raises(DomainError):
        runs.undo_step(actor=engineer, step=step_of(run, 1))
    runs.finish_step(actor=engineer, step=step_of(run, 1))
    row = runs.undo_step(actor=engineer, step=step_of(run, 1))
    assert (row.state, row.started_at, row.finished_at, row.done_by) == ("todo", None, None, None)


def test_a_measured_step_taken_back_is_under_way_since_it_began(engagement: Engagement, engineer: User) -> None:
    """N11: what was measured is not lost; and one that was rolled back before is rolled back again."""
    run = a_run(engineer, engagement)
    runs.start_step(actor=engineer, step=step_of(run, 1))
    began = step_of(run, 1).started_at
    runs.finish_step(actor=engineer, step=step_of(run, 1))
    runs.undo_step(actor=engineer, step=step_of(run, 1))
    assert (step_of(run, 1).state, step_of(run, 1).started_at) == ("running", began)
    runs.roll_back_step(actor=engineer, step=step_of(run, 1), reason="校验和不符")
    for act in (runs.finish_step, runs.start_step):
        act(actor=engineer, step=step_of(run, 1))
        runs.undo_step(actor=engineer, step=step_of(run, 1))
        assert (step_of(run, 1).state, step_of(run, 1).rollbacks) == ("rolled_back", 1)
    runs.undo_step(actor=engineer, step=runs.finish_step(actor=engineer, step=step_of(run, 2)))
    assert step_of(run, 2).state == "todo"


def test_notes_of_a_run_take_no_access_data(engagement: Engagement, engineer: User) -> None:
    """N11, N2: nothing of it is kept, whichever field it stands in."""
    run = a_run(engineer, engagement)
    runs.start_step(actor=engineer, step=step_of(run, 1))
    said, first, second = "口令：Sommer2026", step_of(run, 1), step_of(run, 2)
    refused: list[tuple[str, Callable[[], Any]]] = [
        ("note", lambda: runs.finish_step(actor=engineer, step=first, note=said)),
        ("reason", lambda: runs.skip_step(actor=engineer, step=second, reason=said)),
        ("reason", lambda: runs.roll_back_step(actor=engineer, step=first, reason=said)),
        ("reason", lambda: runs.roll_back_run(actor=engineer, run=run, reason=said)),
        ("note", lambda: runs.end_run(actor=engineer, run=run, note=said)),
    ]
    for field, act in refused:
        with pytest.raises(DomainError) as error:
            act()
        assert error.value.field == field
    assert states(run) == ["running", "todo", "todo"]


def test_notes_are_added_and_never_burst_their_column(engagement: Engagement, engineer: User) -> None:
    run = a_run(engineer, engagement)
    runs.start_step(actor=engineer, step=step_of(run, 1))
    runs.roll_back_step(actor=engineer, step=step_of(run, 1), reason="甲" * 200)
    runs.finish_step(actor=engineer, step=step_of(run, 1), note="乙" * 200)
    assert step_of(run, 1).note == "乙" * 200
    assert AuditEntry.objects.filter(data__note="甲" * 200).exists()


def test_later_steps_may_begin_and_the_course_says_what_is_passed_over(engagement: Engagement, engineer: User) -> None:
    run = a_run(engineer, engagement)
    runs.start_step(actor=engineer, step=step_of(run, 3))
    course = course_of(run, list(run.steps.unscoped()), timezone.now())
    assert [row.is_passed_over for row in course.steps] == [True, True, False]
    assert course.next is not None
    assert (course.next.step.position, [row.step.position for row in course.current]) == (1, [3])


def test_the_course_tells_how_late_it_is(engagement: Engagement, engineer: User) -> None:
    """N11: three steps of ten minutes; after 25 minutes the second one has run for 12."""
    run = a_run(engineer, engagement)
    began, now = run.started_at, run.started_at + 25 * MINUTE
    first, second, _third = rows = list(run.steps.unscoped())
    first.state, first.started_at, first.finished_at = "done", began, began + 13 * MINUTE
    second.state, second.started_at = "running", began + 13 * MINUTE
    course = course_of(run, rows, now)
    assert course.expected_end_at == now + 10 * MINUTE
    assert (course.late_minutes, course.late_grows_in_seconds, course.settled_count) == (5, 0, 1)
    run.last_rollback_at = began + 30 * MINUTE
    assert course_of(run, rows, now).ends_too_late
    assert course_of(run, rows, now).too_late_in_seconds == 0
    run.last_rollback_at = began + 40 * MINUTE
    found = course_of(run, rows, began + 15 * MINUTE)
    assert (found.ends_too_late, found.too_late_in_seconds) == (False, (8 + 7) * 60)
    assert course_of(run, rows, began + 30 * MINUTE + timedelta(seconds=1)).ends_too_late, "nothing but time passed"
    run.last_rollback_at = began + 29 * MINUTE
    assert course_of(run, rows, now).too_late_in_seconds is None, "planned to end later than that"
    run.last_rollback_at = began + 30 * MINUTE
    assert course_of(run, rows, began + 15 * MINUTE).late_grows_in_seconds == 8 * 60


# --- End ---------------------------------------------------------------------------------------------------------------------


def test_the_page_and_the_closing_report_count_the_same_minutes(engagement: Engagement, engineer: User) -> None:
    """Begun minutes once it ended; while it runs the full ones, as the clock beside it counts."""
    run = a_run(engineer, engagement, 1)
    run.started_at = timezone.now() - timedelta(seconds=3620)
    assert course_of(run, [], timezone.now()).passed_minutes == 60
    run.ended_at, run.ended_by, run.outcome = run.started_at + timedelta(seconds=3620), engineer, "done"
    run.save()
    found = acceptance_of(engagement)
    assert found is not None
    assert course_of(run, [], timezone.now()).passed_minutes == found.runs[0].real_minutes == 61


def test_open_steps_keep_a_run_open(engagement: Engagement, engineer: User) -> None:
    """N11: every one of them is named, with the way to it."""
    run = a_run(engineer, engagement, 4)
    runs.start_step(actor=engineer, step=step_of(run, 2))
    runs.skip_step(actor=engineer, step=step_of(run, 3), reason="演练")
    with pytest.raises(RefusedError) as refused:
        runs.end_run(actor=engineer, run=run)
    assert [row.url.split("#")[1] for row in refused.value.obstacles] == ["step-1", "step-2", "step-4"]
    assert CutoverRun.objects.unscoped().get().is_running


def test_nothing_changes_an_ended_run(engagement: Engagement, engineer: User, colleague: User) -> None:
    run = a_run(engineer, engagement)
    runs.roll_back_run(actor=engineer, run=run, reason="演练")
    before = version(run)
    for act in (
        lambda: runs.start_step(actor=colleague, step=step_of(run, 1)),
        lambda: runs.end_run(actor=colleague, run=run),
        lambda: runs.roll_back_run(actor=colleague, run=run, reason="再来"),
    ):
        with pytest.raises(DomainError, match="李喆"):
            act()
    assert (version(run), states(run)) == (before, ["todo"] * 3)


def test_after_the_last_moment_rolling_back_must_be_meant(engagement: Engagement, engineer: User) -> None:
    """N11: before it no tick is asked for; after it the roll-back is refused without one."""
    run = a_run(engineer, engagement)
    CutoverRun.objects.update(last_rollback_at=timezone.now() - MINUTE)
    with pytest.raises(DomainError) as refused:
        runs.roll_back_run(actor=engineer, run=run, reason="失败")
    assert refused.value.field == "is_confirmed"
    assert CutoverRun.objects.unscoped().get().is_running
    ended = runs.roll_back_run(actor=engineer, run=run, reason="失败", is_confirmed=True)
    assert (ended.outcome, ended.note) == ("rolled_back", "失败")


# --- What it took -------------------------------------------------------------------------------------------------------------


def ended_run(engineer: User, engagement: Engagement, minutes: int) -> CutoverRun:
    """A rehearsal that began an hour ago; its first step took so long, the others were skipped."""
    run = a_run(engineer, engagement)
    began = timezone.now() - HOUR
    CutoverRun.objects.filter(pk=run.pk).update(started_at=began)
    runs.finish_step(actor=engineer, step=step_of(run, 1))
    for position in (2, 3):
        runs.skip_step(actor=engineer, step=step_of(run, position), reason="演练")
    RunStep.objects.filter(run=run, position=1).update(started_at=began, finished_at=began + minutes * MINUTE)
    return runs.end_run(actor=engineer, run=CutoverRun.objects.unscoped().select_related("engagement").get(pk=run.pk))


def test_real_minutes_are_taken_over(engagement: Engagement, engineer: User) -> None:
    run = ended_run(engineer, engagement, 23)
    sheet = RunSheet.objects.unscoped().get()
    assert results.take_minutes(actor=engineer, run=run, version=sheet.version) == (1, [])
    assert list(sheet.steps.unscoped().values_list("planned_minutes", flat=True)) == [23, 10, 10]
    with pytest.raises(StaleError):
        results.take_minutes(actor=engineer, run=run, version=sheet.version)
    assert results.take_minutes(actor=engineer, run=run, version=sheet.version + 1) == (0, [])
    going = a_run(engineer, engagement)
    with pytest.raises(DomainError):
        results.take_minutes(actor=engineer, run=going, version=sheet.version + 1)


def test_a_forgotten_step_is_named_and_not_taken_over(engagement: Engagement, engineer: User) -> None:
    """N11: a month is no minutes of a step; the column holds neither it nor does the form take it."""
    run = ended_run(engineer, engagement, 20)
    long_ago = timezone.now() - timedelta(days=30)
    CutoverRun.objects.update(started_at=long_ago)
    RunStep.objects.filter(run=run, position=1).update(started_at=long_ago)
    sheet = RunSheet.objects.unscoped().get()
    assert results.take_minutes(actor=engineer, run=run, version=sheet.version) == (0, ["1. 步骤 1"])
    assert set(sheet.steps.unscoped().values_list("planned_minutes", flat=True)) == {10}


def test_times_are_put_right_within_the_run(engagement: Engagement, engineer: User, colleague: User) -> None:
    """N11: with the audit; never before the run, after it, or over what somebody else corrected."""
    run = ended_run(engineer, engagement, 20)
    step, began = step_of(run, 1), CutoverRun.objects.unscoped().get().started_at
    mark = step.fingerprint

    def put(begin: datetime, end: datetime) -> None:
        results.correct_step(actor=colleague, step=step, was=mark, started_at=begin, finished_at=end, note="补记")

    for begin, end, field in (
        (began - 2 * MINUTE, began, "started_at"),
        (began + MINUTE, began, "finished_at"),
        (began, began + 2 * HOUR, "finished_at"),
    ):
        with pytest.raises(DomainError) as refused:
            put(begin, end)
        assert refused.value.field == field
    put(began, began + 5 * MINUTE)
    assert real_minutes(step_of(run, 1)) == 5
    with pytest.raises(StaleError):
        put(began, began + 6 * MINUTE)
    with pytest.raises(DomainError):
        second = step_of(run, 2)
        results.correct_step(actor=engineer, step=second, was=second.fingerprint, started_at=began, finished_at=began)
    assert AuditEntry.objects.get(action="cutover.step_corrected").data["note"] == ""
