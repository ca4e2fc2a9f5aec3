"""Courses: written, ordered, retired, deleted. Every change holds the engagement, so two people queue."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement, Function, Module
from engagements.services.edits import write_row
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from standups.models import Cell, RolloutRole
from training.courses.content import stored_words
from training.models import Course

MOST_COURSES = 200


@transaction.atomic
def save_course(
    *,
    actor: User,
    engagement: Engagement,
    course: Course | None = None,
    was: str = "",
    module: Module,
    roles: Collection[RolloutRole],
    functions: Collection[Function] = (),
    cells: Collection[Cell] = (),
    **fields: Any,
) -> Course:
    """Create or change a course; `fields` are the model's own, a new one is the last, `was` is the fingerprint of what
    the page showed (`content.stored_words`). What clients read changes only with the next accepted version.

    Raises StaleError where somebody changed it since, DomainError on "title" for a title that is taken, beside the field
    where a module, role, function or cell is gone, and where there are too many courses.
    """
    require(actor, Permission.EDIT_TRAINING, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    row = held_course(engagement, course, was) if course else Course(engagement=engagement, created_by=actor)
    if engagement.courses.exclude(pk=row.pk).filter(title=fields["title"]).exists():
        raise DomainError(_("There is a course of this title already."), field="title")
    _refuse_gone(engagement, {"module": [module], "roles": roles, "functions": functions, "cells": cells})
    if course is None:
        row.position = _next_position(engagement)
    action = write_row(row, "course", fields | {"module": module})
    for name, chosen in (("roles", roles), ("functions", functions), ("cells", cells)):
        getattr(row, name).clear()
        getattr(row, name).add(*chosen)
    audit_course(actor, row, action, {"title": row.title})
    return row


@transaction.atomic
def delete_course(*, actor: User, course: Course) -> None:
    """Take a course out. Raises DomainError where a version was accepted, or something hangs on it: then it is retired."""
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    row = held_course(Engagement.objects.lock(course.engagement_id), course)
    if row.versions.exists():
        raise DomainError(_("A version of this course was accepted, so it stays. You can retire it."))
    if row.pictures.exists() or row.videos.exists():
        raise DomainError(_("Pictures or videos belong to this course. Delete them first."))
    if row.guides.exclude(text="").exists():
        raise DomainError(_("A guide is written for this course, so it stays. Retire it, or empty the guide first."))
    audit_course(actor, row, "course.deleted", {"title": row.title})
    try:
        row.delete()
    except models.ProtectedError as error:
        raise DomainError(_("Sessions or results belong to this course, so it stays. You can retire it.")) from error


@transaction.atomic
def retire_course(*, actor: User, course: Course) -> None:
    """Take a course out of use: what was taught stays at its address for members, learners lose it, nobody finds it.

    Raises DomainError where it is retired already or gone.
    """
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    row = held_course(Engagement.objects.lock(course.engagement_id), course)
    if row.retired_at is not None:
        raise DomainError(_("This course is retired already."))
    Course.objects.filter(pk=row.pk).update(retired_at=timezone.now())
    audit_course(actor, row, "course.retired", {"title": row.title})


@transaction.atomic
def take_course_back(*, actor: User, course: Course) -> None:
    """Take a retired course back into use. Raises DomainError where it is in use, or gone."""
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    row = held_course(Engagement.objects.lock(course.engagement_id), course)
    if row.retired_at is None:
        raise DomainError(_("This course is in use already."))
    Course.objects.filter(pk=row.pk).update(retired_at=None)
    audit_course(actor, row, "course.taken_back", {"title": row.title})


@transaction.atomic
def move_course(*, actor: User, course: Course, up: bool) -> None:
    """Exchange a course with its neighbour of the same module; at the end nothing happens."""
    require(actor, Permission.EDIT_TRAINING, course.engagement)
    engagement = Engagement.objects.lock(course.engagement_id)
    row = held_course(engagement, course)
    courses = list(engagement.courses.unscoped())
    beside = [other for other in courses if other.module_id == row.module_id]
    there = beside.index(row) + (-1 if up else 1)
    if not 0 <= there < len(beside):
        return
    here, there = courses.index(row), courses.index(beside[there])
    courses[here], courses[there] = courses[there], courses[here]
    for position, other in enumerate(courses):
        other.position = position
    Course.objects.bulk_update(courses, ["position"])
    audit_course(actor, row, "course.moved", {"to": there})


def held_course(engagement: Engagement, course: Course, was: str = "") -> Course:
    """Return the row as it stands under the engagement's lock. Raises DomainError where it is gone, StaleError where it
    says something else than the page showed."""
    row = engagement.courses.unscoped().filter(pk=course.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if was and was != stored_words(row).fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
    row.engagement = engagement
    return row


def audit_course(actor: User, course: Course, action: str, data: dict[str, Any]) -> None:
    """Write an entry about a course."""
    audit.record(chain=course.engagement.audit_chain, actor=actor, action=action, target=course, data=data)


def _refuse_gone(engagement: Engagement, chosen: dict[str, Collection[Any]]) -> None:
    rows: dict[str, Any] = {
        "module": engagement.modules, "roles": engagement.rollout_roles, "functions": engagement.functions,
        "cells": engagement.cells,
    }  # fmt: skip
    for name, picked in chosen.items():
        if rows[name].filter(pk__in=[row.pk for row in picked]).count() != len(set(picked)):
            raise DomainError(_("Something of what you chose was deleted meanwhile."), field=name)


def _next_position(engagement: Engagement) -> int:
    found = engagement.courses.aggregate(last=models.Max("position"), count=models.Count("pk"))
    if found["count"] >= MOST_COURSES:
        raise DomainError(_("An engagement has at most %(most)s courses.") % {"most": MOST_COURSES})
    return 0 if found["last"] is None else int(found["last"]) + 1
