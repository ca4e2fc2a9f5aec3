"""What the stand-up page shows: rows from what is stored, or from what was typed where it could not be kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.models import User
from standups.forms.rows import AnswerRow, LineRow, beside, row_of_answer, row_of_line, spare_row
from standups.forms.typed import Typed
from standups.models import Party, Problem, Section, Severity, StandUp
from standups.services.entry import (
    AnswerEntry,
    Conflict,
    entry_of,
    first_entry,
    problems_to_answer,
)
from standups.wording import party_label

SPARE_ROWS = 2


@dataclass(frozen=True)
class Asked:
    """An open problem with the row that answers it."""

    problem: Problem
    row: AnswerRow
    age_days: int

    @property
    def key(self) -> str:
        return str(self.problem.pk)

    @property
    def party_label(self) -> str:
        return party_label(self.problem.next_step_with, for_client=False)


@dataclass(frozen=True)
class Person:
    """A chip: somebody who can have been there."""

    membership_id: int
    name: str
    is_client_side: bool
    is_present: bool


@dataclass
class Page:
    """The whole page as the template reads it."""

    day: date
    is_published: bool
    lines: list[LineRow]
    asked: list[Asked]
    people: list[Person]
    shown_present: list[int]
    shown_minutes: int | None
    shown_in_writing: bool
    minutes_text: str
    in_writing: bool
    minutes_error: str = ""
    errors: list[str] = field(default_factory=list)
    is_stored: bool = False
    is_refused: bool = False
    has_conflicts: bool = False
    idempotency_key: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def done(self) -> list[LineRow]:
        return self._section(Section.DONE, spare=1)

    @property
    def plan(self) -> list[LineRow]:
        return self._section(Section.PLAN, spare=SPARE_ROWS)

    @property
    def problems(self) -> list[LineRow]:
        return self._section(Section.PROBLEM, spare=SPARE_ROWS)

    @property
    def vendor_people(self) -> list[Person]:
        return [person for person in self.people if not person.is_client_side]

    @property
    def client_people(self) -> list[Person]:
        return [person for person in self.people if person.is_client_side]

    @property
    def agreed_minutes(self) -> int:
        return StandUp.AGREED_MINUTES

    @property
    def parties(self) -> list[tuple[str, str]]:
        return [(party.value, party_label(party, for_client=False)) for party in Party]

    @property
    def severities(self) -> list[tuple[str, str]]:
        return [(Severity.CRITICAL.value, _("Critical")), (Severity.MAJOR.value, _("Major")), ("minor", _("Minor"))]

    @property
    def blank_done(self) -> LineRow:
        """Return the row that the script copies for one more line, as the next two."""
        return _blank_row(Section.DONE)

    @property
    def blank_plan(self) -> LineRow:
        return _blank_row(Section.PLAN)

    @property
    def blank_problem(self) -> LineRow:
        return _blank_row(Section.PROBLEM)

    def _section(self, section: Section, *, spare: int) -> list[LineRow]:
        rows = [row for row in self.lines if row.section == section]
        empty = sum(1 for row in rows if row.is_spare)
        return rows + [spare_row(section) for _number in range(spare - empty)]


def stored_page(user: User, engagement: Engagement, day: date, stand_up: StandUp | None) -> Page:
    """Return the page of a day as it is stored, or as a first page proposes it."""
    if stand_up is None:
        entry = first_entry(user=user, engagement=engagement, day=day)
    else:
        entry = entry_of(user=user, stand_up=stand_up)
    said = {answer.problem_id: answer for answer in entry.answers}
    asked = problems_to_answer(engagement.problems.visible_to(user), day=day, answered=said.keys())
    rows = [row_of_answer(said.get(row.pk) or AnswerEntry(row.pk, is_internal=row.is_internal)) for row in asked]
    return Page(
        day=day,
        is_published=stand_up is not None and stand_up.is_published,
        is_stored=stand_up is not None,
        lines=[row_of_line(line) for line in entry.lines],
        asked=_asked(engagement, asked, rows),
        people=_people(user, engagement, entry.present),
        shown_present=sorted(entry.present),
        shown_minutes=entry.minutes,
        shown_in_writing=entry.in_writing,
        minutes_text="" if entry.minutes is None else str(entry.minutes),
        in_writing=entry.in_writing,
    )


def typed_page(user: User, engagement: Engagement, day: date, stand_up: StandUp | None, typed: Typed) -> Page:
    """Return the page with what was typed and the messages beside it; nothing of it was kept."""
    page = stored_page(user, engagement, day, stand_up)
    tracked = {row.id for row in page.lines if row.is_tracked}
    for row in typed.lines:
        row.is_tracked = row.id in tracked
    page.lines = typed.lines
    said = {row.problem_id: row for row in typed.answers}
    page.asked = [Asked(a.problem, said.get(a.problem.pk, a.row), a.age_days) for a in page.asked]
    page.people = [
        Person(p.membership_id, p.name, p.is_client_side, p.membership_id in typed.present) for p in page.people
    ]
    page.shown_present = sorted(typed.shown.present)
    page.shown_minutes, page.shown_in_writing = typed.shown.minutes, typed.shown.in_writing
    page.minutes_text, page.minutes_error = typed.minutes_text, typed.minutes_error
    page.in_writing, page.errors, page.is_refused = typed.in_writing, typed.errors, True
    return page


def conflict_page(
    user: User, engagement: Engagement, day: date, stand_up: StandUp | None, typed: Typed, found: Sequence[Conflict]
) -> Page:
    """Return the stored page with the typed words laid over the lines and answers that a colleague changed as well."""
    page = stored_page(user, engagement, day, stand_up)
    conflicts = {conflict.key: conflict for conflict in found}
    lines = {row.id: row for row in typed.lines}
    page.lines = [
        beside(row, lines[row.id], conflicts[row.id]) if row.id in conflicts and row.id in lines else row
        for row in page.lines
    ]
    for asked in page.asked:
        conflict = conflicts.get(str(asked.problem.pk))
        mine = next((row for row in typed.answers if row.problem_id == asked.problem.pk), None)
        if conflict is not None and mine is not None:
            asked.row.answer, asked.row.note, asked.row.is_internal = mine.answer, mine.note, mine.is_internal
            asked.row.seen, asked.row.conflict = conflict.mark, conflict
    page.has_conflicts = True
    return page


def _blank_row(section: Section) -> LineRow:
    return LineRow("__id__", section.value, is_done=section == Section.DONE)


def _asked(engagement: Engagement, problems: Iterable[Problem], rows: Iterable[AnswerRow]) -> list[Asked]:
    today = engagement.today()
    return [
        Asked(problem, row, problem.age_in_working_days(today)) for problem, row in zip(problems, rows, strict=True)
    ]


def _people(user: User, engagement: Engagement, present: list[int]) -> list[Person]:
    """Return one chip per person: the part in which they were there, else their first one."""
    members = engagement.memberships.visible_to(user).select_related("user")
    chips: dict[int, Person] = {}
    for member in members:
        is_present = member.pk in present
        if (member.ended_at is not None and not is_present) or (member.user_id in chips and not is_present):
            continue
        chips[member.user_id] = Person(member.pk, member.user.name, member.is_client_side, is_present)
    return list(chips.values())
