"""Courses as the pages of both sides show them: a client reads the newest accepted version, never the working text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any

from django.urls import reverse

from engagements.models import Engagement, Function
from onsite.accounts.models import User
from standups.models import Cell
from training.courses.comparison import Compared, compared
from training.courses.content import Content, content_of, contents_of, hash_of
from training.courses.differences import Difference, differences
from training.courses.state import Tag, accepted_tag, has_case, tag_of
from training.models import Course, CourseVersion


@dataclass(frozen=True)
class Listed:
    """A course of the list with what this reader may read of it."""

    course: Course
    content: Content
    tag: Tag


@dataclass(frozen=True)
class Covered:
    """Something a course covers; the address where this reader can open it, else ""."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class Shown:
    """The page of a course. `version` is what clients read; `differences` is what the working text says otherwise."""

    content: Content
    version: CourseVersion | None
    tag: Tag
    cases: tuple[Compared, ...]
    functions: tuple[Covered, ...]
    cells: tuple[Covered, ...]
    lacks_case: bool
    differences: list[Difference] = field(default_factory=list)


def courses_by_module(engagement: Engagement, user: User) -> list[tuple[str, list[Listed]]]:
    """Return the courses this person may see below the names of their modules. A client sees those in use."""
    rows = engagement.courses.visible_to(user)
    courses = list(
        rows.in_use() if user.is_client else rows.order_by("module__position", "module_id", "position", "pk")
    )
    newest: Any = CourseVersion.objects.visible_to(user).filter(course__in=[row.pk for row in courses]).newest()
    versions = {version.course_id: version for version in newest}
    found: dict[str, list[Listed]] = {}
    said = {} if user.is_client else contents_of([row.pk for row in courses])
    for course in courses:
        version = versions.get(course.pk)
        if user.is_client:
            assert version is not None  # noqa: S101  a client sees accepted courses only
            listed = Listed(course, version.content, accepted_tag(version))
        else:
            listed = Listed(course, said[course.pk], tag_of(course, said[course.pk], version))
        found.setdefault(listed.content["module"], []).append(listed)
    return list(found.items())


def shown(course: Course, user: User) -> Shown:
    """Return the page of a course for this person."""
    version = CourseVersion.objects.visible_to(user).filter(course=course).order_by("-number").first()
    if user.is_client:
        assert version is not None  # noqa: S101  a client sees accepted courses only
        return _shown(course, user, version.content, version, accepted_tag(version), [])
    content = content_of(course)
    is_changed = version is not None and hash_of(content) != version.content_hash
    changed = differences(version.content, content) if version is not None and is_changed else []
    return _shown(course, user, content, version, tag_of(course, content, version), changed)


def courses_title(course: Course, user: User) -> str:
    """Return what this person knows the course as."""
    if not user.is_client:
        return course.title
    version = CourseVersion.objects.visible_to(user).filter(course=course).order_by("-number").first()
    return str(version.content["title"]) if version else ""


def cases_of(content: Content, rows: Iterable[int] = ()) -> tuple[Compared, ...]:
    """Return the cases of a content as a page shows them; `rows` are the ids of those that may be edited, in order."""
    return tuple(compared(case, pk) for case, pk in zip(content["cases"], chain(rows, repeat(None)), strict=False))


def _shown(
    course: Course,
    user: User,
    content: Content,
    version: CourseVersion | None,
    tag: Tag,
    changed: list[Difference],
) -> Shown:
    cells = course.cells.visible_to(user).select_related("module", "role", "stage")
    # In the order of the content; a client finds none: theirs are frozen.
    rows = course.cases.visible_to(user).values_list("pk", flat=True)
    functions = course.functions.visible_to(user)
    return Shown(
        content=content, version=version, tag=tag, cases=cases_of(content, rows), lacks_case=not has_case(content),
        functions=_covered(content["functions"], {row.name: _url("engagements:function", row) for row in functions}),
        cells=_covered(content["cells"], {str(row): _url("standups:cell", row) for row in cells}),
        differences=changed,
    )  # fmt: skip


def _covered(names: Sequence[str], urls: Mapping[str, str]) -> tuple[Covered, ...]:
    return tuple(Covered(name, urls.get(name, "")) for name in names)


def _url(route: str, row: Function | Cell) -> str:
    return reverse(route, args=[row.engagement_id, row.pk])
