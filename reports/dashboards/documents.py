"""The list of documents: each kind with its versions."""

from __future__ import annotations

from dataclasses import dataclass, field

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.models import Job
from reports.models import Document, DocumentKind
from reports.services import JOB


@dataclass(frozen=True)
class Version:
    """One issued version; `state` is "ready", or how its printing stands: "printing" or "failed"."""

    document: Document
    state: str


@dataclass(frozen=True)
class Kind:
    """One kind of document and its versions, the newest first."""

    kind: DocumentKind
    versions: list[Version] = field(default_factory=list)


def document_list(engagement: Engagement, viewer: User) -> list[Kind]:
    """Return every kind with the versions this person may see; two queries."""
    rows = list(engagement.documents.visible_to(viewer).select_related("issued_by").defer("snapshot", "renderer"))
    waiting = [row.pk for row in rows if not row.is_ready]
    jobs = Job.objects.filter(kind=JOB, subject_id__in=waiting).order_by("pk")
    newest = {job.subject_id: job for job in jobs}
    kinds = {kind.value: Kind(kind) for kind in DocumentKind}
    for row in rows:
        kinds[row.kind].versions.append(Version(row, _state(row, newest.get(row.pk))))
    return list(kinds.values())


def _state(document: Document, job: Job | None) -> str:
    if document.is_ready:
        return "ready"
    return "printing" if job is not None and job.is_open else "failed"
