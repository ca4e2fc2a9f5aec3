"""The Excel file of problems: to each reader what they may read, in their language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from engagements.models import Function, Objective, Task
from onsite.accounts.models import User
from onsite.core.spreadsheet import Sheet
from onsite.core.wording import enumerated
from standups.listed import ProblemRow, row_of
from standups.models import Problem
from standups.models.problem import ProblemQuerySet

MOST_PROBLEMS = 2000


def with_links(problems: ProblemQuerySet, user: User) -> ProblemQuerySet:
    """Fetch what the problems belong to along with them, as far as this person may see it. Three queries."""
    functions = Prefetch("functions", Function.objects.visible_to(user))
    objectives = Prefetch("objectives", Objective.objects.visible_to(user))
    tasks = Prefetch("tasks", Task.objects.visible_to(user))
    return problems.prefetch_related(functions).prefetch_related(objectives).prefetch_related(tasks)


def sheet(problems: Sequence[Problem], today: date, *, for_client: bool) -> Sheet:
    """Return the sheet; the problems come with their engagement, owner and links. The vendor's names and the mark of
    internal problems are not in a client's file, which holds no internal problem to begin with."""
    rows = [row_of(problem, today, for_client=for_client) for problem in problems]
    columns = {title: (values, width) for title, width, values in _columns(rows, for_client=for_client)}
    return Sheet(
        _("Problems"),
        tuple(columns),
        zip(*(values for values, _width in columns.values()), strict=True),
        widths=tuple(width for _values, width in columns.values()),
    )


def _columns(rows: Sequence[ProblemRow], *, for_client: bool) -> Iterator[tuple[str, int, list[object]]]:
    """Yield title, width in characters and values."""
    problems = [row.problem for row in rows]
    yield _("Problem"), 50, [problem.title for problem in problems]
    yield _("State"), 10, [row.state for row in rows]
    yield _("Severity"), 10, [row.severity_word for row in rows]
    yield _("Kind"), 14, [problem.get_kind_display() for problem in problems]
    yield pgettext("problem", "Source"), 14, [problem.get_source_display() for problem in problems]
    yield _("Next step with"), 14, [row.party_label if row.problem.is_open else None for row in rows]
    yield _("Next step"), 40, [problem.next_step or None for problem in problems]
    yield _("Role or department"), 18, [problem.owner_role or None for problem in problems]
    if not for_client:
        yield _("Cared for by"), 14, [row.owner or None for row in rows]
        yield _("Internal"), 8, [_("yes") if problem.is_internal else None for problem in problems]
    yield _("Due"), 12, [problem.due_on for problem in problems]
    yield _("Raised on"), 12, [problem.raised_on for problem in problems]
    yield _("Solved on"), 12, [problem.solved_on for problem in problems]
    yield _("Open for working days"), 10, [row.age_days for row in rows]
    yield _("Key problem"), 10, [_("yes") if problem.is_key else None for problem in problems]
    for name, label in (
        ("symptom", _("Symptom")),
        ("cause", _("Cause")),
        ("fix", _("Fix")),
        ("prevention", _("Prevention")),
    ):
        yield label, 40, [getattr(problem, name) or None for problem in problems]
    for name, label in (
        ("functions", _("Functions")),
        ("objectives", _("Objectives")),
        ("tasks", _("Tasks of the plan")),
    ):
        yield label, 30, [enumerated(getattr(problem, name).all()) or None for problem in problems]
