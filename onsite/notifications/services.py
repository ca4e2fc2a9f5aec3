"""Queue, claim, send, mark: at least once, never inside a business transaction, never lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from onsite.accounts.access import require_manager_or_administrator
from onsite.core import audit
from onsite.core.failpoints import failpoint
from onsite.core.wake import wake
from onsite.notifications import inbox, kinds
from onsite.notifications.channels import mail
from onsite.notifications.kinds import Written
from onsite.notifications.models import Message, Muting

if TYPE_CHECKING:
    from onsite.accounts.models import User

LEASE = timedelta(minutes=2)
FIRST_WAIT = timedelta(minutes=1)
BATCH = 100
log = structlog.get_logger(__name__)


def enqueue(
    *, kind: str, recipient: User, dedupe_key: str, payload: dict[str, Any], due_at: datetime | None = None
) -> None:
    """Write the message in the caller's transaction, once per `dedupe_key`; wake a worker if it is due now.

    A message of that key that was cancelled and never sent stands again: its reason came back.
    """
    due = due_at or timezone.now()
    _queue(Message(kind=kind, recipient=recipient, dedupe_key=dedupe_key, payload=payload, due_at=due))


def enqueue_to_address(
    *,
    kind: str,
    address: str,
    name: str,
    language: str,
    dedupe_key: str,
    payload: dict[str, Any],
    due_at: datetime | None = None,
) -> None:
    """As `enqueue`, to a person without an account: a bare address, with the name and language to write in."""
    row = Message(kind=kind, address=address, name=name, language=language, dedupe_key=dedupe_key, payload=payload)
    row.due_at = due_at or timezone.now()
    _queue(row)


def _queue(row: Message) -> None:
    Message.objects.bulk_create([row], ignore_conflicts=True)
    Message.objects.cancelled().filter(dedupe_key=row.dedupe_key).update(
        cancelled_at=None, payload=row.payload, due_at=row.due_at, attempts=0, lease_until=None
    )
    if row.due_at <= timezone.now():
        transaction.on_commit(lambda: wake("notifications.sweep"))


def cancel(*, prefix: str) -> int:
    """Cancel the waiting messages whose dedupe key begins with `prefix`; return how many."""
    found = Message.objects.waiting().filter(dedupe_key__startswith=prefix)
    found.filter(kind__in=kinds.secret_ones()).update(payload={})
    return found.update(cancelled_at=timezone.now())


def sweep() -> int:
    """Send everything that is due; return how many were sent. Safe to run in several workers at once."""
    now = timezone.now()
    free = Message.objects.waiting().filter(Q(lease_until=None) | Q(lease_until__lt=now), due_at__lte=now)
    # Whoever had the last attempt died in it: a message that kills its worker must not do so for ever.
    spent = free.filter(attempts__gte=Message.MOST_ATTEMPTS)
    spent.update(dead_at=now, lease_until=None, last_error="The worker was lost while sending.")
    sent = 0
    due = list(free.order_by("due_at").values_list("pk", flat=True)[:BATCH])
    for pk in due:
        sent += _deliver(pk)
    if len(due) == BATCH:
        wake("notifications.sweep")
    return sent


@transaction.atomic
def retry(*, actor: User, message: Message) -> None:
    """Give a dead message another round of attempts. Raises PermissionDenied for all but managers and administrators."""
    require_manager_or_administrator(actor)
    if Message.objects.dead().filter(pk=message.pk).update(dead_at=None, attempts=0, lease_until=None):
        data = {"kind": message.kind, "recipient": message.recipient_id or message.address}
        audit.record(chain=audit.COMPANY, actor=actor, action="message.retried", target=message, data=data)
    transaction.on_commit(lambda: wake("notifications.sweep"))


def _deliver(pk: int) -> bool:
    """Claim the message, send it, mark it; return whether this call sent it."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    claimed = Message.objects.waiting().filter(free, pk=pk).update(lease_until=now + LEASE, attempts=F("attempts") + 1)
    if not claimed:
        return False
    failpoint("outbox.claimed")
    message = Message.objects.select_related("recipient").get(pk=pk)
    try:
        written = _write_and_send(message)
    except Exception as error:
        # Any failure of the mail server or of the text is this message's, and must not stop the others.
        _failed(message, error)
        return False
    failpoint("outbox.sent")
    _over(message, written)
    return written is not None


def _write_and_send(message: Message) -> Written | None:
    """Write the message and send it, unless there is nothing left to tell, or its reader wants no mail of this kind."""
    written = inbox.written_for(message)
    message.is_mailed = inbox.wants(message, Muting.Channel.MAIL)
    if written is not None and message.is_mailed:
        mail.send(message, written)
    return written


def _over(message: Message, written: Written | None) -> None:
    """Mark the message as sent, or as cancelled where nothing was left to tell; forget its secrets. What was sent stands in
    its reader's inbox from now on."""
    now = timezone.now()
    is_new = written is not None and inbox.wants(message, Muting.Channel.INBOX)
    with transaction.atomic():
        Message.objects.filter(pk=message.pk).update(
            sent_at=now if written else None,
            is_mailed=message.is_mailed,
            read_at=None if is_new else now,
            cancelled_at=None if written else now,
            dead_at=None,
            lease_until=None,
            subject=written.subject[:200] if written else "",
            last_error="",
            payload={} if kinds.find(message.kind).is_secret else message.payload,
        )
        if is_new and message.recipient_id:
            inbox.count_unread(message.recipient_id)


def _failed(message: Message, error: Exception) -> None:
    """Wait twice as long each time (1, 2, 4 … minutes), then call it dead."""
    now = timezone.now()
    log.warning("message_not_sent", message=message.pk, kind=message.kind, error=str(error))
    dead = message.attempts >= Message.MOST_ATTEMPTS
    # Only if this is still the last attempt: a worker that was slow must not undo what the next one did.
    Message.objects.waiting().filter(pk=message.pk, attempts=message.attempts).update(
        last_error=f"{type(error).__name__}: {error}"[:2000],
        dead_at=now if dead else None,
        lease_until=None if dead else now + FIRST_WAIT * 2 ** (message.attempts - 1),
    )
