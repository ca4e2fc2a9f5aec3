"""Which days there were or should have been a stand-up, and what became of each: the list of days, and the way between
them. A client knows of published days only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.models import Line, Section, StandUp

# A gap in the rhythm longer than this (the longest holidays, twice) has no agreed day next to it.
LONGEST_GAP_DAYS = 31


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the list. `stand_up` None is an agreed day on which nothing was written."""

    day: date
    stand_up: StandUp | None
    is_today: bool = False
    done: int = 0
    planned: int = 0
    problems: int = 0

    @property
    def month(self) -> date:
        return self.day.replace(day=1)

    @property
    def state(self) -> str:
        """Return published, draft, missed, or open for today."""
        if self.stand_up is not None:
            return "published" if self.stand_up.is_published else "draft"
        return "open" if self.is_today else "missed"

    @property
    def state_label(self) -> str:
        labels = {
            "published": _("Published"),
            "draft": _("Draft"),
            "missed": _("Missed"),
            "open": _("Not written yet"),
        }
        return labels[self.state]

    @property
    def state_kind(self) -> str:
        """Return the tag's colour; the label carries the meaning."""
        return {"published": "ok", "draft": "info", "missed": "warn", "open": "warn"}[self.state]


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


def day_rows(user: User, engagement: Engagement, days: Sequence[date]) -> list[DayRow]:
    """Return the rows of these days: two queries, however many there are."""
    stand_ups = {row.held_on: row for row in engagement.stand_ups.visible_to(user).filter(held_on__in=days)}
    counts = _counts(user, [row.pk for row in stand_ups.values()])
    today = engagement.today()
    return [_row(day, stand_ups.get(day), today, counts) for day in days]


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


def _counts(user: User, stand_ups: list[int]) -> dict[tuple[int, str], int]:
    rows = Line.objects.visible_to(user).filter(stand_up__in=stand_ups).order_by()
    found = rows.values_list("stand_up_id", "section").annotate(Count("pk"))
    return {(stand_up, section): count for stand_up, section, count in found}


def _row(day: date, stand_up: StandUp | None, today: date, counts: dict[tuple[int, str], int]) -> DayRow:
    number = {section: counts.get((stand_up.pk, section), 0) if stand_up else 0 for section in Section}
    return DayRow(
        day=day,
        stand_up=stand_up,
        is_today=day == today,
        done=number[Section.DONE],
        planned=number[Section.PLAN],
        problems=number[Section.PROBLEM],
    )
