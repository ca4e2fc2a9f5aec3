"""What a course says, as one plain value: what is frozen when it is accepted, and compared afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from engagements.models import Function
from standups.models import Cell, RolloutRole
from training.models import Case, CaseStep, Course, CourseVersion

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A part of a course as the database has it; the fingerprint is what a form shows as its `was`."""

    content: Content

    @property
    def fingerprint(self) -> str:
        return hash_of(self.content)


def stored_words(course: Course) -> Stored:
    """Return what the form of a course is about: all it says but its cases."""
    return Stored({name: said for name, said in content_of(course).items() if name != "cases"})


def stored_case(case: Case) -> Stored:
    """Return what a case says in the database now."""
    rows = Case.objects.unscoped().prefetch_related(Prefetch("steps", CaseStep.objects.unscoped()))
    return Stored(_case(rows.get(pk=case.pk)))


def content_of(course: Course) -> Content:
    """Return what the course says in the database now. Numbers of minutes are texts ("12.5"), so that a hash is exact."""
    return contents_of([course.pk])[course.pk]


def contents_of(courses: Collection[int]) -> dict[int, Content]:
    """Return the contents of several courses by their ids, in a constant number of queries."""
    cases = Case.objects.unscoped().prefetch_related(Prefetch("steps", CaseStep.objects.unscoped()))
    rows: Any = Course.objects.unscoped().filter(pk__in=courses).select_related("module")
    parts: list[Any] = [
        Prefetch("roles", RolloutRole.objects.unscoped()),
        Prefetch("functions", Function.objects.unscoped()),
        Prefetch("cells", Cell.objects.unscoped().select_related("module", "role", "stage")),
        Prefetch("cases", cases),
    ]
    rows = rows.prefetch_related(*parts)
    return {row.pk: _written(row) for row in rows}


def hash_of(content: Content) -> str:
    """Return SHA-256 over the content's canonical JSON, as 64 hex digits."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def newest_version(course: Course) -> CourseVersion | None:
    """Return the accepted version that counts, or None where none was accepted."""
    return course.versions.unscoped().order_by("-number").first()


def is_changed(course: Course, version: CourseVersion) -> bool:
    """Say whether the course says something else now than that version."""
    return hash_of(content_of(course)) != version.content_hash


def _written(course: Course) -> Content:
    return {
        "title": course.title,
        "module": course.module.name,
        "roles": [role.name for role in course.roles.all()],
        "aim": course.aim,
        "prerequisites": course.prerequisites,
        "duration_minutes": course.duration_minutes,
        "why": course.why,
        "functions": [function.name for function in course.functions.all()],
        "cells": [str(cell) for cell in course.cells.all()],
        "cases": [_case(case) for case in course.cases.all()],
    }


def _case(case: Case) -> Content:
    steps = list(case.steps.all())
    return {
        "title": case.title,
        "situation": case.situation,
        "times_per_month": case.times_per_month,
        "lesson": case.lesson,
        "manual": [_step(step) for step in steps if step.way == CaseStep.Way.MANUAL],
        "system": [_step(step) for step in steps if step.way == CaseStep.Way.SYSTEM],
    }


def _step(step: CaseStep) -> Content:
    return {
        "text": step.text,
        "minutes": format(step.minutes.normalize(), "f"),
        "people": step.people,
        "error_risk": step.error_risk,
        "approvals": step.approvals,
    }
