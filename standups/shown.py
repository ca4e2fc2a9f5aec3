"""A day as a person sees it: the one projection behind the read view, the preview and the client's dashboard.

Plain values, so that what the client will see can be compared with what they see then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from onsite.accounts.models import User
from standups.models import Answer, Line, Party, ProblemAnswer, Section, StandUp
from standups.services.entry import carried_lines, mark_of
from standups.wording import party_kind, party_label, severity_kind


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One sentence. `problem_id` is the tracked problem behind it, if this person may open it."""

    text: str
    is_internal: bool
    is_done: bool
    party: str
    severity: str
    for_client: bool
    problem_id: int | None = None

    @property
    def party_label(self) -> str:
        return party_label(self.party, for_client=self.for_client)

    @property
    def party_kind(self) -> str:
        return party_kind(self.party)

    @property
    def severity_kind(self) -> str:
        return severity_kind(self.severity)


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """What was said of a problem that was open; `party` is whose step is next by now."""

    problem_id: int
    title: str
    answer: str
    note: str
    is_internal: bool
    party: str = Party.VENDOR.value

    @property
    def label(self) -> str:
        return str(Answer(self.answer).label)

    @property
    def kind(self) -> str:
        """Return the tag's colour; the label carries the meaning."""
        return {Answer.SOLVED: "ok", Answer.CHANGED: "info"}.get(Answer(self.answer), "warn")


@dataclass(frozen=True, slots=True)
class ShownDay:
    """One day. `internal_count` is what stays with the vendor (0 for a client); the people are names."""

    held_on: date
    minutes: int | None
    in_writing: bool
    done: tuple[ShownLine, ...]
    plan: tuple[ShownLine, ...]
    problems: tuple[ShownLine, ...]
    answers: tuple[ShownAnswer, ...]
    vendor_people: tuple[str, ...]
    client_people: tuple[str, ...]
    for_client: bool
    internal_count: int = 0
    is_late: bool = False
    published_at: datetime | None = None
    corrected_at: datetime | None = None

    @property
    def mark(self) -> str:
        """Return what stands for the words of the day, whoever looks and whenever."""
        words = [[(line.text, line.is_done, line.party, line.severity) for line in part] for part in self._parts]
        answers = [(row.problem_id, row.title, row.answer, row.note) for row in self.answers]
        return mark_of(words, answers, self.minutes, self.in_writing, self.vendor_people, self.client_people)

    @property
    def over_minutes(self) -> int:
        """Return by how much the meeting ran over its quarter of an hour."""
        return max(0, (self.minutes or 0) - StandUp.AGREED_MINUTES)

    @property
    def says_nothing(self) -> bool:
        return not any((*self._parts, self.answers))

    @property
    def _parts(self) -> tuple[tuple[ShownLine, ...], ...]:
        return self.done, self.plan, self.problems


def shown_day(*, user: User, stand_up: StandUp, as_client: bool = False) -> ShownDay:
    """Return the day as this person sees it, or with `as_client` what a client will see of it once it is published.

    Three queries. The stand-up's engagement must be loaded.
    """
    for_client = as_client or user.is_client
    lines = list(stand_up.lines.visible_to(user).select_related("problem"))
    if not stand_up.is_published:
        lines += carried_lines(lines, stand_up)
    answers = list(stand_up.answers.visible_to(user).select_related("problem").order_by("problem__raised_on", "pk"))
    told_lines = [line for line in lines if not line.is_internal]
    told_answers = [row for row in answers if not row.is_internal and not row.problem.is_internal]
    internal_count = len(lines) + len(answers) - len(told_lines) - len(told_answers)
    if for_client:
        lines, answers = told_lines, told_answers
    vendor_people, client_people = _people(user, stand_up)
    return ShownDay(
        held_on=stand_up.held_on,
        minutes=None if stand_up.in_writing else stand_up.minutes,
        in_writing=stand_up.in_writing,
        done=_part(lines, Section.DONE, for_client),
        plan=_part(lines, Section.PLAN, for_client),
        problems=_part(lines, Section.PROBLEM, for_client),
        answers=tuple(_shown_answer(row) for row in answers),
        vendor_people=vendor_people,
        client_people=client_people,
        for_client=for_client,
        internal_count=internal_count,
        is_late=stand_up.is_late,
        published_at=stand_up.published_at,
        corrected_at=stand_up.corrected_at,
    )


def _part(lines: Iterable[Line], section: Section, for_client: bool) -> tuple[ShownLine, ...]:
    return tuple(_shown_line(line, for_client) for line in lines if line.section == section)


def _shown_line(line: Line, for_client: bool) -> ShownLine:
    problem = line.problem
    may_open = problem is not None and not (for_client and problem.is_internal)
    return ShownLine(
        text=line.text,
        is_internal=line.is_internal,
        is_done=line.is_done,
        party=str(line.next_step_with),
        severity=str(line.severity),
        for_client=for_client,
        problem_id=problem.pk if problem is not None and may_open else None,
    )


def _shown_answer(row: ProblemAnswer) -> ShownAnswer:
    internal = row.is_internal or row.problem.is_internal
    return ShownAnswer(
        row.problem_id, row.problem.title, str(row.answer), row.note, internal, str(row.problem.next_step_with)
    )


def _people(user: User, stand_up: StandUp) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the vendor's people and the client's, each once: one person can have two parts."""
    rows = stand_up.attendances.visible_to(user).select_related("membership__user").order_by("membership_id")
    sides: dict[bool, dict[int, str]] = {False: {}, True: {}}
    for row in rows:
        sides[row.membership.is_client_side].setdefault(row.membership.user_id, row.membership.user.name)
    return tuple(sides[False].values()), tuple(sides[True].values())
