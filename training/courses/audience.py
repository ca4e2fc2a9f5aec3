"""Whom a course is for: the roles of its newest accepted version, whatever is being written meanwhile (ADR 0016)."""

from __future__ import annotations

from training.models import CourseVersion, Learner


def audience_of(course_id: int) -> list[int]:
    """Return the ids of the roles that learn this course, none before a version was accepted. A role that was deleted since
    may be among them: it has no people. One query."""
    versions = CourseVersion.objects.unscoped().filter(course=course_id).order_by("-number")
    found: list[int] | None = versions.values_list("role_ids", flat=True).first()
    return found or []


def courses_for(learner: Learner) -> list[int]:
    """Return the ids of the courses that this person's role learns, retired ones as well. One query."""
    rows = CourseVersion.objects.unscoped().filter(course__engagement=learner.role.engagement_id).newest()
    return [course for course, roles in rows.values_list("course", "role_ids") if learner.role_id in roles]
