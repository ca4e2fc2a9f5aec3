"""The stored bytes of issued documents: handed out only while they are what was issued."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from onsite.core.errors import DomainError
from onsite.core.stored import sha256_of
from reports.models import Document

log = structlog.get_logger(__name__)


def open_issued(document: Document) -> File[Any]:
    """Return the document's file, opened at its beginning, after comparing every byte by the hash of its issue.

    Raises DomainError, and says it in the log, where the file is gone or is not what was issued any more.
    """
    try:
        stored = default_storage.open(str(document.pdf))
    except FileNotFoundError as error:
        log.error("issued_file_missing", document=document.pk, path=str(document.pdf))
        raise DomainError(
            _("The file of this document is missing on the server. Please tell the administrator.")
        ) from error
    found = sha256_of(stored)
    if found == document.pdf_hash:
        return stored
    stored.close()
    log.error("issued_file_changed", document=document.pk, issued=document.pdf_hash, found=found)
    raise DomainError(
        _(
            "The stored file is no longer the one that was issued, so it is not handed out. Please tell the administrator."
        )
    )
