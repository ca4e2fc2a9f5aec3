"""What can be exported, and what a person had exported lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from onsite.accounts.models import User
from onsite.core.models import Job
from reports.exports import JOB, MOST_DOCUMENTS
from reports.models import Document, DocumentKind, ReportExport

LATEST = 10


@dataclass(frozen=True)
class Made:
    """An export with its job."""

    export: ReportExport
    job: Job | None


def choosable(viewer: User, wanted: dict[str, Any]) -> list[Document]:
    """Return the newest printed closing reports this person may see, the latest first, as many as fit in one zip.

    `wanted` narrows down: `client`, `phase`, `since` and `until` (days of issue), each left out or empty for all.
    """
    rows = Document.objects.visible_to(viewer).of_kind(DocumentKind.CLOSING_REPORT).newest()
    lookups = {
        "client": "engagement__client",
        "phase": "engagement__phase",
        "since": "issued_at__date__gte",
        "until": "issued_at__date__lte",
    }
    narrowed = rows.filter(**{lookups[name]: value for name, value in wanted.items() if value})
    return list(
        narrowed.select_related("engagement__client").defer("snapshot").order_by("-issued_at", "-pk")[:MOST_DOCUMENTS]
    )


def latest_of(user: User) -> list[Made]:
    """Return the person's latest exports with their jobs; two queries."""
    exports = list(ReportExport.objects.made_by(user)[:LATEST])
    jobs = {
        job.subject_id: job
        for job in Job.objects.filter(kind=JOB, subject_id__in=[row.pk for row in exports]).order_by("pk")
    }
    return [Made(row, jobs.get(row.pk)) for row in exports]
