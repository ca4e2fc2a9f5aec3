"""Storing an engagement's files."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile

from engagements.models import Attachment, Engagement
from onsite.accounts.models import User
from onsite.core.files import SCANS, Kinds, examine


def store(
    *,
    actor: User,
    engagement: Engagement,
    upload: UploadedFile[Any],
    field: str,
    is_internal: bool = False,
    kinds: Kinds = SCANS,
) -> Attachment:
    """Keep the file unchanged under a name of ours. Raises DomainError on `field` where it may not be stored."""
    found = examine(upload, field=field, kinds=kinds)
    attachment = Attachment(
        engagement=engagement,
        name=found.name,
        media_type=found.media_type,
        size_bytes=found.size_bytes,
        sha256=found.sha256,
        is_internal=is_internal,
        uploaded_by=actor,
    )
    attachment.file.save(f"{found.sha256[:16]}{found.name[found.name.rfind('.') :].lower()}", upload, save=True)
    return attachment
