"""What a file says, kept whole so that it is found by its words.

What is looked through is read by that job (`looking`); the others, which the client handed in or that were signed, by a
job of their own. Where nothing can be read, the file is found by its name.
"""

from __future__ import annotations

from django.db import transaction

from engagements.models import Attachment, AttachmentText
from onsite.accounts.models import User
from onsite.core import jobs, scanner, search
from onsite.core.jobs import Progress

KIND = "file.read"


def begin(attachment: Attachment, actor: User) -> None:
    """Take over what the same bytes say, else start a job; in the caller's transaction."""
    if attachment.has_text:
        text = _text_of_twin(attachment)
        if text:
            keep(attachment, text)
            search.update(attachment)
        else:
            jobs.start(kind=KIND, subject_id=attachment.pk, actor=actor)


def read(attachment_id: int, progress: Progress) -> None:
    """Do the job: keep what the file says, masked, and let it be found by it. A file that is gone is none."""
    row = Attachment.objects.unscoped().filter(pk=attachment_id).first()
    if row is None or AttachmentText.objects.unscoped().filter(attachment=row).exists():
        return
    progress(5)
    text = _text_of_twin(row) or _text_in(row)
    progress(70)
    _write(row.pk, text)


def keep(attachment: Attachment, text: str) -> None:
    """Keep the text, in the transaction that says so; the caller brings the index up to date."""
    if text:
        AttachmentText.objects.unscoped().update_or_create(attachment=attachment, defaults={"text": text})


@transaction.atomic
def _write(attachment_id: int, text: str) -> None:
    # It may have been deleted while it was read.
    row = Attachment.objects.unscoped().select_for_update(no_key=True).filter(pk=attachment_id).first()
    if row is not None:
        keep(row, text)
        search.follow(row)


def _text_in(row: Attachment) -> str:
    with row.stored_bytes() as stored:
        return scanner.text_in(stored.read(), media_type=row.media_type)


def _text_of_twin(row: Attachment) -> str:
    """Return what a file of the engagement with the same bytes says, as far as it was read."""
    rows = AttachmentText.objects.unscoped().filter(
        attachment__engagement=row.engagement_id, attachment__sha256=row.sha256
    )
    return rows.order_by("pk").values_list("text", flat=True).first() or ""
