"""Drafting, issuing and printing documents. What is issued never changes: a correction is a new version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import Engagement, Phase
from engagements.services.goals import keep_closing_values
from onsite.accounts.access import can, require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit, jobs, stored
from onsite.core.errors import DomainError, StaleError
from onsite.core.failpoints import failpoint
from onsite.core.jobs import Progress
from onsite.core.models import Job
from onsite.core.pdf import renderer_fingerprint
from reports.building.snapshots import Issued, build, dated, restored, sealed
from reports.documents.codec import SnapshotError
from reports.documents.printing import print_document, refuse_missing_glyphs
from reports.documents.snapshot import Snapshot
from reports.figures.weekly import Week
from reports.models import Document, DocumentKind, Draft
from reports.review import NOT_REVIEWED

JOB = "document"
# Somebody may write while the snapshot is built; then it is built again, so that data and audit head belong together.
MOST_BUILDS = 3
log = structlog.get_logger(__name__)


def draft_of(engagement: Engagement, kind: DocumentKind, period: str = "") -> Draft:
    """Return the draft of this kind (and week), an empty unsaved one (version 0) where nobody wrote yet."""
    rows = engagement.drafts.unscoped().select_related("edited_by")
    found = rows.filter(kind=kind, period=period).first()
    return found or Draft(engagement=engagement, kind=kind, period=period, version=0)


def save_draft(
    *, actor: User, engagement: Engagement, kind: DocumentKind, version: int,
    summary: str, proposals: str = "", changes: str = "", period: str = "", narrative: Mapping[str, str] | None = None,
) -> Draft:  # fmt: skip
    """Keep the narrative. `version` is the one the writer started from; `period` the week of a weekly report; `narrative`
    the words around the numbers by the anchor of their chapter. What a manager approved is a version, and this makes a
    new one, unless not a word changed: then nothing is kept.

    Raises StaleError where somebody else saved meanwhile; nothing is overwritten then.
    """
    require(actor, Permission.DRAFT_DOCUMENT, engagement)
    words: dict[str, Any] = {"summary": _lines(summary), "proposals": _lines(proposals), "changes": changes}
    words["narrative"] = {anchor: _lines(text) for anchor, text in (narrative or {}).items() if text.strip()}
    stored = draft_of(engagement, kind, period)
    if version and stored.version == version and all(getattr(stored, name) == said for name, said in words.items()):
        return stored
    with transaction.atomic():
        if version == 0:
            _begin_draft(actor, engagement, kind, period, words)
        else:
            same = Draft.objects.filter(engagement=engagement, kind=kind, period=period, version=version)
            if not same.update(**words, version=F("version") + 1, edited_by=actor, edited_at=timezone.now()):
                raise _stale_draft()
        draft = engagement.drafts.unscoped().get(kind=kind, period=period)
        data = {**_named(kind, period), "version": draft.version}
        audit.record(chain=engagement.audit_chain, actor=actor, action="document.drafted", target=draft, data=data)
    return draft


def _lines(text: str) -> str:
    """A browser ends lines in its own way: the same words are the same words."""
    return text.replace("\r\n", "\n")


def _named(kind: DocumentKind, period: str) -> dict[str, str]:
    """Return what the audit calls a document by."""
    return {"kind": kind.value, "period": period} if period else {"kind": kind.value}


def _begin_draft(actor: User, engagement: Engagement, kind: DocumentKind, period: str, words: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            Draft.objects.create(engagement=engagement, kind=kind, period=period, edited_by=actor, **words)
    except IntegrityError as error:
        raise _stale_draft() from error


def _stale_draft() -> StaleError:
    return StaleError(_("Somebody else saved this draft meanwhile. Bring both texts together here, then save again."))


def next_version(engagement: Engagement, kind: DocumentKind, period: str = "") -> int:
    """Return the number the next issued document of this kind gets; each week's reports are counted by themselves."""
    issued = engagement.documents.unscoped().of_kind(kind).filter(period=period)
    last = issued.order_by("-version").values_list("version", flat=True).first()
    return (last or 0) + 1


def issue_document(
    *, actor: User, engagement: Engagement, kind: DocumentKind, language: str, version: int, period: str = "",
    on: date | None = None,
) -> Document:  # fmt: skip
    """Freeze the document as the rows stand now and start printing it.

    It bears the day `on`, the site's today where none is given: only the sample data tells of days that have passed.
    `version` is the number the page offered: raises StaleError where it was issued meanwhile, so a second click issues
    nothing. Raises DomainError where the narrative is missing, the phase is too early, a week has nothing to tell, or a
    character has no font.
    """
    require(actor, Permission.ISSUE_DOCUMENT, engagement)
    for _attempt in range(MOST_BUILDS):
        # The head first, then every row anew: nothing older than the head may get into the snapshot.
        head = audit.head_of(engagement.audit_chain)
        row = Engagement.objects.unscoped().select_related("client", "created_by").get(pk=engagement.pk)
        draft = draft_of(row, kind, period)
        _refuse_unready(actor, row, kind, draft)
        snapshot = dated(build(row, kind, draft, language), on or row.today())
        refuse_missing_glyphs(snapshot)
        document = _freeze(actor, draft, snapshot, version=version, head=head)
        if document is not None:
            return document
    raise DomainError(_("The engagement is being changed right now. Please issue again in a moment."))


def _refuse_unready(actor: User, engagement: Engagement, kind: DocumentKind, draft: Draft) -> None:
    if kind == DocumentKind.WEEKLY_REPORT:
        _refuse_untold_week(engagement, draft)
    if kind != DocumentKind.CLOSING_REPORT:
        return
    if engagement.phase in {Phase.PREPARATION, Phase.EXECUTION}:
        raise DomainError(_("The closing report is issued once the review has begun."))
    if not draft.summary.strip():
        raise DomainError(_("Write the conclusion first: the report begins with it."), field="summary")
    if not (draft.is_approved or can(actor, Permission.REVIEW_DOCUMENT, engagement)):
        raise DomainError(_("A delivery manager has to approve this version of the words first: ask for the review."))


def _refuse_untold_week(engagement: Engagement, draft: Draft) -> None:
    week = Week.parse(draft.period)
    if week.first_on > engagement.today():
        raise DomainError(_("This week has not begun yet."))
    told = engagement.stand_ups.unscoped().shared().filter(held_on__range=(week.first_on, week.last_on))
    if not told.exists() and not draft.summary.strip():
        raise DomainError(
            _("No stand-up of this week is published. Publish one, or write what is to be said."), field="summary"
        )


def _freeze(actor: User, draft: Draft, snapshot: Issued, *, version: int, head: str) -> Document | None:
    """Write the row with its audit entry and its job in one transaction; None where the data moved on since `head`."""
    engagement, kind, period = draft.engagement, DocumentKind(draft.kind), draft.period
    with transaction.atomic():
        Engagement.objects.lock(engagement.pk)
        if audit.head_of(engagement.audit_chain) != head:
            return None
        if next_version(engagement, kind, period) != version:
            raise StaleError(_("Version %(version)s was issued meanwhile.") % {"version": version})
        document = Document.objects.create(
            engagement=engagement, kind=kind, period=period, version=version, language=snapshot.language, snapshot={},
            issued_by=actor, issued_at=timezone.now(),
        )  # fmt: skip
        url = settings.BASE_URL + reverse("reports:verify_code", args=[document.code])
        final = sealed(snapshot, version=version, verify_url=url, audit_head=head)
        document.snapshot, document.snapshot_hash = json.loads(final.to_json()), final.sha256
        document.save(update_fields=["snapshot", "snapshot_hash"])
        if kind == DocumentKind.CLOSING_REPORT:
            keep_closing_values(actor, engagement)
        # It told what this version changes, and was approved for it; the next one starts without. Words that somebody saved
        # since are those of the next one already.
        told = Draft.objects.filter(engagement=engagement, kind=kind, period=period, version=draft.version)
        told.update(changes="", **NOT_REVIEWED)
        data = {**_named(kind, period), "version": version, "language": final.language, "hash": final.sha256}
        audit.record(chain=engagement.audit_chain, actor=actor, action="document.issued", target=document, data=data)
        jobs.start(kind=JOB, subject_id=document.pk, actor=actor)
    return document


def job_of(document: Document) -> Job | None:
    """Return the newest printing of the document."""
    return Job.objects.filter(kind=JOB, subject_id=document.pk).order_by("-pk").first()


@transaction.atomic
def print_again(*, actor: User, document: Document) -> None:
    """Print an issued document whose printing failed, from the same snapshot. Nothing happens while one is under way."""
    engagement = document.engagement
    require(actor, Permission.ISSUE_DOCUMENT, engagement)
    row = Document.objects.unscoped().select_for_update().get(pk=document.pk)
    last = job_of(row)
    if row.is_ready or (last is not None and last.is_open):
        return
    audit.record(chain=engagement.audit_chain, actor=actor, action="document.printed_again", target=row)
    jobs.start(kind=JOB, subject_id=row.pk, actor=actor)


def render_document(document_id: int, progress: Progress) -> None:
    """Print the frozen snapshot once and keep the bytes; a second run, or one at the same time, changes nothing.

    Raises DomainError with the reason where it can't be printed: then the job failed for good.
    """
    document = Document.objects.unscoped().select_related("engagement", "issued_by").get(pk=document_id)
    if document.is_ready:
        return
    with override(document.issued_by.language or document.language):
        progress(10)
        snapshot = intact_snapshot(document)
        progress(25)
        pdf = print_document(snapshot)
        progress(90)
        _keep(document, pdf)


def intact_snapshot(document: Document) -> Snapshot:
    """Return the frozen snapshot. Raises DomainError where it is not what was hashed when it was issued."""
    with suppress(SnapshotError):
        snapshot = restored(document)
        if snapshot.sha256 == document.snapshot_hash:
            return snapshot
    raise DomainError(_("The frozen data doesn't match its hash; nothing was printed."))


def _keep(document: Document, pdf: bytes) -> None:
    """Store the bytes under their hash; the row takes them only while it has none."""
    failpoint("document.printed")
    name, digest = stored.keep(f"documents/{document.pk}", ContentFile(pdf), suffix="pdf")
    failpoint("document.stored")
    with transaction.atomic():
        kept = Document.objects.filter(pk=document.pk, pdf="").update(
            pdf=name, pdf_hash=digest, renderer=renderer_fingerprint()
        )
        if kept:
            data = {"version": document.version, "pdf": digest}
            chain = document.engagement.audit_chain
            audit.record(chain=chain, actor=None, action="document.printed", target=document, data=data)
    if not kept:
        log.info("document_printed_twice", document=document.pk)
        if not Document.objects.filter(pk=document.pk, pdf=name).exists():
            default_storage.delete(name)
