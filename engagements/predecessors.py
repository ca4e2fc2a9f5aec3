"""What a task waits for, as people type it: "3; 5+2; 7-1"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from onsite.core.errors import DomainError

_PART = re.compile(r"([0-9]{1,5})\s*(?:([+-])\s*([0-9]{1,3}))?")
# Commas separate too, and a Chinese keyboard writes full-width signs.
_WIDE = str.maketrans("；，、,＋－−–０１２３４５６７８９", ";;;;+---0123456789")


class Link(NamedTuple):
    """A predecessor by its number, and the lag in working days."""

    number: int
    lag_days: int = 0


def read_predecessors(text: str) -> tuple[Link, ...]:
    """Read numbers with their lags. Raises DomainError that names the part nobody can read, or the number that stands
    there twice."""
    found: dict[int, int] = {}
    for part in filter(None, map(str.strip, text.translate(_WIDE).split(";"))):
        match = _PART.fullmatch(part)
        if match is None:
            raise DomainError(
                _("“%(part)s” is no task number. Write numbers, with a lag where there is one: 3; 5+2; 7-1.")
                % {"part": part[:20]}
            )
        number, sign, days = match.groups()
        if int(number) in found:
            raise DomainError(_("Task %(number)s stands here twice.") % {"number": number})
        found[int(number)] = int(f"{sign or '+'}{days or 0}")
    return tuple(Link(number, lag) for number, lag in found.items())


def write_predecessors(links: Iterable[Link]) -> str:
    """Write what `read_predecessors` reads."""
    return "; ".join(f"{link.number}{link.lag_days:+d}" if link.lag_days else str(link.number) for link in links)
