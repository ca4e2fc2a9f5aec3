"""Two ways of doing the same work as SVG bars: for each thing that is counted one bar before and one after.

Colours and the font stand as plain attributes, because an SVG inside a PDF takes no page CSS; the classes `c-…` let the
page's CSS override them. Each bar has its word on its left and its value on its right: no colour has to be told apart.
Drawn for 300 units of width, so that it reads on a phone at its own size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from onsite.core.charts.figure import opening
from onsite.core.charts.palette import ACCENT, FONT_SIZE, INK, MUTED
from onsite.core.charts.text import printable, shorten, width_em

WIDTH = 300
LEFT, GAP, BAR, LINE, TITLE, BETWEEN = 4, 8, 14, 20, 20, 10
BEFORE = "#a9b2ab"
LONGEST_WORD_EM, LONGEST_VALUE_EM, LONGEST_TITLE_EM = 9.0, 5.0, 24.0
# What is not nothing is seen.
NARROWEST_BAR = 2.0


@dataclass(frozen=True, slots=True)
class ComparedBars:
    """One thing that is counted, both ways. The texts are the values as people read them; each pair has its own scale."""

    label: str
    before: Decimal
    after: Decimal
    before_text: str
    after_text: str


def comparison_svg(pairs: Sequence[ComparedBars], *, label: str, before_word: str, after_word: str) -> SafeString:
    """The chart as one `<svg>`, or the empty string without pairs. Every text in it is escaped; negative values are
    drawn as nothing."""
    if not pairs:
        return SafeString("")
    words = [shorten(printable(word), LONGEST_WORD_EM) for word in (before_word, after_word)]
    said = [
        shorten(printable(text), LONGEST_VALUE_EM) for pair in pairs for text in (pair.before_text, pair.after_text)
    ]
    start = LEFT + max(map(width_em, words)) * FONT_SIZE + GAP
    room = WIDTH - LEFT - max(map(width_em, said)) * FONT_SIZE - GAP - start
    height = len(pairs) * (TITLE + 2 * LINE + BETWEEN)
    drawn = "".join(
        f"<g><title>{escape(printable(_summary(pair, (before_word, after_word))))}</title>"
        + "".join(_pair(pair, words, number * (TITLE + 2 * LINE + BETWEEN), start, room))
        + "</g>"
        for number, pair in enumerate(pairs)
    )
    summaries = "; ".join(_summary(pair, (before_word, after_word)) for pair in pairs)
    begun = opening("comparison", (WIDTH, height), label=label, text=summaries)
    return mark_safe(f"{begun}{drawn}</svg>")  # noqa: S308  every value goes through escape() or a number format


def _summary(pair: ComparedBars, words: Sequence[str]) -> str:
    said = zip(words, (pair.before_text, pair.after_text), strict=True)
    return f"{printable(pair.label)}: " + " · ".join(f"{word} {text}" for word, text in said)


def _pair(pair: ComparedBars, words: Sequence[str], top: int, start: float, room: float) -> Iterator[str]:
    title = escape(shorten(printable(pair.label), LONGEST_TITLE_EM))
    yield f'<text class="c-ink" x="{LEFT}" y="{top + 14}" fill="{INK}" font-weight="600">{title}</text>'
    most = max(pair.before, pair.after, Decimal(0))
    bars = (("c-before", BEFORE, pair.before, pair.before_text), ("c-after", ACCENT, pair.after, pair.after_text))
    for place, (css, fill, value, text) in enumerate(bars):
        y = top + TITLE + place * LINE
        width = max(float(value / most) * room, NARROWEST_BAR) if value > 0 else 0.0
        yield f'<text class="c-muted" x="{LEFT}" y="{y + 11}" fill="{MUTED}">{escape(words[place])}</text>'
        if width:
            yield f'<rect class="{css}" x="{start:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2" fill="{fill}"/>'
        said = escape(shorten(printable(text), LONGEST_VALUE_EM))
        yield f'<text class="c-ink" x="{start + width + GAP - 2:.1f}" y="{y + 11}" fill="{INK}">{said}</text>'
