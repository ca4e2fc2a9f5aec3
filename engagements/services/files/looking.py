"""Looking a file through: a job that ends in clean, found or unreadable, once, whoever else had begun it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from engagements.found import IN_ITS_NAME, kinds_in
from engagements.models import Attachment, Preview, Scan
from engagements.services import reminders
from engagements.services.files import reading
from onsite.accounts.models import User
from onsite.core import audit, jobs, scanner, search
from onsite.core.jobs import Progress
from onsite.core.models import Job
from onsite.core.scanner import EXCERPT, Page, Told
from onsite.notifications.services import enqueue

KIND = "file.scan"
# Longer than four runs of the scanner's child process: as many follow each other without a word where a PDF is masked.
LEASE = timedelta(minutes=12)
_KNOWN = (Scan.CLEAN, Scan.FOUND, Scan.UNREADABLE, Scan.RELEASED)


@dataclass(frozen=True)
class Seen:
    """What came of looking a file through, before it is written down."""

    is_readable: bool
    findings: Sequence[dict[str, Any]] = ()
    text: str = ""
    previews: Sequence[Preview] = ()

    @property
    def excerpt(self) -> str:
        return self.text[:EXCERPT]

    @property
    def scan(self) -> Scan:
        if not self.is_readable:
            return Scan.UNREADABLE
        return Scan.FOUND if self.findings else Scan.CLEAN


def begin(attachment: Attachment, actor: User) -> None:
    """Take over what is known of the same bytes, else start a job; in the caller's transaction."""
    twin = _twin(attachment)
    if twin is not None:
        _settle(attachment, _as_before(attachment, twin))
        attachment.refresh_from_db()
    else:
        jobs.start(kind=KIND, subject_id=attachment.pk, actor=actor)


def look_through(attachment_id: int, progress: Progress) -> None:
    """Do the job: find what must not be shared, make the pictures of its pages, and say so once.

    A file that was judged meanwhile stays as it was judged.
    """
    row = Attachment.objects.unscoped().filter(pk=attachment_id, scan=Scan.WAITING).first()
    if row is None:
        return
    progress(5)
    twin = _twin(row)
    if twin is not None:
        _settle(row, _as_before(row, twin))
        return
    seen = see(row, progress)
    if not _settle(row, seen):
        forget(seen)


def job_of(attachment: Attachment) -> Job | None:
    """Return the newest job of this file, if there was one."""
    return Job.objects.filter(kind=KIND, subject_id=attachment.pk).order_by("-pk").first()


def give_up(attachment_id: int) -> None:
    """Hold what could not be looked through: the lead decides about it."""
    row = Attachment.objects.unscoped().filter(pk=attachment_id, scan=Scan.WAITING).first()
    if row is not None:
        _settle(row, Seen(is_readable=False))


def see(row: Attachment, progress: Progress, content: bytes | None = None) -> Seen:
    """Look through the file's name and its content, and store the pictures of its pages."""
    looked = scanner.look_through(content, media_type=row.media_type) if content is not None else _look_at_stored(row)
    progress(70)
    return Seen(
        is_readable=looked.is_readable,
        findings=_found_in_name(row) + [told.to_plain() for told in looked.told],
        text=looked.text,
        previews=[_stored(row, number, page) for number, page in enumerate(looked.pages, start=1)],
    )


def _look_at_stored(row: Attachment) -> scanner.Looked:
    with row.stored_bytes() as stored:
        if row.is_recording:
            return scanner.look_through_recording(stored, media_type=row.media_type)
        return scanner.look_through(stored.read(), media_type=row.media_type)


def forget(seen: Seen) -> None:
    """Delete the pictures of a look that nobody keeps."""
    for preview in seen.previews:
        default_storage.delete(str(preview.image.name))


def _previews_like(row: Attachment, twin: Attachment) -> list[Preview]:
    """Return the pictures of a file with the same bytes as this row's own, sharing the stored ones."""
    return [
        Preview(attachment=row, number=page.number, image=page.image.name, width=page.width, height=page.height)
        for page in twin.previews.unscoped()
    ]


def _twin(row: Attachment) -> Attachment | None:
    """Return a file of the engagement with the same bytes that was looked through already."""
    rows = Attachment.objects.unscoped().filter(engagement=row.engagement_id, sha256=row.sha256, scan__in=_KNOWN)
    return rows.exclude(pk=row.pk).order_by("-scanned_at", "-pk").first()


def _as_before(row: Attachment, twin: Attachment) -> Seen:
    """What is known of the same bytes; its name may be another. What one file was released with holds another back."""
    known = [finding for finding in twin.findings if finding["where"] != IN_ITS_NAME]
    was_unread = twin.scan == Scan.UNREADABLE or (twin.scan == Scan.RELEASED and not twin.findings)
    return Seen(
        is_readable=not was_unread,
        findings=_found_in_name(row) + known,
        text=twin.full_text,
        previews=_previews_like(row, twin),
    )


@transaction.atomic
def _settle(row: Attachment, seen: Seen) -> bool:
    """Write down what came of it and tell the lead what is held; return whether this call did."""
    settled = Attachment.objects.filter(pk=row.pk, scan=Scan.WAITING).update(
        scan=seen.scan, findings=list(seen.findings), text_excerpt=seen.excerpt, scanned_at=timezone.now()
    )
    if settled:
        Preview.objects.bulk_create(seen.previews)
        reading.keep(row, seen.text)
        search.follow(row)
        if seen.scan != Scan.CLEAN:
            _tell_held(row, seen)
    return bool(settled)


def _tell_held(row: Attachment, seen: Seen) -> None:
    audit.record(
        chain=row.engagement.audit_chain,
        actor=None,
        action="file.held",
        target=row,
        data={"sha256": row.sha256, "scan": str(seen.scan), "kinds": kinds_in(list(seen.findings))},
    )
    reader = reminders.lead_of(row.engagement) or row.engagement.created_by
    enqueue(kind="file_held", recipient=reader, dedupe_key=f"file:{row.pk}:held", payload={"file": row.pk})


def _found_in_name(row: Attachment) -> list[dict[str, Any]]:
    found = scanner.scan_text(row.name)
    return [Told(one.kind, IN_ITS_NAME, one.sample, 1).to_plain() for one in found]


def _stored(row: Attachment, number: int, page: Page) -> Preview:
    preview = Preview(attachment=row, number=number, width=page.width, height=page.height)
    preview.image.save(f"{row.sha256[:16]}-{number}.jpg", ContentFile(page.image), save=False)
    return preview
