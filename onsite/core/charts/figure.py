"""What every chart is on a page: a picture with its name, and the same as a table for those who don't see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString

from onsite.core.charts.palette import FONT, FONT_SIZE
from onsite.core.charts.text import printable


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart in one language: `components/figure.html` shows it. `headings` and `rows` say the same as the picture; the
    first cell of a row names it. Without rows the page says it elsewhere, beside the chart. `text` says the gist of it in a
    sentence, where there is one. False where nothing is drawn."""

    label: str
    svg: SafeString
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.svg)


def opening(kind: str, size: tuple[float, float], *, label: str, text: str, has_links: bool = False) -> str:
    """Return how every chart begins: its class, its size in units, its name, and what it says in words.

    A link inside `role="img"` would be hidden from screen readers, so a chart with links is a group.
    """
    name, words = escape(printable(label)), escape(printable(text))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="0 0 {size[0]:g} {size[1]:g}" '
        f'role="{"group" if has_links else "img"}" aria-label="{name}" font-family="{FONT}" font-size="{FONT_SIZE}">'
        f"<title>{name}</title><desc>{words}</desc>"
    )
