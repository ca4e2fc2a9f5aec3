"""How much of the week people are planned for: plain counting, without rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

FULL = 100


class Share(NamedTuple):
    """A share of the working week, in percent, from one day to another, both included."""

    start_on: date
    finish_on: date
    percent: int


class Peak(NamedTuple):
    """The highest sum of shares, and the first day on which it is reached."""

    percent: int
    on: date


def peak(shares: Iterable[Share]) -> Peak | None:
    """Return where the shares add up to the most; None without any. The sum only grows where a share begins, so those days
    are enough to look at."""
    rows = list(shares)
    found = [
        Peak(sum(row.percent for row in rows if row.start_on <= day <= row.finish_on), day)
        for day in sorted({row.start_on for row in rows})
    ]
    return max(found, key=lambda row: row.percent, default=None)


def within(share: Share, first: date, last: date) -> Share | None:
    """Return the part of the share from `first` to `last`, None where there is none."""
    start, finish = max(share.start_on, first), min(share.finish_on, last)
    return share._replace(start_on=start, finish_on=finish) if start <= finish else None
