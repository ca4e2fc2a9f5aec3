"""Snapshots from rows: every number computed again by a second, plain implementation, and nothing internal in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone, translation

from engagements.models import (
    ChecklistItem,
    Engagement,
    Environment,
    FollowUpVisit,
    Function,
    Module,
    SignOff,
)
from engagements.services import plan, signing
from onsite.accounts.roles import Part
from reports.building.sheet import build_sheet
from reports.building.snapshots import build, sealed
from reports.documents.closing_report import ClosingReport
from reports.documents.field_manual import FieldManual
from reports.models import Document, DocumentKind, Draft
from tests.factories import ObjectiveFactory
from tests.ready import make_contingency_plan, make_function
from tests.reports.lived import AGREED_ON, FIRST_ON, LIVE_ON, MARK, lived_through, person_of
from tests.world import PNG

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_november(time_machine: Any) -> Iterator[None]:
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:00:00+08:00"), tick=False)
    yield


@pytest.fixture
def lived() -> Engagement:
    return lived_through()


def closing_report(engagement: Engagement, language: str = "zh-hans", **words: str) -> ClosingReport:
    built = build(engagement, DocumentKind.CLOSING_REPORT, Draft(**words), language)
    assert isinstance(built, ClosingReport)
    return built


def field_manual(engagement: Engagement, language: str = "zh-hans", **words: str) -> FieldManual:
    built = build(engagement, DocumentKind.FIELD_MANUAL, Draft(**words), language)
    assert isinstance(built, FieldManual)
    return built


def fetch(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """Raw rows: the second implementation knows no model, no queryset, no figure of ours."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def as_day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def weekdays_after(first: date, last: date) -> int:
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(day.weekday() < 5 for day in days)


# --- R1: the numbers again, from raw rows -------------------------------------------------------------------------------


def test_the_objectives_verdicts_again_from_raw_rows(lived: Engagement) -> None:
    """R1, N6: the newest reading against the target; unmeasured is not met."""
    rows = fetch(
        "SELECT o.title, o.target, o.direction, r.value, r.measured_on FROM engagements_objective o"
        " LEFT JOIN engagements_reading r ON r.objective_id = o.id WHERE o.engagement_id = %s", lived.pk,
    )  # fmt: skip
    newest: dict[str, tuple[Any, ...]] = {}
    for title, target, direction, value, on in rows:
        if title not in newest or (on and on > newest[title][3]):
            newest[title] = (target, direction, value, on)
    expected = {}
    for title, (target, direction, value, _on) in newest.items():
        if value is None:
            expected[title] = "not_measured"
        elif Fraction(str(value)) == Fraction(str(target)):
            expected[title] = "met"
        else:
            is_more = Fraction(str(value)) > Fraction(str(target))
            beats = {"up": is_more, "down": not is_more, "reach": False}[direction]
            expected[title] = "exceeded" if beats else "missed"
    report = closing_report(lived)
    assert {row.objective.title: row.verdict for row in report.objectives} == expected
    assert set(expected.values()) == {"met", "exceeded", "missed", "not_measured"}
    met = sum(verdict in ("met", "exceeded") for verdict in expected.values())
    assert (report.facts.objectives_met, report.facts.objectives_total) == (met, len(expected)) == (2, 4)


def test_the_slip_again_from_raw_rows(lived: Engagement) -> None:
    """R1: working days between the newest baseline's go-live and the recorded day."""
    [(agreed,)] = fetch(
        "SELECT b.finish_on FROM engagements_baselinestage b JOIN engagements_stage s ON s.id = b.stage_id"
        " WHERE s.engagement_id = %s AND s.kind = 'go_live'", lived.pk,
    )  # fmt: skip
    [(live,)] = fetch("SELECT go_live_on FROM engagements_engagement WHERE id = %s", lived.pk)
    report = closing_report(lived)
    assert report.facts.slip_days == weekdays_after(as_day(agreed), as_day(live)) == 2
    milestones = {row.title: (row.baseline_on, row.actual_on, row.slip_days) for row in report.milestones}
    assert milestones["正式上线"] == (AGREED_ON, LIVE_ON, 2)
    assert [row.reason for row in report.milestones if row.reason] == ["状态字段映射错误，重新导入"]
    assert len(report.plan.rows) == 5
    assert all(day.weekday() >= 5 for day in report.plan.non_working_on)


def test_the_newest_baseline_is_what_counts(lived: Engagement) -> None:
    """N5: an agreed change moves the baseline, so the slip is against the newest one."""
    lead = person_of(lived, Part.LEAD)
    plan.take_baseline(actor=lead, engagement=lived, reason="变更")
    report = closing_report(lived)
    assert report.facts.slip_days == 0
    assert {row.baseline_on for row in report.milestones if row.actual_on == LIVE_ON} == {LIVE_ON}


def test_the_problems_and_stand_ups_again_from_raw_rows(lived: Engagement) -> None:
    """R1: shared problems by state, published stand-ups and their average length."""
    problems = fetch(
        "SELECT title, solved_on, is_key FROM standups_problem WHERE engagement_id = %s AND NOT is_internal"
        " ORDER BY raised_on, id", lived.pk,
    )  # fmt: skip
    still_open = [title for title, solved_on, _key in problems if solved_on is None]
    report = closing_report(lived)
    counts = [row.count for row in report.problem_counts]
    assert counts == [len(problems), len(problems) - len(still_open), len(still_open)] == [3, 1, 2]
    assert [row.title for row in report.remaining_issues] == still_open
    assert report.facts.open_items == len(still_open)
    assert [row.title for row in report.key_problems] == [title for title, _on, is_key in problems if is_key]
    lengths = [
        minutes
        for (minutes,) in fetch(
            "SELECT minutes FROM standups_standup WHERE engagement_id = %s AND published_at IS NOT NULL", lived.pk
        )
    ]
    known = [minutes for minutes in lengths if minutes is not None]
    assert report.standups is not None
    assert report.standups.average_minutes is not None
    assert report.standups.held_days == len(lengths) == 16
    assert abs(Fraction(report.standups.average_minutes) - Fraction(sum(known), len(known))) <= Fraction(1, 20)


def test_the_report_names_people_days_and_visits(lived: Engagement) -> None:
    """R1, R3: whom it is from, when they were there, what comes after."""
    report = closing_report(lived, summary="按期上线。", proposals="先确认权限\n\n  每月核对一次  \n")
    assert (report.client_pm_name, report.lead_name) == ("陈镕", "李喆")
    assert (report.onsite_from_on, report.onsite_to_on, report.issued_on) == (FIRST_ON, LIVE_ON, date(2026, 11, 18))
    assert (report.proposals, report.lessons) == (("先确认权限", "每月核对一次"), ())
    assert [row.planned_on for row in report.follow_ups] == [date(2026, 11, 16), date(2027, 1, 18)]
    assert [(row.side, row.name) for row in report.signatories] == [
        ("client", "陈镕"), ("vendor", "李喆"), ("vendor", "王海明"),
    ]  # fmt: skip
    assert report.satisfaction is None
    FollowUpVisit.objects.filter(kind="1m").update(held_on=date(2026, 11, 17), channel="video")
    FollowUpVisit.objects.filter(kind="3m").update(superseded_at=timezone.now())
    held = closing_report(lived, language="en").follow_ups
    assert [row.channel for row in held] == ["held on 2026-11-17, video"]


def test_before_go_live_nothing_is_claimed(lived: Engagement) -> None:
    """R1: no slip and no go-live before it came, and only finished stages as milestones."""
    Engagement.objects.filter(pk=lived.pk).update(go_live_on=None)
    lived.stages.filter(kind__in=["training", "go_live"]).update(percent=90)
    report = closing_report(Engagement.objects.unscoped().select_related("client", "created_by").get(pk=lived.pk))
    assert report.facts.slip_days is None
    assert len(report.milestones) == 3


def test_who_has_left_is_still_named(lived: Engagement) -> None:
    """R1: a corrected report after the client's access ended still names its PM."""
    lived.memberships.update(ended_at=timezone.now())
    assert closing_report(lived).client_pm_name == "陈镕"
    assert field_manual(lived).contacts == ()


# --- Shared rows only ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_internal_word_is_in_any_snapshot(lived: Engagement, language: str) -> None:
    """N4, RULES.md: both documents are the client's. Internal problems, lines, notes, drafts and waivers stay out."""
    for snapshot in (closing_report(lived, language), field_manual(lived, language)):
        assert MARK not in snapshot.to_json().decode()
    assert b"missed" not in closing_report(lived, language).to_json().replace(b'"verdict":"missed"', b"")


def test_the_words_are_the_documents_language_not_the_readers(lived: Engagement) -> None:
    """P5, R1: Chinese or English, whoever issues it."""
    with translation.override("en"):
        chinese, english = closing_report(lived, "zh-hans"), closing_report(lived, "en")
        assert (chinese.core_task, english.core_task) == ("系统上线", "Go live with a system")
        assert chinese.plan.rows[0].label == "环境搭建"
        assert english.plan.rows[0].label == "Environment set-up"
        assert translation.get_language() == "en"


# --- P5: the field manual ----------------------------------------------------------------------------------------------------


def test_the_manual_shows_the_text_that_was_signed(lived: Engagement) -> None:
    """P5: goals and scope of the frozen version the signatures belong to, not what was edited since."""
    ObjectiveFactory(engagement=lived, title="签署之后才写的")
    manual = field_manual(lived)
    assert [row.title for row in manual.objectives] == ["响应时间", "培训合格", "零错配", "满意"]
    assert [(row.text, row.is_included) for row in manual.scope] == [("客户视图", True), ("信贷审批", False)]
    assert [(row.name, row.how, row.text_version) for row in manual.agreements] == [
        ("陈镕", "screen", "1"), ("陈镕", "screen", "1"),
    ]  # fmt: skip
    signing.freeze_goals(actor=person_of(lived, Part.LEAD), engagement=lived)
    fresh = field_manual(lived)
    assert [row.title for row in fresh.objectives][-1] == "签署之后才写的"
    assert {(row.how, row.agreed_on, row.text_version) for row in fresh.agreements} == {("pending", None, "2")}
    signing.register_paper(
        actor=person_of(lived, Part.LEAD), sign_off=lived.sign_offs.unscoped().current().get(), part=Part.CLIENT_PM,
        signer_name="陈镕", signed_on=lived.today(), code=lived.sign_offs.unscoped().current().get().code,
        scan=SimpleUploadedFile("scan.png", PNG),
    )  # fmt: skip
    assert {row.how for row in field_manual(lived).agreements} == {"pending"}  # not checked by a second person yet
    SignOff.objects.update(superseded_at=timezone.now())
    assert field_manual(lived).agreements == ()
    assert len(field_manual(lived).objectives) == 5


def test_the_manual_names_each_person_once_and_the_rhythm(lived: Engagement) -> None:
    """P5: contacts, stages in their windows, the stand-up, the days that differ from an ordinary week."""
    Engagement.objects.filter(pk=lived.pk).update(calendar="CN", stand_up_weekdays=[1, 3])
    row = Engagement.objects.unscoped().select_related("client", "created_by").get(pk=lived.pk)
    manual = field_manual(row, "en")
    assert [(contact.name, contact.role) for contact in manual.contacts] == [
        ("李喆", "Lead engineer"), ("陈镕", "Client PM · Business owner"),
    ]  # fmt: skip
    assert manual.standup is not None
    assert manual.standup.weekdays == ("Monday", "Wednesday")
    notes = " ".join(manual.calendar_notes)
    assert "2026-10-01" in notes
    assert "Working days at weekends: 2026-09-20, 2026-10-10" in notes
    assert [(stage.least_days, stage.most_days) for stage in manual.stages] == [
        (3, 5),
        (5, 7),
        (7, 10),
        (5, 7),
        (3, 5),
    ]
    assert manual.introduction == row.purpose


def test_the_manuals_history_grows_by_one_line_a_version(lived: Engagement) -> None:
    """P5, N9: earlier versions are taken from what was issued, never written again."""
    lead = person_of(lived, Part.LEAD)
    for version, words in ((1, ""), (2, "换了联系人")):
        snapshot = sealed(field_manual(lived, "en", changes=words), version=version, verify_url="x", audit_head="y")
        Document.objects.create(
            engagement=lived, kind="field_manual", version=version, language="zh-hans",
            snapshot=json.loads(snapshot.to_json()), snapshot_hash=snapshot.sha256, pdf="x.pdf",
            pdf_hash="0" * 64, issued_by=lead, issued_at=timezone.now(),
        )  # fmt: skip
    third = sealed(field_manual(lived, language="en"), version=3, verify_url="x", audit_head="y")
    assert isinstance(third, FieldManual)
    assert [(row.version, row.what) for row in third.changes] == [
        ("1", "First version"), ("2", "换了联系人"), ("3", "Corrections"),
    ]  # fmt: skip


# --- The sheet ------------------------------------------------------------------------------------------------------------------


def test_the_sheet_is_the_frozen_text_with_its_code(lived: Engagement) -> None:
    """RULES.md, Signing: the version, the code and the hash the signature is bound to; the same sheet every time."""
    text = lived.sign_offs.unscoped().select_related("engagement__client").get()
    ObjectiveFactory(engagement=lived, title="签署之后才写的")
    sheet = build_sheet(text)
    assert (sheet.code, sheet.text_sha256, sheet.version) == (text.code, text.text_hash, "1")
    told = sheet.to_json().decode()
    for word in ("江海银行", "响应时间", "≤ 2 点", "客户视图", "信贷审批", "第二期", "陈镕"):
        assert word in told
    assert "签署之后才写的" not in told
    assert sheet.register_url.endswith(f"/engagements/{lived.pk}/sign-offs/{text.pk}/paper/")
    assert build_sheet(text).sha256 == sheet.sha256


def test_the_manual_holds_what_was_prepared(lived: Engagement) -> None:
    """P5: functions by the way to their module, cards with phones, lists by moment; nothing that stays with the vendor."""
    lead = person_of(lived, Part.LEAD)
    lived.memberships.filter(user=lead).update(phone="138 0000 1111")
    function = make_function(lived, rules="超预算由财务总监批准", pain_points=MARK, risk_reason=MARK, risk="high")
    inner = Module.objects.create(engagement=lived, parent=function.module, name="排程")
    Function.objects.create(engagement=lived, module=inner, name="年度盘点", frequency="rarely", pain_points=MARK)
    make_contingency_plan(lived, lead, "network")
    Environment.objects.create(engagement=lived, name="正式环境", access_kept="信息部密码箱")
    for moment in ("go_live", "before", "daily"):
        ChecklistItem.objects.create(engagement=lived, moment=moment, text=moment)
    manual = field_manual(lived)
    assert [module.name for module in manual.modules] == ["生产计划", "生产计划 › 排程"]
    assert [step.function for step in manual.rollout] == ["周计划排产", "年度盘点"]
    (card,) = manual.contingency
    assert card.owner is not None and (card.owner.name, card.owner.phone) == (lead.name, "138 0000 1111")
    assert [list(checklist.lines) for checklist in manual.checklists] == [["before"], ["daily"], ["go_live"]]
    assert any(step.who == card.escalation for step in manual.escalation)
    assert MARK not in manual.to_json().decode()
    assert FieldManual.from_json(manual.to_json()) == manual


def test_a_new_manual_finds_what_changed_and_keeps_the_note(lived: Engagement) -> None:
    """P5: computed against the version that was issued last, and the author's own words beside it."""
    first = sealed(field_manual(lived), version=1, verify_url="https://x.example/1", audit_head="")
    Document.objects.create(
        engagement=lived, kind=DocumentKind.FIELD_MANUAL, version=1, language="zh-hans",
        snapshot=json.loads(first.to_json()), snapshot_hash=first.sha256, issued_by=lived.created_by,
        issued_at=timezone.now(),
    )  # fmt: skip
    unchanged = field_manual(lived, "en").changes[-1]
    assert (unchanged.what, unchanged.found) == ("Corrections", ())
    make_function(lived)
    with translation.override("en"):
        own = field_manual(lived, "en", changes="增加排产功能").changes[-1]
    assert (own.what, own.found) == ("增加排产功能", ("Functions: 1 added",))
    assert [change.version for change in field_manual(lived).changes] == ["1", ""]
