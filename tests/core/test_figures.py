"""What all charts share: one frame, a name and words in the SVG, the same as a table below it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from onsite.core.charts.chain import Box, ChainChart, Lane, chain_figure
from onsite.core.charts.comparison import ComparedBars, comparison_svg
from onsite.core.charts.figure import Figure
from onsite.core.charts.gantt import GanttChart, GanttRow, gantt_figure
from onsite.core.charts.histogram import Histogram, Mark, histogram_svg
from onsite.core.charts.lines import Line, LineChart, lines_figure
from onsite.core.charts.people import Bar, PeopleChart, PersonRow, Share, people_figure

SVG = "{http://www.w3.org/2000/svg}"
MONDAY = date(2026, 11, 16)
NAME = "图表 <&> 𠮷田"


def on(number: int) -> date:
    return MONDAY + timedelta(days=number)


def gantt(url: str | None = None) -> Figure:
    rows = (
        GanttRow("环境搭建", on(0), on(4), on(0), on(3), percent=60, url=url, is_critical=True),
        GanttRow("验收通过", on(5), on(5), None, on(4), percent=0, is_milestone=True, is_part=True),
        GanttRow("收尾", on(6), on(7)),
    )
    return gantt_figure(GanttChart(rows, on(2), lambda day: day.weekday() < 5, NAME, "约定", "今天", "关键路径"))


def chain() -> Figure:
    lane = Lane(((Box("目标", ("3 → 5",)),), (Box("验收"), Box("证据", is_gap=True))), (((0, 0), (0, 1)),))
    return chain_figure(ChainChart(("目标", "证明"), (168, 146), (lane,), NAME, "每行一条"))


def comparison() -> Figure:
    bars = [ComparedBars("分钟", Decimal(30), Decimal(6), "30", "6")]
    return Figure(NAME, comparison_svg(bars, label=NAME, before_word="手工", after_word="系统"))


def histogram() -> Figure:
    chart = Histogram(((on(0), 40), (on(1), 60)), on(0), (Mark(on(0), "约定"),), NAME, "一半")
    return Figure(NAME, histogram_svg(chart), ("日期",), (("11月16日",),))


def lines() -> Figure:
    return lines_figure(LineChart((on(0), on(1)), (Line("实际", (1, None), "strong"),), NAME, "一半", "日期"))


def people() -> Figure:
    bar = Bar("华东机械", "华东机械", on(0), on(6))
    row = PersonRow("王堃", (bar,), (Share("100%", "100% · 华东机械"),))
    return people_figure(PeopleChart((MONDAY,), (row,), NAME, "每行一个人", "人员"))


ALL = [gantt, chain, comparison, histogram, lines, people]


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_every_chart_has_a_name_words_and_hints_without_script(make: Callable[[], Figure]) -> None:
    svg = ElementTree.fromstring(make().svg)  # noqa: S314  our own output
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == svg.findtext(f"{SVG}title") == NAME
    assert svg.findtext(f"{SVG}desc")
    assert not any({"style", "onclick"} & element.attrib.keys() for element in svg.iter())
    assert not list(svg.iter(f"{SVG}script"))
    if make is not chain:  # A box says everything itself, unless it is cut.
        assert len(list(svg.iter(f"{SVG}title"))) > 1


def test_a_chart_with_links_is_a_group() -> None:
    """Inside an image nobody who hears the page would find them."""
    assert 'role="group"' in gantt("/engagements/1/plan/stages/1/").svg


def test_the_plan_as_a_table() -> None:
    """The same days and shares as in the words of each bar."""
    figure = gantt()
    assert figure.rows == (
        ("环境搭建", "2026-11-16", "2026-11-20", "2026-11-16 – 2026-11-19", "60%", "yes"),
        ("验收通过", "", "2026-11-21", "2026-11-20", "0%", "–"),
        ("收尾", "2026-11-22", "2026-11-23", "–", "0%", "–"),
    )
    said = ElementTree.fromstring(figure.svg).findtext(f"{SVG}desc") or ""  # noqa: S314  our own output
    for row in figure.rows:
        for cell in row[1:5]:
            assert cell.strip("–") in said


def test_a_chain_as_a_table() -> None:
    assert chain().rows == (("目标 (3 → 5)", "验收; 证据"),)


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_the_frame_shows_the_chart_and_its_table(make: Callable[[], Figure]) -> None:
    figure = make()
    page = render_to_string("components/figure.html", {"figure": figure, "caption": "说明"})
    told = ElementTree.fromstring(f"<html>{page.replace('&nbsp;', ' ')}</html>")  # noqa: S314  our own output
    cells = [tuple("".join(cell.itertext()).strip() for cell in row) for row in told.iter("tr")]
    assert cells == ([figure.headings, *figure.rows] if figure.rows else [])
    assert ("details" in page) == bool(figure.rows)
    assert "说明" in page
    assert any(element.get("role") == "region" and element.get("tabindex") == "0" for element in told.iter())


def test_nothing_drawn_is_false() -> None:
    assert not Figure("", SafeString(""))
    assert gantt()
