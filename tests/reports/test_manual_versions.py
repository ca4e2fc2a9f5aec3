"""P5: a new version lists what changed; what was frozen before the later chapters came keeps its bytes and its hash."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from reports.documents.codec import SnapshotError
from reports.documents.differences import differences
from reports.documents.field_manual import FieldManual
from reports.documents.manual_parts import ModuleEntry
from reports.documents.parts import Change, PlanRow
from reports.documents.printing import render_html
from tests.reports.manuals import NETWORK, REPORT_WORK, SCHEDULE, whole_manual
from tests.reports.test_documents import PLAN, closing_report, field_manual

# What the release before the later chapters computed for `field_manual()` and `closing_report()`.
HASH_OF_THEN = "e983bb2fd4febf69369592beb230d0d147676a74833b249c50985d045d0d8188"
REPORT_OF_THEN = "bbe34fb8554889adf301215c5e94319b373037ec24badabc70db5e9a30ef64e0"
LATER = {"modules", "rollout", "contingency", "environments", "checklists"}


@pytest.fixture(autouse=True)
def in_english() -> object:
    with translation.override("en"):
        yield


def test_a_manual_frozen_before_keeps_its_hash_and_comes_back() -> None:
    """N9: print_again refuses a snapshot whose hash is not the printed one, so the old ones must keep theirs."""
    old = field_manual()
    assert (old.sha256, closing_report().sha256) == (HASH_OF_THEN, REPORT_OF_THEN)
    plain = json.loads(old.to_json())
    assert not LATER & plain.keys() and "found" not in plain["changes"][0]
    assert FieldManual.from_json(old.to_json()) == old


def test_an_old_manual_prints_no_chapter_that_came_later() -> None:
    html = render_html(field_manual())
    for anchor in ("functions", "rollout", "contingency", "environments", "checklists"):
        assert f'id="{anchor}"' not in html


def test_the_whole_manual_comes_back_from_its_bytes() -> None:
    manual = whole_manual()
    assert not LATER - json.loads(manual.to_json()).keys()
    assert FieldManual.from_json(manual.to_json()) == manual


def test_a_strange_code_is_refused() -> None:
    plain = json.loads(whole_manual().to_json())
    plain["modules"][0]["functions"][0]["risk"] = "enormous"
    with pytest.raises(SnapshotError, match="risk"):
        FieldManual.from_json(json.dumps(plain))


def test_nothing_changed_says_nothing() -> None:
    assert differences(whole_manual(), whole_manual(version="3", issued_on=date(2026, 12, 1))) == ()


@given(st.from_type(FieldManual))
def test_no_manual_differs_from_itself(manual: FieldManual) -> None:
    assert differences(manual, manual) == ()


@given(st.from_type(FieldManual), st.from_type(FieldManual))
def test_any_two_manuals_can_be_compared(one: FieldManual, other: FieldManual) -> None:
    assert all(isinstance(line, str) and line for line in differences(one, other))


def test_every_chapter_says_what_changed() -> None:
    """P5: each chapter in a sentence, in printing order."""
    before = whole_manual()
    stage = replace(before.stages[0], finish_on=date(2026, 11, 30))
    moved = replace(before.plan.rows[0], finish_on=date(2026, 12, 1))
    after = replace(
        before,
        introduction="新的说明",
        contacts=(*before.contacts, replace(before.contacts[0], name="林国栋")),
        objectives=(),
        scope=(replace(before.scope[0], reason="新的原因"), *before.scope[1:]),
        go_live_on=date(2026, 12, 18),
        stages=(stage,),
        plan=replace(PLAN, rows=(moved, *before.plan.rows[1:])),
        modules=(
            ModuleEntry(
                name="生产 › 计划", functions=(replace(SCHEDULE, rules=""), replace(REPORT_WORK, name="新功能"))
            ),
        ),
        contingency=(replace(NETWORK, steps=("一步",)),),
        standup=None,
    )
    assert differences(before, after) == (
        "About this engagement: rewritten",
        "Contacts: 1 added",
        "Objectives: 1 removed",
        "Scope: 1 changed",
        "Plan: last day 2026-11-26 → 2026-11-30",
        "Agreed day: 2026-12-16 → 2026-12-18",
        "Plan: 1 row moved",
        "Functions: 1 added, 1 changed, 1 removed",
        "Contingency plans: 1 changed, 1 removed",
        "Daily stand-up: new hour or form",
    )


def test_a_row_that_came_into_the_plan_is_counted() -> None:
    before = whole_manual()
    row = PlanRow(label="接口联调", start_on=date(2026, 12, 1), finish_on=date(2026, 12, 2))
    assert differences(before, replace(before, plan=replace(PLAN, rows=(*PLAN.rows, row)))) == ("Plan: 2 → 3 rows",)


def test_the_same_manual_in_the_other_language_has_not_changed() -> None:
    """Roles, stages and weekdays are words of the document's language: they are not compared."""
    before = whole_manual()
    after = replace(
        before,
        language="en",
        contacts=tuple(replace(row, role="Client PM") for row in before.contacts),
        stages=tuple(replace(row, stage="Data migration") for row in before.stages),
        standup=before.standup and replace(before.standup, weekdays=("Monday", "Wednesday"), zone="Shanghai time"),
        calendar_notes=("Calendar: China",),
    )
    assert differences(before, after) == ()


def test_what_was_found_stands_under_the_authors_note() -> None:
    change = Change(version="2", issued_on=date(2026, 11, 13), what="上线改期", found=("Agreed day: a → b",))
    html = render_html(field_manual(changes=(change,)))
    assert html.index("上线改期") < html.index("Agreed day: a → b")
