"""C4, TRUST 2: what must be told is told at least once, with one Message-ID, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.notifications import kinds, services
from onsite.notifications.channels import mail
from onsite.notifications.kinds import Written
from onsite.notifications.models import Message
from onsite.notifications.services import cancel, enqueue, sweep
from tests.factories import UserFactory
from tests.mail_server import MailServer


def greet(message: Message) -> Written | None:
    """A kind for these tests: the payload says what is told, and whether anything is left to tell."""
    from django.utils.translation import gettext

    payload = message.payload
    if payload.get("broken"):
        raise ValueError("this text can't be written")
    if payload.get("over"):
        return None
    moment = timezone.localtime(datetime.fromisoformat("2026-12-01T12:00:00+00:00"))
    return Written(payload.get("subject", "Hello"), f"{gettext('Name')} {moment:%H:%M} {payload.get('secret', '')}")


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    kinds.register("greeting", greet, label="Greeting")
    kinds.register("secret", greet, label="Secret", is_secret=True)
    yield
    del kinds._kinds["greeting"], kinds._kinds["secret"]


@pytest.fixture
def reader(db: None) -> User:
    return UserFactory(email="reader@factory.example", language="en")


def queue(
    reader: User, key: str = "one", kind: str = "greeting", due_at: datetime | None = None, **payload: Any
) -> Message:
    enqueue(kind=kind, recipient=reader, dedupe_key=key, payload=payload, due_at=due_at)
    return Message.objects.get(dedupe_key=key)


def test_a_message_is_sent_once(reader: User, smtp: MailServer) -> None:
    """C4: to its reader, and the row says when."""
    queue(reader, subject="第一次回访")
    assert [sweep(), sweep()] == [1, 0]
    assert [str(mail["To"]) for mail in smtp.received] == ["reader@factory.example"]
    assert str(smtp.received[0]["Subject"]) == "第一次回访"
    message = Message.objects.get()
    assert (message.state, message.subject, message.attempts) == ("sent", "第一次回访", 1)


def test_a_message_sent_again_keeps_its_id(reader: User, smtp: MailServer) -> None:
    """TRUST 2: at least once with a stable Message-ID, so that a reader's mail program shows one."""
    message = queue(reader)
    sweep()
    Message.objects.update(sent_at=None)
    sweep()
    assert smtp.message_ids == [f"<outbox-{message.pk}@127.0.0.1>"] * 2


def test_what_is_not_due_waits(reader: User, smtp: MailServer) -> None:
    """TRUST 1: times live in rows."""
    queue(reader, due_at=timezone.now() + timedelta(days=30))
    assert sweep() == 0
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1)):
        assert sweep() == 1


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [("en", "Europe/Berlin", "Name 13:00"), ("zh-hans", "Asia/Shanghai", "姓名 20:00"), ("", "UTC", "姓名 12:00")],
)
def test_the_reader_reads_their_own_language_and_hours(
    db: None, smtp: MailServer, language: str, zone: str, words: str
) -> None:
    """RULES: a user's own zone serves their reminders."""
    queue(UserFactory(language=language, time_zone=zone))
    sweep()
    assert words in smtp.received[0].get_content()


@pytest.mark.parametrize(
    "subject", ["Hi\r\nBcc: all@x.example", "Hi\nX-Evil: 1\n\nbody", "a\x0bb\x85c\u2028d", "\r\n"]
)
def test_no_name_becomes_a_header(reader: User, smtp: MailServer, subject: str) -> None:
    """TRUST 12: mail headers are escaped."""
    queue(reader, subject=subject)
    assert sweep() == 1
    received = smtp.received[0]
    assert set(received.keys()) <= {
        "Subject", "From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
        "X-Peer", "X-MailFrom", "X-RcptTo",
    }  # fmt: skip
    assert len(str(received["Subject"]).splitlines()) <= 1


@given(subject=st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_subject_is_one_line(subject: str) -> None:
    """TRUST 12, as a property: whatever a name holds, the header stays one line and the mail can be built."""
    sent = mail.as_email(Message(pk=1, recipient=User(email="a@x.example")), subject=subject, body="")
    raw = sent.message().as_bytes()
    head = raw.split(b"\n\n")[0].replace(b"\n ", b" ").replace(b"\n\t", b" ")
    assert head.count(b"\n") + 1 == len(sent.message().keys())


@pytest.mark.parametrize("over", [False, True])
def test_a_secret_is_forgotten_when_it_is_over(reader: User, smtp: MailServer, over: bool) -> None:
    """TRUST 9: codes and links stand in the outbox only until they are sent or have no use any more."""
    queue(reader, kind="secret", secret="4711", over=over)
    queue(reader, key="two", secret="kept")
    sweep()
    assert Message.objects.get(kind="secret").payload == {}
    assert Message.objects.get(kind="greeting").payload == {"secret": "kept"}
    assert len(smtp.received) == (1 if over else 2)


def test_the_same_key_is_one_message(reader: User, smtp: MailServer) -> None:
    """TRUST 2: the first one stands."""
    queue(reader, subject="first")
    queue(reader, subject="second")
    assert Message.objects.get().payload == {"subject": "first"}
    sweep()
    queue(reader, subject="third")
    assert sweep() == 0


def test_what_has_no_reason_any_more_is_not_sent(reader: User, smtp: MailServer) -> None:
    queue(reader, over=True)
    assert sweep() == 0
    assert smtp.received == []
    assert Message.objects.get().state == "cancelled"


def test_cancelling_takes_what_waits_under_the_prefix(reader: User, smtp: MailServer) -> None:
    for key in ("visit:1:a", "visit:1:b", "visit:10:a", "visit:2%:a", "visit_1:a"):
        queue(reader, key=key)
    assert cancel(prefix="visit:1:") == 2
    assert cancel(prefix="visit:1:") == 0
    assert cancel(prefix="visit_1:") == 1
    assert sweep() == 2
    assert cancel(prefix="visit") == 0


def test_a_reason_that_comes_back_is_told(reader: User, smtp: MailServer) -> None:
    """A visit moved by an imported calendar and moved back: its reminder must not stay cancelled."""
    later = timezone.now() + timedelta(days=3)
    queue(reader, due_at=later, subject="first")
    cancel(prefix="one")
    assert queue(reader, due_at=later, subject="again").state == "waiting"
    with time_machine.travel(later + timedelta(seconds=1)):
        assert sweep() == 1
    assert str(smtp.received[0]["Subject"]) == "again"
    assert queue(reader).state == "sent"


def test_a_cancelled_secret_is_forgotten(reader: User) -> None:
    queue(reader, kind="secret", secret="4711")
    cancel(prefix="one")
    assert Message.objects.get().payload == {}


def test_a_refused_message_waits_longer_each_time_then_rests_then_goes_out_on_request(
    reader: User, smtp: MailServer
) -> None:
    """TRUST 2: 1, 2, 4, 8 and 16 minutes, then a dead letter with its reason; a retry begins anew."""
    message = queue(reader)
    smtp.refusal = "451 try later"
    waits, now = [], timezone.now()
    for attempt in range(1, Message.MOST_ATTEMPTS + 1):
        with time_machine.travel(now, tick=False):
            assert sweep() == 0
            message.refresh_from_db()
            assert message.attempts == attempt
            assert "451" in message.last_error
            if message.lease_until:
                waits.append((message.lease_until - timezone.now()).total_seconds() / 60)
                now = message.lease_until + timedelta(seconds=1)
        if message.lease_until:
            with time_machine.travel(message.lease_until - timedelta(seconds=1)):
                assert sweep() == 0
                assert Message.objects.get().attempts == attempt
    assert waits == [1, 2, 4, 8, 16]
    assert message.state == "dead"
    smtp.refusal = ""
    with time_machine.travel(now + timedelta(days=1)):
        assert sweep() == 0
        services.retry(actor=UserFactory(role=Role.MANAGER), message=message)
        assert sweep() == 1
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == ("sent", 1, "")


def test_a_mail_server_that_is_away_costs_an_attempt_not_the_message(
    reader: User, smtp: MailServer, settings: Any
) -> None:
    message = queue(reader)
    settings.EMAIL_PORT = 1
    assert sweep() == 0
    message.refresh_from_db()
    assert message.state == "waiting"
    assert "refused" in message.last_error
    settings.EMAIL_PORT = smtp.port
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert sweep() == 1


def test_one_bad_message_does_not_stop_the_others(reader: User, smtp: MailServer) -> None:
    """A text that can't be written, and a kind whose app is gone."""
    early = timezone.now() - timedelta(days=1)
    queue(reader, key="broken", due_at=early, broken=True)
    queue(reader, key="unknown", kind="of-another-version", due_at=early)
    queue(reader, key="good")
    assert sweep() == 1
    assert {m.dedupe_key: m.state for m in Message.objects.all()} == {
        "broken": "waiting", "unknown": "waiting", "good": "sent",
    }  # fmt: skip
    assert "of-another-version" in Message.objects.get(dedupe_key="unknown").last_error


def test_a_message_that_kills_its_worker_is_given_up(reader: User, smtp: MailServer) -> None:
    """Else it would kill one worker after the other, for ever."""
    message = queue(reader)
    lost = timezone.now() - timedelta(minutes=1)
    Message.objects.update(attempts=Message.MOST_ATTEMPTS, lease_until=lost)
    assert sweep() == 0
    message.refresh_from_db()
    assert message.state == "dead"
    assert "worker was lost" in message.last_error


def test_a_worker_that_was_too_slow_undoes_nothing(reader: User, smtp: MailServer) -> None:
    """Its lease ended, another one sent the message: its own failure counts no more."""
    message = queue(reader)
    Message.objects.update(attempts=1)
    message.refresh_from_db()
    assert sweep() == 1
    services._failed(message, TimeoutError("much later"))
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("sent", "")
    Message.objects.update(sent_at=None, attempts=3)
    services._failed(message, TimeoutError("much later"))
    message.refresh_from_db()
    assert (message.attempts, message.last_error, message.lease_until) == (3, "", None)


def test_a_change_that_is_rolled_back_tells_nobody(reader: User, smtp: MailServer) -> None:
    """TRUST 2: the message is written in the business transaction."""
    with pytest.raises(RuntimeError), transaction.atomic():
        queue(reader)
        raise RuntimeError
    assert sweep() == 0


def test_a_long_queue_is_sent_in_order_of_need(reader: User, smtp: MailServer) -> None:
    now = timezone.now()
    for number in range(services.BATCH + 5):
        queue(reader, key=str(number), due_at=now - timedelta(minutes=number), subject=f"{number}")
    assert sweep() == services.BATCH
    assert [str(mail["Subject"]) for mail in smtp.received[:3]] == ["104", "103", "102"]
    assert sweep() == 5
