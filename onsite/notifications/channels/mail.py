"""E-mail: one message, with a Message-ID that stays the same when it has to be sent again."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from onsite.notifications.kinds import Written
from onsite.notifications.models import Message


def send(message: Message, written: Written) -> None:
    """Hand the message to the mail server; whatever its client raises goes to the caller."""
    mail = as_email(message, subject=written.subject, body=written.body)
    if written.calendar:
        # Twice, as calendars want it: beside the text for those that ask at once, and as a file for all others.
        mail.attach_alternative(written.calendar.decode(), f"text/calendar; method={written.method}")
        mail.attach("invite.ics", written.calendar, "application/ics")
    mail.send()


def as_email(message: Message, *, subject: str, body: str) -> EmailMultiAlternatives:
    """Return the mail to the message's reader."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return EmailMultiAlternatives(
        # A subject is one line of what can be read: a line break in a name must not become a header.
        subject=" ".join("".join(c if c.isprintable() else " " for c in subject).split()),
        body=body,
        to=[message.reader_address],
        headers={"Message-ID": f"<outbox-{message.pk}@{host}>"},
    )
