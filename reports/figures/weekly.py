"""A week, and what its stand-ups said in it, each thing once."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

FIRST_YEAR, LAST_YEAR = 2000, 2099
# On these days (Monday is 1) a week has hardly begun: people still write about the one before.
EARLY_DAYS = 2
_CODE = re.compile(r"([0-9]{4})-W([0-9]{2})", re.ASCII)
_TRAILING = " 。．.；;，,、！!"


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week of ISO 8601, Monday to Sunday; `year` is the one that holds its Thursday."""

    year: int
    number: int

    @classmethod
    def parse(cls, code: str) -> Self:
        """Return the week of "2026-W47". Raises ValueError for anything else, and outside the years 2000 to 2099."""
        found = _CODE.fullmatch(code)
        if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            raise ValueError(f"no week: {code!r}")
        date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the week in which this day lies."""
        found = day.isocalendar()
        return cls(found.year, found.week)

    @property
    def code(self) -> str:
        return f"{self.year}-W{self.number:02}"

    @property
    def first_on(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_on(self) -> date:
        return date.fromisocalendar(self.year, self.number, 7)

    @property
    def before(self) -> Week:
        return Week.of(self.first_on - timedelta(days=1))

    @property
    def after(self) -> Week:
        return Week.of(self.last_on + timedelta(days=1))


def week_to_write(today: date, *, told_on: date | None) -> Week:
    """Return the week that a person means when they ask for none: this one, but on its first two days the one before,
    until something of this week was told. `told_on` is the newest published day up to today."""
    this = Week.of(today)
    is_told = told_on is not None and told_on >= this.first_on
    return this.before if today.isoweekday() <= EARLY_DAYS and not is_told else this


@dataclass(frozen=True, slots=True)
class Said:
    """A line of one day. `carries` is the key of the line that it goes on from, None where it begins."""

    key: Hashable
    day: date
    text: str
    is_done: bool
    carries: Hashable | None = None


@dataclass(frozen=True, slots=True)
class WeekItem:
    """One thing and its days, in their order: those on which it was done, or on which it was still planned."""

    text: str
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class WeekItems:
    """What was done in the week, and what is still to do at its end; each by its first day."""

    done: tuple[WeekItem, ...]
    next: tuple[WeekItem, ...]


def week_items(lines: Sequence[Said], *, newest_on: date | None) -> WeekItems:
    """Return each thing once. Lines that carry each other, or say the same words, are one thing; its newest words stand.

    What was done on any day is done, whatever was planned beside it. Still to do is what was so on the newest day that was
    told, `newest_on` (None: no day was): what was dropped on the way is neither.
    """
    groups = list(_grouped(sorted(lines, key=lambda line: line.day)))
    done = [_item([line for line in group if line.is_done]) for group in groups if any(line.is_done for line in group)]
    still = [group for group in groups if not any(line.is_done for line in group) and group[-1].day == newest_on]
    return WeekItems(done=_by_day(done), next=_by_day(_item(group) for group in still))


def _item(lines: Sequence[Said]) -> WeekItem:
    return WeekItem(lines[-1].text, tuple(sorted({line.day for line in lines})))


def _by_day(items: Iterable[WeekItem]) -> tuple[WeekItem, ...]:
    return tuple(sorted(items, key=lambda item: item.days[0]))


def _grouped(lines: Sequence[Said]) -> Iterable[list[Said]]:
    """Return the lines of each thing in their order, the things in the order in which they were first said."""
    above: dict[Hashable, Hashable] = {}

    def root(key: Hashable) -> Hashable:
        while (upper := above.setdefault(key, key)) != key:
            key = upper
        return key

    for line in lines:
        above[root(("text", _plain(line.text)))] = root(line.key)
        if line.carries is not None:
            above[root(line.carries)] = root(line.key)
    groups: dict[Hashable, list[Said]] = {}
    for line in lines:
        groups.setdefault(root(line.key), []).append(line)
    return groups.values()


def _plain(text: str) -> str:
    """Return the words without what people type now this way, now that."""
    return " ".join(text.casefold().split()).rstrip(_TRAILING)
