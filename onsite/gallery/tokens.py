"""The tokens as the style sheets hold them, and the contrasts that tokens.css promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from onsite.core.colours import contrast

_TOKEN = re.compile(r"^\s+--([\w-]+): ([^;]+);", re.MULTILINE)
# WCAG 2.2: 1.4.3 for text, 1.4.11 for the edge of a field and the ring around what has the focus.
TEXT, EDGE = 4.5, 3.0
GROUNDS = ("ground", "paper", "sunk", "accent-soft")
INKS = ("ink", "ink-2", "ink-3", "accent-ink")
STATES = ("ok", "warn", "bad", "info")


@dataclass(frozen=True)
class Colour:
    """A colour token: its name without the dashes, and what it is in both themes."""

    name: str
    light: str
    dark: str


@dataclass(frozen=True)
class Pair:
    """What stands on what: the ratio in both themes, and the least that is promised."""

    front: str
    ground: str
    least: float
    light: float
    dark: float

    @property
    def holds(self) -> bool:
        return min(self.light, self.dark) >= self.least


def colours() -> list[Colour]:
    """Return the colours in the order of tokens.css; raises KeyError where the dark lacks one."""
    light, dark = _read("tokens.css"), _read("dark.css")
    return [Colour(name, value, dark[name]) for name, value in light.items() if value.startswith("#")]


def sizes(prefix: str) -> list[tuple[str, str]]:
    """Return the sizes whose names begin so ("t-", "s", "r"), each with its value."""
    return [
        (name, value)
        for name, value in _read("tokens.css").items()
        if re.fullmatch(rf"{prefix}[\w-]*", name) and re.fullmatch(r"[\d.]+(px|rem)", value)
    ]


def pairs() -> list[Pair]:
    """Return each contrast that is promised, as it is."""
    found = {colour.name: colour for colour in colours()}
    return [
        Pair(
            front, ground, least,
            contrast(found[front].light, found[ground].light), contrast(found[front].dark, found[ground].dark),
        )
        for front, ground, least in _promised()
    ]  # fmt: skip


def _promised() -> Iterator[tuple[str, str, float]]:
    for ink in INKS:
        yield from ((ink, ground, TEXT) for ground in GROUNDS)
    for state in STATES:
        yield from ((state, ground, TEXT) for ground in ("paper", f"{state}-soft"))
    yield from (("on-accent", "accent", TEXT), ("on-bad", "bad", TEXT))
    yield from ((edge, ground, EDGE) for edge in ("field", "accent") for ground in ("ground", "paper"))


def _read(sheet: str) -> dict[str, str]:
    """Return the tokens of the sheet's first rule: what follows holds them for paper and for fingers."""
    text = Path(settings.BASE_DIR, "static/css", sheet).read_text()
    return dict(_TOKEN.findall(text.split("}")[0]))
