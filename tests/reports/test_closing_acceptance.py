"""The closing report's chapter on acceptance: told from what was signed, counted and run through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engagements.models import Engagement, Signature, SignOff
from engagements.services import signing
from reports.building.snapshots import build
from reports.documents.acceptance import (
    Acceptance,
    AgreedCondition,
    CutoverResult,
    DataResult,
    GoDecision,
    Judgement,
    MatrixCell,
    MatrixRow,
    MatrixStage,
    MatrixTable,
)
from reports.documents.chapters import chapters
from reports.documents.closing_report import ClosingReport
from reports.documents.printing import render_html
from reports.models import DocumentKind, Draft
from standups.models import Cell, Condition, CutoverRun, LoadRound, RolloutRole, UatRound
from tests.factories import (
    CellFactory,
    ChangeRequestFactory,
    CountLineFactory,
    CutoverRunFactory,
    DataObjectFactory,
    LoadRoundFactory,
    MappingFactory,
    ModuleFactory,
    RolloutRoleFactory,
    RolloutStageFactory,
    RunStepFactory,
    UatCaseFactory,
    UatRoundFactory,
    UserFactory,
    go_decision_of,
)
from tests.reports.lived import LIVE_ON, lived_through
from tests.reports.proved import accepted_on_condition, much_proved, text_of_round
from tests.reports.test_documents import closing_report as plain_report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_november(time_machine: Any) -> Iterator[None]:
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:00:00+08:00"), tick=False)
    yield


@pytest.fixture
def lived() -> Engagement:
    return lived_through()


def report_of(engagement: Engagement, language: str = "en") -> ClosingReport:
    built = build(engagement, DocumentKind.CLOSING_REPORT, Draft(), language)
    assert isinstance(built, ClosingReport)
    return built


def acceptance_of(engagement: Engagement, language: str = "en") -> Acceptance:
    found = report_of(engagement, language).acceptance
    assert found is not None
    return found


def judged(cell: Cell, number: int, result: str, conditions: tuple[str, ...] = ()) -> UatRound:
    """A signed round with this result."""
    found: UatRound = UatRoundFactory(
        cell=cell, number=number, result=result, result_note="见附件", opened_by=cell.engagement.created_by
    )
    UatCaseFactory(round=found, outcome="pass", tested_at=timezone.now())
    for text in conditions:
        Condition.objects.create(round=found, text=text, owner_name="李哲", due_on=date(2026, 11, 20))
    sign_off = text_of_round(found)
    signer = UserFactory(role="client", name="杜文娟")
    Signature.objects.create(
        sign_off=sign_off, part="key_user", method="screen", signer=signer, signer_name=signer.name,
        signed_on=date(2026, 11, number), text_hash=sign_off.text_hash,
    )  # fmt: skip
    return found


def test_nothing_to_prove_is_no_chapter_and_changes_no_byte(lived: Engagement) -> None:
    """C3: reports issued before keep their bytes; an engagement without a matrix has no such chapter."""
    report = report_of(lived)
    assert report.acceptance is None
    assert b"acceptance" not in report.to_json()
    assert "acceptance" not in [chapter.anchor for chapter in chapters(report)]


def test_the_matrix_stands_by_stage_with_words(lived: Engagement) -> None:
    """C3: module × role with the word of each state; what was descoped names its change request."""
    pilot, wide = (RolloutStageFactory(engagement=lived, name=name, position=place) for place, name in enumerate(("试点", "全院")))  # fmt: skip
    clerk, admin = RolloutRoleFactory(engagement=lived, name="挂号员"), RolloutRoleFactory(engagement=lived, name="管理员", kind=RolloutRole.Kind.ADMINISTRATOR)  # fmt: skip
    registration, billing = (ModuleFactory(engagement=lived, name=name, position=place) for place, name in enumerate(("挂号", "收费")))  # fmt: skip
    live = {"engagement": lived, "stage": pilot, "live_on": LIVE_ON}
    CellFactory(module=registration, role=admin, state="accepted", **live)
    CellFactory(module=registration, role=clerk, state="rejected", **live)
    change = ChangeRequestFactory(engagement=lived, raised_by=lived.created_by)
    CellFactory(module=billing, role=admin, state="descoped", descoped_by=change, **live)
    CellFactory(engagement=lived, stage=wide, module=registration, role=clerk)
    first, second = acceptance_of(lived).stages
    assert (first.name, first.settled, first.required) == ("试点", 1, 2)
    (table,) = first.tables
    assert table.roles == ("管理员", "挂号员")
    assert [(row.module, [(cell.word, cell.tone) for cell in row.cells]) for row in table.rows] == [
        ("挂号", [("Accepted", "ok"), ("Rejected", "warn")]),
        ("收费", [(f"Descoped (change request {change.number})", "muted"), ("", "muted")]),
    ]
    assert (second.name, second.settled, second.required) == ("全院", 0, 1)


def test_a_wide_matrix_is_cut_into_tables_that_fit_a_page(lived: Engagement) -> None:
    """C3: eight roles don't fit beside each other on A4."""
    stage, module = RolloutStageFactory(engagement=lived), ModuleFactory(engagement=lived)
    for _i in range(8):
        CellFactory(engagement=lived, stage=stage, module=module)
    (found,) = acceptance_of(lived).stages
    assert [len(table.roles) for table in found.tables] == [5, 3]
    assert sum(len(row.cells) for table in found.tables for row in table.rows) == 8


def test_the_lineage_says_who_accepted_what_and_on_which_conditions(lived: Engagement) -> None:
    """C3, N2: v1 to v3 of a cell from the signed texts; a condition later changed in its row is told as it was signed."""
    cell = CellFactory(engagement=lived, state="accepted", live_on=LIVE_ON, override_reason="培训在夜班补上")
    judged(cell, 1, "rejected")
    second = judged(cell, 2, "conditional", ("退号须冲正",))
    judged(cell, 3, "accepted")
    UatRoundFactory(cell=cell, number=4, opened_by=lived.created_by)
    condition = second.conditions.unscoped().get()
    Condition.objects.filter(pk=condition.pk).update(text="被改过", met_on=date(2026, 11, 10), proof="对账单")
    found = acceptance_of(lived).judgements
    assert [(row.version, row.word, row.signed_on) for row in found] == [
        ("v1", "Rejected", date(2026, 11, 1)),
        ("v2", "Conditionally accepted", date(2026, 11, 2)),
        ("v3", "Accepted", date(2026, 11, 3)),
    ]
    assert "杜文娟" in found[0].signed_by and "on screen" in found[0].signed_by
    assert found[0].override == "培训在夜班补上"
    assert found[1].conditions == (
        AgreedCondition(text="退号须冲正", owner="李哲", due_on=date(2026, 11, 20), met_on=date(2026, 11, 10)),
    )


def test_open_conditions_remain_and_met_ones_do_not(lived: Engagement) -> None:
    """C3: what was accepted on a condition stands among the remaining issues with owner and day."""
    before = report_of(lived)
    due_on = lived.today() + timedelta(days=9)
    accepted_on_condition(lived, due_on=due_on, text="冲正", owner_name="财务科")
    of_client = UserFactory(role="client", name="何主任")
    accepted_on_condition(lived, due_on=due_on, text="补录", owner=of_client, owner_name="何主任")
    met = accepted_on_condition(lived, due_on=due_on, text="已办")
    Condition.objects.filter(pk=met.pk).update(met_on=lived.today(), proof="附件")
    report = report_of(lived)
    added = report.remaining_issues[len(before.remaining_issues) :]
    assert [(row.title.rpartition(": ")[2], row.next_step, row.owner, row.due_on) for row in added] == [
        ("冲正", "vendor", "财务科", due_on), ("补录", "client", "何主任", due_on),
    ]  # fmt: skip
    assert report.facts.open_items == before.facts.open_items + 2


def test_data_is_told_by_its_newest_load(lived: Engagement) -> None:
    """C3: what differed and is explained, the owner's sample, and the signature."""
    data_object = DataObjectFactory(engagement=lived, name="患者主数据")
    first = MappingFactory(data_object=data_object, made_by=lived.created_by)
    LoadRoundFactory(mapping=first, sample_wrong=14)
    second = LoadRoundFactory(
        mapping=MappingFactory(data_object=data_object, version=2, made_by=lived.created_by), number=2
    )
    CountLineFactory(round=second)
    CountLineFactory(round=second, source_value=10, target_value=8, explanation="两条重复已合并")
    CountLineFactory(round=second, source_value=10, target_value=8)
    CountLineFactory(round=second, source_value=Decimal(4), target_value=None)
    DataObjectFactory(engagement=lived, name="还没有装载")
    text = signing.add_version(
        actor=lived.created_by, engagement=lived, kind=SignOff.Kind.DATA, topic=str(data_object.pk), text={"facts": {}}
    )
    LoadRound.objects.filter(pk=second.pk).update(sign_off=text)
    expected = DataResult(
        name="患者主数据", round=2, mapping="2", counted=3, differing=2, unexplained=1, sample_size=500,
        sample_wrong=0, signed_on=None, missing=1,
    )  # fmt: skip
    assert acceptance_of(lived).data == (expected,)
    LoadRound.objects.filter(pk=second.pk).update(sample_wrong=3)
    assert acceptance_of(lived).data == (replace(expected, sample_wrong=3, is_sample_open=True),)


def test_data_was_signed_on_the_day_of_the_signature(lived: Engagement) -> None:
    """C3: the day that stands under the text, not the one on which the last step was done; none before that."""
    row = LoadRoundFactory(mapping__data_object__engagement=lived, mapping__made_by=lived.created_by)
    text = signing.add_version(
        actor=lived.created_by, engagement=lived, kind=SignOff.Kind.DATA, topic="1", text={"facts": {}}
    )
    LoadRound.objects.filter(pk=row.pk).update(sign_off=text)
    signer = UserFactory(role="client", name="杜文娟")
    Signature.objects.create(
        sign_off=text, part="key_user", method="screen", signer=signer, signer_name=signer.name,
        signed_on=date(2026, 11, 12), text_hash=text.text_hash,
    )  # fmt: skip
    assert acceptance_of(lived).data[0].signed_on is None
    SignOff.objects.filter(pk=text.pk).update(signed_at=timezone.now())
    assert acceptance_of(lived).data[0].signed_on == date(2026, 11, 12)


def test_the_decision_lists_its_risks_once_it_stands(lived: Engagement) -> None:
    """C3: what the client knew and took; a decision to wait that nobody signed is nothing."""
    text = go_decision_of(lived, go_live_on=LIVE_ON, decision="not_yet", signed=False)
    assert report_of(lived).acceptance is None
    SignOff.objects.filter(pk=text.pk).update(superseded_at=timezone.now())
    text = go_decision_of(lived, go_live_on=LIVE_ON, decision="risks")
    facts = text.text["facts"] | {"risks": ["一个条件未满足"], "note": "夜班有人值守"}
    SignOff.objects.filter(pk=text.pk).update(text=text.text | {"facts": facts})
    Signature.objects.create(
        sign_off=text, part="client_pm", method="screen", signer=UserFactory(role="client", name="周㛃"),
        signer_name="周㛃", signed_on=date(2026, 10, 15), text_hash=text.text_hash,
    )  # fmt: skip
    found = acceptance_of(lived).decision
    assert found is not None
    assert (found.word, found.go_live_on, found.signed_on) == ("Go, with these risks", LIVE_ON, date(2026, 10, 15))
    assert found.risks == ("一个条件未满足",) and found.note == "夜班有人值守" and found.signed_by.startswith("周㛃")


def test_runs_compare_plan_and_clock(lived: Engagement) -> None:
    """C3: planned and real minutes and what was rolled back, of every run that has ended."""
    began = timezone.now() - timedelta(days=40)
    run: CutoverRun = CutoverRunFactory(
        engagement=lived, started_by=lived.created_by, started_at=began, ended_at=began + timedelta(minutes=34, seconds=5),
        outcome="done", note="备份比计划慢",
    )  # fmt: skip
    RunStepFactory(run=run, planned_minutes=10, rollbacks=1)
    RunStepFactory(run=run, planned_minutes=20)
    CutoverRunFactory(engagement=lived, number=2, kind="cutover", started_by=lived.created_by)
    assert acceptance_of(lived).runs == (
        CutoverResult(
            label="Rehearsal 1", on=date(2026, 10, 9), planned_minutes=30, real_minutes=35, rollbacks=1,
            outcome="Gone through", note="备份比计划慢",
        ),
    )  # fmt: skip


def test_the_report_costs_the_same_at_thirty_rows_as_at_one(lived: Engagement) -> None:
    """SPEED.md: one query for each kind of row."""
    counts: list[int] = []
    tester = UserFactory(role="client")
    for rows in (1, 29):
        much_proved(lived, tester, rows, start=len(counts))
        report_of(lived)
        with CaptureQueriesContext(connection) as captured:
            report_of(lived)
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- Printed ---------------------------------------------------------------------------------------------------------

FULL = Acceptance(
    stages=(
        MatrixStage(
            name="试点科室",
            settled=1,
            required=2,
            tables=(
                MatrixTable(
                    roles=("系统管理员", "挂号员"),
                    rows=(
                        MatrixRow(
                            module="门诊挂号",
                            cells=(MatrixCell(word="已验收", tone="ok"), MatrixCell(word="不通过", tone="warn")),
                        ),
                        MatrixRow(module="收费", cells=(MatrixCell(), MatrixCell(word="未开始"))),
                    ),
                ),
            ),
        ),
    ),
    judgements=(
        Judgement(
            cell="门诊挂号 · 挂号员 · 试点科室", version="v1", word="有条件验收", tone="ok", signed_by="杜文娟",
            signed_on=date(2026, 12, 1),
            conditions=(
                AgreedCondition(text="退号须冲正", owner="李哲", due_on=date(2026, 12, 9), met_on=None),
                AgreedCondition(text="补录", owner="何主任", due_on=date(2026, 12, 9), met_on=date(2026, 12, 8)),
            ),
            override="夜班补训",
        ),
    ),
    data=(
        DataResult(
            name="患者主数据", round=2, mapping="v2", counted=6, differing=2, unexplained=0, sample_size=500,
            sample_wrong=0, signed_on=date(2026, 11, 30),
        ),
    ),
    decision=GoDecision(
        word="带风险上线", go_live_on=date(2026, 12, 16), signed_by="周㛃", signed_on=date(2026, 12, 14), risks=("一个条件未满足",)
    ),
    runs=(
        CutoverResult(
            label="模拟切换 1", on=date(2026, 12, 10), planned_minutes=300, real_minutes=352, rollbacks=1, outcome="走完"
        ),
    ),
)  # fmt: skip


def test_the_chapter_survives_freezing_and_is_printed_whole() -> None:
    """C3: bytes and back; every part stands on the page, in words."""
    report = plain_report(acceptance=FULL, language="en")
    assert ClosingReport.from_json(report.to_json()) == report
    html = render_html(report)
    wanted = (
        "试点科室: 1 of 2 accepted", "不通过", "live before it was ready: 夜班补训", "李哲, open, due on 2026-12-09",
        "何主任, met on 2026-12-08", "mapping v2", "0 of 500 wrong", "2 with a difference, every one explained",
        "带风险上线", "一个条件未满足", "模拟切换 1", "352",
    )  # fmt: skip
    assert [text for text in wanted if text not in " ".join(html.split())] == []
    assert 'class="warn">不通过' in html


def test_what_is_not_counted_or_not_explained_is_told() -> None:
    """C3: missing counts never read as equal ones; a frozen report of before is printed as it was."""
    open_ = replace(FULL.data[0], counted=0, differing=0, sample_wrong=400, missing=2, is_sample_open=True)
    report = plain_report(acceptance=replace(FULL, data=(open_,)), language="en")
    assert ClosingReport.from_json(report.to_json()) == report
    html = " ".join(render_html(report).split())
    assert "2 not counted on both sides" in html and "not explained" in html and "without a difference" not in html
    before = " ".join(render_html(plain_report(acceptance=FULL, language="en")).split())
    assert "not counted on both sides" not in before and "not explained" not in before


@pytest.mark.parametrize(
    ("part", "absent"),
    [
        ({"stages": (), "judgements": ()}, "Who accepted what"),
        ({"data": ()}, "Data checks"),
        ({"decision": None}, "Go decision"),
        ({"runs": ()}, "Rehearsals and cutover"),
    ],
)
def test_a_part_without_rows_is_left_out(part: dict[str, Any], absent: str) -> None:
    """C3: no empty table."""
    html = render_html(plain_report(acceptance=replace(FULL, **part), language="en"))
    assert absent not in html
