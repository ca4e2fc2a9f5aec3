"""Which days there were or should have been a stand-up, and what became of each: the calendar of days, and the way between
them. A client knows of published days only."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Acknowledgement, StandUp
from standups.services.writing import may_be_written

# A gap in the rhythm longer than this (the longest holidays, twice) has no agreed day next to it.
LONGEST_GAP_DAYS = 31
# Longer engagements are shown a year at a time.
MOST_MONTHS = 18
# What a day can be marked with, in the order of the legend.
MARKS = {
    "read": _("Published and read by the client"),
    "unread": _("Published, not read by the client yet"),
    "draft": _("Draft"),
    "missed": _("Missed"),
    "open": _("Not written yet"),
    "late": _("Logged later"),
    "corrected": _("Corrected"),
}


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of the calendar. `marks` are keys of MARKS, the day's state first; a day without any may still be opened
    to write it (`leads_on`)."""

    day: date
    marks: tuple[str, ...]
    leads_on: bool
    is_today: bool
    is_working: bool

    @property
    def state(self) -> str:
        return self.marks[0] if self.marks else ""

    @property
    def words(self) -> str:
        return ", ".join(str(MARKS[mark]) for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks from Monday to Sunday; None where the week reaches into another month."""

    first: date
    weeks: tuple[tuple[DayCell | None, ...], ...]

    @property
    def full_week(self) -> tuple[DayCell | None, ...]:
        """Return a week without gaps: its days name the columns. The second one always is."""
        return self.weeks[1]


@dataclass(frozen=True, slots=True)
class DayCalendar:
    """The months from the newest to the first; `years` are what can be turned to, none where all stand on one page.

    `legend` says of each mark that occurs what it means, and how often it stands here.
    """

    months: tuple[Month, ...]
    years: tuple[int, ...]
    year: int | None
    legend: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The days before and after one, None at either end."""

    before: date | None
    after: date | None


def known_days(user: User, engagement: Engagement) -> list[date]:
    """Return, newest first, the days with a stand-up, and for the vendor the agreed days up to today without one."""
    written = set(engagement.stand_ups.visible_to(user).values_list("held_on", flat=True))
    if not user.is_client:
        written |= set(_agreed_days(engagement))
    return sorted(written, reverse=True)


def day_calendar(user: User, engagement: Engagement, *, may_write: bool, year: str = "") -> DayCalendar:
    """Return the months from the first day to the last known one, or to today where somebody may write; of a long
    engagement those of one year, the newest unless another one is asked for. Three queries."""
    known = known_days(user, engagement)
    today = engagement.today()
    shown = {*known, *([today] if may_write else ())}
    if not shown:
        return DayCalendar((), (), None, ())
    months = list(_months(min(shown | {engagement.start_on}), max(shown)))
    years = tuple(dict.fromkeys(first.year for first in months)) if len(months) > MOST_MONTHS else ()
    chosen = next((found for found in years if str(found) == year), years[0]) if years else None
    cells = _Cells(user, engagement, missed=set(known), may_write=may_write, today=today)
    drawn = tuple(cells.month(first) for first in months if chosen in {None, first.year})
    counts = Counter(mark for month in drawn for week in month.weeks for cell in week if cell for mark in cell.marks)
    legend = tuple((mark, str(label), counts[mark]) for mark, label in MARKS.items() if counts[mark])
    return DayCalendar(drawn, years, chosen, legend)


def neighbours(user: User, engagement: Engagement, day: date) -> Neighbours:
    """Return the written or agreed days next to `day`; nothing after today but what is written. Two queries."""
    rows = engagement.stand_ups.visible_to(user).values_list("held_on", flat=True)
    before = [rows.filter(held_on__lt=day).order_by("-held_on").first()]
    after = [rows.filter(held_on__gt=day).order_by("held_on").first()]
    if not user.is_client:
        before.append(_next_agreed(engagement, day, -1))
        after.append(_next_agreed(engagement, day, 1))
    return Neighbours(
        before=max((found for found in before if found), default=None),
        after=min((found for found in after if found), default=None),
    )


class _Cells:
    """What is known of each day, asked once for all of them."""

    def __init__(self, user: User, engagement: Engagement, *, missed: set[date], may_write: bool, today: date) -> None:
        self._engagement, self._may_write, self._today, self._known = engagement, may_write, today, missed
        self._stand_ups = {row.held_on: row for row in engagement.stand_ups.visible_to(user)}
        read = Acknowledgement.objects.visible_to(user).current().filter(stand_up__engagement=engagement)
        self._read = set(read.values_list("stand_up_id", flat=True))

    def month(self, first: date) -> Month:
        weeks = Weeks().monthdatescalendar(first.year, first.month)
        return Month(
            first, tuple(tuple(self._cell(day) if day.month == first.month else None for day in w) for w in weeks)
        )

    def _cell(self, day: date) -> DayCell:
        marks = tuple(self._marks(day))
        return DayCell(
            day,
            marks,
            leads_on=bool(marks) or (self._may_write and may_be_written(self._engagement, day)),
            is_today=day == self._today,
            is_working=self._engagement.working_calendar.is_working(day),
        )

    def _marks(self, day: date) -> Iterator[str]:
        stand_up = self._stand_ups.get(day)
        if stand_up is None:
            if day in self._known:
                yield "open" if day == self._today else "missed"
            return
        yield self._state(stand_up)
        if stand_up.is_late:
            yield "late"
        if stand_up.corrected_at is not None:
            yield "corrected"

    def _state(self, stand_up: StandUp) -> str:
        if not stand_up.is_published:
            return "draft"
        return "read" if stand_up.pk in self._read else "unread"


def _months(first: date, last: date) -> Iterator[date]:
    """Yield the first days of the months from the one of `last` back to the one of `first`."""
    month = last.replace(day=1)
    while month >= first.replace(day=1):
        yield month
        month = (month - timedelta(days=1)).replace(day=1)


def _agreed_days(engagement: Engagement) -> list[date]:
    first, today = engagement.start_on, engagement.today()
    days = (first + timedelta(days=number) for number in range((today - first).days + 1))
    return [day for day in days if engagement.expects_stand_up(day)]


def _next_agreed(engagement: Engagement, day: date, step: int) -> date | None:
    today = engagement.today()
    for number in range(1, LONGEST_GAP_DAYS + 1):
        found = day + timedelta(days=number * step)
        if found <= today and engagement.expects_stand_up(found):
            return found
    return None
