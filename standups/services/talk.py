"""What is said to a published day: that the client's representative read it, and remarks of either side."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements.services.reminders import lead_of
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission, Role
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.notifications.services import enqueue
from standups.models import Acknowledgement, Comment, StandUp
from standups.shown import shown_day

LONGEST_COMMENT = 1000


def acknowledge(*, actor: User, stand_up: StandUp, seen: str) -> None:
    """Note that this person read the day as it stands; saying so again changes nothing until it is corrected.

    `seen` is the mark of the day as their page showed it: raises StaleError where it reads otherwise by now.
    """
    engagement = stand_up.engagement
    require(actor, Permission.ACKNOWLEDGE, engagement)
    with transaction.atomic():
        row = StandUp.objects.unscoped().select_for_update().get(pk=stand_up.pk)
        row.engagement = engagement
        _refuse_unpublished(row)
        if shown_day(user=actor, stand_up=row, as_client=True).mark != seen:
            raise StaleError(_("This day was changed meanwhile. Please read it again."))
        found = row.acknowledgements.unscoped().filter(user=actor).first()
        if found is not None and found.holds_since(row.corrected_at):
            return
        found = found or Acknowledgement(stand_up=row, user=actor)
        found.at = timezone.now()
        found.save()
        _audit(actor, row, "stand_up.acknowledged")


@transaction.atomic
def add_comment(*, actor: User, stand_up: StandUp, text: str) -> Comment:
    """Add a remark that both sides read; whoever it is meant for gets one mail. Raises DomainError for a draft."""
    require(actor, Permission.COMMENT, stand_up.engagement)
    _refuse_unpublished(stand_up)
    told = _meant_for(actor, stand_up)
    comment = Comment.objects.create(stand_up=stand_up, author=actor, text=text)
    _audit(actor, stand_up, "stand_up.commented", comment=comment.pk)
    if told is not None:
        enqueue(
            kind="stand_up_commented",
            recipient=told,
            dedupe_key=f"stand_up_comment:{comment.pk}",
            payload={"comment": comment.pk},
        )
    return comment


def _meant_for(actor: User, stand_up: StandUp) -> User | None:
    """A client speaks to the lead; the vendor answers the client's person who spoke last, if anybody did."""
    if actor.is_client:
        return lead_of(stand_up.engagement)
    spoken = stand_up.comments.unscoped().filter(author__role=Role.CLIENT).select_related("author")
    last = spoken.order_by("-pk").first()
    return last.author if last else None


def _refuse_unpublished(stand_up: StandUp) -> None:
    if not stand_up.is_published:
        raise DomainError(_("This day is not published yet."))


def _audit(actor: User, stand_up: StandUp, action: str, **facts: int) -> None:
    data = {"day": str(stand_up.held_on), **facts}
    chain = stand_up.engagement.audit_chain
    audit.record(chain=chain, actor=actor, action=action, target=stand_up, data=data)
