"""What happens to what is held back: a masked copy takes its place, or the lead releases it with a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from engagements.found import IN_ITS_NAME, kinds_in
from engagements.models import HELD, Attachment, Engagement, Preview, Reading, Scan, Scanned
from engagements.services.files import looking, reading
from engagements.services.files.storing import keep, storing_atomically
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit, jobs, scanner, search
from onsite.core.errors import DomainError
from onsite.core.files import clean_name, most_bytes
from onsite.core.jobs import Progress
from onsite.core.models import Job

MASKING = "file.mask"
Swap = Callable[[Attachment, Attachment], None]
_swaps: list[Swap] = []


def when_masked(swap: Swap) -> None:
    """Say, from `AppConfig.ready`, how a masked copy takes the original's place in an app: `swap(original, copy)` runs
    in the transaction that makes the copy."""
    _swaps.append(swap)


@transaction.atomic
def release(*, actor: User, row: Scanned, engagement: Engagement, reason: str) -> None:
    """Let clients see what was held back, a file or any other row that was looked through, as it is and with a reason.

    Raises DomainError on "reason" where there is none, and without a field where it is not held (any more).
    """
    require(actor, Permission.RELEASE_FILE, engagement)
    reason = reason.strip()
    if not reason:
        raise DomainError(_("Say why it may be shown as it is: the reason stays with the file."), field="reason")
    # Masking holds it too: a copy never takes the place of what was released meanwhile.
    Engagement.objects.lock(engagement.pk)
    rows: Any = type(row)._default_manager
    released = {"released_by": actor, "released_at": timezone.now(), "release_reason": reason}
    if not rows.filter(pk=row.pk, scan__in=HELD).update(scan=Scan.RELEASED, **released):
        raise DomainError(_("This is not held back any more. Somebody may have released it meanwhile."))
    data = {"reason": reason, "kinds": kinds_in(row.findings), "was": str(row.scan)}
    _audit(actor, engagement, "file.released", row, data)
    row.refresh_from_db()


@transaction.atomic
def start_masking(*, actor: User, attachment: Attachment) -> Job:
    """Let a worker `mask` the file: a long log or a PDF takes longer than a page may. Asked for twice, it is done once.

    Raises DomainError where nothing was found in it, or a copy was made already.
    """
    require(actor, Permission.EDIT_PROBLEM, attachment.engagement)
    Engagement.objects.lock(attachment.engagement_id)
    _refuse_unmaskable(attachment)
    job = masking_of(attachment)
    return job if job and job.is_open else jobs.start(kind=MASKING, subject_id=attachment.pk, actor=actor)


def masking_of(attachment: Attachment) -> Job | None:
    """Return the newest job that makes a masked copy of this file, if there was one."""
    return Job.objects.filter(kind=MASKING, subject_id=attachment.pk).order_by("-pk").first()


def mask_in_worker(attachment_id: int, progress: Progress) -> None:
    """Do the job of whoever started it, and refuse in their language. A copy that is there already is enough."""
    row = Attachment.objects.unscoped().select_related("engagement").filter(pk=attachment_id).first()
    job = masking_of(row) if row else None
    if row is None or job is None or job.started_by is None or row.masked_copies.unscoped().exists():
        return
    with translation.override(job.started_by.language or row.engagement.language):
        mask(actor=job.started_by, attachment=row, progress=progress)


def mask(*, actor: User, attachment: Attachment, progress: Progress = lambda percent: None) -> Attachment:
    """Make a copy in which what was found is masked, look it through again, and let it take the original's place. The
    original stays as it is, and held.

    Raises DomainError where nothing was found in it, a copy was made already, or none can be made.
    """
    require(actor, Permission.EDIT_PROBLEM, attachment.engagement)
    _refuse_unmaskable(attachment)
    progress(5)
    content = _masked_content(attachment)
    progress(60)
    copy = Attachment(
        engagement=attachment.engagement,
        name=_masked_name(attachment),
        media_type=attachment.media_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        is_internal=attachment.is_internal,
        uploaded_by=actor,
        masked_from=attachment,
        scan=Scan.CLEAN,
        scanned_at=timezone.now(),
    )
    seen = looking.see(copy, lambda percent: None, content)
    try:
        if seen.scan != Scan.CLEAN:
            raise _by_hand()
        _take_its_place(actor, attachment, copy, content, seen)
    except DomainError:
        looking.forget(seen)
        raise
    return copy


@storing_atomically()
def _take_its_place(actor: User, original: Attachment, copy: Attachment, content: bytes, seen: looking.Seen) -> None:
    Engagement.objects.lock(original.engagement_id)
    now = Attachment.objects.unscoped().select_for_update(no_key=True).get(pk=original.pk)
    _refuse_unmaskable(now)
    # It may have been taken away from the client while the copy was made.
    copy.is_internal = now.is_internal
    copy.text_excerpt = seen.excerpt
    keep(copy, ContentFile(content))
    reading.keep(copy, seen.text)
    search.update(copy)
    for preview in seen.previews:
        preview.attachment = copy
    Preview.objects.bulk_create(seen.previews)
    Reading.objects.filter(file=original).update(file=copy)
    for swap in _swaps:
        swap(original, copy)
    data = {"copy": copy.pk, "sha256": copy.sha256, "of": original.sha256}
    _audit(actor, original.engagement, "file.masked", original, data)


def _refuse_unmaskable(attachment: Attachment) -> None:
    if attachment.scan != Scan.FOUND:
        raise DomainError(_("There is nothing to mask: nothing that was found holds this file back."))
    if attachment.masked_copies.unscoped().exists():
        raise DomainError(_("A masked copy was made already."))


def _masked_content(attachment: Attachment) -> bytes:
    if attachment.size_bytes > most_bytes(attachment.media_type):
        raise _by_hand()  # A long video is not taken into memory.
    with attachment.stored_bytes() as stored:
        content: bytes = stored.read()
    if all(finding["where"] == IN_ITS_NAME for finding in attachment.findings):
        return content
    masked = scanner.masked_copy(content, media_type=attachment.media_type)
    if masked is None or len(masked) > most_bytes(attachment.media_type):
        raise _by_hand()
    return masked


def _masked_name(attachment: Attachment) -> str:
    name = PurePath(attachment.name)
    with translation.override(attachment.engagement.language):
        stem = _("%(name)s (masked)") % {"name": scanner.mask_text(name.stem)}
    return clean_name(stem + name.suffix)


def _by_hand() -> DomainError:
    return DomainError(
        _(
            "OnSite can't mask this file reliably. Black out what was found, for example in a picture of it, and upload it again."
        )
    )


def _audit(actor: User, engagement: Engagement, action: str, target: Any, data: dict[str, Any]) -> None:
    audit.record(chain=engagement.audit_chain, actor=actor, action=action, target=target, data=data)
