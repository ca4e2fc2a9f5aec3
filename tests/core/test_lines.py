"""Lines over days: inside the frame, what isn't known left out, the table with the same numbers as the chart."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from onsite.core.charts.lines import LEFT, PLOT, TOP, Line, LineChart, lines_figure, lines_svg, steps
from onsite.core.charts.palette import WIDTH

SVG = "{http://www.w3.org/2000/svg}"
MONDAY = date(2026, 11, 16)


def chart(*lines: Line, words: str = "计划与实际", **more: object) -> LineChart:
    days = tuple(MONDAY + timedelta(days=by) for by in range(len(lines[0].values)))
    return LineChart(days, lines, words, words, "日期", **more)  # type: ignore[arg-type]


def drawn(found: LineChart) -> ElementTree.Element:
    return ElementTree.fromstring(lines_svg(found))  # noqa: S314  our own output


def test_no_days_draw_nothing() -> None:
    empty = lines_figure(LineChart((), (), "", "", ""))
    assert not empty
    assert empty.svg == ""


def test_an_unknown_day_breaks_the_line_and_is_a_dash_in_the_table() -> None:
    found = chart(Line("实际", (10, None, 30, 40), "strong"), sign="%", ceiling=100)
    paths = [row for row in drawn(found).iter(f"{SVG}path") if row.get("class") == "l-strong-line"]
    assert len(paths) == 2 + 1  # two runs, and the sample in the legend
    assert [row[1] for row in lines_figure(found).rows] == ["10%", "–", "30%", "40%"]


def test_it_has_a_name_words_in_chinese_and_no_inline_style() -> None:
    svg = drawn(chart(Line('<b>"计划" & \x00</b>', (1.0,), "dashed"), words="𠮷田 <&>"))
    assert svg.findtext(f"{SVG}title") == svg.findtext(f"{SVG}desc") == "𠮷田 <&>"
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "𠮷田 <&>"
    assert not any("style" in element.attrib for element in svg.iter())
    assert any((text.text or "").startswith('<b>"计划" &') for text in svg.iter(f"{SVG}text"))


VALUES = st.lists(st.one_of(st.none(), st.floats(0, 100_000)), min_size=1, max_size=40)


@given(VALUES)
def test_the_table_and_what_a_day_says_are_the_same_numbers(values: list[float | None]) -> None:
    found = chart(Line("数", tuple(values), "strong"))
    hints = [
        rect.findtext(f"{SVG}title") or "" for rect in drawn(found).iter(f"{SVG}rect") if rect.get("pointer-events")
    ]
    told = [match[1] if (match := re.search(r"数 (\d+)$", hint)) else "–" for hint in hints]
    assert told == [row[1] for row in lines_figure(found).rows]


@given(VALUES)
def test_every_point_stays_inside(values: list[float | None]) -> None:
    svg = drawn(chart(Line("数", tuple(values), "area"), ceiling=None))
    for path in svg.iter(f"{SVG}path"):
        if path.get("class") == "l-area-line":
            numbers = [float(number) for number in re.findall(r"[\d.]+", path.attrib["d"])]
            for x, y in zip(numbers[::2], numbers[1::2], strict=False):
                assert LEFT - 1 <= x <= WIDTH
                assert y <= TOP + PLOT + 0.1


@given(st.floats(0, 1e9))
def test_the_scale_has_a_few_round_levels_that_hold_everything(most: float) -> None:
    levels = steps(most)
    assert 3 <= len(levels) <= 6
    assert levels[0] == 0
    assert levels[-1] >= round(most)
    assert len({high - low for low, high in pairwise(levels)}) == 1
