"""What proves a go-live, done in the browser: data, training, tests, rehearsal and the cutover itself."""

from __future__ import annotations

import re
from datetime import date

from engagements.models import SignOff
from standups.models import Cell, CutoverRun, DataObject, LoadRound, RolloutRole, UatRound
from tests.e2e.hands import fill, send
from tests.e2e.life import Life, press, sign, write
from tests.factories import RunSheetTemplateFactory
from training.models import Course, Learner, TrainingSession


def check_the_data(life: Life, at: str) -> None:
    """Two counts, one of them different and explained; a sample; signed by the tester's side."""
    lead = life["lead"]
    write(lead, f"{at}/data-checks/new/", name="零售客户", source="核心系统", target="CRM", owner="零售业务部")
    moved = DataObject.objects.unscoped().get()
    lead.goto(f"{at}/data-checks/{moved.pk}/mapping/")
    write(
        lead,
        f"{at}/data-checks/{moved.pk}/mapping/",
        "Save and open round 1",
        source_field_0="CERT",
        target_field_0="id",
    )
    here = lead.url
    write(lead, here + "counts/", "Save", name_0="客户数", source_value_0="386412", target_value_0="384506",
          explanation_0="疑似重复 1,906 组合并", name_1="证件", source_value_1="384506", target_value_1="384506")  # fmt: skip
    write(lead, here + "sample/", sample_size=500, sample_wrong=0, sample_checked_by="潘越")
    lead.goto(here)
    press(lead, "/freeze/")
    text = LoadRound.objects.unscoped().get().sign_off
    assert text is not None
    sign(life["tester"], f"{at}/sign-offs/{text.pk}/")


def teach(life: Life, at: str) -> None:
    """Two were trained before there was a course; the third is named, and sits in the session."""
    lead, role = life["lead"], RolloutRole.objects.unscoped().get()
    write(lead, f"{at}/roll-out/roles/{role.pk}/", held_on=date(2026, 4, 8), people=2, note="纸质考核")
    lead.goto(f"{at}/training/courses/new/")
    lead.get_by_label("客户经理").check()
    fill(lead, title="登记商机", module=re.compile("客户经营"), duration_minutes=60, aim="独立登记", why="跟进")
    send(lead)
    course = Course.objects.unscoped().get()
    lead.goto(f"{at}/training/courses/{course.pk}/cases/new/")
    fill(lead, title="电话商机", times_per_month=40)
    for way, minutes in (("manual", 12), ("system", 3)):
        lead.locator(f'main [name="{way}_text"]').first.fill("登记")
        lead.locator(f'main [name="{way}_minutes"]').first.fill(str(minutes))
        lead.locator(f'main [name="{way}_people"]').first.fill("1")
    send(lead)
    write(lead, f"{at}/training/courses/{course.pk}/accept/")
    write(lead, f"{at}/training/people/paste/", role=role.pk, people="钱雨桐\uff0cqian@client.example")
    write(lead, f"{at}/training/sessions/new/", course=course.pk, starts_at="2026-04-08T14:00",
          ends_at="2026-04-08T15:00", place="二楼", capacity=12)  # fmt: skip
    session = TrainingSession.objects.unscoped().get()
    write(lead, f"{at}/training/sessions/{session.pk}/enrol/", "Enrol all of 客户经理")
    life.later(hours=7)
    lead.goto(f"{at}/training/sessions/{session.pk}/attendance/")
    lead.get_by_label("钱雨桐").check()
    send(lead, "Save the list")


def see_them_do_it(life: Life, at: str) -> None:
    course, learner = Course.objects.unscoped().get(), Learner.objects.unscoped().get()
    write(life["lead"], f"{at}/training/courses/{course.pk}/checks/", "Save the checks",
          **{f"outcome_{learner.pk}": "passed"})  # fmt: skip


def accept_with_a_condition(life: Life, at: str) -> None:
    """One cell: live, tested, accepted on a condition that stays open."""
    lead = life["lead"]
    write(lead, f"{at}/roll-out/stages/new/", name="46 家支行")
    write(lead, f"{at}/roll-out/build/", "Build the matrix")
    cell = Cell.objects.unscoped().get()
    write(lead, f"{at}/roll-out/cells/{cell.pk}/", "Make it live")
    lead.goto(f"{at}/cells/{cell.pk}/uat/open/")
    lead.locator('main [name="build"]').fill("验收环境 2.3")
    lead.get_by_label("𠮷田").check()
    with lead.expect_navigation():
        lead.locator("main .acts .btn-primary").first.click()
    tested = UatRound.objects.unscoped().get()
    for case in tested.cases.unscoped():
        write(life["tester"], f"{at}/uat/cases/{case.pk}/", "Passed")
    write(lead, f"{at}/uat/{tested.pk}/judge/", result="conditional", text_0="两个必填项自动带出", owner_name_0="郑楠",
          due_on_0=date(2026, 5, 29))  # fmt: skip
    text = SignOff.objects.unscoped().get(kind=SignOff.Kind.UAT)
    sign(life["tester"], f"{at}/sign-offs/{text.pk}/")


def rehearse(life: Life, at: str) -> None:
    """Two steps, forty-two minutes."""
    lead = life["lead"]
    RunSheetTemplateFactory(
        name="切换",
        created_by=life.people["boss"],
        steps=[
            {"kind": "step", "title": f"步骤 {number}", "owner": "李喆", "side": "vendor", "planned_minutes": 15,
             "check_text": "一致", "rollback": "恢复"}
            for number in (1, 2)
        ],
    )  # fmt: skip
    lead.goto(f"{at}/cutover/sheet/template/")
    lead.locator('main [name="template"]').select_option(label="切换")
    with lead.expect_navigation():
        lead.locator("main .acts .btn-primary").first.click()
    write(lead, f"{at}/cutover/", "Start a rehearsal")
    run = CutoverRun.objects.unscoped().get()
    for number in (1, 2):
        lead.goto(f"{at}/cutover/runs/{run.pk}/")
        life.later(minutes=20.5)
        lead.locator(f"#done-{number}").click()
        lead.locator(f"#done-{number}").wait_for(state="detached")
    write(lead, f"{at}/cutover/runs/{run.pk}/end/", note="顺利")
