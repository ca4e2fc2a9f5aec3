"""The text for the chat group: at most 500 characters, whole lines, the client's projection, the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from onsite.core.charts.text import printable
from reports.chat import BULLET, LONGEST_LINE, MOST_CHARACTERS, Part, day_text, fitted, week_text
from reports.documents.weekly_report import OpenItem, WeekLine, WeeklyReport
from standups.shown import ShownAnswer, ShownDay, ShownLine

MONDAY, FRIDAY = date(2026, 11, 16), date(2026, 11, 20)
LINK = "https://onsite.example/engagements/1/documents/4/"
# Text that no sentence of ours holds, so that what is found was typed.
typed = st.text(st.sampled_from("甲乙丙丁戊𠮷é🙂 \n\t\x00a1，。·"), max_size=260)
headings = typed.filter(lambda title: "·" not in title)


def visible(text: str, line: str) -> bool:
    """Whether a line stands in the text: whole, or cut at the end because it is too long by itself."""
    rows = [row.removeprefix(BULLET) for row in text.split("\n")]
    clean = printable(line)
    if len(clean) <= LONGEST_LINE:
        return clean in rows
    return any(row.endswith("…") and clean.startswith(row[:-1]) and len(row) > LONGEST_LINE // 2 for row in rows)


def report(
    done: Sequence[str] = (), wanted: Sequence[str] = (), summary: str = "", position: str = ""
) -> WeeklyReport:
    return WeeklyReport(
        language="en", title="ERP", engagement_name="华东机械 · ERP", client_name="华东机械集团", vendor_name="明远软件",
        version="1", issued_on=FRIDAY, week="2026-W47", first_on=MONDAY, last_on=date(2026, 11, 22), as_of_on=FRIDAY,
        client_pm_name="陈镕", lead_name="李喆", summary=summary, position=position, verify_url="", audit_head="",
        done=tuple(WeekLine(text=text, days=(MONDAY,)) for text in done),
        open_items=tuple(
            OpenItem(title=text, side="client", severity="major", raised_on=MONDAY, due_on=FRIDAY, owner="信息部")
            for text in wanted
        ),
    )  # fmt: skip


def shown_line(text: str, *, internal: bool = False, done: bool = False) -> ShownLine:
    return ShownLine(text=text, is_internal=internal, is_done=done, party="client", severity="major", for_client=True)


def shown_day(**parts: Any) -> ShownDay:
    empty = ShownDay(
        held_on=FRIDAY, minutes=12, in_writing=False, done=(), plan=(), problems=(), answers=(), vendor_people=(),
        client_people=(), for_client=True,
    )  # fmt: skip
    return replace(empty, **parts)


@given(
    st.lists(st.tuples(headings, st.lists(typed, max_size=12)), max_size=8),
    headings,
    st.sampled_from(["", LINK, "https://" + "x" * 480]),
)
def test_whatever_is_told_fits_and_no_line_is_cut_in_half(
    told: list[tuple[str, list[str]]], title: str, link: str
) -> None:
    parts = [Part(heading, tuple(lines)) for heading, lines in told]
    with override("en"):
        text = fitted(title, parts, link)
        assert text == fitted(title, parts, link)
    assert len(text) <= MOST_CHARACTERS
    assert "\x00" not in text
    allowed = {printable(line) for part in parts for line in part.lines if len(printable(line)) <= LONGEST_LINE}
    for row in text.split("\n"):
        if row.startswith(BULLET):
            whole = row.removeprefix(BULLET)
            assert {whole, row} & allowed or whole.endswith("…")


@given(st.lists(st.text("甲乙丙", min_size=1, max_size=40), min_size=1, max_size=30, unique=True))
def test_a_part_begins_at_its_first_line_and_counts_what_is_left_out(lines: list[str]) -> None:
    with override("en"):
        text = fitted("站会", [Part("Done", tuple(lines))], LINK)
    shown = [row.removeprefix(BULLET) for row in text.split("\n") if row.startswith(BULLET)]
    assert shown == lines[: len(shown)]
    left = len(lines) - len(shown)
    assert (f"…and {left} more" in text) == (left > 0)
    assert text.endswith(LINK)


def test_parts_take_turns_so_that_none_crowds_out_another() -> None:
    with override("en"):
        text = fitted("周报", [Part("Done", ("甲" * 60,) * 30), Part("Needs your side", ("提供测试地址",))], LINK)
    assert "· 提供测试地址" in text


def test_a_single_line_that_is_too_long_is_cut() -> None:
    with override("en"):
        text = fitted("站会", [Part("Done", ("长" * 900, "短"))], LINK)
    assert "长" * (LONGEST_LINE - 1) + "…" in text
    assert "· 短" in text


def test_a_link_that_does_not_fit_is_left_out() -> None:
    with override("en"):
        text = fitted("站会", [Part("Done", ("甲",))], "https://" + "x" * 600)
    assert text == "站会\nDone:\n· 甲"


def test_a_week_reads_as_it_should() -> None:
    found = report(
        done=["联调接口", "导入主数据"], wanted=["提供测试地址"], summary="本周顺利。\n\n下周开始 UAT。",
        position="Working day 14 of 23.",
    )  # fmt: skip
    assert week_text(found, name="华东机械 ERP", link=LINK, language="en") == (
        "Weekly report · 华东机械 ERP\nWeek 47 of 2026 (2026-11-16 – 2026-11-22)\n本周顺利。\n下周开始 UAT。\n"
        "Working day 14 of 23.\nDone this week:\n· 联调接口\n· 导入主数据\n"
        f"Needs your side:\n· 提供测试地址 (信息部 · 2026-11-20)\n{LINK}"
    )


def test_a_day_reads_as_it_should() -> None:
    found = shown_day(
        done=(shown_line("联调接口", done=True), shown_line("没做完")),
        plan=(shown_line("没做完"),),
        problems=(shown_line("网络中断"),),
        answers=(
            ShownAnswer(1, "老问题", "solved", "换了线路", is_internal=False),
            ShownAnswer(2, "还在的", "still", "", is_internal=False),
            ShownAnswer(3, "等客户的", "still", "", is_internal=False, party="client"),
        ),
    )
    assert day_text(found, name="华东机械 ERP", link=LINK, language="en") == (
        "Stand-up · 华东机械 ERP\n20 November Fri\nDone:\n· 联调接口\nToday:\n· 没做完\nProblems:\n"
        f"· 网络中断 (Needs your side)\nEarlier problems:\n· 老问题 (Solved)\nNeeds your side:\n· 等客户的\n{LINK}"
    )


secret = st.text("机密", min_size=2, max_size=30)


@given(st.lists(st.tuples(secret, st.booleans()), max_size=10), st.lists(secret, max_size=5))
def test_a_day_never_holds_an_internal_line_whoever_made_the_view(
    lines: list[tuple[str, bool]], titles: list[str]
) -> None:
    """The view is the client's; should a vendor's ever be handed in, its internal lines still stay out."""
    hidden = tuple(shown_line(text, internal=True, done=done) for text, done in lines)
    answers = tuple(ShownAnswer(n, title, "solved", title, is_internal=True) for n, title in enumerate(titles))
    day = shown_day(done=hidden, plan=hidden, problems=hidden, answers=answers)
    text = day_text(day, name="ERP", link=LINK, language="en")
    assert not set("机密") & set(text)


@given(st.lists(typed, max_size=12), st.lists(typed, max_size=12), typed, st.sampled_from(["en", "zh-hans"]))
def test_every_week_fits_and_is_the_same_twice(
    done: list[str], wanted: list[str], summary: str, language: str
) -> None:
    found = report(done, wanted, summary, "Working day 14 of 23.")
    text = week_text(found, name="华东机械 ERP", link=LINK, language=language)
    assert len(text) <= MOST_CHARACTERS
    assert text == week_text(found, name="华东机械 ERP", link=LINK, language=language)
    assert text.endswith(LINK)


@pytest.mark.parametrize("count", [1, 3])
def test_a_week_that_fits_is_told_whole(count: int) -> None:
    lines = [f"事项{number}" for number in range(count)]
    text = week_text(report(done=lines), name="ERP", link="", language="en")
    assert all(visible(text, line) for line in lines)
    assert "more" not in text


def test_the_brackets_of_a_long_line_stay() -> None:
    text = week_text(report(wanted=["长" * 300]), name="ERP", link="", language="en")
    assert "长… (信息部 · 2026-11-20)" in text
