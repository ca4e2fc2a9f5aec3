"""A mail backend that keeps mails on this machine: the demo's mailbox page reads them."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from onsite.notifications.models import MailboxMail


class EmailBackend(BaseEmailBackend):
    """Stores each message as a row; nothing leaves the machine."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            MailboxMail.objects.create(
                message_id=mail.extra_headers.get("Message-ID", ""),
                to=", ".join(mail.to)[:300],
                subject=str(mail.subject)[:300],
                body=str(mail.body),
            )
        return len(email_messages)
