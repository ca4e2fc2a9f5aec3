"""The charts: what is drawn where, that any text and any date is survived, and that nothing needs an inline style."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
import segno
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from onsite.core.charts.axis import axis_label, axis_marks
from onsite.core.charts.gantt import GanttChart, GanttRow, chart_span, gantt_svg
from onsite.core.charts.qr import qr_svg
from onsite.core.charts.text import LATIN_EM, printable, shorten, two_lines, width_em

SVG = "{http://www.w3.org/2000/svg}"
MONDAY = date(2026, 11, 16)


def chart(*rows: GanttRow, today: date | None = None, span: tuple[date, date] | None = None) -> GanttChart:
    return GanttChart(
        rows=rows,
        today=today,
        is_working_day=lambda day: day.weekday() < 5,
        label="Plan",
        baseline_word="baseline",
        today_word="today",
        span=span,
    )


def drawn(*rows: GanttRow, today: date | None = None, span: tuple[date, date] | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(gantt_svg(chart(*rows, today=today, span=span)))  # noqa: S314  our own output


def stage(start_day: int, days: int, label: str = "stage", percent: int = 0, url: str | None = None) -> GanttRow:
    start = MONDAY + timedelta(start_day)
    return GanttRow(label, start, start + timedelta(days - 1), percent=percent, url=url)


def of_class(svg: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in svg.iter() if element.get("class") == name]


def number(element: ElementTree.Element, attribute: str) -> float:
    return float(element.attrib[attribute])


def test_no_rows_draw_nothing() -> None:
    assert gantt_svg(chart()) == ""


def test_bar_baseline_and_progress_lie_where_the_dates_say() -> None:
    """P3: thin grey bar = baseline, bar = plan, filled part = progress."""
    row = GanttRow("test", MONDAY + timedelta(4), MONDAY + timedelta(13), MONDAY, MONDAY + timedelta(4), percent=30)
    svg = drawn(row)
    (plan,), (done,), (base,) = of_class(svg, "g-bar"), of_class(svg, "g-done"), of_class(svg, "g-base")
    day = number(base, "width") / 5
    assert number(plan, "width") == pytest.approx(10 * day, abs=0.2)
    assert number(plan, "x") == pytest.approx(number(base, "x") + 4 * day, abs=0.2)
    assert number(done, "width") == pytest.approx(3 * day, abs=0.2)
    assert number(base, "y") > number(plan, "y") + number(plan, "height")


def test_non_working_days_are_shaded_from_the_calendar() -> None:
    svg = drawn(stage(0, 12))
    (weekend,) = of_class(svg, "g-off")
    (bar,) = of_class(svg, "g-bar")
    day = number(bar, "width") / 12
    assert number(weekend, "x") == pytest.approx(number(bar, "x") + 5 * day, abs=0.2)
    assert number(weekend, "width") == pytest.approx(2 * day, abs=0.2)


@pytest.mark.parametrize(
    ("today", "is_drawn"),
    [(MONDAY, True), (MONDAY + timedelta(5), True), (MONDAY - timedelta(1), False), (None, False)],
)
def test_today_is_drawn_only_inside_the_plan(today: date | None, is_drawn: bool) -> None:
    svg = drawn(stage(0, 5), today=today)
    assert bool(of_class(svg, "g-today")) is is_drawn
    assert ("today" in [text.text for text in svg.iter(f"{SVG}text")]) is is_drawn


def test_milestone_is_a_diamond_on_its_day() -> None:
    finish = MONDAY + timedelta(9)
    svg = drawn(stage(0, 10), GanttRow("live", finish, finish, None, finish - timedelta(2), 100, None, True))
    (diamond,) = [element for element in of_class(svg, "g-done") if element.tag == f"{SVG}path"]
    (bar,) = of_class(svg, "g-bar")
    right_edge = number(bar, "x") + number(bar, "width")
    assert float(re.findall(r"M([\d.]+)", diamond.attrib["d"])[0]) == pytest.approx(
        right_edge - number(bar, "width") / 20, abs=0.2
    )


def test_chart_tells_a_screen_reader_what_it_shows() -> None:
    svg = drawn(stage(0, 5, "环境搭建", percent=40))
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == svg.findtext(f"{SVG}title") == "Plan"
    assert svg.findtext(f"{SVG}desc") == "环境搭建: 2026-11-16 – 2026-11-20, 40%"


def test_links_stay_reachable_for_a_screen_reader() -> None:
    """A link below role=img is hidden from assistive technology, and axe says so."""
    svg = drawn(stage(0, 5, "很长的阶段名称" * 6, url="/e/1/plan/?a=1&b=2"))
    (link,) = svg.iter(f"{SVG}a")
    assert svg.get("role") == "group"
    assert link.get("href") == "/e/1/plan/?a=1&b=2"
    assert link.get("aria-label") == "很长的阶段名称" * 6


def test_a_finger_meets_the_link_anywhere_in_its_row() -> None:
    """WCAG 2.5.8: 24 units high, and charts.css makes a unit no smaller than a pixel where fingers press."""
    task = replace(stage(1, 2, "任务", url="/t/"), is_part=True)
    svg = drawn(stage(0, 5, "阶段", url="/s/"), task, task)
    rooms = [link.find(f"{SVG}rect") for link in svg.iter(f"{SVG}a")]
    tops = [(number(room, "y"), number(room, "height")) for room in rooms if room is not None]
    assert len(tops) == 3 and all(height >= 24 for _top, height in tops)
    assert [top + height for top, height in tops[:-1]] == [top for top, _height in tops[1:]]
    assert all(room is not None and room.get("pointer-events") == "all" for room in rooms)


def test_texts_are_escaped_and_nothing_is_styled_inline() -> None:
    """CSP: no style attribute, no script; a label can't leave its element."""
    svg = gantt_svg(chart(stage(0, 5, "</text><script>alert(1)</script>\" onload='x'"), today=MONDAY))
    assert "<script" not in svg
    assert not re.search(r"\sstyle=|\son[a-z]+=\"", svg)
    ElementTree.fromstring(svg)  # noqa: S314  our own output


def test_long_labels_take_two_lines_and_keep_their_full_text_in_the_title() -> None:
    label = "长三角一体化示范区智能制造协同创新中心（集团）股份有限公司数字化转型领导小组办公室"
    svg = drawn(stage(0, 5, label))
    lines = [text.text or "" for text in of_class(svg, "g-ink")]
    assert len(lines) == 2
    assert lines[1].endswith("…")
    (bar,) = of_class(svg, "g-bar")
    assert max(width_em(line) for line in lines) * 12 < number(bar, "x")
    assert label in (svg.findtext(f"{SVG}g/{SVG}title") or "")


def test_pieces_of_one_plan_share_their_scale() -> None:
    rows = (stage(0, 5), stage(50, 5))
    first, second = (drawn(row, span=chart_span(rows)) for row in rows)
    assert number(of_class(first, "g-bar")[0], "width") == number(of_class(second, "g-bar")[0], "width")
    assert number(of_class(first, "g-bar")[0], "x") < number(of_class(second, "g-bar")[0], "x")


def test_five_hundred_rows_are_quick() -> None:
    """An aim of 100 ms; the limit leaves room for a busy machine and would still catch a quadratic step."""
    rows = tuple(stage(day, 5, f"任务 {day}") for day in range(500))
    start = time.perf_counter()
    svg = gantt_svg(chart(*rows))
    assert time.perf_counter() - start < 1
    assert svg.count('class="g-bar"') == 500


dates = st.dates(min_value=date.min, max_value=date.max)
texts = st.text(st.characters(exclude_categories=["Cn", "Co"]), max_size=80)
rows = st.builds(
    GanttRow,
    label=texts,
    start_on=dates,
    finish_on=dates,
    baseline_start_on=st.none() | dates,
    baseline_finish_on=st.none() | dates,
    percent=st.integers(-10, 1000),
    is_milestone=st.booleans(),
)


@given(st.lists(rows, min_size=1, max_size=4), st.none() | dates)
def test_any_plan_is_drawn_inside_its_frame(some: list[GanttRow], today: date | None) -> None:
    svg = drawn(*some, today=today)
    for rect in svg.iter(f"{SVG}rect"):
        assert 0 <= number(rect, "x") <= 760
        assert 0 <= number(rect, "width") <= 760
    texts_on_axis = of_class(svg, "g-muted")
    assert 1 <= len(texts_on_axis) <= 25


@given(dates, dates, st.integers(1, 15))
def test_axis_marks_fit_and_lie_inside(one: date, other: date, room: int) -> None:
    first, last = sorted((one, other))
    _unit, marks = axis_marks(first, last, lambda unit: room)
    assert 1 <= len(marks) <= room
    assert marks == sorted(set(marks))
    assert first <= marks[0] and marks[-1] <= last


@pytest.mark.parametrize(
    ("days", "unit"), [(30, "week"), (140, "week"), (141, "month"), (900, "month"), (20_000, "year")]
)
def test_axis_turns_coarser_with_the_span(days: int, unit: str) -> None:
    assert axis_marks(MONDAY, MONDAY + timedelta(days - 1), lambda unit: 10)[0] == unit


@pytest.mark.parametrize(
    ("language", "week", "month"), [("en", "16 Nov", "Nov 2026"), ("zh-hans", "11月16日", "2026年11月")]
)
def test_axis_is_named_in_the_active_language(language: str, week: str, month: str) -> None:
    with translation.override(language):
        assert (axis_label(MONDAY, "week"), axis_label(MONDAY, "month")) == (week, month)


@given(texts, st.floats(2, 20))
def test_shortened_text_fits(text: str, limit: float) -> None:
    assert width_em(shorten(text, limit)) <= max(limit, 1 + LATIN_EM)
    lines = two_lines(printable(text), limit)
    assert 1 <= len(lines) <= 2
    assert all(width_em(line) <= max(limit, 1 + LATIN_EM) for line in lines)


def test_words_move_to_the_second_line_whole() -> None:
    assert two_lines("Data migration rehearsal", 10) == ["Data migration", "rehearsal"]


def test_qr_holds_the_text_and_a_name() -> None:
    text = "https://onsite.example.com/verify/7Kq2mXc9"
    svg = ElementTree.fromstring(qr_svg(text, label="Code <1>"))  # noqa: S314  our own output
    assert svg.get("role") == "img" and svg.get("aria-label") == "Code <1>"
    assert not [element for element in svg.iter() if "style" in element.attrib]
    path = list(svg.iter(f"{SVG}path"))[-1].attrib["d"]
    dark = {
        (int(x) + step, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)", path)
        for step in range(int(length))
    }
    wanted = segno.make_qr(text, error="m").matrix_iter(border=4)
    assert dark == {(x, y) for y, row in enumerate(wanted) for x, module in enumerate(row) if module}


def test_a_task_stands_below_its_stage_smaller_and_indented() -> None:
    """P3: stages and tasks in one chart."""
    part = GanttRow("task", MONDAY, MONDAY, is_part=True)
    svg = drawn(stage(0, 5), part, stage(5, 5))
    whole, small, after = of_class(svg, "g-bar")
    assert number(small, "height") < number(whole, "height")
    assert 0 < number(after, "y") - number(small, "y") < number(small, "y") - number(whole, "y")
    labels = [text for text in svg.iter(f"{SVG}text") if text.text in ("stage", "task")]
    assert [number(text, "x") > 0 for text in labels] == [False, True, False]


@pytest.mark.parametrize("is_milestone", [False, True])
def test_the_critical_path_is_a_shape_and_a_word(is_milestone: bool) -> None:
    """Never colour alone: a line with teeth (a bold diamond), a legend, and a word for a screen reader."""
    row = GanttRow("task", MONDAY, MONDAY, is_critical=True, is_milestone=is_milestone)
    svg = ElementTree.fromstring(gantt_svg(replace(chart(row), critical_word="critical path")))  # noqa: S314  our own output
    assert len([element for element in svg.iter() if "g-critical" in element.get("class", "")]) == 2
    assert "critical path" in [text.text for text in svg.iter(f"{SVG}text")]
    assert (svg.findtext(f"{SVG}desc") or "").endswith(", critical")
    assert "g-critical" not in gantt_svg(chart(stage(0, 5)))
