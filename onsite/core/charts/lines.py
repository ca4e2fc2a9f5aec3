"""How counts or shares went, day by day, as SVG lines: each with a stroke of its own, named in the legend above.

Colours stand as plain attributes, because an SVG inside a PDF takes no page CSS; the classes `l-…` let
`static/css/charts.css` override them in the browser, in the dark theme too. No style attribute: the CSP forbids it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from onsite.core.charts.axis import AxisLabel, AxisUnit, axis_label, axis_marks
from onsite.core.charts.figure import Figure, opening
from onsite.core.charts.palette import ACCENT, FONT_SIZE, GRID, INK, MUTED, SOFT, TODAY, WIDTH
from onsite.core.charts.text import printable, width_em

Stroke = Literal["area", "dashed", "strong", "thin"]
LEFT, RIGHT, TOP, PLOT, BOTTOM, SAMPLE = 44, 12, 34, 190, 22, 26
STROKES: dict[Stroke, str] = {
    "area": f'stroke="{MUTED}" stroke-width="1"',
    "dashed": f'stroke="{MUTED}" stroke-width="1.8" stroke-dasharray="6 4"',
    "strong": f'stroke="{ACCENT}" stroke-width="2.6"',
    "thin": f'stroke="{INK}" stroke-width="1.4"',
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is counted: a value for each day of the chart, None where it isn't known. An area is filled down to
    the floor."""

    name: str
    values: tuple[float | None, ...]
    stroke: Stroke


@dataclass(frozen=True, slots=True)
class LineChart:
    """A chart in one language: `label` names it, `text` says the same in words. The days rise; `sign` follows each value
    ("%"), `ceiling` is the end of the scale where it has one. Areas come first, so that lines lie above them."""

    days: tuple[date, ...]
    lines: tuple[Line, ...]
    label: str
    text: str
    day_word: str
    sign: str = ""
    ceiling: float | None = None
    today: date | None = None
    today_word: str = ""
    axis: AxisLabel = axis_label


def lines_figure(chart: LineChart) -> Figure:
    """The chart for a page, with its days as the rows of a table; a value that isn't known is a dash there."""
    rows = (
        (
            f"{day}",
            *("–" if (value := line.values[place]) is None else _said(value, chart.sign) for line in chart.lines),
        )
        for place, day in enumerate(chart.days)
    )
    headings = (chart.day_word, *(line.name for line in chart.lines))
    return Figure(chart.label, lines_svg(chart), headings, tuple(rows), chart.text)


def lines_svg(chart: LineChart) -> SafeString:
    """The chart as one `<svg>`, or the empty string without days. Every text in it is escaped."""
    if not chart.days:
        return SafeString("")
    return mark_safe("".join(_Drawing(chart).parts()))  # noqa: S308  every value goes through escape() or a number format


def steps(most: float) -> list[int]:
    """Return the levels of the scale from 0 on: three to six round whole numbers, the last one at least `most`."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if most <= 5 * step:
                return list(range(0, max(-(-round(most) // step), 2) * step + 1, step))
        size *= 10


def _said(value: float, sign: str) -> str:
    return f"{round(value)}{sign}"


class _Drawing:
    def __init__(self, chart: LineChart) -> None:
        self.chart = chart
        self.first, self.last = chart.days[0].toordinal(), chart.days[-1].toordinal()
        known = [value for line in chart.lines for value in line.values if value is not None]
        self.levels = steps(max([chart.ceiling or 0, 1, *known]))
        self.floor = TOP + PLOT
        self.height = self.floor + BOTTOM

    def x(self, ordinal: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (ordinal - self.first) / max(self.last - self.first, 1)

    def y(self, value: float) -> float:
        return self.floor - PLOT * value / self.levels[-1]

    def parts(self) -> Iterator[str]:
        chart = self.chart
        yield opening("lines", (WIDTH, self.height), label=chart.label, text=chart.text)
        yield from self.scale()
        yield from self.marks()
        for line in chart.lines:
            yield from self.line(line)
        yield from self.legend()
        yield from self.today()
        yield from self.hints()
        yield "</svg>"

    def scale(self) -> Iterator[str]:
        for level in self.levels:
            y = self.y(level)
            yield f'<line class="l-grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>'
            yield (
                f'<text class="l-muted" x="{LEFT - 6}" y="{y + 4:.1f}" fill="{MUTED}" text-anchor="end">'
                f"{escape(_said(level, self.chart.sign))}</text>"
            )

    def marks(self) -> Iterator[str]:
        unit, marks = axis_marks(self.chart.days[0], self.chart.days[-1], self.room)
        for day in marks:
            x, label = self.x(day.toordinal()), self.chart.axis(day, unit)
            if x + width_em(label) * FONT_SIZE <= WIDTH or len(marks) == 1:
                yield (
                    f'<line class="l-grid" x1="{x:.1f}" x2="{x:.1f}" y1="{self.floor}" y2="{self.floor + 5}" '
                    f'stroke="{GRID}"/><text class="l-muted" x="{x:.1f}" y="{self.floor + 18}" fill="{MUTED}">'
                    f"{escape(label)}</text>"
                )

    def room(self, unit: AxisUnit) -> int:
        label = self.chart.axis(self.chart.days[-1], unit)
        return int((WIDTH - LEFT) / ((width_em(label) + 0.8) * FONT_SIZE))

    def line(self, line: Line) -> Iterator[str]:
        """One path for each run of known days; a day that is known alone is a dot."""
        for run in _runs(line.values):
            points = [(self.x(self.chart.days[place].toordinal()), self.y(value)) for place, value in run]
            way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            if line.stroke == "area":
                closed = f"M{points[0][0]:.1f} {self.floor}L{way}L{points[-1][0]:.1f} {self.floor}z"
                yield f'<path class="l-area" d="{closed}" fill="{SOFT}"/>'
            yield f'<path class="l-{line.stroke}-line" d="M{way}" fill="none" {STROKES[line.stroke]}/>'
            if len(points) == 1 or line.stroke == "strong":
                x, y = points[-1]
                yield f'<circle class="l-dot" cx="{x:.1f}" cy="{y:.1f}" r="3.4" fill="{ACCENT}"/>'

    def legend(self) -> Iterator[str]:
        x = float(LEFT)
        for line in self.chart.lines:
            name = printable(line.name)
            if line.stroke == "area":
                yield f'<rect class="l-area" x="{x:.1f}" y="6" width="{SAMPLE}" height="11" fill="{SOFT}"/>'
            yield (
                f'<path class="l-{line.stroke}-line" d="M{x:.1f} {6 if line.stroke == "area" else 11.5}h{SAMPLE}" '
                f'fill="none" {STROKES[line.stroke]}/><text class="l-ink" x="{x + SAMPLE + 6:.1f}" y="16" fill="{INK}">'
                f"{escape(name)}</text>"
            )
            x += SAMPLE + 6 + width_em(name) * FONT_SIZE + 22

    def today(self) -> Iterator[str]:
        today = self.chart.today
        if today is None or not self.first <= today.toordinal() <= self.last:
            return
        x, word = self.x(today.toordinal()), printable(self.chart.today_word)
        is_late = x + width_em(word) * FONT_SIZE + 8 > WIDTH
        where, anchor = (x - 4, "end") if is_late else (x + 4, "start")
        yield (
            f'<line class="l-today" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{self.floor}" stroke="{TODAY}" '
            f'stroke-width="1.4"/><text class="l-today-word" x="{where:.1f}" y="{TOP + 3}" fill="{TODAY}" font-size="11" '
            f'text-anchor="{anchor}">{escape(word)}</text>'
        )

    def hints(self) -> Iterator[str]:
        """What a day says under the pointer: an unseen strip over it, half the way to the days beside it."""
        places = [self.x(day.toordinal()) for day in self.chart.days]
        edges = [LEFT, *((left + right) / 2 for left, right in pairwise(places)), WIDTH - RIGHT]
        for place, (left, right) in enumerate(pairwise(edges)):
            said = "; ".join(
                f"{printable(line.name)} {_said(value, self.chart.sign)}"
                for line in self.chart.lines
                if (value := line.values[place]) is not None
            )
            yield (
                f'<rect x="{left:.1f}" y="{TOP}" width="{max(right - left, 0):.1f}" height="{PLOT}" fill="none" '
                f'pointer-events="all"><title>{self.chart.days[place]}: {escape(said)}</title></rect>'
            )


def _runs(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    run: list[tuple[int, float]] = []
    for place, value in enumerate(values):
        if value is not None:
            run.append((place, value))
        elif run:
            yield run
            run = []
    if run:
        yield run
