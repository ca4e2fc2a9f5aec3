"""The dated assignments of an engagement, each with the days on which the person is away after all. Vendor only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engagements.models import Absence, Assignment, Engagement
from onsite.accounts.models import User


@dataclass(frozen=True)
class Assigned:
    """An assignment, and the absences that lie over it."""

    assignment: Assignment
    absences: tuple[Absence, ...]


def assigned_people(engagement: Engagement, user: User) -> list[Assigned]:
    """Return the assignments from the first day on, as far as this person may see them. Two queries."""
    if user.is_client:
        return []
    rows = list(engagement.assignments.visible_to(user).select_related("user"))
    return [Assigned(row, tuple(found)) for row, found in _with_absences(rows, user)]


def _with_absences(rows: list[Assignment], user: User) -> Iterator[tuple[Assignment, list[Absence]]]:
    if not rows:
        return
    first, last = min(row.start_on for row in rows), max(row.finish_on for row in rows)
    people = {row.user_id for row in rows}
    away = list(Absence.objects.visible_to(user).touching(first, last).filter(user__in=people))
    for row in rows:
        yield (
            row,
            [
                absence
                for absence in away
                if absence.user_id == row.user_id
                and absence.start_on <= row.finish_on
                and absence.finish_on >= row.start_on
            ],
        )
