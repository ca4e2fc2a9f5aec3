"""Lessons of an engagement, or the statement that there is none."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from engagements.models import Engagement, Lesson, NoLesson, StandingRule
from engagements.services.edits import write_row
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError


@transaction.atomic
def save_lesson(
    *, actor: User, engagement: Engagement, lesson: Lesson | None = None, was: str = "", title: str,
    what_happened: str, why: str, rule: str, is_internal: bool,
) -> Lesson:  # fmt: skip
    """Write a lesson, or change one; a statement that there is none is withdrawn by the first.

    `was` is the fingerprint of what the page showed: raises StaleError where somebody changed it since, DomainError
    where it is gone. A standing rule keeps its own text.
    """
    require(actor, Permission.WRITE_LESSON, engagement)
    Engagement.objects.lock(engagement.pk)
    row = _held(lesson, was) if lesson else Lesson(engagement=engagement, written_by=actor)
    fields = {
        "title": title, "what_happened": what_happened, "why": why, "rule": rule, "is_internal": is_internal,
    }  # fmt: skip
    action = write_row(row, "lesson", fields)
    _audit(actor, engagement, action, row, {"title": title, "is_internal": is_internal})
    stated = NoLesson.objects.unscoped().filter(engagement=engagement).first()
    if stated is not None:
        _withdraw(actor, stated)
    return row


@transaction.atomic
def delete_lesson(*, actor: User, lesson: Lesson) -> None:
    """Delete a lesson. Raises DomainError where a standing rule came of it, or it is gone."""
    require(actor, Permission.WRITE_LESSON, lesson.engagement)
    Engagement.objects.lock(lesson.engagement_id)
    row = _held(lesson, "")
    if StandingRule.objects.filter(lesson=row).exists():
        raise DomainError(_("A standing rule came of this lesson, so it stays."))
    _audit(actor, lesson.engagement, "lesson.deleted", row, {"title": row.title})
    row.delete()


@transaction.atomic
def state_no_lesson(*, actor: User, engagement: Engagement, reason: str) -> NoLesson:
    """State that this engagement taught nothing new, and why. Raises DomainError where a lesson is written, or this was
    stated already."""
    require(actor, Permission.WRITE_LESSON, engagement)
    Engagement.objects.lock(engagement.pk)
    if engagement.lessons.unscoped().exists():
        raise DomainError(_("There is a lesson already."))
    try:
        with transaction.atomic():
            row = NoLesson.objects.create(engagement=engagement, reason=reason, stated_by=actor)
    except IntegrityError as error:
        raise DomainError(_("This was stated already.")) from error
    _audit(actor, engagement, "lesson.none_stated", row, {"reason": reason})
    return row


@transaction.atomic
def withdraw_no_lesson(*, actor: User, stated: NoLesson) -> None:
    """Take the statement back. Raises DomainError where somebody did already."""
    require(actor, Permission.WRITE_LESSON, stated.engagement)
    Engagement.objects.lock(stated.engagement_id)
    row = NoLesson.objects.unscoped().filter(pk=stated.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    _withdraw(actor, row)


def _withdraw(actor: User, stated: NoLesson) -> None:
    _audit(actor, stated.engagement, "lesson.none_withdrawn", stated, {"reason": stated.reason})
    stated.delete()


def _held(lesson: Lesson, was: str) -> Lesson:
    """Return the row as it stands under the engagement's lock."""
    row = Lesson.objects.unscoped().filter(pk=lesson.pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    if was and was != row.fingerprint:
        raise StaleError(_("Somebody changed this meanwhile. Bring both texts together here, then save again."))
    return row


def _audit(actor: User, engagement: Engagement, action: str, target: Any, data: dict[str, Any]) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=target, data=data)
