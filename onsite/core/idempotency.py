"""The same post twice is one write: same key and body give the same answer, another body is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onsite.core.errors import KeyReusedError
from onsite.core.models import IdempotentAnswer

if TYPE_CHECKING:
    from onsite.accounts.models import User

Answer = dict[str, Any]
REMEMBERED_FOR = timedelta(days=14)


def once(*, user: User, key: UUID, body: Any, write: Callable[[], Answer]) -> Answer:
    """Run `write` once per (user, key), in one transaction with its remembered answer, and return that answer.

    Raises KeyReusedError where the key was used with another body.
    """
    body_hash = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
    with transaction.atomic():
        # The unique row is the lock: a second post waits here until the first commits, then finds its answer.
        IdempotentAnswer.objects.bulk_create(
            [IdempotentAnswer(user=user, key=key, body_hash=body_hash)], ignore_conflicts=True
        )
        remembered = IdempotentAnswer.objects.select_for_update().get(user=user, key=key)
        if remembered.body_hash != body_hash:
            raise KeyReusedError(_("This page was already sent with other contents. Reload it and send again."))
        if "given" not in remembered.answer:  # An empty answer is an answer, too.
            remembered.answer = {"given": write()}
            remembered.save(update_fields=["answer"])
        return dict(remembered.answer["given"])


def forget_old() -> int:
    """Delete the answers that nobody will ask for again; return how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - REMEMBERED_FOR).delete()[0]
