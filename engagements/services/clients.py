"""Clients."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from engagements.models import Client, Engagement
from engagements.services.rule_applications import CHAIN, apply_rules
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.unique import unless_taken


def save_client(*, actor: User, client: Client | None, name: str, short_name: str, industry: str) -> Client:
    """Create the client, or change the given one; its engagements receive the standing rules of another industry. Raises
    DomainError on "name" where another has it already."""
    if not actor.is_manager:
        raise PermissionDenied
    client = client or Client()
    action = "client.changed" if client.pk else "client.created"
    client.name, client.short_name, client.industry = name, short_name or name[:40], industry
    with unless_taken(_("A client with this name exists already.")):
        # Both chains before any engagement, as whoever invites a person: else each would wait for the other.
        audit.hold(CHAIN)
        audit.hold(audit.COMPANY)
        client.save()
        running = Engagement.objects.unscoped().running().filter(client=client).order_by("pk")
        for pk in running.values_list("pk", flat=True):
            apply_rules(actor=actor, engagement=Engagement.objects.lock(pk))
        audit.record(chain=audit.COMPANY, actor=actor, action=action, target=client, data={"name": name})
    return client
