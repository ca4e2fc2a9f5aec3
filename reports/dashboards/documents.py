"""The list of documents: each kind with its versions, weekly reports by their weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.models import Job
from reports.figures.weekly import Week
from reports.models import Document, DocumentKind
from reports.services import JOB

MOST_WEEKS = 6


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


@dataclass(frozen=True)
class WeekVersions:
    """One week's newest version, and those that it corrects."""

    week: Week
    newest: Version
    older: list[Version]


@dataclass(frozen=True)
class Documents:
    """`weeks` begin with the newest; `more_weeks` are not in it."""

    kinds: list[Kind]
    weeks: list[WeekVersions]
    more_weeks: int


def document_list(engagement: Engagement, viewer: User, *, all_weeks: bool = False) -> Documents:
    """Return every kind with the versions this person may see; two queries."""
    rows = list(engagement.documents.visible_to(viewer).select_related("issued_by").defer("snapshot", "renderer"))
    versions = with_states(rows)
    hidden = {DocumentKind.WEEKLY_REPORT} | ({DocumentKind.APPENDIX} if viewer.is_client else set())
    kinds = {kind.value: Kind(kind) for kind in DocumentKind if kind not in hidden}
    weekly = []
    for version in versions:
        if version.document.kind == DocumentKind.WEEKLY_REPORT:
            weekly.append(version)
        else:
            kinds[version.document.kind].versions.append(version)
    weeks = list(_by_week(weekly))
    shown = weeks if all_weeks else weeks[:MOST_WEEKS]
    return Documents(list(kinds.values()), shown, len(weeks) - len(shown))


def with_states(documents: Sequence[Document]) -> list[Version]:
    """Return the documents, each with how its printing stands; at most one query."""
    waiting = [row.pk for row in documents if not row.is_ready]
    jobs = Job.objects.filter(kind=JOB, subject_id__in=waiting).order_by("pk")
    newest = {job.subject_id: job for job in jobs}
    return [Version(row, _state(row, newest.get(row.pk))) for row in documents]


def _by_week(versions: Sequence[Version]) -> list[WeekVersions]:
    """Group what the database gives newest week, newest version first."""
    groups = groupby(versions, lambda version: version.document.period)
    return [WeekVersions(Week.parse(period), newest, older) for period, (newest, *older) in groups]


def _state(document: Document, job: Job | None) -> str:
    if document.is_ready:
        return "ready"
    return "printing" if job is not None and job.is_open else "failed"
