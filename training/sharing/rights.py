"""Who may plan and run a sharing session, and who can be asked to come."""

from __future__ import annotations

from django.db.models import QuerySet

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from training.models import Sharing

# What an engagement taught is told once the work on site is over.
OVER = (Phase.REVIEW, Phase.CLOSED)


def subjects_of(user: User) -> QuerySet[Engagement]:
    """Return the engagements this person may plan a session about: those that are over, among their own."""
    rows = Engagement.objects.visible_to(user).filter(phase__in=OVER).select_related("client")
    return rows.none() if user.is_client else rows


def may_plan(user: User, engagement: Engagement) -> bool:
    """Say whether this person may plan a session about it."""
    return subjects_of(user).filter(pk=engagement.pk).exists()


def may_run(user: User, sharing: Sharing) -> bool:
    """Say whether this person invites, moves, holds and writes minutes: the speaker, who planned it, and managers."""
    return user.is_manager or (user.is_vendor and user.pk in {sharing.speaker_id, sharing.created_by_id})


def colleagues() -> QuerySet[User]:
    """Return the vendor's people who can speak, come, and be given something to do."""
    return User.objects.filter(is_active=True, role__in=[Role.ENGINEER, Role.MANAGER])
