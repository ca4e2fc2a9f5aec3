"""The heat map roles × courses, and what each role still lacks: pure over plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from training.results.readiness import Known, Missing, Taught


@dataclass(frozen=True)
class RoleNeeds:
    """A role: how many of its people must be ready, and how many of those were noted by hand."""

    pk: int
    name: str
    needed: int
    by_hand: int


@dataclass(frozen=True)
class HeatCell:
    """How many learners passed, of so many that must. What was noted by hand needs no course."""

    course: Taught
    passed: int
    of: int

    @property
    def step(self) -> str:
        """The step of the colour, which a word always repeats."""
        if self.passed >= self.of:
            return "all"
        if self.passed == 0:
            return "none"
        return "most" if 2 * self.passed >= self.of else "some"

    @property
    def word(self) -> str:
        """The step in a word."""
        return {
            "all": pgettext("how many passed", "all"),
            "most": pgettext("how many passed", "most"),
            "some": pgettext("how many passed", "few"),
            "none": pgettext("how many passed", "none"),
        }[self.step]


@dataclass(frozen=True)
class HeatRow:
    """A role with its cells, course by course, None where it does not learn that; `missing` says what it lacks."""

    role: RoleNeeds
    cells: tuple[HeatCell | None, ...]
    trained: int
    missing: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return self.trained >= self.role.needed


@dataclass(frozen=True)
class HeatMap:
    """Roles × courses with a row of totals; `trained` of `needed` people are ready over all roles."""

    courses: tuple[Taught, ...]
    rows: tuple[HeatRow, ...]

    @property
    def totals(self) -> list[HeatCell]:
        """Course by course over all its roles; more than are needed in one role make up for none in another."""
        return [self._total(at, course) for at, course in enumerate(self.courses)]

    def _total(self, at: int, course: Taught) -> HeatCell:
        cells = [cell for row in self.rows if (cell := row.cells[at]) is not None]
        return HeatCell(course, sum(min(cell.passed, cell.of) for cell in cells), sum(cell.of for cell in cells))

    @property
    def trained(self) -> int:
        return sum(min(row.trained, row.role.needed) for row in self.rows)

    @property
    def needed(self) -> int:
        return sum(row.role.needed for row in self.rows)


def heat_map(known: Known, roles: Iterable[RoleNeeds]) -> HeatMap:
    """Return the map of these roles, in their order."""
    passed = Counter(
        (course.pk, person.role)
        for person in known.people
        for course in known.courses_of.get(person.role, ())
        if known.standing(course, person).has_passed
    )
    return HeatMap(known.courses, tuple(_row(known, role, passed) for role in roles))


def _row(known: Known, role: RoleNeeds, passed: Mapping[tuple[int, int], int]) -> HeatRow:
    of = max(role.needed - role.by_hand, 0)
    cells = (
        HeatCell(course, passed.get((course.pk, role.pk), 0), of) if role.pk in course.roles else None
        for course in known.courses
    )
    trained = role.by_hand + known.ready_by_role.get(role.pk, 0)
    missing = () if trained >= role.needed else tuple(_missing(known, role))
    return HeatRow(role, tuple(cells), trained, missing)


def _missing(known: Known, role: RoleNeeds) -> Iterator[str]:
    """Say in sentences what stands between a role and its readiness."""
    people, courses = known.people_of.get(role.pk, ()), known.courses_of.get(role.pk, ())
    unnamed = role.needed - role.by_hand - len(people)
    if unnamed > 0:
        yield ngettext("%(count)s more person must be named.", "%(count)s more people must be named.", unnamed) % {
            "count": unnamed
        }
    if not courses:
        yield _("No accepted course is for this role yet.")
    lacking = Counter(
        what
        for person in people
        for what in {what for course in courses for what in known.standing(course, person).missing}
    )
    for what in Missing:
        if lacking[what]:
            yield _sentence(what, lacking[what])


def _sentence(what: Missing, count: int) -> str:
    told = {
        Missing.SESSION: ngettext(
            "%(count)s person still needs a session.", "%(count)s people still need a session.", count
        ),
        Missing.QUIZ: ngettext(
            "%(count)s person still has to pass the quiz.", "%(count)s people still have to pass the quiz.", count
        ),
        Missing.CHECK: ngettext(
            "%(count)s person still needs the practical check.",
            "%(count)s people still need the practical check.",
            count,
        ),
    }
    return told[what] % {"count": count}
