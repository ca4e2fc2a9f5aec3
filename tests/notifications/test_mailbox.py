"""The demo's mailbox: what would have been mailed, read only; nothing leaves the machine."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as product
from django.core.mail import EmailMessage, get_connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from onsite.notifications.models import MailboxMail
from onsite.notifications.services import enqueue, sweep
from tests.factories import UserFactory
from tests.notifications import demo_urls  # Imported here, because the site map asks for the mode when it is made.

BACKEND = "onsite.notifications.channels.mailbox.EmailBackend"
in_the_demo = pytest.mark.urls(demo_urls.__name__)


@pytest.fixture
def demo(settings: Any, db: None) -> None:
    settings.DEMO = True
    settings.EMAIL_BACKEND = BACKEND


@in_the_demo
def test_a_code_arrives_where_nobody_is_signed_in(demo: None, client: Client) -> None:
    """C2: sign-in by code works in the demo."""
    person = UserFactory()
    client.post("/accounts/login/code/", {"email": person.email})
    assert 'href="/mailbox/"' in client.get("/accounts/login/code/confirm/").content.decode()
    assert sweep() == 1
    row = MailboxMail.objects.get()
    listed = client.get("/mailbox/").content.decode()
    assert person.email in listed
    assert reverse("mailbox:mail", args=[row.pk]) in listed
    body = client.get(f"/mailbox/{row.pk}/").content.decode()
    code = next(
        line.strip() for line in row.body.splitlines() if line.strip().replace("-", "").isalnum() and "-" in line
    )
    assert code in body


@in_the_demo
def test_links_can_be_followed_and_nothing_else_is_markup(demo: None, client: Client) -> None:
    reader = UserFactory()
    body = (
        'Open http://127.0.0.1:8000/accounts/invitations/abc/\n<script>alert(1)</script> javascript:alert(1) "x" <b>'
    )
    enqueue(kind="account", recipient=reader, dedupe_key="x", payload={"subject": "<i>Hi</i>", "body": body})
    sweep()
    page = client.get(f"/mailbox/{MailboxMail.objects.get().pk}/").content.decode()
    assert '<a href="http://127.0.0.1:8000/accounts/invitations/abc/" rel="nofollow">' in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<i>Hi</i>" not in page
    assert 'href="javascript' not in page


@in_the_demo
def test_the_mailbox_is_read_only(demo: None, client: Client) -> None:
    MailboxMail.objects.create(to="a@x.example", subject="s", body="b")
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)("/mailbox/").status_code == 405
        assert getattr(client, method)(f"/mailbox/{MailboxMail.objects.get().pk}/").status_code == 405
    assert client.get("/mailbox/987654/").status_code == 404


@in_the_demo
def test_an_empty_mailbox_says_what_to_do(demo: None, client: Client) -> None:
    assert "No mail yet" in client.get("/mailbox/").content.decode()


@in_the_demo
def test_the_mailbox_shows_nothing_outside_the_demo(db: None, client: Client) -> None:
    """Twice locked: not mounted, and empty should it be."""
    assert product.DEMO is False
    row = MailboxMail.objects.create(to="a@x.example", subject="s", body="b")
    assert client.get("/mailbox/").status_code == 404
    assert client.get(f"/mailbox/{row.pk}/").status_code == 404


def test_the_mailbox_is_not_mounted_outside_the_demo(db: None, client: Client) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("mailbox:mail_list")
    assert client.get("/mailbox/").status_code == 404


def test_the_mailbox_keeps_every_mail_whole(db: None) -> None:
    mails = [EmailMessage("主题" * 200, "正文 𠮷" * 1000, to=["a@x.example", "b@x.example"]) for _n in range(3)]
    assert get_connection(BACKEND).send_messages(mails) == 3
    row = MailboxMail.objects.first()
    assert row is not None
    assert row.to == "a@x.example, b@x.example"
    assert row.body == "正文 𠮷" * 1000
