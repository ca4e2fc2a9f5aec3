"""How tests draft and issue, said briefly."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from reports import review, services
from reports.models import Document, DocumentKind, Draft

MANUAL, REPORT = DocumentKind.FIELD_MANUAL, DocumentKind.CLOSING_REPORT


def url(name: str, engagement: Engagement, *args: Any) -> str:
    return reverse(f"reports:{name}", args=[engagement.pk, *args])


def status(browser: Client, address: str) -> int:
    response = browser.get(address)
    if response.streaming:
        b"".join(response)  # read to its end, which closes the file
    return response.status_code


def draft(actor: User, engagement: Engagement, kind: DocumentKind = MANUAL, version: int = 0, **words: Any) -> Draft:
    fields = {"summary": "结论", **words}
    return services.save_draft(actor=actor, engagement=engagement, kind=kind, version=version, **fields)


def issue(actor: User, engagement: Engagement, kind: DocumentKind = MANUAL, version: int = 1) -> Document:
    return services.issue_document(actor=actor, engagement=engagement, kind=kind, language="en", version=version)


def approve(engagement: Engagement) -> Draft:
    """The engagement's manager approves the closing report's words as they stand."""
    version = services.draft_of(engagement, REPORT).version
    return review.approve_draft(actor=engagement.created_by, engagement=engagement, version=version)


def printed(document: Document, body: bytes = b"%PDF-1.7 issued") -> Document:
    """As if the worker had printed it."""
    name = default_storage.save("documents/test.pdf", ContentFile(body))
    Document.objects.filter(pk=document.pk).update(pdf=name, pdf_hash=hashlib.sha256(body).hexdigest())
    return Document.objects.unscoped().get(pk=document.pk)
