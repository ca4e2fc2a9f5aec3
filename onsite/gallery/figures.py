"""Each kind of chart with a few plain values, long names among them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from onsite.core.charts.chain import Box, ChainChart, Lane, chain_figure
from onsite.core.charts.comparison import ComparedBars, comparison_svg
from onsite.core.charts.figure import Figure
from onsite.core.charts.gantt import GanttChart, GanttRow, gantt_figure
from onsite.core.charts.histogram import Histogram, Mark, histogram_svg
from onsite.core.charts.lines import Line, LineChart, lines_figure
from onsite.core.charts.people import Bar, PeopleChart, PersonRow, Share, people_figure
from onsite.core.charts.qr import qr_svg
from onsite.gallery.samples import say

# One day for all of them: two pictures of the gallery differ only where the look does.
TODAY = date(2026, 11, 23)


def figures() -> list[tuple[str, Figure]]:
    """Return each chart with the module that draws it."""
    return [
        ("gantt", _gantt()), ("lines", _lines()), ("histogram", _histogram()), ("people", _people()),
        ("chain", _chain()), ("comparison", _comparison()), ("qr", _qr()),
    ]  # fmt: skip


def _day(days: int) -> date:
    return TODAY + timedelta(days=days)


def _gantt() -> Figure:
    def row(
        name: tuple[str, str],
        start: int,
        finish: int,
        late: int,
        percent: int,
        *,
        milestone: bool = False,
        part: bool = False,
        critical: bool = False,
    ) -> GanttRow:
        return GanttRow(
            say(*name), _day(start), _day(finish), _day(start - late), _day(finish - late), percent,
            is_milestone=milestone, is_part=part, is_critical=critical,
        )  # fmt: skip

    rows = (
        row(("环境搭建", "Environment"), -21, -14, 0, 100),
        row(("数据迁移", "Data migration"), -14, -3, 2, 100, critical=True),
        row(("历史工单导入", "Old work orders"), -12, -6, 2, 100, part=True),
        row(("系统测试与第三方接口的联合调试", "System test with the interfaces of third parties"), -3, 9, 2, 10, critical=True),
        row(("用户培训", "Training"), 7, 16, 2, 0),
        row(("正式上线", "Go-live"), 18, 18, 2, 0, milestone=True, critical=True),
    )  # fmt: skip
    return gantt_figure(
        GanttChart(
            rows, TODAY, lambda day: day.weekday() < 5, say("计划", "The plan"), say("基线", "baseline"),
            say("今天", "today"), say("关键路径", "critical path"),
        )
    )  # fmt: skip


def _lines() -> Figure:
    days = tuple(_day(offset) for offset in range(-20, 11, 5))
    return lines_figure(
        LineChart(
            days,
            (
                Line(say("范围", "Scope"), (40, 40, 44, 44, 44, None, None), "area"),
                Line(say("计划", "Planned"), (0, 12, 20, 30, 38, 42, 44), "dashed"),
                Line(say("完成", "Done"), (0, 8, None, 24, 31, None, None), "strong"),
                Line(say("未结", "Open"), (2, 5, 9, 7, 6, None, None), "thin"),
            ),
            say("进度曲线", "Progress"), say("已完成 31 项，共 44 项。", "31 of 44 are done."), say("日期", "Day"),
            today=TODAY, today_word=say("今天", "today"),
        )
    )  # fmt: skip


def _histogram() -> Figure:
    runs = ((14, 30), (15, 80), (16, 140), (17, 190), (18, 160), (21, 120), (22, 90), (23, 60), (24, 20))
    bars = tuple((_day(offset), count) for offset, count in runs)
    label = say("预测的上线日", "When the forecast goes live")
    chart = Histogram(
        bars, _day(17),
        (Mark(_day(17), say("约定", "Agreed"), is_strong=True), Mark(_day(22), say("八成把握", "80% sure"))),
        label, say("按约定日上线的概率为 49%。", "Live by the agreed day: 49%."),
    )  # fmt: skip
    rows = tuple((f"{day}", str(count)) for day, count in bars)
    return Figure(label, histogram_svg(chart), (say("日期", "Day"), say("次数", "Runs")), rows, chart.text)


def _people() -> Figure:
    mondays = tuple(_day(7 * week) for week in range(-1, 4))

    def row(name: tuple[str, str], bars: tuple[Bar, ...], *shares: int) -> PersonRow:
        said = tuple(Share(f"{share}%", f"{share}%", share > 100) for share in shares)
        return PersonRow(say(*name), bars, said)

    east, leave = say("华东机械", "East Machinery"), say("休假", "Leave")
    hospital = say("市第一医院", "First Hospital")
    bars = (Bar(east, east, _day(-7), _day(12)), Bar(hospital, hospital, _day(3), _day(24)))
    return people_figure(
        PeopleChart(
            mondays,
            (
                row(("李喆", "Zhe Li"), bars, 100, 120, 150, 50, 50),
                row(("孙一凡", "Yifan Sun"), (Bar(leave, leave, _day(0), _day(4), is_away=True),), 0, 0, 0, 0, 0),
            ),
            say("谁在哪里", "Who is where"), say("李喆超出安排。", "Zhe Li is over-booked."), say("人员", "Person"), TODAY,
        )
    )  # fmt: skip


def _chain() -> Figure:
    goal = Box(say("排产降到 30 分钟", "Planning in 30 minutes"), (say("65 分钟", "65 minutes"),), "warn")
    function = Box(say("自动排产", "Automatic planning"), (say("已配置", "configured"),), "ok", "#figures")
    cells = (
        Box(say("一车间", "Shop 1"), (say("已验收", "accepted"),), "ok"),
        Box(say("二车间", "Shop 2"), (say("不通过", "failed"),), "bad"),
    )
    gap = Box(say("没有培训", "No training"), is_gap=True)
    lane = Lane(((goal,), (function,), cells, (gap,)), (((0, 0),), ((0, 0), (0, 1)), ((1, 0),)))
    headings = (say("目标", "Objective"), say("功能", "Function"), say("验收", "Acceptance"), say("培训", "Training"))
    label = say("目标链", "From the goal to its proof")
    return chain_figure(ChainChart(headings, (220, 200, 180, 180), (lane,), label, label))  # fmt: skip


def _comparison() -> Figure:
    label, before, after = say("前后对比", "Before and after"), say("之前", "Before"), say("之后", "After")
    pairs = (
        ComparedBars(say("单次排产", "One plan"), Decimal(240), Decimal(65), say("240 分钟", "240 min"), say("65 分钟", "65 min")),
        ComparedBars(say("每周加班", "Overtime a week"), Decimal(9), Decimal(0), say("9 小时", "9 h"), say("0 小时", "0 h")),
    )  # fmt: skip
    rows = tuple((pair.label, pair.before_text, pair.after_text) for pair in pairs)
    svg = comparison_svg(pairs, label=label, before_word=before, after_word=after)
    return Figure(label, svg, (say("指标", "Measure"), before, after), rows)


def _qr() -> Figure:
    label = say("核验码", "Code to verify the document")
    return Figure(label, qr_svg("https://onsite.example.com/verify/ABCD-1234/", label=label))
