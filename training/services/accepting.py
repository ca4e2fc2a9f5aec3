"""Accepting a version of a course: what was read is frozen, and from then on is what clients read."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError, RefusedError, StaleError
from training.courses.content import content_of, hash_of, newest_version
from training.courses.state import obstacles_of
from training.models import Course, CourseRole, CourseVersion, Enrolment
from training.services.courses import audit_course, held_course
from training.services.enrolling import take_off_strangers


@transaction.atomic
def accept_course(*, actor: User, course: Course, was: str, note: str = "") -> CourseVersion:
    """Freeze what the course says as its next version; `was` is the hash of the content that was read.

    Who is enrolled and of no role of it any more is taken off what is still to come.
    Raises RefusedError with every obstacle (no case with both ways, no aim, no why, no roles), StaleError where it says
    something else than what was read, DomainError on "note" where nobody said what changed, and where the course is
    retired, gone, or says the same as its newest version.
    """
    require(actor, Permission.ACCEPT_COURSE, course.engagement)
    row = held_course(Engagement.objects.lock(course.engagement_id), course)
    content = content_of(row)
    if row.retired_at is not None:
        raise DomainError(_("This course is retired. Take it back into use first."))
    if obstacles := obstacles_of(row, content):
        raise RefusedError(_("This course can't be accepted yet."), obstacles)
    before, now = newest_version(row), hash_of(content)
    roles = sorted(CourseRole.objects.filter(course=row).values_list("role", flat=True))
    # A role that was deleted and written anew bears the same name, and is another one.
    if before is not None and before.content_hash == now and before.role_ids == roles:
        words = {"version": before.number}
        raise DomainError(_("The course says what version %(version)s says: it is accepted already.") % words)
    if was != now:
        raise StaleError(_("Somebody changed this course meanwhile. Read it again, then accept it."))
    if before is not None and not note:
        raise DomainError(_("Say in a few words what changed."), field="note")
    version = CourseVersion.objects.create(
        course=row, number=before.number + 1 if before else 1, content=content, content_hash=now, note=note,
        role_ids=roles, accepted_by=actor, accepted_at=timezone.now(),
    )  # fmt: skip
    audit_course(actor, row, "course.accepted", {"title": row.title, "version": version.number, "hash": now})
    take_off_strangers(actor, row.engagement, Enrolment.objects.unscoped().filter(session__course=row))
    return version
