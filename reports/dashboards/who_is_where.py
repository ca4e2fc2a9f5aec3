"""Who of the vendor's people is where in which week: all to a manager, one's own row to everybody else. Vendor only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

from django.db.models import Count, Window
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from engagements.models import Absence, Assignment
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core import calendars
from onsite.core.charts.figure import Figure
from onsite.core.charts.people import Bar, PeopleChart, PersonRow, Share, people_figure
from onsite.core.wording import enumerated, sentences
from reports.figures.people_weeks import FULL, Away, Planned, WeekLoad, week_loads, working_weeks
from reports.figures.weekly import Week

# Without an engagement there is no site: our own people's weeks are counted in the vendor's calendar.
CALENDAR = "CN"
WEEKS_BEFORE, WEEKS_AFTER, STEP = 2, 10, 4
GLANCE_WEEKS, GLANCE_PEOPLE = 6, 8

Row = TypeVar("Row", Assignment, Absence)


@dataclass(frozen=True)
class PersonWeeks:
    """One person with all that touches the weeks."""

    user: User
    assignments: tuple[Assignment, ...]
    absences: tuple[Absence, ...]
    loads: tuple[WeekLoad, ...]

    @property
    def most_pressing(self) -> tuple[int, str]:
        """Those who are planned for too much come first, then those who are free, then the rest by name."""
        if any(load.is_over for load in self.loads):
            return 0, self.user.name
        return (1 if any(load.is_free for load in self.loads) else 2), self.user.name


@dataclass(frozen=True)
class WhoIsWhere:
    """People in the weeks that begin on `mondays`; `left_out` counts those who are neither planned nor away and not among
    them."""

    mondays: tuple[date, ...]
    people: tuple[PersonWeeks, ...]
    left_out: int = 0

    @property
    def absences(self) -> list[Absence]:
        """All absences in these weeks, by day."""
        rows = (row for entry in self.people for row in entry.absences)
        return sorted(rows, key=attrgetter("start_on", "pk"))

    def sentences(self) -> list[str]:
        """Say who is planned for too much, and how many are free all the time."""
        over = [entry.user.name for entry in self.people if any(load.is_over for load in entry.loads)]
        unplanned = (all(load.is_free or not load.working_days for load in entry.loads) for entry in self.people)
        free = sum(unplanned) + self.left_out
        found = []
        if over:
            found.append(_("Planned for more than the whole week: %(people)s.") % {"people": enumerated(over)})
        if free:
            found.append(
                ngettext("%(count)s person is not planned at all.", "%(count)s people are not planned at all.", free)
                % {"count": free}
            )
        return found

    def figure(self, viewer: User, today: date) -> Figure:
        """Return the chart and its table."""
        return people_figure(
            PeopleChart(
                mondays=self.mondays,
                rows=tuple(_row(entry, viewer) for entry in self.people),
                label=_("Who is where"),
                text=sentences(*self.sentences()) or _("Each row is a person, each column a week."),
                person_word=_("Person"),
                today=today,
            )
        )


def weeks_around(week: Week) -> tuple[date, ...]:
    """Return the Mondays of the weeks shown around this one."""
    return tuple(week.first_on + timedelta(weeks=offset) for offset in range(-WEEKS_BEFORE, WEEKS_AFTER + 1))


def shifted(week: Week, weeks: int) -> Week:
    """Return the week that lies so many weeks later."""
    return Week.of(week.first_on + timedelta(weeks=weeks))


@dataclass(frozen=True)
class Glance:
    """The small version for the portfolio: sentences about everybody, a chart of the few who need a look."""

    sentences: list[str]
    figure: Figure
    more: int


def glance(viewer: User, today: date) -> Glance:
    """Return the weeks to come. Five queries; of those who are neither planned nor away only as many are read as there
    is room for."""
    first = Week.of(today).first_on
    mondays = tuple(first + timedelta(weeks=offset) for offset in range(GLANCE_WEEKS))
    found = load_who_is_where(viewer, mondays, most_unplanned=GLANCE_PEOPLE)
    chosen = tuple(sorted(found.people, key=attrgetter("most_pressing"))[:GLANCE_PEOPLE])
    small = WhoIsWhere(found.mondays, chosen)
    return Glance(found.sentences(), small.figure(viewer, today), len(found.people) + found.left_out - len(chosen))


def load_who_is_where(viewer: User, mondays: Sequence[date], *, most_unplanned: int | None = None) -> WhoIsWhere:
    """Return everybody this person may see in these weeks, by name. Five queries. Of those who are neither planned nor away
    at most `most_unplanned` come, the rest are counted."""
    first, last = mondays[0], mondays[-1] + timedelta(days=6)
    stays = Assignment.objects.visible_to(viewer).touching(first, last).select_related("engagement__client")
    away = Absence.objects.visible_to(viewer).touching(first, last).select_related("user")
    if not viewer.is_manager:
        stays, away = stays.filter(user=viewer), away.filter(user=viewer)
    by_person = _by_person(stays.order_by("user_id", "start_on"))
    gone = _by_person(away.order_by("user_id", "start_on"))
    weeks = working_weeks(mondays, calendars.load(CALENDAR).is_working)
    people, left_out = _people(viewer, by_person.keys() | gone.keys(), most_unplanned)
    return WhoIsWhere(
        tuple(mondays),
        tuple(
            PersonWeeks(user, tuple(mine), tuple(off), _loads(weeks, mine, off))
            for user in people
            for mine, off in [(by_person.get(user.pk, []), gone.get(user.pk, []))]
        ),
        left_out,
    )


def _people(viewer: User, planned: Collection[int], most_unplanned: int | None) -> tuple[list[User], int]:
    """Engineers, and whoever else is planned or away; who has left only as far as they were planned."""
    if not viewer.is_manager:
        return [viewer], 0
    unplanned = User.objects.filter(role=Role.ENGINEER, is_active=True).exclude(pk__in=planned)
    counted = list(unplanned.annotate(count=Window(Count("pk"))).order_by("name", "pk")[:most_unplanned])
    people = sorted([*User.objects.filter(pk__in=planned), *counted], key=lambda user: (user.name, user.pk))
    return people, counted[0].count - len(counted) if counted else 0


def _by_person(rows: Iterable[Row]) -> dict[int, list[Row]]:
    return {user_id: list(found) for user_id, found in groupby(rows, key=attrgetter("user_id"))}


def _loads(
    weeks: Sequence[Sequence[date]], stays: Iterable[Assignment], away: Iterable[Absence]
) -> tuple[WeekLoad, ...]:
    planned = [Planned(row.engagement.client.short_name, row.start_on, row.finish_on, row.percent) for row in stays]
    return week_loads(weeks, planned, [Away(row.start_on, row.finish_on) for row in away])


def _row(entry: PersonWeeks, viewer: User) -> PersonRow:
    tells = viewer.is_manager or viewer.pk == entry.user.pk
    bars = [_stay(row) for row in entry.assignments] + [_gone(row, tells) for row in entry.absences]
    return PersonRow(entry.user.name, tuple(bars), tuple(map(_share, entry.loads)))


def _stay(row: Assignment) -> Bar:
    client = row.engagement.client.short_name
    words = client if row.percent == FULL else f"{client} {row.percent}%"
    said = f"{client} · {row.engagement.name}: {row.start_on} – {row.finish_on}, {row.percent}%"
    return Bar(words, said, row.start_on, row.finish_on)


def _gone(row: Absence, tells: bool) -> Bar:
    words = row.get_kind_display() if tells else pgettext("not at work", "away")
    return Bar(words, f"{words}: {row.start_on} – {row.finish_on}", row.start_on, row.finish_on, is_away=True)


def _share(load: WeekLoad) -> Share:
    """What stands below the week, and the whole of it with the places for the table."""
    words = _share_words(load)
    parts = [words, *map(str, load.places)]
    if load.away_days:
        parts.append(ngettext("%(days)s day away", "%(days)s days away", load.away_days) % {"days": load.away_days})
    if load.is_over:
        parts.append(_("up to %(percent)s%% on a day") % {"percent": load.most})
    return Share(words, " · ".join(parts), load.is_over)


def _share_words(load: WeekLoad) -> str:
    if not load.working_days:
        return "–"
    if load.away_days == load.working_days:
        return pgettext("not at work", "away")
    if not load.places:
        return pgettext("not planned", "free")
    return f"{load.percent}% !" if load.is_over else f"{load.percent}%"
