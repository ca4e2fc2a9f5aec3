"""P3: the plan out to Excel and back: all or nothing, each fault with its cell, nothing deleted, no effort for a client; and
plans to start from, usual or kept."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from engagements.models import CoreTask, Dependency, Engagement, PlanTemplate, Stage, StageKind, Task
from engagements.models.plan import WINDOWS
from engagements.plan_file import sheets
from engagements.predecessors import Link
from engagements.services import plan, plan_templates, tasks
from engagements.services.plan_import import Imported, import_plan
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.spreadsheet import FaultsError, write
from tests.conftest import SignIn
from tests.engagements.plans import create, days_of, fields_of

MONDAY = date(2026, 3, 2)


@pytest.fixture
def stages(engagement: Engagement, engineer: User) -> list[Stage]:
    engagement.calendar, engagement.start_on, engagement.agreed_go_live_on = "WEEK", MONDAY, date(2026, 4, 15)
    engagement.save()
    return plan.lay_out_plan(actor=engineer, engagement=engagement)


def exported(engagement: Engagement, *, for_client: bool = False) -> bytes:
    rows = list(engagement.tasks.unscoped().select_related("stage", "assignee"))
    return write(sheets(rows, tasks.links_of(rows), for_client=for_client))


def edited(content: bytes, *cells: tuple[int, str, Any]) -> SimpleUploadedFile:
    """Write (Excel row, column title, value) into the file, as a person would."""
    book = load_workbook(BytesIO(content))
    sheet = book.worksheets[0]
    titles = {cell.value: index for index, cell in enumerate(sheet[1], start=1)}
    for row, title, value in cells:
        sheet.cell(row, titles[title]).value = value
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("plan.xlsx", out.getvalue())


@pytest.fixture
def filled(engagement: Engagement, stages: list[Stage], engineer: User) -> Engagement:
    first = create(engagement, engineer, stages[0], name="装服务器", days=3, assignee=engineer, effort_days="2.5")
    create(engagement, engineer, stages[0], name="查权限", days=1, predecessors=(Link(first.number, 2),))
    return engagement


def take(engagement: Engagement, actor: User, *cells: tuple[int, str, Any]) -> Imported:
    return import_plan(actor=actor, engagement=engagement, file=edited(exported(engagement), *cells))


def test_what_goes_out_comes_back_unchanged_in_both_languages(filled: Engagement, engineer: User) -> None:
    before = days_of(filled)
    for language in ("en", "zh-hans"):
        with override(language):
            content = exported(filled)
        done = import_plan(actor=engineer, engagement=filled, file=SimpleUploadedFile("p.xlsx", content))
        assert done == Imported(0, 0, 2)
    assert days_of(filled) == before


def test_rows_are_changed_by_number_added_and_none_deleted(filled: Engagement, engineer: User) -> None:
    done = take(
        filled, engineer, (2, "Working days", 5), (3, "Task", None), (3, "Number", None), (3, "Stage", None),
        (3, "Working days", None), (3, "Predecessors", None), (3, "Whose work", None), (3, "Done, percent", None),
        (3, "State (leave as it is)", None), (3, "Start", None), (3, "Finish", None),
        (4, "Stage", "Data migration"), (4, "Task", "试迁移"), (4, "Working days", 2), (4, "Predecessors", "1; 2-1"),
        (5, "Number", 40), (5, "Stage", "数据迁移"), (5, "Task", "数据确认"), (5, "Working days", 0), (5, "Predecessors", 3),
    )  # fmt: skip
    assert done == Imported(2, 1, 0)
    assert {task.number: task.name for task in filled.tasks.unscoped()} == {
        1: "装服务器", 2: "查权限", 3: "试迁移", 40: "数据确认",
    }  # fmt: skip
    assert days_of(filled) == {
        1: ("03-02", "03-06"), 2: ("03-11", "03-11"), 3: ("03-11", "03-12"), 40: ("03-12", "03-12"),
    }  # fmt: skip
    assert Task.objects.unscoped().get(number=1).assignee == engineer


def test_every_fault_is_told_with_its_cell_and_nothing_is_imported(filled: Engagement, engineer: User) -> None:
    with pytest.raises(FaultsError) as refused:
        take(
            filled, engineer, (2, "Task", "改名"), (2, "Assignee (e-mail)", "nobody@example.com"), (3, "Stage", "夜班"),
            (3, "Working days", -1), (3, "Predecessors", date(2026, 7, 1)), (4, "Number", 1), (4, "Stage", "User training"),
            (4, "Task", "重复"), (4, "Working days", 1), (5, "Stage", "User training"), (5, "Task", "x"),
            (5, "Working days", 1), (5, "Predecessors", "77"), (5, "Not before", MONDAY), (5, "Fixed start", MONDAY),
        )  # fmt: skip
    assert [(fault.row, fault.column) for fault in refused.value.faults] == [
        (2, "Assignee (e-mail)"), (3, "Stage"), (3, "Working days"), (3, "Predecessors"), (4, "Number"), (5, "Fixed start"),
    ]  # fmt: skip
    assert {task.name for task in filled.tasks.unscoped()} == {"装服务器", "查权限"}


@pytest.mark.parametrize(("typed", "said"), [("2", "1 装服务器"), ("99", "no task 99")])
def test_a_cycle_or_a_missing_number_is_a_fault_of_its_row(
    typed: str, said: str, filled: Engagement, engineer: User
) -> None:
    with pytest.raises(FaultsError) as refused:
        take(filled, engineer, (2, "Predecessors", typed))
    (fault,) = refused.value.faults
    assert (fault.row, fault.column) == (2, "Predecessors")
    assert said in fault.reason
    assert Dependency.objects.count() == 1


def test_what_somebody_wrote_after_the_download_is_not_lost(filled: Engagement, engineer: User) -> None:
    content = exported(filled)
    task = Task.objects.unscoped().get(number=1)
    version = tasks.version_of(task, tasks.links_of([task])[task.pk])
    tasks.save_task(actor=engineer, engagement=filled, task=task, seen=version, **fields_of(task, days=4))
    with pytest.raises(FaultsError) as refused:
        import_plan(actor=engineer, engagement=filled, file=edited(content, (2, "Task", "别的")))
    assert [fault.column for fault in refused.value.faults] == ["State (leave as it is)"]


def test_the_clients_file_holds_no_effort_and_no_address(
    filled: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    url = reverse("engagements:plan_export", args=[filled.pk])
    told = []
    for user in (engineer, client_pm):
        response = sign_in(user).get(url)
        book = load_workbook(BytesIO(b"".join(response) if response.streaming else response.content))
        told.append(str([[cell.value for cell in row] for row in book.worksheets[0].rows]))
    assert engineer.email in told[0] and "2.5" in told[0]
    assert engineer.email not in told[1] and "2.5" not in told[1] and "Effort" not in told[1]


def test_the_page_lists_the_faults(filled: Engagement, engineer: User, sign_in: SignIn) -> None:
    file = edited(exported(filled), (2, "Working days", "很久"))
    page = (
        sign_in(engineer).post(reverse("engagements:plan_import", args=[filled.pk]), {"file": file}).content.decode()
    )
    assert "What must be mended" in page and "Working days" in page


# --- plans to start from ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("core_task", CoreTask.values)
@pytest.mark.parametrize("agreed_on", [date(2026, 4, 3), date(2026, 4, 15), date(2026, 9, 1)])
def test_the_usual_plan_stays_inside_the_articles_windows(
    core_task: str, agreed_on: date, engagement: Engagement, stages: list[Stage], engineer: User
) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(core_task=core_task, agreed_go_live_on=agreed_on)
    engagement.refresh_from_db()
    plan_templates.apply_template(actor=engineer, engagement=engagement, template=None)
    for stage in engagement.stages.unscoped():
        window = WINDOWS[StageKind(stage.kind)]
        days = engagement.working_calendar.day_number(stage.start_on, stage.finish_on)
        assert window.least_days <= days <= window.most_days
        rows = list(stage.tasks.unscoped())
        assert 3 <= len([row for row in rows if not row.is_milestone]) <= 5
        assert len([row for row in rows if row.is_milestone]) == 1
        assert all(1 <= row.days <= window.most_days for row in rows if not row.is_milestone)
    last = engagement.stages.unscoped().get(position=5)
    assert last.finish_on <= max(agreed_on, date(2026, 4, 3))


def test_a_kept_plan_begins_another_one_without_its_people_and_days(
    filled: Engagement, manager: User, engineer: User, foreign_engagement: Engagement
) -> None:
    template = plan_templates.save_template(actor=manager, engagement=filled, name="服务器两步")
    told = str(template.content)
    assert engineer.name not in told and "2026" not in told and "2.5" not in told
    plan_templates.apply_template(actor=manager, engagement=foreign_engagement, template=template)
    rows = list(foreign_engagement.tasks.unscoped())
    assert [(row.name, row.days, row.assignee, row.effort_days) for row in rows] == [
        ("装服务器", 3, None, None), ("查权限", 1, None, None),
    ]  # fmt: skip
    assert Dependency.objects.unscoped().get(task=rows[1]).lag_days == 2
    with pytest.raises(DomainError) as refused:
        plan_templates.save_template(actor=manager, engagement=filled, name="服务器两步")
    assert refused.value.field == "name"
    with pytest.raises(PermissionDenied):
        plan_templates.save_template(actor=engineer, engagement=filled, name="别的")
    plan_templates.delete_template(actor=manager, template=template)
    assert foreign_engagement.tasks.count() == 2 and not PlanTemplate.objects.exists()


def test_replacing_tasks_is_asked_first_and_refused_after_the_agreement(
    filled: Engagement, engineer: User, sign_in: SignIn
) -> None:
    url, browser = reverse("engagements:plan_template", args=[filled.pk]), sign_in(engineer)
    plan_page = reverse("engagements:plan", args=[filled.pk])
    assert url in browser.get(plan_page).content.decode()
    assert "2 tasks are there already" in browser.get(url).content.decode()
    assert browser.post(url, {"template": ""}).status_code == 200
    assert filled.tasks.count() == 2
    assert browser.post(url, {"template": "", "is_meant": "on"}).status_code == 302
    assert filled.tasks.count() > 15
    with transaction.atomic():
        plan.take_baseline(actor=engineer, engagement=filled, reason="约定")
    refused = browser.post(url, {"template": "", "is_meant": "on"}).content.decode()
    assert "The plan was agreed already" in refused
    assert url + '"' not in browser.get(plan_page).content.decode(), "a way that only leads to a refusal"
