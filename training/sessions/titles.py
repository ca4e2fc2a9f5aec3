"""What courses are called outside: by their newest accepted version, whatever is being written meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from training.models import CourseVersion, TrainingSession

Sessions = TypeVar("Sessions", bound=Sequence[TrainingSession])


def with_agreed_titles(sessions: Sessions) -> Sessions:
    """Return these sessions whose courses, in memory, bear the title that was accepted last. One query."""
    titles = titles_of({row.course_id for row in sessions})
    for row in sessions:
        row.course.title = titles.get(row.course_id, row.course.title)
    return sessions


def titles_of(courses: Iterable[int]) -> dict[int, str]:
    """Return the newest accepted titles by the ids of courses, for those of which a version was accepted. One query."""
    rows = CourseVersion.objects.unscoped().filter(course__in=list(courses)).order_by("course", "number")
    return dict(rows.values_list("course", "content__title"))
