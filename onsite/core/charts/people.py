"""Who is where, as an SVG: a row for each person, a column for each week; a bar for each place with its name in it, a
hatched bar where somebody is away, and below them the share of each week.

Colours stand as plain attributes, because an SVG inside a PDF takes no page CSS; the classes `p-…` let
`static/css/charts.css` override them in the browser, in the dark theme too. No style attribute: the CSP forbids it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from onsite.core.charts.axis import AxisLabel, axis_label
from onsite.core.charts.figure import Figure, opening
from onsite.core.charts.palette import ACCENT, FONT_SIZE, GRID, INK, MUTED, SOFT, TODAY, WIDTH
from onsite.core.charts.text import printable, shorten, width_em

TOP, LANE, BAR, SHARES, BETWEEN, SMALL = 26, 21, 17, 15, 9, 11
LONGEST_NAME_EM, HATCH, NARROWEST_BAR = 8.0, 6, 2.0
PAPER = "#ffffff"


@dataclass(frozen=True, slots=True)
class Bar:
    """From one day to another, both included: what stands in it, and what it says under the pointer."""

    words: str
    said: str
    start_on: date
    finish_on: date
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What stands below a week: its share in words, whether that is too much, and the whole of it for the table."""

    words: str
    said: str
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person; a share for each week of the chart."""

    name: str
    bars: tuple[Bar, ...]
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class PeopleChart:
    """A chart in one language: `label` names it, `text` says in words what it shows. `mondays` follow each other."""

    mondays: tuple[date, ...]
    rows: tuple[PersonRow, ...]
    label: str
    text: str
    person_word: str
    today: date | None = None
    axis: AxisLabel = axis_label


def people_figure(chart: PeopleChart) -> Figure:
    """The chart for a page, with the weeks of each person as a row of a table."""
    headings = (chart.person_word, *(chart.axis(monday, "week") for monday in chart.mondays))
    rows = tuple((printable(row.name), *(share.said for share in row.shares)) for row in chart.rows)
    return Figure(chart.label, people_svg(chart), headings, rows)


def people_svg(chart: PeopleChart) -> SafeString:
    """The chart as one `<svg>`, or the empty string without people. Every text in it is escaped."""
    if not chart.rows or not chart.mondays:
        return SafeString("")
    return mark_safe("".join(_Drawing(chart).parts()))  # noqa: S308  every value goes through escape() or a number format


def lanes(bars: Sequence[Bar]) -> list[int]:
    """Return for each bar the lane in which it stands: the first one that is free by then."""
    until: list[date] = []
    found = [0] * len(bars)
    for place in sorted(range(len(bars)), key=lambda place: (bars[place].start_on, bars[place].finish_on)):
        bar = bars[place]
        lane = next((lane for lane, end in enumerate(until) if end < bar.start_on), len(until))
        until[lane : lane + 1] = [bar.finish_on]
        found[place] = lane
    return found


class _Drawing:
    def __init__(self, chart: PeopleChart) -> None:
        self.chart = chart
        self.first = chart.mondays[0]
        self.last = chart.mondays[-1] + timedelta(days=6)
        names = [min(width_em(printable(row.name)), LONGEST_NAME_EM) for row in chart.rows]
        self.left = max(names) * FONT_SIZE + 12
        self.day_width = (WIDTH - self.left) / (7 * len(chart.mondays))
        self.lanes = [lanes(row.bars) for row in chart.rows]
        heights = [max([0, *found]) * LANE + LANE + SHARES + BETWEEN for found in self.lanes]
        self.tops = list(accumulate(heights, initial=float(TOP)))

    def x(self, day: date) -> float:
        return self.left + (day - self.first).days * self.day_width

    def parts(self) -> Iterator[str]:
        chart = self.chart
        yield opening("people", (WIDTH, self.tops[-1]), label=chart.label, text=chart.text)
        yield from self.weeks()
        for row, found, top in zip(chart.rows, self.lanes, self.tops, strict=False):
            yield f'<line class="p-grid" x1="0" x2="{WIDTH}" y1="{top:g}" y2="{top:g}" stroke="{GRID}"/>'
            name = shorten(printable(row.name), LONGEST_NAME_EM)
            yield f'<text class="p-ink" x="0" y="{top + 17:g}" fill="{INK}" font-weight="600">{escape(name)}</text>'
            for bar, lane in zip(row.bars, found, strict=True):
                yield from self.bar(bar, top + 4 + lane * LANE)
            yield from self.shares(row, top + 4 + (max([0, *found]) + 1) * LANE)
        yield from self.today()
        yield "</svg>"

    def weeks(self) -> Iterator[str]:
        width = 7 * self.day_width
        # Where a name is too wide for its week, only every second or third week is named.
        widest = max(width_em(self.chart.axis(monday, "week")) for monday in self.chart.mondays) * FONT_SIZE + 4
        every = max(1, -(-round(widest) // max(round(width), 1)))
        for place, monday in enumerate(self.chart.mondays):
            x = self.x(monday)
            yield f'<line class="p-grid" x1="{x:.1f}" x2="{x:.1f}" y1="18" y2="{self.tops[-1]:g}" stroke="{GRID}"/>'
            if place % every == 0:
                label = escape(self.chart.axis(monday, "week"))
                yield f'<text class="p-muted" x="{x + 2:.1f}" y="14" fill="{MUTED}">{label}</text>'

    def bar(self, bar: Bar, y: float) -> Iterator[str]:
        start, finish = max(bar.start_on, self.first), min(bar.finish_on, self.last)
        if start > finish:
            return
        x, end = self.x(start), self.x(finish + timedelta(days=1))
        width = max(end - x - 1, NARROWEST_BAR)
        size = f'x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{BAR}" rx="3"'
        yield f"<g><title>{escape(printable(bar.said))}</title>"
        if bar.is_away:
            yield f'<rect class="p-away" {size} fill="{PAPER}" stroke="{MUTED}" stroke-dasharray="3 2"/>'
            yield f'<path class="p-hatch" d="{_hatch(x, y, width)}" fill="none" stroke="{GRID}"/>'
        else:
            yield f'<rect class="p-bar" {size} fill="{SOFT}" stroke="{ACCENT}" stroke-width=".8"/>'
        room = (width - 8) / SMALL
        if room >= min(2, width_em(bar.words)):
            words = escape(shorten(printable(bar.words), room))
            place = f'x="{x + 4:.1f}" y="{y + 12.5:g}" font-size="{SMALL}"'
            if bar.is_away:  # The hatching must not run through the letters.
                yield f'<text class="p-halo" {place} fill="{PAPER}" stroke="{PAPER}" stroke-width="4">{words}</text>'
            yield f'<text class="p-ink" {place} fill="{INK}">{words}</text>'
        yield "</g>"

    def shares(self, row: PersonRow, y: float) -> Iterator[str]:
        for monday, share in zip(self.chart.mondays, row.shares, strict=True):
            x = self.x(monday) + 3.5 * self.day_width
            css, colour, weight = ("p-over", TODAY, ' font-weight="600"') if share.is_over else ("p-muted", MUTED, "")
            yield (
                f'<text class="{css}" x="{x:.1f}" y="{y + 10:g}" fill="{colour}" font-size="{SMALL}"{weight} '
                f'text-anchor="middle">{escape(printable(share.words))}<title>{escape(printable(share.said))}</title></text>'
            )

    def today(self) -> Iterator[str]:
        today = self.chart.today
        if today is not None and self.first <= today <= self.last:
            x = self.x(today)
            yield (
                f'<line class="p-today" x1="{x:.1f}" x2="{x:.1f}" y1="18" y2="{self.tops[-1]:g}" stroke="{TODAY}" '
                f'stroke-width="1.4"/>'
            )


def _hatch(x: float, y: float, width: float) -> str:
    """Slanted lines over a bar, none of which leaves it."""
    ways = []
    for step in range(HATCH - BAR, int(width), HATCH):
        low, high = max(step, 0), min(step + BAR, width)
        if high > low:
            ways.append(f"M{x + low:.1f} {y + BAR - low + step:.1f}L{x + high:.1f} {y + BAR - high + step:.1f}")
    return "".join(ways)
