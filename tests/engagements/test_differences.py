"""P1: what changed between two versions of goals and scope, by table and by property."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagements.differences import differences
from engagements.frozen import read

Text = dict[str, Any]


def objective(title: str = "培训合格", **fields: Any) -> Text:
    return {
        "title": title, "metric": "人数", "unit": "人", "baseline": "0", "target": "5", "direction": "up",
        "due_on": "2026-12-01", "how_measured": "签到表",
    } | fields  # fmt: skip


def text(**fields: Any) -> Text:
    return {
        "client": "华东机械集团", "engagement": "生产计划", "core_task": "go_live", "purpose": "", "start_on": "2026-11-02",
        "agreed_go_live_on": "2026-12-24", "objectives": [objective()],
        "in_scope": [{"text": "排产", "reason": ""}], "out_of_scope": [{"text": "移动审批", "reason": "二期"}],
    } | fields  # fmt: skip


LINE = {"text": "条码打印", "reason": ""}
TABLE: list[tuple[Text, list[tuple[str, str, str, str]]]] = [
    ({}, []),
    ({"in_scope": [{"text": "排产", "reason": ""}, LINE]}, [("added", "In scope", "", "条码打印")]),
    ({"in_scope": []}, [("removed", "In scope", "排产", "")]),
    (
        {"in_scope": [{"text": "排产", "reason": ""}, {"text": "移动审批", "reason": ""}], "out_of_scope": []},
        [("added", "In scope", "", "移动审批"), ("removed", "Out of scope", "移动审批 (because: 二期)", "")],
    ),
    (
        {"agreed_go_live_on": "2026-12-29"},
        [("changed", "Agreed go-live or hand-over day", "24 December 2026", "29 December 2026")],
    ),
    ({"purpose": "稳定运行"}, [("changed", "Purpose", "", "稳定运行")]),
    ({"objectives": [objective(target="7")]}, [("changed", "objective “培训合格”, target", "5 人", "7 人")]),
    (
        {"objectives": [objective(baseline=None, unit="名")]},
        [
            ("changed", "objective “培训合格”, baseline value", "0 人", ""),
            ("changed", "objective “培训合格”, target", "5 人", "5 名"),
        ],
    ),
    (
        {"objectives": [objective(due_on="2026-12-03", direction="reach")]},
        [
            ("changed", "objective “培训合格”, reached when it is", "at least the target", "exactly the target"),
            ("changed", "objective “培训合格”, due", "1 December 2026", "3 December 2026"),
        ],
    ),
    (
        {"objectives": [objective("操作员合格")]},
        [("changed", "objective “操作员合格”, name", "培训合格", "操作员合格")],
    ),
    (
        {"objectives": [objective(), objective("准时率", metric="率", unit="%", target="99.50")]},
        [("added", "Objective", "", "准时率: target 99.5% by 1 December 2026")],
    ),
    ({"objectives": []}, [("removed", "Objective", "培训合格: target 5 人 by 1 December 2026", "")]),
    (
        {"objectives": [objective(measure="problems.critical")]},
        [("changed", "objective “培训合格”, measured from", "by hand", "open critical problems")],
    ),
]


@pytest.mark.parametrize(("fields", "expected"), TABLE)
def test_what_changed(fields: Text, expected: list[tuple[str, str, str, str]]) -> None:
    found = differences(text(), text(**fields))
    assert [(row.how, row.what, row.was, row.now) for row in found] == expected


def test_the_sentence_for_paper_names_what_was_and_what_is() -> None:
    found = differences(text(), text(in_scope=[LINE], purpose="稳定运行"))
    assert [row.sentence for row in found] == [
        "Changed: Purpose: nothing → 稳定运行", "New: In scope: 条码打印", "Gone: In scope: 排产",
    ]  # fmt: skip


def test_a_text_from_before_there_were_facts_still_reads() -> None:
    """Older frozen texts have no "measure"."""
    assert read(text()).objectives[0].measured_from == ""
    named = read(text(objectives=[objective(measure="problems.critical")])).objectives[0]
    assert named.measured_from == "open critical problems"
    assert read(text(objectives=[objective(measure="gone.away")])).objectives[0].measured_from == "gone.away"


LINES = st.lists(
    st.fixed_dictionaries({"text": st.sampled_from("abc"), "reason": st.sampled_from(["", "x"])}), max_size=4
)
OBJECTIVES = st.lists(
    st.builds(
        objective, st.sampled_from(["甲", "乙"]), metric=st.sampled_from(["m", "n"]),
        target=st.sampled_from(["1", "2"]), baseline=st.sampled_from([None, "0"]),
    ),
    max_size=4,
)  # fmt: skip
TEXTS = st.builds(
    lambda inside, outside, objectives, purpose: text(
        in_scope=inside, out_of_scope=outside, objectives=objectives, purpose=purpose
    ),
    LINES, LINES, OBJECTIVES, st.sampled_from(["", "p"]),
)  # fmt: skip


def sorted_text(value: Text) -> Text:
    found = deepcopy(value)
    for name in ("in_scope", "out_of_scope", "objectives"):
        found[name] = sorted(found[name], key=lambda row: str(sorted(row.items())))
    return found


@given(TEXTS, TEXTS)
def test_texts_that_say_the_same_differ_in_nothing_and_no_others(before: Text, after: Text) -> None:
    same = sorted_text(before) == sorted_text(after)
    assert (differences(before, after) == ()) is same


def test_objectives_of_one_title_may_change_places() -> None:
    """P1: nothing changed where two objectives of one title only stand the other way round."""
    first, second = objective("甲", baseline=None), objective("甲", baseline="0")
    assert differences(text(objectives=[first, second]), text(objectives=[second, first])) == ()


@given(TEXTS, TEXTS)
def test_backwards_new_becomes_gone(before: Text, after: Text) -> None:
    def lines(found: Any, how: str) -> list[tuple[str, str]]:
        return sorted((row.what, row.was + row.now) for row in found if row.how == how and "cope" in row.what)

    there, back = differences(before, after), differences(after, before)
    assert lines(there, "added") == lines(back, "removed")
    assert lines(there, "removed") == lines(back, "added")
