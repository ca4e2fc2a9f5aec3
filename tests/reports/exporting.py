"""Printed closing reports and exports, made briefly."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import jobs
from onsite.core.models import Job
from reports import exports
from reports.models import Document, DocumentKind, ReportExport


def printed_report(engagement: Engagement, version: int = 1, body: bytes = b"", **fields: Any) -> Document:
    """As if it was issued on 20 November 2026 and printed."""
    content = body or f"%PDF-1.7 {engagement.pk} {version}".encode()
    name = default_storage.save(f"documents/report-{engagement.pk}.pdf", ContentFile(content))
    values = {
        "kind": DocumentKind.CLOSING_REPORT, "language": "zh-hans", "snapshot": {"issued_on": "2026-11-20"},
        "snapshot_hash": "0" * 64, "pdf_hash": hashlib.sha256(content).hexdigest(), "issued_by": engagement.created_by,
        "issued_at": timezone.now(), **fields,
    }  # fmt: skip
    return Document.objects.create(engagement=engagement, version=version, pdf=name, **values)


def change_a_byte(document: Document) -> None:
    """Change the last byte of the stored file."""
    name = str(document.pdf)
    with default_storage.open(name) as stored:
        content = stored.read()
    default_storage.delete(name)
    assert default_storage.save(name, ContentFile(content[:-1] + bytes([content[-1] ^ 1]))) == name


def export_of(user: User, *documents: Document) -> ReportExport:
    return exports.ask_export(actor=user, documents=[document.pk for document in documents])


def worked(export: ReportExport) -> Job:
    """Let a worker do the export's job; return how it ended."""
    job = exports.job_of(export)
    assert job is not None
    jobs.run(job.pk)
    export.refresh_from_db()
    job.refresh_from_db()
    return job


def export_address(name: str, export: ReportExport) -> str:
    return reverse(f"reports:{name}", args=[export.pk])
