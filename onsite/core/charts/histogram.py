"""On which days the runs of a forecast end, as an SVG: filled bars = by the agreed day, outlined bars = later.

Colours stand as plain attributes, because an SVG inside a PDF takes no page CSS; the classes `h-…` let
`static/css/charts.css` override them in the browser, in the dark theme too. No style attribute: the CSP forbids it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from onsite.core.charts.axis import AxisLabel, AxisUnit, axis_label, axis_marks
from onsite.core.charts.figure import opening
from onsite.core.charts.palette import ACCENT, FONT_SIZE, GRID, INK, MUTED, SOFT, TODAY, WIDTH
from onsite.core.charts.text import printable, shorten, width_em

LEFT, ROW, PLOT, BOTTOM = 44, 18, 150, 22
# Above so many days single bars are too thin to be told apart, and stand for a week, then for four.
MOST_DAYS, MOST_WEEKS_DAYS = 90, 630
LEAST_DAYS = 21
LONGEST_WORDS_EM = 18.0


class Bucket(NamedTuple):
    """How many runs end from `first` to `last`, both included."""

    first: date
    last: date
    runs: int


class Mark(NamedTuple):
    """A day with its name; `is_strong` draws the line that divides the bars."""

    day: date
    words: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Histogram:
    """A chart in one language: `label` names it, `text` says the same in words, `marks` are named days, above each other."""

    bars: tuple[tuple[date, int], ...]
    agreed_on: date
    marks: tuple[Mark, ...]
    label: str
    text: str
    axis: AxisLabel = axis_label


def buckets(bars: Sequence[tuple[date, int]], divided_after: date) -> list[Bucket]:
    """Join the bars of a long span to weeks or four weeks, none of which reaches over the end of `divided_after`."""
    if not bars:
        return []
    span = bars[-1][0].toordinal() - bars[0][0].toordinal() + 1
    days = 1 if span <= MOST_DAYS else 7 if span <= MOST_WEEKS_DAYS else 28
    found: dict[int, int] = {}
    for day, runs in bars:
        number = (day.toordinal() - divided_after.toordinal() - 1) // days
        found[number] = found.get(number, 0) + runs
    edge = divided_after.toordinal() + 1
    return [
        Bucket(date.fromordinal(edge + number * days), date.fromordinal(edge + (number + 1) * days - 1), runs)
        for number, runs in sorted(found.items())
    ]


def histogram_svg(chart: Histogram) -> SafeString:
    """The chart as one `<svg>`, or the empty string without bars. Every text in it is escaped."""
    if not chart.bars:
        return SafeString("")
    return mark_safe("".join(_Drawing(chart).parts()))  # noqa: S308  every value goes through escape() or a number format


class _Drawing:
    def __init__(self, chart: Histogram) -> None:
        self.chart = chart
        self.buckets = buckets(chart.bars, chart.agreed_on)
        days = [mark.day for mark in chart.marks]
        self.first = min(self.buckets[0].first, *days).toordinal()
        self.last = max(self.buckets[-1].last, *days).toordinal()
        # Few bars would be as wide as houses: three weeks stand around them.
        spare = max(LEAST_DAYS - (self.last - self.first + 1), 0)
        self.first, self.last = self.first - spare // 2, self.last + (spare + 1) // 2
        # From the earliest day down and with room at the right, no words cross a line or the edge.
        self.marks = [
            mark._replace(words=shorten(printable(mark.words), LONGEST_WORDS_EM))
            for mark in sorted(chart.marks, key=lambda mark: mark.day)
        ]
        room = max((width_em(mark.words) for mark in self.marks), default=0) * FONT_SIZE
        # A free day at each end, so that no bar stands at the edge.
        self.day_width = (WIDTH - LEFT - 4 - room) / (self.last - self.first + 3)
        self.top = 8 + ROW * len(chart.marks)
        self.floor = self.top + PLOT
        self.height = self.floor + BOTTOM
        self.total = sum(bucket.runs for bucket in self.buckets)
        self.most = max(bucket.runs for bucket in self.buckets)

    def x(self, ordinal: int) -> float:
        return LEFT + (ordinal - self.first + 1) * self.day_width

    def y(self, runs: float) -> float:
        return self.floor - PLOT * runs / self.most

    def parts(self) -> Iterator[str]:
        yield opening("histogram", (WIDTH, self.height), label=self.chart.label, text=self.chart.text)
        yield from self.levels()
        yield from self.axis()
        for bucket in self.buckets:
            yield from self.bar(bucket)
        for row, mark in enumerate(self.marks):
            yield from self.mark(mark, row)
        yield "</svg>"

    def levels(self) -> Iterator[str]:
        """Two or three lines at round shares of the runs."""
        share = 100 * self.most / self.total
        step = next(step for step in (1, 2, 5, 10, 20, 50) if share / step < 4 or step == 50)
        for percent in range(step, int(share) + 1, step):
            y = self.y(self.total * percent / 100)
            yield f'<line class="h-grid" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>'
            yield (
                f'<text class="h-muted" x="{LEFT - 6}" y="{y + 4:.1f}" fill="{MUTED}" text-anchor="end">{percent}%</text>'
            )

    def axis(self) -> Iterator[str]:
        yield (
            f'<line class="h-floor" x1="{LEFT}" x2="{WIDTH}" y1="{self.floor}" y2="{self.floor}" stroke="{MUTED}"/>'
        )
        first, last = date.fromordinal(self.first), date.fromordinal(self.last)
        unit, marks = axis_marks(first, last, self.room)
        for day in marks:
            x, label = self.x(day.toordinal()), self.chart.axis(day, unit)
            if x + width_em(label) * FONT_SIZE <= WIDTH or len(marks) == 1:
                yield f'<line class="h-floor" x1="{x:.1f}" x2="{x:.1f}" y1="{self.floor}" y2="{self.floor + 4}" stroke="{MUTED}"/>'
                yield f'<text class="h-muted" x="{x:.1f}" y="{self.floor + 17}" fill="{MUTED}">{escape(label)}</text>'

    def room(self, unit: AxisUnit) -> int:
        label = self.chart.axis(date.fromordinal(self.last), unit)
        return int((WIDTH - LEFT) / ((width_em(label) + 0.8) * FONT_SIZE))

    def bar(self, bucket: Bucket) -> Iterator[str]:
        is_late = bucket.last > self.chart.agreed_on
        left, right = self.x(bucket.first.toordinal()), self.x(bucket.last.toordinal() + 1)
        gap = min(1.5, (right - left) * 0.1)
        y = self.y(bucket.runs)
        days = f"{bucket.first}" if bucket.first == bucket.last else f"{bucket.first} – {bucket.last}"
        yield (
            f'<rect class="{"h-late" if is_late else "h-bar"}" x="{left + gap:.1f}" y="{y:.1f}" '
            f'width="{right - left - 2 * gap:.1f}" height="{self.floor - y:.1f}" fill="{SOFT if is_late else ACCENT}" '
            f'stroke="{ACCENT}" stroke-width=".8"><title>{days}: {100 * bucket.runs / self.total:.1f}%</title></rect>'
        )

    def mark(self, mark: Mark, row: int) -> Iterator[str]:
        """A line at the end of the day, its words in a row of their own above the bars."""
        x, y = self.x(mark.day.toordinal() + 1), 8 + ROW * row
        name, colour = ("h-agreed", TODAY) if mark.is_strong else ("h-mark", INK)
        dashes = "" if mark.is_strong else ' stroke-dasharray="3 3"'
        yield (
            f'<line class="{name}" x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{self.floor}" stroke="{colour}" '
            f'stroke-width="1.4"{dashes}/><text class="{name}-word" x="{x + 5:.1f}" y="{y + 10}" fill="{colour}">'
            f"{escape(mark.words)}</text>"
        )
