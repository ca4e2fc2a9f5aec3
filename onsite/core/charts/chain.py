"""Chains of things that lead to each other as an SVG: a lane for each chain, a column for each kind of link.

Colours stand as plain attributes, because an SVG inside a PDF takes no page CSS; the classes `ch-…` let
`static/css/charts.css` override them in the browser, in the dark theme too. No style attribute: the CSP forbids it.
What a box says stands in words; the edge's colour and a sign only repeat it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from onsite.core.charts.figure import Figure, opening
from onsite.core.charts.palette import ACCENT, FONT_SIZE, GRID, INK, MUTED, SOFT
from onsite.core.charts.text import printable, shorten, two_lines

Tone = Literal["", "ok", "warn", "bad", "gone"]
PAPER = "#ffffff"
EDGES: dict[Tone, str] = {"": ACCENT, "ok": "#2a7548", "warn": "#8f5a09", "bad": "#a8322a", "gone": MUTED}
LINE, PAD, GAP, BETWEEN, TOP, LANE_PAD = 16, 8, 22, 8, 30, 12


@dataclass(frozen=True, slots=True)
class Box:
    """One thing: its name on one or two lines, then a line of its own for each word about it. `is_gap` draws what is
    missing, with a broken edge; `url` makes the name a link (page only)."""

    name: str
    words: tuple[str, ...] = ()
    tone: Tone = ""
    url: str = ""
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A chain: the boxes of each column, and from each column to the next the pairs of places that belong together."""

    columns: tuple[tuple[Box, ...], ...]
    links: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class ChainChart:
    """A chart in one language: `label` names it, `text` says the same in words. Every lane has as many columns as there are
    headings; `widths` are those of the columns in units, of which twelve are a Chinese character."""

    headings: tuple[str, ...]
    widths: tuple[int, ...]
    lanes: tuple[Lane, ...]
    label: str
    text: str


def chain_figure(chart: ChainChart) -> Figure:
    """The chart for a page, with each lane as a row of a table."""
    rows = (tuple("; ".join(_said(box) for box in column) for column in lane.columns) for lane in chart.lanes)
    return Figure(chart.label, chain_svg(chart), chart.headings, tuple(rows))


def _said(box: Box) -> str:
    words = " · ".join(printable(word) for word in box.words)
    return f"{printable(box.name)} ({words})" if words else printable(box.name)


def chain_svg(chart: ChainChart) -> SafeString:
    """The chart as one `<svg>`, or the empty string without lanes. Every text in it is escaped."""
    if not chart.lanes:
        return SafeString("")
    return mark_safe("".join(_Drawing(chart).parts()))  # noqa: S308  every value goes through escape() or a number format


@dataclass(frozen=True, slots=True)
class _Placed:
    box: Box
    lines: tuple[str, ...]
    x: float
    y: float
    width: float

    @property
    def height(self) -> float:
        return _height(self.lines, self.box)

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def _height(lines: Sequence[str], box: Box) -> float:
    return (len(lines) + len(box.words)) * LINE + 2 * PAD - 4


class _Drawing:
    def __init__(self, chart: ChainChart) -> None:
        self.chart = chart
        self.lefts = [1.0]
        for width in chart.widths[:-1]:
            self.lefts.append(self.lefts[-1] + width + GAP)
        self.width = self.lefts[-1] + chart.widths[-1] + 1
        self.tops: list[float] = []
        self.lanes: list[list[list[_Placed]]] = []
        top = float(TOP)
        for lane in chart.lanes:
            self.tops.append(top)
            placed, height = self.placed(lane, top + LANE_PAD)
            self.lanes.append(placed)
            top += height + 2 * LANE_PAD
        self.height = top

    def placed(self, lane: Lane, top: float) -> tuple[list[list[_Placed]], float]:
        """Return the boxes of each column, each column in the middle of the lane, and the lane's height."""
        texts = [[self.named(box, number) for box in boxes] for number, boxes in enumerate(lane.columns)]
        heights = [
            sum(_height(lines, box) for lines, box in zip(names, boxes, strict=True)) + BETWEEN * (len(boxes) - 1)
            for names, boxes in zip(texts, lane.columns, strict=True)
        ]
        tallest = max(heights)
        columns = []
        for number, boxes in enumerate(lane.columns):
            y = top + (tallest - heights[number]) / 2
            column = []
            for lines, box in zip(texts[number], boxes, strict=True):
                column.append(_Placed(box, lines, self.lefts[number], y, self.chart.widths[number]))
                y += _height(lines, box) + BETWEEN
            columns.append(column)
        return columns, tallest

    def named(self, box: Box, column: int) -> tuple[str, ...]:
        return tuple(two_lines(printable(box.name), self.room(column)))

    def room(self, column: int) -> float:
        return (self.chart.widths[column] - 2 * PAD - 3) / FONT_SIZE

    def parts(self) -> Iterator[str]:
        has_links = any(box.url for lane in self.chart.lanes for column in lane.columns for box in column)
        size = (self.width, self.height)
        yield opening("chain", size, label=self.chart.label, text=self.chart.text, has_links=has_links)
        for column, heading in enumerate(self.chart.headings):
            name = escape(shorten(printable(heading), self.chart.widths[column] / FONT_SIZE))
            yield f'<text class="ch-muted" x="{self.lefts[column]:g}" y="18" fill="{MUTED}" font-weight="600">{name}</text>'
        for top, lane, columns in zip(self.tops, self.chart.lanes, self.lanes, strict=True):
            yield f'<line class="ch-grid" x1="0" x2="{self.width:g}" y1="{top:g}" y2="{top:g}" stroke="{GRID}"/>'
            for number, links in enumerate(lane.links):
                for start, end in links:
                    yield self.link(columns[number][start], columns[number + 1][end])
            for column, boxes in enumerate(columns):
                for box in boxes:
                    yield from self.box(box, column)
        yield "</svg>"

    @staticmethod
    def link(start: _Placed, end: _Placed) -> str:
        x, to = start.x + start.width, end.x
        bend = (to - x) / 2
        dashes = ' stroke-dasharray="3 3"' if start.box.is_gap or end.box.is_gap else ""
        return (
            f'<path class="ch-link" d="M{x:g} {start.middle:g}C{x + bend:g} {start.middle:g} {to - bend:g} {end.middle:g} '
            f'{to:g} {end.middle:g}" fill="none" stroke="{MUTED}" stroke-width="1.4"{dashes}/>'
        )

    def box(self, placed: _Placed, column: int) -> Iterator[str]:
        box, x, y = placed.box, placed.x, placed.y
        tone: Tone = "gone" if box.is_gap else box.tone
        size = f'x="{x:g}" y="{y:g}" width="{placed.width:g}" height="{placed.height:g}" rx="4"'
        if box.is_gap:
            yield f'<rect class="ch-gap" {size} fill="{PAPER}" stroke="{MUTED}" stroke-dasharray="4 3"/>'
        else:
            yield f'<rect class="ch-box" {size} fill="{PAPER}" stroke="{SOFT}"/>'
            yield (
                f'<rect class="ch-edge ch-{tone or "plain"}" x="{x:g}" y="{y:g}" width="4" height="{placed.height:g}" '
                f'rx="2" fill="{EDGES[tone]}"/>'
            )
        name = "".join(self.line(text, placed, row, box.is_gap) for row, text in enumerate(placed.lines))
        whole = f"<title>{escape(printable(box.name))}</title>" if placed.lines != (printable(box.name),) else ""
        yield f'<a href="{escape(box.url)}">{whole}{name}</a>' if box.url else f"<g>{whole}{name}</g>"
        for row, words in enumerate(box.words, len(placed.lines)):
            yield self.line(shorten(printable(words), self.room(column)), placed, row, is_muted=True)

    @staticmethod
    def line(text: str, placed: _Placed, row: int, is_muted: bool) -> str:
        css, fill = ("ch-muted", MUTED) if is_muted else ("ch-ink", INK)
        return (
            f'<text class="{css}" x="{placed.x + PAD + 3:g}" y="{placed.y + PAD + 9 + row * LINE:g}" fill="{fill}">'
            f"{escape(text)}</text>"
        )
