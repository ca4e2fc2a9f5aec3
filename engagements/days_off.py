"""What a working calendar means for plans and visits: what begins or ends on a day off, and which visits move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.models import Engagement, FollowUpVisit, Stage, Task
from engagements.models.fingerprint import text_mark
from engagements.planned_work import Work
from engagements.services.followups import Rerolled, rerolled
from onsite.accounts.models import User
from onsite.core.calendar import WorkingCalendar


@dataclass(frozen=True)
class Affected:
    """What changed days mean for one engagement: a sentence for each stage and task, and the visits that move."""

    engagement: Engagement
    plan: list[str] = field(default_factory=list)
    visits: list[Rerolled] = field(default_factory=list)


@dataclass(frozen=True)
class Effect:
    """What changed days mean, as far as a person may see: whether the site works on them from then on, how many running
    engagements go by the calendar, and those that notice it. `mark` stands for all of it, so that whoever saves says what
    they had before them."""

    days: tuple[date, ...]
    is_working: bool
    running: int
    engagements: tuple[Affected, ...]
    mark: str


def effect_of(user: User, code: str, after: WorkingCalendar, days: Sequence[date]) -> Effect:
    """Return what it means that these days of the calendar `code` become what `after` says, all of them the same. Four
    queries at most.

    What is done can't be moved any more and is left out; so is a stage whose days are its tasks'.
    """
    running = Engagement.objects.visible_to(user).running().filter(calendar=code)
    is_working = after.is_working(days[0])
    off = set() if is_working else set(days)
    on_them = (Q(start_on__in=off) | Q(finish_on__in=off)) & Q(engagement__in=running, percent__lt=100)
    stages = Stage.objects.visible_to(user).filter(on_them, tasks=None)
    tasks = Task.objects.visible_to(user).filter(on_them)
    visits = FollowUpVisit.objects.visible_to(user).open().filter(engagement__calendar=code)
    found: dict[int, Affected] = {}
    for row in [*stages.select_related("engagement__client"), *tasks.select_related("engagement__client")]:
        _of(found, row.engagement).plan.append(_words(row, off.__contains__))
    for move in rerolled(visits.select_related("engagement__client"), after):
        _of(found, move.visit.engagement).visits.append(move)
    affected = tuple(sorted(found.values(), key=lambda one: (one.engagement.name, one.engagement.pk)))
    count = running.count()
    told = [(one.engagement.pk, one.plan, [(move.visit.pk, move.due_on) for move in one.visits]) for one in affected]
    mark = text_mark(repr((code, list(days), is_working, count, told)))
    return Effect(tuple(days), is_working, count, affected, mark)


def ends_of(work: Work, calendar: WorkingCalendar) -> list[str]:
    """Say of each stage and task of the plan that is not done which of its ends is a day off."""
    rows: list[Stage | Task] = []
    for entry in work.stages:
        rows.extend([planned.task for planned in entry.tasks] or [entry.planned.stage])
    told = (_words(row, lambda day: not calendar.is_working(day)) for row in rows if row.percent < 100)
    return [words for words in told if words]


def _of(found: dict[int, Affected], engagement: Engagement) -> Affected:
    return found.setdefault(engagement.pk, Affected(engagement))


def _words(row: Stage | Task, is_off: Callable[[date], bool]) -> str:
    """Say which end of the row is a day off; "" where none is."""
    begins, ends = is_off(row.start_on), is_off(row.finish_on)
    if begins and row.start_on == row.finish_on:
        text = _("“%(name)s” falls on %(start)s.")
    elif begins and ends:
        text = _("“%(name)s” begins on %(start)s and ends on %(finish)s.")
    elif begins:
        text = _("“%(name)s” begins on %(start)s.")
    else:
        text = _("“%(name)s” ends on %(finish)s.") if ends else ""
    return text % {"name": row, "start": date_format(row.start_on), "finish": date_format(row.finish_on)}
