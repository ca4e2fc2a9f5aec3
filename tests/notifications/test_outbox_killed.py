"""TRUST, failpoints: a worker killed by SIGKILL in the middle of sending loses nothing."""

from __future__ import annotations

import signal

import pytest

from tests.installation import Installation
from tests.mail_server import MailServer

SEED = """
from onsite.accounts.models import User
from onsite.notifications.services import enqueue
reader = User.objects.create_user("reader@x.example", name="读者", role="client", language="en")
for number in range(3):
    payload = {"subject": f"Mail {number}", "body": "text"}
    enqueue(kind="account", recipient=reader, dedupe_key=f"mail:{number}", payload=payload)
"""
SWEEP = "from onsite.notifications.services import sweep; print(sweep())"
# One process, because starting one costs more than the rest of the test.
AFTERWARDS = """
import time_machine
from datetime import timedelta
from django.utils import timezone
from onsite.notifications.models import Message
from onsite.notifications.services import LEASE, sweep
def states():
    return sorted((m.state, m.attempts) for m in Message.objects.all())
print(sweep(), sweep(), states())
with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1)):
    print(sweep(), sweep(), states())
"""


@pytest.mark.parametrize(("place", "told_before_death"), [("outbox.claimed", 0), ("outbox.sent", 1)])
def test_a_killed_worker_loses_nothing(
    installation: Installation, mail_server: MailServer, place: str, told_before_death: int
) -> None:
    """TRUST 2: die after the claim, or after the server's 250 and before the mark. The lease ends, the sweep sends.

    After the claim each mail arrives once. After the 250 the one in flight arrives twice with the same Message-ID:
    at least once, and we say so.
    """
    installation.ask(SEED)
    killed = installation.run(SWEEP, ONSITE_FAILPOINT=place)
    assert killed.returncode == -signal.SIGKILL
    assert len(mail_server.received) == told_before_death
    at_once, after_the_lease = installation.ask(AFTERWARDS).splitlines()
    assert at_once == "2 0 [('sent', 1), ('sent', 1), ('waiting', 1)]", "the others need not wait for the lease"
    assert after_the_lease == "1 0 [('sent', 1), ('sent', 1), ('sent', 2)]"
    assert len(mail_server.received) == 3 + told_before_death
    assert len(set(mail_server.message_ids)) == 3


def test_a_failpoint_works_in_test_mode_only(installation: Installation, mail_server: MailServer) -> None:
    """Nobody can kill a real worker with a variable."""
    installation.ask(SEED)
    assert installation.ask(SWEEP, ONSITE_FAILPOINT="outbox.claimed", ONSITE_MODE="demo") == "3"


def test_an_absent_broker_stops_nobody(installation: Installation, mail_server: MailServer) -> None:
    """TRUST 2: waking a worker must not block a request nor fail it when Redis is away; the row is found later."""
    timed = f"import time; started = time.monotonic()\n{SEED}\nprint(time.monotonic() - started)"
    seconds = float(installation.ask(timed, CELERY_BROKER_URL="redis://127.0.0.1:1/0").splitlines()[-1])
    assert seconds < 3, "three messages, three calls for a broker that is not there"
    assert installation.ask(SWEEP) == "3"
