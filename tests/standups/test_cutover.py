"""The run sheet: its head, its steps and their order, templates, and what of it stands against a Go (N11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from standups.cutover.course import timed
from standups.cutover.state import before_go
from standups.cutover.usual import usual_steps
from standups.models import CutoverRun, RunSheet, RunSheetTemplate, SheetStep
from standups.services import run_sheet, run_sheet_templates
from standups.services.cutover_runs import end_run, finish_step, roll_back_run, skip_step
from tests.factories import EngagementFactory, RunSheetFactory, RunSheetTemplateFactory, SheetStepFactory
from tests.standups.cutting_over import HOUR, a_run, a_sheet, step_of

STEP: dict[str, Any] = {
    "title": "停止旧系统挂号", "kind": "freeze", "owner": "信息科", "side": "client", "planned_minutes": 15,
    "check_text": "试录被拒", "rollback": "恢复挂号",
}  # fmt: skip


def titles(engagement: Engagement) -> list[str]:
    rows = SheetStep.objects.unscoped().filter(sheet__engagement=engagement)
    assert list(rows.values_list("position", flat=True)) == list(range(1, len(rows) + 1))
    return list(rows.values_list("title", flat=True))


def version(engagement: Engagement) -> int:
    return RunSheet.objects.unscoped().get(engagement=engagement).version


# --- What stands against a Go ------------------------------------------------------------------------------------------


def test_each_missing_part_stands_against_a_go(engagement: Engagement, engineer: User) -> None:
    """N11: no sheet, no rehearsal that went through, no last rollback, no backup; each goes with what mends it."""

    def codes() -> list[str]:
        found = before_go(engagement)
        assert all(row.waivable and row.url for row in found)
        return [row.code for row in found]

    assert codes() == ["cutover.no_sheet", "cutover.not_rehearsed"]
    sheet = RunSheetFactory(engagement=engagement)
    assert codes() == ["cutover.no_sheet", "cutover.not_rehearsed"], "a sheet without steps is none"
    SheetStepFactory(sheet=sheet, position=1)
    assert codes() == ["cutover.not_rehearsed", "cutover.no_rollback_time", "cutover.no_backup"]
    SheetStepFactory(sheet=sheet, position=2, kind="backup")
    assert codes() == ["cutover.not_rehearsed", "cutover.no_rollback_time"]
    RunSheet.objects.update(planned_start_at=timezone.now())
    assert codes() == ["cutover.not_rehearsed", "cutover.no_rollback_time"]
    RunSheet.objects.update(last_rollback_at=timezone.now() + HOUR)
    run = a_run(engineer, engagement)
    assert codes() == ["cutover.not_rehearsed"], "one that goes on proves nothing"
    roll_back_run(actor=engineer, run=run, reason="演练回退")
    assert codes() == ["cutover.not_rehearsed"], "one that was rolled back proves nothing"
    for done, wanted in ((0, ["cutover.not_rehearsed"]), (1, ["cutover.steps_not_rehearsed"]), (2, [])):
        run = a_run(engineer, engagement)
        for position in (1, 2):
            if position <= done:
                finish_step(actor=engineer, step=step_of(run, position))
            else:
                skip_step(actor=engineer, step=step_of(run, position), reason="演练")
        end_run(actor=engineer, run=run)
        assert codes() == wanted, "what was skipped in each rehearsal was never rehearsed"
        assert CutoverRun.objects.filter(engagement=engagement).rehearsed().count() == done


def test_a_backup_in_words_is_enough(engagement: Engagement) -> None:
    a_sheet(engagement, backup="全量备份到备份机，李工验证可恢复")
    assert "cutover.no_backup" not in [row.code for row in before_go(engagement)]
    RunSheet.objects.update(backup="  ")
    assert "cutover.no_backup" in [row.code for row in before_go(engagement)]


def test_work_without_a_go_live_has_no_cutover(manager: User) -> None:
    assert before_go(EngagementFactory(core_task="fix_module", created_by=manager)) == []


# --- The head -----------------------------------------------------------------------------------------------------------


def test_the_head_is_kept_and_told_to_the_audit(engagement: Engagement, engineer: User) -> None:
    """N11: planned start, last rollback, freeze, backup, who decides."""
    start = timezone.now()
    head = {"planned_start_at": start, "last_rollback_at": start + HOUR, "backup": "全量", "commander": "周院长"}
    mark = RunSheet(engagement=engagement).fingerprint
    sheet = run_sheet.save_head(actor=engineer, engagement=engagement, was=mark, **head)
    stored = RunSheet.objects.unscoped().get()
    assert (stored.backup, stored.commander, stored.version) == ("全量", "周院长", 2)
    assert sheet.pk == stored.pk
    assert AuditEntry.objects.filter(action="run_sheet.changed").count() == 1


def test_the_last_rollback_lies_after_the_start(engagement: Engagement, engineer: User) -> None:
    start = timezone.now()
    mark = RunSheet(engagement=engagement).fingerprint
    with pytest.raises(DomainError) as refused:
        run_sheet.save_head(
            actor=engineer, engagement=engagement, was=mark, planned_start_at=start, last_rollback_at=start - HOUR
        )
    assert refused.value.field == "last_rollback_at"
    assert not RunSheet.objects.exists()


def test_a_head_changed_meanwhile_is_not_overwritten(engagement: Engagement, engineer: User, colleague: User) -> None:
    """N11: also where both saw no sheet at all."""
    empty = RunSheet(engagement=engagement).fingerprint
    run_sheet.save_head(actor=engineer, engagement=engagement, was=empty, backup="甲")
    with pytest.raises(StaleError):
        run_sheet.save_head(actor=colleague, engagement=engagement, was=empty, backup="乙")
    assert RunSheet.objects.unscoped().get().backup == "甲"


# --- The steps ----------------------------------------------------------------------------------------------------------


def test_steps_are_put_in_moved_and_taken_out(engagement: Engagement, engineer: User) -> None:
    """N11: the order stays whole, and each change counts the sheet's version up."""
    a_sheet(engagement, 3)
    new = run_sheet.add_step(actor=engineer, engagement=engagement, position=2, **STEP | {"title": "新"})
    assert titles(engagement) == ["步骤 1", "新", "步骤 2", "步骤 3"]
    run_sheet.move_step(actor=engineer, step=new, by=1)
    assert titles(engagement) == ["步骤 1", "步骤 2", "新", "步骤 3"]
    run_sheet.move_step(actor=engineer, step=new, to=1)
    assert titles(engagement) == ["新", "步骤 1", "步骤 2", "步骤 3"]
    seen = version(engagement)
    run_sheet.move_step(actor=engineer, step=new, by=-1)
    assert version(engagement) == seen, "beyond an end nothing happens"
    run_sheet.move_step(actor=engineer, step=new, to=99)
    run_sheet.delete_step(actor=engineer, step=SheetStep.objects.unscoped().get(title="步骤 2"))
    assert titles(engagement) == ["步骤 1", "步骤 3", "新"]
    assert version(engagement) == seen + 2
    with pytest.raises(DomainError):
        run_sheet.delete_step(actor=engineer, step=SheetStep(pk=999_999, sheet=new.sheet))


def test_a_step_changed_meanwhile_is_not_overwritten(engagement: Engagement, engineer: User, colleague: User) -> None:
    """N11: a step that was only moved is still the one the page showed."""
    a_sheet(engagement, 2)
    step = SheetStep.objects.unscoped().select_related("sheet__engagement").get(position=1)
    mark = step.fingerprint
    run_sheet.move_step(actor=colleague, step=step, by=1)
    run_sheet.change_step(actor=engineer, step=step, was=mark, **STEP | {"title": "甲"})
    with pytest.raises(StaleError):
        run_sheet.change_step(actor=colleague, step=step, was=mark, **STEP | {"title": "乙"})
    assert titles(engagement) == ["步骤 2", "甲"]


def test_a_sheet_holds_three_hundred_steps(engagement: Engagement, engineer: User) -> None:
    a_sheet(engagement, 0)
    sheet = RunSheet.objects.unscoped().get()
    SheetStep.objects.bulk_create(SheetStep(sheet=sheet, position=at, **STEP) for at in range(1, 301))
    with pytest.raises(DomainError, match="300"):
        run_sheet.add_step(actor=engineer, engagement=engagement, **STEP)
    assert SheetStep.objects.count() == 300


def test_clients_write_no_sheet(engagement: Engagement, client_pm: User) -> None:
    with pytest.raises(PermissionDenied):
        run_sheet.add_step(actor=client_pm, engagement=engagement, **STEP)


def test_hours_follow_from_the_start(engagement: Engagement) -> None:
    """N11: and the step into which the last moment to roll back falls is known."""
    start = timezone.now()
    sheet = a_sheet(engagement, 3, planned_start_at=start, last_rollback_at=start + timedelta(minutes=10))
    rows = timed(sheet.steps.unscoped(), sheet.planned_start_at, sheet.last_rollback_at)
    assert [row.begins_at for row in rows] == [start + timedelta(minutes=at) for at in (0, 10, 20)]
    assert rows[-1].ends_at == start + timedelta(minutes=30)
    assert [row.is_last_before_rollback for row in rows] == [False, True, False]
    assert {row.begins_at for row in timed(sheet.steps.unscoped(), None, None)} == {None}


@pytest.mark.parametrize("name", ["backup", "commander"])
def test_a_head_takes_no_access_data(engagement: Engagement, engineer: User, name: str) -> None:
    """N11, N2: both sides read the sheet and print it; where the password is kept may stand there."""
    empty = RunSheet(engagement=engagement).fingerprint
    with pytest.raises(DomainError) as refused:
        run_sheet.save_head(actor=engineer, engagement=engagement, was=empty, **{name: "RMAN 备份，口令：Sommer2026"})
    assert refused.value.field == name
    run_sheet.save_head(actor=engineer, engagement=engagement, was=empty, **{name: "口令在信息科保险柜"})


@pytest.mark.parametrize("name", ["title", "owner", "check_text", "rollback"])
def test_a_step_takes_no_access_data(engagement: Engagement, engineer: User, name: str) -> None:
    """N11, N2: neither a new step nor a changed one."""
    step = run_sheet.add_step(actor=engineer, engagement=engagement, **STEP)
    secret = STEP | {name: "口令：Sommer2026"}
    with pytest.raises(DomainError) as added:
        run_sheet.add_step(actor=engineer, engagement=engagement, **secret)
    with pytest.raises(DomainError) as changed:
        run_sheet.change_step(actor=engineer, step=step, was=step.fingerprint, **secret)
    assert (added.value.field, changed.value.field) == (name, name)
    assert titles(engagement) == [STEP["title"]]


# --- Templates ----------------------------------------------------------------------------------------------------------


def test_the_usual_sheet_is_laid_out_in_the_language_of_the_documents(engagement: Engagement, engineer: User) -> None:
    """N11: whoever presses, both sides read one sheet; it has a freeze, a backup, checks and rollbacks."""
    Engagement.objects.filter(pk=engagement.pk).update(language="en")
    with translation.override("zh-hans"):
        run_sheet.lay_out_sheet(actor=engineer, engagement=engagement, template=None, version=0)
    rows = list(SheetStep.objects.unscoped())
    with translation.override("en"):
        assert [row.title for row in rows] == [step["title"] for step in usual_steps()]
    assert len(rows) == 20
    assert {"freeze", "backup", "check", "step"} == {row.kind for row in rows}
    assert all(row.check_text and row.owner for row in rows)


def test_a_template_replaces_only_the_sheet_that_was_seen(
    engagement: Engagement, engineer: User, colleague: User
) -> None:
    sheet = a_sheet(engagement, 2)
    run_sheet.add_step(actor=colleague, engagement=engagement, **STEP)
    with pytest.raises(StaleError):
        run_sheet.lay_out_sheet(actor=engineer, engagement=engagement, template=None, version=sheet.version)
    assert len(titles(engagement)) == 3
    template = RunSheetTemplateFactory(steps=[STEP])
    run_sheet.lay_out_sheet(actor=engineer, engagement=engagement, template=template, version=sheet.version + 1)
    assert titles(engagement) == ["停止旧系统挂号"]


def test_managers_keep_templates(engagement: Engagement, engineer: User, manager: User) -> None:
    """N11: kept, used elsewhere, renamed, deleted; a name stands once, and a sheet stays as it is."""
    a_sheet(engagement, 2)
    kept = run_sheet_templates.keep_template(actor=manager, engagement=engagement, name="医院")
    other = EngagementFactory(created_by=manager)
    run_sheet.lay_out_sheet(actor=manager, engagement=other, template=kept, version=0)
    assert titles(other) == ["步骤 1", "步骤 2"]
    with pytest.raises(DomainError) as taken:
        run_sheet_templates.keep_template(actor=manager, engagement=engagement, name="医院")
    assert taken.value.field == "name"
    second = RunSheetTemplateFactory(name="工厂")
    with pytest.raises(DomainError):
        run_sheet_templates.rename_template(actor=manager, template=second, name="医院")
    run_sheet_templates.rename_template(actor=manager, template=second, name="厂")
    run_sheet_templates.delete_template(actor=manager, template=kept)
    with pytest.raises(DomainError):
        run_sheet_templates.delete_template(actor=manager, template=RunSheetTemplate(pk=kept.pk or 1, name="医院"))
    assert titles(other) == ["步骤 1", "步骤 2"]
    with pytest.raises(PermissionDenied):
        run_sheet_templates.keep_template(actor=engineer, engagement=engagement, name="我的")
    with pytest.raises(DomainError):
        run_sheet_templates.keep_template(actor=manager, engagement=EngagementFactory(), name="空")


def test_a_template_carries_no_people_and_no_access_data(engagement: Engagement, manager: User) -> None:
    """N11: another client's page reads what was kept; a sheet from before the rule is refused, too."""
    a_sheet(engagement, 2)
    SheetStep.objects.update(owner="华东机械 张三 13800000000")
    kept = run_sheet_templates.keep_template(actor=manager, engagement=engagement, name="一")
    assert "张三" not in str(kept.steps)
    other = EngagementFactory(created_by=manager)
    run_sheet.lay_out_sheet(actor=manager, engagement=other, template=kept, version=0)
    assert set(SheetStep.objects.unscoped().filter(sheet__engagement=other).values_list("owner", flat=True)) == {""}
    SheetStep.objects.update(check_text="密码 admin123")
    with pytest.raises(DomainError):
        run_sheet_templates.keep_template(actor=manager, engagement=engagement, name="二")
    assert RunSheetTemplate.objects.count() == 1
