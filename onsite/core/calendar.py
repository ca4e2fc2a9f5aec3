"""Working days: which days a site works, how many lie between two dates, and where the stages of a plan fall.

Statutory holidays and the make-up working days (调休) of mainland China come from the `holidays` library; a site's own
exceptions are laid over them. Nothing here touches the database or the clock.
"""

from __future__ import annotations

import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _
from holidays import country_holidays

from onsite.core.errors import DomainError

FIRST_YEAR = 2000
LAST_YEAR = 2100
MONDAY_TO_FRIDAY = frozenset(range(5))


class CalendarRangeError(DomainError):
    """A date, or a result, lies outside the years 2000 to 2100."""

    def __init__(self) -> None:
        super().__init__(
            _("Dates must lie between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR},
        )


class _Statutory(NamedTuple):
    days_off: frozenset[date]
    make_up_days: frozenset[date]
    provisional: bool


_NOTHING_STATUTORY = _Statutory(frozenset(), frozenset(), provisional=False)


class _Year(NamedTuple):
    ordered: tuple[date, ...]
    working: frozenset[date]


@dataclass(frozen=True)
class WorkingCalendar:
    """A site's working days.

    `country` is an ISO 3166 alpha-2 code ("CN"), or None for a site without statutory holidays. `weekdays` are the
    usual working days, Monday = 0. `overrides` say of single days whether the site works, and win over everything.
    Every method raises CalendarRangeError for years outside 2000–2100; the constructor raises ValueError for an empty
    week, and NotImplementedError for a country the library doesn't know.
    """

    country: str | None = None
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    overrides: Mapping[date, bool] = field(default_factory=dict, hash=False)
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError(f"weekdays are numbers from 0 to 6, at least one: {sorted(self.weekdays)}")
        # A copy: a frozen value must not change when its maker's mapping does.
        object.__setattr__(self, "overrides", MappingProxyType(dict(self.overrides)))
        if self.country is not None:
            _statutory(self.country, FIRST_YEAR)

    def is_working(self, day: date) -> bool:
        """Return whether the site works on `day`."""
        return day in self._year(day.year).working

    def next_working(self, day: date) -> date:
        """Return `day` itself when the site works on it, else the next day on which it does."""
        return self._pick(day.year, bisect_left(self._year(day.year).ordered, day))

    def shift(self, day: date, working_days: int) -> date:
        """Return the n-th working day after `day`, or before it when n is negative; n = 0 is `next_working(day)`.

        `day` itself is never counted, whether the site works on it or not.
        """
        if working_days > 0:
            return self._pick(day.year, bisect_right(self._year(day.year).ordered, day) + working_days - 1)
        return self._pick(day.year, bisect_left(self._year(day.year).ordered, day) + working_days)

    def finish_on(self, start_on: date, days: int) -> date:
        """Return the last day of a task of `days` working days that starts on `start_on`.

        The first working day from `start_on` on counts as day 1, so a one-day task ends on the day it starts.
        Raises ValueError when `days` is less than 1.
        """
        if days < 1:
            raise ValueError(f"a task lasts at least one working day: {days}")
        return self.shift(self.next_working(start_on), days - 1)

    def working_days_between(self, after: date, until: date) -> int:
        """Return the number of working days after `after` up to and including `until`.

        Negative when `until` is the earlier one: swapping the dates swaps the sign.
        """
        if until < after:
            return -self.working_days_between(until, after)
        whole_years = sum(len(self._year(year).ordered) for year in range(after.year, until.year))
        return whole_years + self._position(until) - self._position(after)

    def day_number(self, start_on: date, day: date) -> int:
        """Return which working day `day` is, counted from `start_on` as day 1.

        A day off has the number of the working day before it; days before the first working day have 0.
        """
        if day < start_on:
            _check(day.year)
            _check(start_on.year)
            return 0
        return self.working_days_between(start_on, day) + self.is_working(start_on)

    def is_provisional(self, year: int) -> bool:
        """Return whether the year's holidays or make-up days are not all officially known yet.

        China announces them each November for the next year; until then only the statutory days are counted.
        """
        _check(year)
        return self.country is not None and _statutory(self.country, year).provisional

    def _position(self, day: date) -> int:
        return bisect_right(self._year(day.year).ordered, day)

    def _pick(self, year: int, position: int) -> date:
        """Return the working day at `position`, counted from the first one of `year`; it may lie in another year."""
        while position < 0:
            year -= 1
            position += len(self._year(year).ordered)
        while position >= len(self._year(year).ordered):
            position -= len(self._year(year).ordered)
            year += 1
        return self._year(year).ordered[position]

    def _year(self, year: int) -> _Year:
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = self._changed(_usual_year(self.country, self.weekdays, year), year)
        return known

    def _changed(self, usual: _Year, year: int) -> _Year:
        """Lay this site's own exceptions over the year that it shares with others."""
        exceptions = {day: works for day, works in self.overrides.items() if day.year == year}
        if not exceptions:
            return usual
        working = usual.working - exceptions.keys() | {day for day, works in exceptions.items() if works}
        return _Year(tuple(sorted(working)), working)


class LaidOut(NamedTuple):
    """Where a stage falls: its first and last working day, and how many working days it lasts."""

    start_on: date
    finish_on: date
    days: int


class SpecialDay(NamedTuple):
    """A day that isn't what its weekday says: off, or worked on in exchange. `name` is the library's own word for it."""

    day: date
    name: str
    is_working: bool


def special_days(country: str, year: int, language: str) -> list[SpecialDay]:
    """Return the country's days off from Monday to Friday and its make-up working days, in order.

    `language` is the library's code, such as "zh_CN"; English where it has none of that. Raises CalendarRangeError.
    """
    _check(year)
    statutory = _statutory(country, year)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spoken = language if language in country_holidays(country).supported_languages else "en_US"
        names = country_holidays(country, years=year, language=spoken)
    off = [
        SpecialDay(day, names.get(day, ""), False) for day in statutory.days_off if day.weekday() in MONDAY_TO_FRIDAY
    ]
    return sorted([*off, *(SpecialDay(day, "", True) for day in statutory.make_up_days)])


def lay_out(
    start_on: date,
    windows: Sequence[tuple[int, int]],
    calendar: WorkingCalendar,
    agreed_on: date | None = None,
) -> list[LaidOut]:
    """Lay stages one after another from the first working day from `start_on` on.

    Each window is the fewest and the most working days its stage may last. Every stage gets its fewest; the working
    days then left until `agreed_on` are dealt out one each in turn, up to the most. So the last stage finishes on or
    before `agreed_on` unless even the fewest days don't fit. Without `agreed_on` every stage lasts its fewest days.
    Raises ValueError for a window that isn't 1 ≤ fewest ≤ most, and CalendarRangeError.
    """
    for fewest, most in windows:
        if not 1 <= fewest <= most:
            raise ValueError(f"a window is at least one day, fewest first: {(fewest, most)}")
    first = calendar.next_working(start_on)
    days = [fewest for fewest, _most in windows]
    if agreed_on is not None:
        spare = calendar.day_number(first, agreed_on) - sum(days)
        days = _deal_out(days, [most for _fewest, most in windows], spare)
    return list(_one_after_another(first, days, calendar))


def months_after(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or that month's last day: 31 January + 1 is 28 February.

    Raises CalendarRangeError when the result lies outside the years 2000–2100.
    """
    _check(day.year)
    if abs(months) > (LAST_YEAR - FIRST_YEAR + 1) * 12:
        raise CalendarRangeError
    later = day + relativedelta(months=months)
    _check(later.year)
    return later


def follow_up_day(go_live_on: date, months: int, calendar: WorkingCalendar) -> date:
    """Return the day of the follow-up visit `months` after go-live, rolled forward to the client's next working day."""
    return calendar.next_working(months_after(go_live_on, months))


def _deal_out(days: list[int], most: list[int], spare: int) -> list[int]:
    dealt = list(days)
    while spare > 0 and dealt != most:
        for stage, limit in enumerate(most):
            if spare > 0 and dealt[stage] < limit:
                dealt[stage] += 1
                spare -= 1
    return dealt


def _one_after_another(first: date, days: list[int], calendar: WorkingCalendar) -> Iterator[LaidOut]:
    start_on = first
    for number, lasting in enumerate(days):
        if number:
            start_on = calendar.shift(start_on, days[number - 1])
        yield LaidOut(start_on, calendar.finish_on(start_on, lasting), lasting)


def _check(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarRangeError


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


@lru_cache(maxsize=512)
def _usual_year(country: str | None, weekdays: frozenset[int], year: int) -> _Year:
    _check(year)
    days_off, make_up_days, _provisional = _statutory(country, year) if country else _NOTHING_STATUTORY
    ordered = tuple(
        day for day in _days_of(year) if day in make_up_days or (day.weekday() in weekdays and day not in days_off)
    )
    return _Year(ordered, frozenset(ordered))


@lru_cache(maxsize=2048)
def _statutory(country: str, year: int) -> _Statutory:
    with warnings.catch_warnings():
        # The library warns of years it has no data for; `provisional` tells the same to the people concerned.
        warnings.simplefilter("ignore")
        found = country_holidays(country, years=year, language="en_US")
    make_up_days = frozenset(day for day in getattr(found, "weekend_workdays", ()) if day.year == year)
    return _Statutory(
        days_off=frozenset(found) - make_up_days,
        make_up_days=make_up_days,
        provisional=(
            not found.start_year <= year <= found.end_year
            or _lacks_make_up_days(found.has_substituted_holidays, getattr(found, "special_public_holidays", {}), year)
            or any("estimated" in name for name in found.values())
        ),
    )


def _lacks_make_up_days(has_them: bool, announced: Mapping[int, object], year: int) -> bool:
    """Return whether `year` lies outside the years whose exchanged days the library holds."""
    return has_them and not (announced and min(announced) <= year <= max(announced))
