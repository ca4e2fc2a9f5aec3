"""Working days: slips, and "day N of M". A calendar comes in as a function from a day to whether it is worked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

IsWorkingDay = Callable[[date], bool]


def working_days(first: date, last: date, is_working_day: IsWorkingDay) -> int:
    """How many working days lie from `first` to `last`, both included; 0 when `last` comes before `first`."""
    days = range(first.toordinal(), last.toordinal() + 1)
    return sum(1 for ordinal in days if is_working_day(date.fromordinal(ordinal)))


def slip_days(baseline_finish: date, current_finish: date, is_working_day: IsWorkingDay) -> int:
    """Working days by which the finish moved: positive is late, negative early.

    The agreed day itself is not counted, the new one is: Friday to Monday is 1, Friday to Saturday is 0.
    """
    if current_finish >= baseline_finish:
        return _between(baseline_finish, current_finish, is_working_day)
    return -_between(current_finish, baseline_finish, is_working_day)


def _between(earlier: date, later: date, is_working_day: IsWorkingDay) -> int:
    """Working days after `earlier`, up to and with `later`."""
    days = range(earlier.toordinal() + 1, later.toordinal() + 1)
    return sum(1 for ordinal in days if is_working_day(date.fromordinal(ordinal)))


@dataclass(frozen=True, slots=True)
class SiteDays:
    """Day `day` of `total`, both in working days; `slip` is how many working days late (negative: early) it is planned now.

    `day` is 0 before the first day on site, and greater than `total` once the agreed day has passed.
    """

    day: int
    total: int
    slip: int


def site_days(
    *, today: date, first_on: date, agreed_go_live_on: date, planned_go_live_on: date, is_working_day: IsWorkingDay
) -> SiteDays:
    """Where the engagement stands today: the numbers of the sentence at the top of the dashboard."""
    return SiteDays(
        day=working_days(first_on, today, is_working_day),
        total=working_days(first_on, agreed_go_live_on, is_working_day),
        slip=slip_days(agreed_go_live_on, planned_go_live_on, is_working_day),
    )
