"""The plan as an SVG Gantt chart: thin grey bar = agreed baseline, bar = current plan, filled part = progress, a line
along the upper edge with a tooth at each end (a milestone: a bold edge) = critical path; a legend says so in words.

Colours stand as plain attributes, because an SVG inside a PDF takes no page CSS; the classes `g-…` let
`static/css/charts.css` override them in the browser, in the dark theme too. No style attribute: the CSP forbids it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from onsite.core.charts.axis import AxisLabel, AxisUnit, axis_label, axis_marks
from onsite.core.charts.figure import Figure, opening
from onsite.core.charts.palette import ACCENT, BASE, FONT_SIZE, GRID, INK, MUTED, OFF, SOFT, TODAY, WIDTH
from onsite.core.charts.text import printable, shorten, two_lines, width_em

ROW, TOP = 34, 30
# A task stands below its stage: lower, smaller, indented.
PART_ROW, PART_FONT_SIZE, INDENT, LEGEND = 24, 11, 12, 20
LONGEST_LABEL_EM, LONGEST_PART_LABEL_EM = 16.0, 21.0
# Below this width of a day the shading of weekends is noise (about a year and a half).
NARROWEST_SHADED_DAY = 1.2
# A short stage in a plan of many years still has to be seen.
NARROWEST_BAR = 3.0


@dataclass(frozen=True, slots=True)
class GanttRow:
    """One bar. Dates are inclusive; `percent` is 0 to 100; `url` makes the label a link (page only).

    `is_part` sets it below the row before it, as a task below its stage.
    """

    label: str
    start_on: date
    finish_on: date
    baseline_start_on: date | None = None
    baseline_finish_on: date | None = None
    percent: int = 0
    url: str | None = None
    is_milestone: bool = False
    is_part: bool = False
    is_critical: bool = False


@dataclass(frozen=True, slots=True)
class GanttChart:
    """A chart in one language: the words are given, the axis is named by `axis`.

    `today` draws the line when it lies inside the chart; `span` (inclusive) fixes the axis, so that a long plan can be cut
    into several charts of the same scale. `critical_word` is the legend's, needed where a row is critical.
    """

    rows: tuple[GanttRow, ...]
    today: date | None
    is_working_day: Callable[[date], bool]
    label: str
    baseline_word: str
    today_word: str
    critical_word: str = ""
    axis: AxisLabel = axis_label
    span: tuple[date, date] | None = None


def chart_span(rows: tuple[GanttRow, ...]) -> tuple[date, date]:
    """The first and the last day that any row or baseline touches. Raises ValueError without rows."""
    days = [day for row in rows for day in _days(row)]
    return min(days), max(days)


def gantt_figure(chart: GanttChart) -> Figure:
    """The chart for a page, with its rows as a table."""
    headings = (
        pgettext("in a plan", "What"), pgettext("a day", "From"), pgettext("a day", "To"),
        _("Agreed"), _("Done"), _("Critical"),
    )  # fmt: skip
    return Figure(chart.label, gantt_svg(chart), headings, tuple(_cells(row) for row in chart.rows))


def _cells(row: GanttRow) -> tuple[str, ...]:
    days = [row.baseline_finish_on] if row.is_milestone else [row.baseline_start_on, row.baseline_finish_on]
    return (
        printable(row.label),
        "" if row.is_milestone else f"{row.start_on}",
        f"{row.finish_on}",
        " – ".join(f"{day}" for day in days if day is not None) or "–",
        f"{_percent(row)}%",
        _("yes") if row.is_critical else "–",
    )


def gantt_svg(chart: GanttChart) -> SafeString:
    """The chart as one `<svg>`, or the empty string when there are no rows. Every text in it is escaped."""
    if not chart.rows:
        return SafeString("")
    return mark_safe("".join(_Drawing(chart).parts()))  # noqa: S308  every value goes through escape() or a number format


class _Drawing:
    def __init__(self, chart: GanttChart) -> None:
        self.chart = chart
        first, last = chart.span or chart_span(chart.rows)
        self.first, self.last = first.toordinal(), last.toordinal()
        self.labels = [printable(row.label) for row in chart.rows]
        self.left = max(map(self.label_width, chart.rows, self.labels))
        # One free day at the right end keeps the last bar off the edge.
        self.day_width = (WIDTH - self.left - 4) / (self.last - self.first + 2)
        heights = [PART_ROW if row.is_part else ROW for row in chart.rows]
        self.tops = list(accumulate(heights, initial=TOP))
        self.bottom = self.tops[-1] + 8
        self.height = self.bottom + LEGEND * any(row.is_critical for row in chart.rows)

    @staticmethod
    def label_width(row: GanttRow, label: str) -> int:
        if row.is_part:
            return round(max(min(width_em(label), LONGEST_PART_LABEL_EM), 3.0) * PART_FONT_SIZE) + INDENT + 10
        return round(max(min(width_em(label), LONGEST_LABEL_EM), 3.0) * FONT_SIZE) + 14

    def x(self, ordinal: int) -> float:
        return self.left + (ordinal - self.first) * self.day_width

    def parts(self) -> Iterator[str]:
        chart = self.chart
        summaries = [self.summary(row, label) for row, label in zip(chart.rows, self.labels, strict=True)]
        yield opening(
            "gantt",
            (WIDTH, self.height),
            label=chart.label,
            text="; ".join(summaries),
            has_links=any(row.url for row in chart.rows),
        )
        yield from self.shading()
        yield from self.grid()
        for index, (row, summary) in enumerate(zip(chart.rows, summaries, strict=True)):
            yield f"<g><title>{escape(summary)}</title>"
            yield from self.row_label(row, self.labels[index], self.tops[index], self.tops[index + 1])
            yield from self.milestone(row, self.tops[index]) if row.is_milestone else self.bar(row, self.tops[index])
            yield "</g>"
        yield from self.today()
        yield from self.legend()
        yield "</svg>"

    def summary(self, row: GanttRow, label: str) -> str:
        dates = f"{row.finish_on}" if row.is_milestone else f"{row.start_on} – {row.finish_on}"
        text = _("%(bar)s: %(dates)s, %(percent)s%%") % {"bar": label, "dates": dates, "percent": _percent(row)}
        if row.is_critical:
            text = _("%(bar)s, critical") % {"bar": text}
        if row.baseline_finish_on is None:
            return text
        start = "" if row.is_milestone or row.baseline_start_on is None else f"{row.baseline_start_on} – "
        words = {
            "bar": text,
            "baseline": printable(self.chart.baseline_word),
            "dates": f"{start}{row.baseline_finish_on}",
        }
        return _("%(bar)s (%(baseline)s: %(dates)s)") % words

    def shading(self) -> Iterator[str]:
        if self.day_width < NARROWEST_SHADED_DAY:
            return
        start: int | None = None
        for ordinal in range(self.first, self.last + 2):
            is_off = ordinal <= self.last and not self.chart.is_working_day(date.fromordinal(ordinal))
            if is_off and start is None:
                start = ordinal
            elif not is_off and start is not None:
                yield (
                    f'<rect class="g-off" x="{self.x(start):.1f}" y="{TOP - 4}" '
                    f'width="{(ordinal - start) * self.day_width:.1f}" height="{self.bottom - TOP}" fill="{OFF}"/>'
                )
                start = None

    def grid(self) -> Iterator[str]:
        first, last = date.fromordinal(self.first), date.fromordinal(self.last)
        unit, marks = axis_marks(first, last, self.room)
        for mark in marks:
            x, label = self.x(mark.toordinal()), self.chart.axis(mark, unit)
            yield f'<line class="g-grid" x1="{x:.1f}" x2="{x:.1f}" y1="20" y2="{self.bottom - 4}" stroke="{GRID}"/>'
            # A name that would run over the edge is left out, unless it is the only one.
            if x + width_em(label) * FONT_SIZE <= WIDTH or len(marks) == 1:
                yield f'<text class="g-muted" x="{x:.1f}" y="14" fill="{MUTED}">{escape(label)}</text>'

    def room(self, unit: AxisUnit) -> int:
        label = self.chart.axis(date.fromordinal(self.last), unit)
        return int((WIDTH - self.left) / ((width_em(label) + 0.8) * FONT_SIZE))

    def row_label(self, row: GanttRow, label: str, y: int, end: int) -> Iterator[str]:
        if row.is_part:
            lines, baselines = [shorten(label, LONGEST_PART_LABEL_EM)], [y + 14]
        else:
            lines = two_lines(label, LONGEST_LABEL_EM)
            baselines = [y + 17] if len(lines) == 1 else [y + 11, y + 25]
        css, size = ("g-muted", f' font-size="{PART_FONT_SIZE}"') if row.is_part else ("g-ink", "")
        fill, x = (MUTED, INDENT) if row.is_part else (INK, 0)
        texts = "".join(
            f'<text class="{css}" x="{x}" y="{base}" fill="{fill}"{size}>{escape(line)}</text>'
            for base, line in zip(baselines, lines, strict=False)
        )
        if not row.url:
            yield texts
            return
        # A finger needs more than the letters: all of the row to the left of the bars.
        room = f'<rect y="{y}" width="{self.left}" height="{end - y}" fill="none" pointer-events="all"/>'
        yield f'<a href="{escape(row.url)}" aria-label="{escape(label)}">{room}{texts}</a>'

    def bar(self, row: GanttRow, y: int) -> Iterator[str]:
        top, height, below = (y + 4, 10, y + 17) if row.is_part else (y + 5, 14, y + 22)
        if row.baseline_start_on is not None and row.baseline_finish_on is not None:
            start, width = self.extent(row.baseline_start_on, row.baseline_finish_on)
            thick = 3 if row.is_part else 4
            yield (
                f'<rect class="g-base" x="{start:.1f}" y="{below}" width="{width:.1f}" height="{thick}" rx="{thick / 2:g}" '
                f'fill="{BASE}"/>'
            )
        start, width = self.extent(row.start_on, row.finish_on)
        shape = f'x="{start:.1f}" y="{top}" height="{height}" rx="3"'
        yield f'<rect class="g-bar" {shape} width="{width:.1f}" fill="{SOFT}" stroke="{ACCENT}" stroke-width=".8"/>'
        if percent := _percent(row):
            yield f'<rect class="g-done" {shape} width="{width * percent / 100:.1f}" fill="{ACCENT}"/>'
        if row.is_critical:
            yield _critical(start, top, width)

    def milestone(self, row: GanttRow, y: int) -> Iterator[str]:
        top, half, below = (y + 3, 6, y + 18) if row.is_part else (y + 5, 7, y + 23)
        if row.baseline_finish_on is not None:
            start, width = self.extent(row.baseline_finish_on, row.baseline_finish_on)
            middle = start + width / 2
            yield f'<rect class="g-base" x="{middle - 5:.1f}" y="{below}" width="10" height="4" rx="2" fill="{BASE}"/>'
        start, width = self.extent(row.finish_on, row.finish_on)
        css, fill = ("g-done", ACCENT) if _percent(row) == 100 else ("g-bar", SOFT)
        css, line, wide = (f"{css} g-critical", INK, 1.6) if row.is_critical else (css, ACCENT, 0.8)
        yield (
            f'<path class="{css}" d="M{start + width / 2:.1f} {top}l{half} {half}-{half} {half}-{half}-{half}z" '
            f'fill="{fill}" stroke="{line}" stroke-width="{wide:g}"/>'
        )

    def legend(self) -> Iterator[str]:
        if self.height == self.bottom:
            return
        y = self.bottom + 6
        yield (
            f'<rect class="g-bar" x="0.5" y="{y}" height="10" rx="3" width="24" fill="{SOFT}" stroke="{ACCENT}" '
            f'stroke-width=".8"/>{_critical(0.5, y, 24)}<text class="g-muted" x="32" y="{y + 9}" fill="{MUTED}" '
            f'font-size="{PART_FONT_SIZE}">{escape(printable(self.chart.critical_word))}</text>'
        )

    def extent(self, start: date, finish: date) -> tuple[float, float]:
        """Left edge and width. A finish before its start (two edits crossing) is drawn as one day, not backwards."""
        begin = start.toordinal()
        days = max(finish.toordinal() + 1 - begin, 1)
        return self.x(begin), max(days * self.day_width, NARROWEST_BAR)

    def today(self) -> Iterator[str]:
        today = self.chart.today
        if today is None or not self.first <= today.toordinal() <= self.last + 1:
            return
        x = self.x(today.toordinal())
        word = printable(self.chart.today_word)
        is_late = x + width_em(word) * FONT_SIZE + 8 > WIDTH
        where, anchor = (x - 4, "end") if is_late else (x + 4, "start")
        yield (
            f'<line class="g-today" x1="{x:.1f}" x2="{x:.1f}" y1="18" y2="{self.bottom - 2}" stroke="{TODAY}" '
            f'stroke-width="1.4"/><text class="g-today-word" x="{where:.1f}" y="{self.bottom - 3}" fill="{TODAY}" '
            f'font-size="11" text-anchor="{anchor}">{escape(word)}</text>'
        )


def _critical(x: float, y: float, width: float) -> str:
    """A line along the upper edge with a tooth at each end: a shape, so that no colour has to be told apart."""
    return (
        f'<path class="g-critical" d="M{x:.1f} {y + 5:.0f}v-6h{width:.1f}v6" fill="none" stroke="{INK}" '
        f'stroke-width="1.6"/>'
    )


def _days(row: GanttRow) -> Iterator[date]:
    yield from (row.finish_on,) if row.is_milestone else (row.start_on, row.finish_on)
    yield from (day for day in (row.baseline_start_on, row.baseline_finish_on) if day is not None)


def _percent(row: GanttRow) -> int:
    return min(max(row.percent, 0), 100)
