"""What a client asked for anew: a lead with one owner of ours, until something came of it or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from engagements import visit_people
from engagements.models import Engagement, FollowUpVisit, NewNeed
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.notifications.models import Message
from onsite.notifications.services import enqueue


@dataclass(frozen=True)
class Need:
    """A new need in one line, and who of us follows it up."""

    text: str
    owner: User


def keep(*, actor: User, visit: FollowUpVisit, needs: Sequence[Need]) -> None:
    """Keep what the client asked for and tell the owners; runs in the visit's own transaction, under its lock. Raises
    DomainError where an owner is not one of ours here."""
    ours = set(visit_people.holders(visit.engagement).values_list("pk", flat=True))
    if not {need.owner.pk for need in needs} <= ours:
        raise DomainError(_("A new need is followed up by one of our people in this engagement."))
    for need in needs:
        row = NewNeed.objects.create(visit=visit, text=need.text, owner=need.owner)
        _tell(actor, row)


@transaction.atomic
def decide_need(*, actor: User, need: NewNeed, owner: User, state: str, outcome: str) -> None:
    """Say what became of a new need, or hand it to somebody else of ours, who is told.

    Raises PermissionDenied for all but its owner and managers; DomainError on "owner" for somebody who is not ours
    here, and on "outcome" where it is decided without a word on what came of it.
    """
    engagement = Engagement.objects.lock(need.visit.engagement_id)
    row = NewNeed.objects.unscoped().select_related("visit").get(pk=need.pk)
    if actor.pk != row.owner_id and not actor.is_manager:
        raise PermissionDenied
    if owner.pk != row.owner_id and not visit_people.holders(engagement).filter(pk=owner.pk).exists():
        raise DomainError(_("Choose one of our people in this engagement."), field="owner")
    is_open = state == NewNeed.State.OPEN
    if not is_open and not outcome.strip():
        raise DomainError(_("Say what came of it."), field="outcome")
    handed_over = owner.pk != row.owner_id
    row.owner, row.state, row.outcome = owner, state, outcome
    row.decided_at = None if is_open else row.decided_at or timezone.now()
    row.save()
    if handed_over:
        _tell(actor, row)
    data = {"state": state, "owner": owner.pk, "outcome": outcome}
    audit.record(chain=engagement.audit_chain, actor=actor, action="need.decided", target=row, data=data)


def _tell(actor: User, row: NewNeed) -> None:
    if row.owner != actor:
        # Numbered: whoever gets it back is told again. The caller holds the engagement.
        asked = f"need:{row.pk}:"
        number = Message.objects.filter(dedupe_key__startswith=asked).count()
        enqueue(kind="new_need", recipient=row.owner, dedupe_key=f"{asked}{number}", payload={"need": row.pk})
