"""E-mail: one message, with a Message-ID that stays the same when it has to be sent again."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from onsite.notifications.models import Message


def send(message: Message, *, subject: str, body: str) -> None:
    """Hand the message to the mail server; whatever its client raises goes to the caller."""
    as_email(message, subject=subject, body=body).send()


def as_email(message: Message, *, subject: str, body: str) -> EmailMessage:
    """Return the mail to the message's reader."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return EmailMessage(
        # A subject is one line of what can be read: a line break in a name must not become a header.
        subject=" ".join("".join(c if c.isprintable() else " " for c in subject).split()),
        body=body,
        to=[message.recipient.email],
        headers={"Message-ID": f"<outbox-{message.pk}@{host}>"},
    )
