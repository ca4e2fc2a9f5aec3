"""C4, SCREENS (manager): what waits, what was sent, and the dead letters first, each with its reason and a retry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from onsite.accounts.models import User
from onsite.notifications.models import Message
from tests.conftest import SignIn
from tests.factories import UserFactory

PAGE = "/messages/"


def message(key: str, **fields: Any) -> Message:
    reader = UserFactory(name=f"Reader {key}")
    due = timezone.now() + timedelta(days=3)
    return Message.objects.create(
        **{"kind": "joined", "recipient": reader, "dedupe_key": key, "due_at": due, **fields}
    )


def shown(browser: Client, address: str = PAGE) -> dict[str, list[str]]:
    groups = browser.get(address).context["groups"]
    return {state: [row.message.dedupe_key for row in rows] for state, rows in groups.items()}


def test_the_dead_come_first_then_what_waits_then_what_was_sent(manager: User, sign_in: SignIn) -> None:
    now = timezone.now()
    message("sent-1", sent_at=now - timedelta(days=2))
    message("sent-2", sent_at=now - timedelta(days=1))
    message("old", sent_at=now - timedelta(days=31))
    message("cancelled", cancelled_at=now)
    message("soon", due_at=now + timedelta(hours=1))
    message("late", due_at=now - timedelta(hours=1))
    message("dead-1", dead_at=now - timedelta(hours=2))
    message("dead-2", dead_at=now - timedelta(hours=1))
    assert list(shown(sign_in(manager)).items()) == [
        ("dead", ["dead-2", "dead-1"]),
        ("waiting", ["late", "soon"]),
        ("sent", ["sent-2", "sent-1"]),
    ]


def test_a_dead_letter_shows_whom_why_and_a_way_out(manager: User, sign_in: SignIn) -> None:
    dead = message("d", dead_at=timezone.now(), attempts=6, last_error="550 <b>user unknown</b>")
    browser = sign_in(manager)
    page = browser.get(PAGE).content.decode()
    for word in (dead.recipient.email, "New in a team", "550 &lt;b&gt;user unknown", "Not delivered"):
        assert word in page
    answer = browser.post(reverse("notifications:message_retry", args=[dead.pk]), follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.lease_until) == ("waiting", 0, None)
    assert sign_in(manager).post(reverse("notifications:message_retry", args=[987654]), follow=True).status_code == 404


def test_retrying_what_was_sent_sends_nothing_again(manager: User, sign_in: SignIn) -> None:
    sent = message("s", sent_at=timezone.now())
    sign_in(manager).post(reverse("notifications:message_retry", args=[sent.pk]))
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_what_waits_says_how_long(manager: User, sign_in: SignIn) -> None:
    message("a", due_at=timezone.now() + timedelta(days=3, minutes=1))
    message("b", due_at=timezone.now() - timedelta(seconds=5))
    lease = timezone.now() + timedelta(minutes=4, seconds=30)
    message("c", due_at=timezone.now() - timedelta(days=1), attempts=3, lease_until=lease, last_error="refused")
    page = sign_in(manager).get(PAGE).content.decode()
    for word in ("3\xa0days from now", "due now", "3 tries failed", "4\xa0minutes from now"):
        assert word in page, word


def test_an_empty_outbox_says_that_all_is_well(manager: User, sign_in: SignIn) -> None:
    assert "Every message could be delivered" in sign_in(manager).get(PAGE).content.decode()


def test_secrets_are_never_shown(manager: User, sign_in: SignIn) -> None:
    """TRUST 9: a waiting invitation's link stays in its mail."""
    message("i", kind="invitation", payload={"token": "top-secret-token", "inviter": "x", "about": "", "days": 14})
    message("j", kind="account", dead_at=timezone.now(), payload={"subject": "code", "body": "top-secret-token"})
    assert "top-secret-token" not in sign_in(manager).get(PAGE).content.decode()


def test_an_administrator_reads_no_engagements_words(administrator: User, manager: User, sign_in: SignIn) -> None:
    """They keep the mail running; the subject may name a client."""
    message("s", sent_at=timezone.now(), subject="Follow-up visit: 仁和医院")
    assert "仁和医院" not in sign_in(administrator).get(PAGE).content.decode()
    assert "仁和医院" in sign_in(manager).get(PAGE).content.decode()


def test_the_page_takes_the_same_queries_for_one_message_and_for_thirty(manager: User, sign_in: SignIn) -> None:
    """HOUSE, style."""
    browser = sign_in(manager)
    states: list[dict[str, Any]] = [{}, {"dead_at": timezone.now()}, {"sent_at": timezone.now()}]
    for number, state in enumerate(states):
        message(f"first-{number}", **state)
    with CaptureQueriesContext(connection) as few:
        browser.get(PAGE)
    for number in range(30):
        message(str(number), **states[number % 3])
    with CaptureQueriesContext(connection) as many:
        browser.get(PAGE)
    assert len(many) == len(few) <= 4


def test_fifty_a_page(manager: User, sign_in: SignIn) -> None:
    for number in range(60):
        message(f"{number:02}", due_at=timezone.now() + timedelta(days=number))
    browser = sign_in(manager)
    assert len(shown(browser)["waiting"]) == 50
    assert shown(browser, f"{PAGE}?page=2")["waiting"] == [f"{number}" for number in range(50, 60)]
    assert "Every message could be delivered" not in browser.get(f"{PAGE}?page=2").content.decode()
