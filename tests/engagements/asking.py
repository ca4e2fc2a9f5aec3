"""What the tests of documents share: a request that was asked for, and the mails that were sent."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail

from engagements.models import DocumentRequest
from onsite.notifications.services import sweep


def link_in(body: str) -> str:
    """Return the path of the first mailed link."""
    found = re.search(r"https?://[^/]+(/links/\S+)", body)
    assert found, body
    return found[1]


def mailed(kind: str = "") -> list[Any]:
    """Send what is due; return the mails of this run."""
    mail.outbox.clear()
    sweep()
    return list(mail.outbox)


def fresh(row: DocumentRequest) -> DocumentRequest:
    return DocumentRequest.objects.unscoped().select_related("engagement").get(pk=row.pk)
