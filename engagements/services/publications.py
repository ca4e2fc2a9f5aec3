"""What the manager lets the client see of what is the vendor's own at first."""

from __future__ import annotations

from django.db import transaction

from engagements.models import Engagement, Publication
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit


@transaction.atomic
def publish(*, actor: User, engagement: Engagement, item: Publication.Item) -> Publication:
    """Let the client see the item from now on. Published already, nothing changes."""
    require(actor, Permission.PUBLISH_ITEM, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    row, is_new = Publication.objects.unscoped().get_or_create(
        engagement=engagement, item=item, defaults={"published_by": actor}
    )
    if is_new:
        _audit(actor, engagement, "item.published", row)
    return row


@transaction.atomic
def withdraw(*, actor: User, engagement: Engagement, item: Publication.Item) -> None:
    """Keep the item to the vendor again. Not published, nothing changes."""
    require(actor, Permission.PUBLISH_ITEM, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    for row in Publication.objects.unscoped().filter(engagement=engagement, item=item):
        _audit(actor, engagement, "item.withdrawn", row)
        row.delete()


def _audit(actor: User, engagement: Engagement, action: str, row: Publication) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=row, data={"item": row.item})
