"""The frozen snapshots: one spelling of a value, there and back, and nothing that doesn't belong."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.documents.closing_report import (
    ClosingReport,
    Facts,
    FollowUp,
    KeyProblem,
    Lesson,
    MilestoneResult,
    ObjectiveResult,
    RemainingIssue,
    Satisfaction,
    StandupFacts,
    StateCount,
)
from reports.documents.codec import SnapshotError, to_plain
from reports.documents.field_manual import (
    Agreement,
    Contact,
    EscalationStep,
    FieldManual,
    ScopeItem,
    StageWindow,
    StandupRules,
)
from reports.documents.parts import Change, Objective, Plan, PlanRow, Signatory
from reports.documents.sign_off import SignOffSheet, TextSection
from reports.documents.snapshot import Snapshot

TRAINED = Objective(
    title="内部操作员培训合格",
    metric="考核合格的操作员",
    unit="人",
    baseline=Decimal(0),
    target=Decimal(5),
    direction="up",
    due_on=date(2027, 1, 17),
    measured_how="培训成绩",
)
SCHEDULED = replace(
    TRAINED, title="计划排产耗时", unit="分钟", baseline=Decimal("180.50"), target=Decimal(30), direction="down"
)
PLAN = Plan(
    rows=(
        PlanRow(
            label="数据迁移",
            start_on=date(2026, 11, 20),
            finish_on=date(2026, 11, 30),
            baseline_start_on=date(2026, 11, 20),
            baseline_finish_on=date(2026, 11, 26),
            percent=100,
        ),
        PlanRow(label="上线", start_on=date(2026, 12, 18), finish_on=date(2026, 12, 18), is_milestone=True),
    ),
    non_working_on=(date(2026, 11, 21), date(2026, 11, 22)),
)
SIGNATORIES = (
    Signatory(side="client", role="客户项目经理", name="陈堃"),
    Signatory(side="vendor", role="驻场负责人", name="李喆", has_chop=False),
)


def closing_report(**changes: Any) -> ClosingReport:
    report = ClosingReport(
        language="zh-hans",
        title="生产计划模块上线",
        engagement_name="华东机械集团 ERP 实施项目",
        client_name="华东机械集团",
        vendor_name="明远软件",
        version="1.0",
        issued_on=date(2027, 1, 18),
        core_task="系统上线",
        onsite_from_on=date(2026, 11, 16),
        onsite_to_on=date(2026, 12, 18),
        client_pm_name="陈堃",
        lead_name="李喆",
        summary="两个目标中一个超出、一个未达成。\n\n客户：周㛃、𠮷田、王镕。",
        facts=Facts(objectives_met=1, objectives_total=2, slip_days=2, open_items=2),
        satisfaction=Satisfaction(score=Decimal("4.60"), out_of=5, answers=7, text="真正在帮我们思考。"),
        verify_url="https://onsite.example.com/verify/7Kq2mXc9",
        audit_head="9f3c" * 16,
        objectives=(
            ObjectiveResult(objective=TRAINED, result=Decimal(6), verdict="exceeded", evidence="培训成绩"),
            ObjectiveResult(objective=SCHEDULED, result=Decimal(42), verdict="missed"),
        ),
        plan=PLAN,
        milestones=(
            MilestoneResult(
                title="数据迁移完成",
                baseline_on=date(2026, 11, 26),
                actual_on=date(2026, 11, 30),
                slip_days=2,
                reason="状态字段映射错误",
            ),
        ),
        key_problems=(
            KeyProblem(title="工单状态错误", raised_on=date(2026, 11, 25), symptom="状态显示错误", fix="重新导入"),
        ),
        problem_counts=(StateCount(label="已解决", count=14),),
        standups=StandupFacts(held_days=22, average_minutes=Decimal("12.5")),
        remaining_issues=(
            RemainingIssue(title="提供历史工单", next_step="client", owner="信息科", due_on=date(2027, 1, 29)),
            RemainingIssue(title="接口超时", next_step="third_party", owner="MES 厂家", due_on=None),
        ),
        lessons=(Lesson(title="权限分配需前置确认", text="上线前两周签署《权限确认书》。"),),
        follow_ups=(FollowUp(label="上线后一个月", planned_on=date(2027, 1, 18), channel="视频"),),
        signatories=SIGNATORIES,
    )
    return replace(report, **changes)


def field_manual(**changes: Any) -> FieldManual:
    manual = FieldManual(
        language="zh-hans",
        title="生产计划模块上线",
        engagement_name="华东机械集团 ERP 实施项目",
        client_name="华东机械集团",
        vendor_name="明远软件",
        version="2.0",
        issued_on=date(2026, 11, 13),
        core_task="系统上线",
        site="苏州 3 号厂房",
        onsite_from_on=date(2026, 11, 16),
        onsite_to_on=date(2026, 12, 18),
        go_live_on=date(2026, 12, 16),
        client_pm_name="陈堃",
        lead_name="李喆",
        verify_url="https://onsite.example.com/verify/abc",
        introduction="生产计划模块在 30 天内稳定运行。",
        contacts=(Contact(name="陈堃", side="client", role="客户项目经理", phone="+86 512 5555 0101"),),
        escalation=(EscalationStep(trigger="影响上线日期", who="业务负责人", within="1 个工作日"),),
        objectives=(TRAINED,),
        scope=(
            ScopeItem(text="生产计划", is_included=True),
            ScopeItem(text="成本核算", is_included=False, reason="第二期项目"),
        ),
        agreements=(
            Agreement(name="陈堃", role="客户项目经理", side="client", agreed_on=date(2026, 11, 12), how="paper"),
            Agreement(name="周㛃", role="业务负责人", side="client", agreed_on=None, how="pending", text_version="3"),
        ),
        plan=PLAN,
        stages=(
            StageWindow(
                stage="数据迁移",
                least_days=5,
                most_days=7,
                planned_days=5,
                start_on=date(2026, 11, 20),
                finish_on=date(2026, 11, 26),
            ),
        ),
        standup=StandupRules(weekdays=("周一", "周三"), hour="09:00", zone="Asia/Shanghai", minutes=15),
        calendar_notes=("2027-01-01 元旦休息。",),
        changes=(Change(version="1.0", issued_on=date(2026, 11, 6), what="首次发布"),),
        signatories=SIGNATORIES,
    )
    return replace(manual, **changes)


def sign_off_sheet(**changes: Any) -> SignOffSheet:
    sheet = SignOffSheet(
        language="zh-hans",
        title="目标与范围",
        engagement_name="华东机械集团 ERP 实施项目",
        client_name="华东机械集团",
        vendor_name="明远软件",
        version="3",
        issued_on=date(2026, 11, 12),
        code="K7Q2-9XMC",
        text_sha256="ab12" * 16,
        register_url="https://onsite.example.com/register/K7Q2-9XMC",
        sections=(
            TextSection(heading="核心任务", paragraphs=("系统上线",)),
            TextSection(heading="目标", columns=("目标", "目标值"), rows=(("培训合格", "5 人"),)),
            TextSection(heading="范围之内", points=("生产计划", "工单")),
        ),
        signatories=SIGNATORIES,
    )
    return replace(sheet, **changes)


@pytest.mark.parametrize("snapshot", [closing_report(), field_manual(), sign_off_sheet()])
def test_snapshot_comes_back_from_its_bytes(snapshot: Snapshot) -> None:
    """N9: an issued document is a pure function of an immutable snapshot."""
    again = type(snapshot).from_json(snapshot.to_json())
    assert again == snapshot
    assert again.sha256 == snapshot.sha256 == hashlib.sha256(snapshot.to_json()).hexdigest()


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
st.register_type_strategy(str, words)
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False))
st.register_type_strategy(date, st.dates())
anything = st.one_of(st.from_type(ClosingReport), st.from_type(FieldManual), st.from_type(SignOffSheet))


@given(anything)
def test_any_snapshot_comes_back_unchanged(snapshot: Snapshot) -> None:
    again = type(snapshot).from_json(snapshot.to_json())
    assert again == snapshot
    assert again.to_json() == snapshot.to_json()


def test_every_change_changes_the_hash() -> None:
    hashes = {
        closing_report().sha256,
        closing_report(version="1.1").sha256,
        closing_report(summary="x").sha256,
        closing_report(satisfaction=None).sha256,
        closing_report(key_problems=()).sha256,
        closing_report(plan=replace(PLAN, non_working_on=())).sha256,
    }
    assert len(hashes) == 6


def test_bytes_are_canonical() -> None:
    text = closing_report().to_json().decode()
    plain = json.loads(text)
    assert text == json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert (plain["kind"], plain["schema"]) == ("closing_report", 1)
    assert plain["objectives"][1]["objective"]["baseline"] == "180.50"
    assert "𠮷" in text


def changed(**changes: Any) -> bytes:
    return json.dumps({**json.loads(closing_report().to_json()), **changes}).encode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"no json", "not JSON"),
        (b"[]", "not an object"),
        (field_manual().to_json(), "expected .*closing_report"),
        (changed(schema=2), "schema|expected"),
        (changed(secret="x"), "unknown .*secret"),
        (changed(facts={"objectives_met": 1}), "facts: missing"),
        (changed(issued_on="2027-02-30"), "issued_on"),
        (changed(title=5), "title: expected str"),
        (changed(lessons={}), "lessons: expected list"),
        (changed(facts={"objectives_met": True, "objectives_total": 2, "slip_days": 0, "open_items": 0}), "met"),
        (changed(satisfaction={"score": "much", "out_of": 5, "answers": 1}), "score"),
    ],
)
def test_a_wrong_shape_is_named(text: bytes, reason: str) -> None:
    with pytest.raises(SnapshotError, match=reason):
        ClosingReport.from_json(text)


@dataclass(frozen=True)
class Loose:
    value: object


@pytest.mark.parametrize("value", [1.5, datetime(2026, 1, 1, tzinfo=UTC), [1], {"a": 1}, b"x", Decimal("NaN")])
def test_what_would_not_survive_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        to_plain(Loose(value))
