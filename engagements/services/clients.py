"""Clients."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from engagements.models import Client
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError


def save_client(*, actor: User, client: Client | None, name: str, short_name: str, industry: str) -> Client:
    """Create the client, or change the given one. Raises DomainError on "name" where another has it already."""
    if not actor.is_manager:
        raise PermissionDenied
    client = client or Client()
    action = "client.changed" if client.pk else "client.created"
    client.name, client.short_name, client.industry = name, short_name or name[:40], industry
    try:
        with transaction.atomic():
            client.save()
            audit.record(chain=audit.COMPANY, actor=actor, action=action, target=client, data={"name": name})
    except IntegrityError as error:
        raise DomainError(_("A client with this name exists already."), field="name") from error
    return client
