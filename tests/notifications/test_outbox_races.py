"""TRUST, races: several workers at once send each message once, because a claim is one conditional update."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from onsite.accounts.models import User
from onsite.notifications import services
from onsite.notifications.models import Message
from onsite.notifications.services import enqueue, sweep
from tests.conftest import InParallel
from tests.factories import UserFactory
from tests.mail_server import MailServer

MANY = 20


def queue(reader: User, key: str) -> None:
    enqueue(kind="account", recipient=reader, dedupe_key=key, payload={"subject": key, "body": "text"})


def test_four_sweeps_at_once_send_each_message_once(
    transactional_db: None, in_parallel: InParallel, smtp: MailServer
) -> None:
    """On SQLite they take turns, on PostgreSQL they run side by side; either way the server gets each mail once."""
    reader = UserFactory()
    for number in range(MANY):
        queue(reader, f"mail {number}")
    sent = in_parallel(sweep, sweep, sweep, sweep)
    assert sum(sent) == MANY, sent
    assert set(Counter(smtp.message_ids).values()) == {1}
    assert len(smtp.message_ids) == MANY
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}


def test_only_one_worker_claims_a_message(postgresql: None, in_parallel: InParallel, smtp: MailServer) -> None:
    """Both saw it free; the second's update finds that it is not free any more."""
    assert deliveries(in_parallel, _as_the_outbox_claims) == MANY
    assert len(smtp.received) == MANY


def test_without_the_conditional_update_both_would_send(
    postgresql: None, in_parallel: InParallel, smtp: MailServer
) -> None:
    """The control: the same two workers, but reading first and writing afterwards. So the test above can fail."""
    assert deliveries(in_parallel, _as_a_careless_worker_claims) == 2 * MANY
    assert len(smtp.received) == 2 * MANY


Claim = Callable[[int, threading.Barrier], bool]


def deliveries(in_parallel: InParallel, claim: Claim) -> int:
    """Let two workers meet at each message; return how often one of them sent it."""
    reader = UserFactory()
    sent = 0
    for number in range(MANY):
        queue(reader, f"mail {number}")
        pk = Message.objects.get(dedupe_key=f"mail {number}").pk
        both_looked = threading.Barrier(2)

        def work(pk: int = pk, both_looked: threading.Barrier = both_looked) -> bool:
            return claim(pk, both_looked)

        sent += sum(in_parallel(work, work))
    return sent


def _looks_free(pk: int, both_looked: threading.Barrier) -> bool:
    free = Message.objects.waiting().filter(pk=pk, lease_until=None).exists()
    both_looked.wait(timeout=20)
    return free


def _as_the_outbox_claims(pk: int, both_looked: threading.Barrier) -> bool:
    return _looks_free(pk, both_looked) and services._deliver(pk)


def _as_a_careless_worker_claims(pk: int, both_looked: threading.Barrier) -> bool:
    if not _looks_free(pk, both_looked):
        return False
    lease = timezone.now() + timedelta(minutes=2)
    Message.objects.filter(pk=pk).update(lease_until=lease, attempts=F("attempts") + 1)
    message = Message.objects.select_related("recipient").get(pk=pk)
    services._write_and_send(message)
    return True


def test_the_same_key_queued_twice_at_once_is_one_message(
    postgresql: None, in_parallel: InParallel, smtp: MailServer
) -> None:
    """The unique key decides, and nobody gets an error."""
    reader = UserFactory()
    results = in_parallel(*[lambda: queue(reader, "once")] * 6)
    assert results == [None] * 6
    assert Message.objects.count() == 1
