"""The same post twice is one write: same key and body give the same answer, another body is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onsite.core.errors import DomainError, KeyReusedError
from onsite.core.models import IdempotentAnswer

if TYPE_CHECKING:
    from onsite.accounts.models import User

Answer = dict[str, Any]
REMEMBERED_FOR = timedelta(days=14)


def once(*, user: User, key: UUID, body: Any, write: Callable[[], Answer]) -> Answer:
    """Run `write` once per (user, key), in one transaction with its remembered answer, and return that answer.

    What `write` does must be undone when its transaction is: of two posts at the same moment both may run it, and the
    one that comes second to keep its answer is undone. Raises KeyReusedError where the key was used with another body.
    """
    body_hash = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
    try:
        with transaction.atomic():
            answer = _remembered(user, key, body_hash)
            if answer is None:
                answer = write()
                _remember(user, key, body_hash, answer)
            return answer
    except (DomainError, _CameSecondError):
        # Whatever was refused may have been refused because the first one did it already.
        answer = _remembered(user, key, body_hash)
        if answer is None:
            raise
        return answer


class _CameSecondError(Exception):
    """The same post was answered while this one was at work."""


def _remembered(user: User, key: UUID, body_hash: str) -> Answer | None:
    found = IdempotentAnswer.objects.filter(user=user, key=key).first()
    if found is None:
        return None
    if found.body_hash != body_hash:
        raise KeyReusedError(_("This page was already sent with other contents. Reload it and send again."))
    return dict(found.answer)


def _remember(user: User, key: UUID, body_hash: str, answer: Answer) -> None:
    # The unique row is the lock: a second post waits here until the first one commits, and then is undone.
    try:
        IdempotentAnswer.objects.create(user=user, key=key, body_hash=body_hash, answer=answer)
    except IntegrityError as error:
        raise _CameSecondError from error


def forget_old() -> int:
    """Delete the answers that nobody will ask for again; return how many."""
    return IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - REMEMBERED_FOR).delete()[0]
