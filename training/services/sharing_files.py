"""Slides and recordings of a sharing session."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from onsite.accounts.models import User
from onsite.core import audit, incoming
from onsite.core.errors import DomainError
from onsite.core.files import SLIDES, VIDEOS, Examined, Kinds, examine
from training.models import KnowledgeFile, Sharing
from training.services.knowledge_files import keep_file
from training.services.sharing import held

MOST_FILES = 30


def add_slides(*, actor: User, sharing: Sharing, upload: UploadedFile[Any]) -> KnowledgeFile:
    """Keep slides as PDF or PowerPoint. Raises DomainError on "upload" for anything else, and where there are many."""
    return _add(actor, sharing, upload, SLIDES)


def add_recording(*, actor: User, sharing: Sharing, upload: UploadedFile[Any]) -> KnowledgeFile:
    """Keep a recording as MP4 or WebM. Raises DomainError on "upload" for anything else, and where there are many."""
    return _add(actor, sharing, upload, VIDEOS)


@transaction.atomic
def remove_file(*, actor: User, sharing: Sharing, file: KnowledgeFile) -> None:
    """Take a file of the session out, with its bytes. Raises DomainError where somebody did that already."""
    row = held(actor, sharing)
    found = row.files.filter(pk=file.pk).first()
    if found is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    data = {"name": found.name, "sha256": found.sha256}
    audit.record(chain=audit.COMPANY, actor=actor, action="sharing.file_removed", target=row, data=data)
    path = str(found.file.name)
    found.delete()
    transaction.on_commit(lambda: default_storage.delete(path))


def _add(actor: User, sharing: Sharing, upload: UploadedFile[Any], kinds: Kinds) -> KnowledgeFile:
    # Reading a large file takes its time: before the lock.
    return _keep(actor, sharing, upload, examine(upload, field="upload", kinds=kinds))


@transaction.atomic
def _keep(actor: User, sharing: Sharing, upload: UploadedFile[Any], examined: Examined) -> KnowledgeFile:
    row = held(actor, sharing)
    if row.state == Sharing.State.CANCELLED:
        raise DomainError(_("This sharing session was cancelled."))
    if row.files.count() >= MOST_FILES:
        raise DomainError(_("A session keeps at most %(most)s files.") % {"most": MOST_FILES}, field="upload")
    data = {"name": examined.name, "sha256": examined.sha256}

    def told(_file: KnowledgeFile) -> None:
        audit.record(chain=audit.COMPANY, actor=actor, action="sharing.file_added", target=row, data=data)
        incoming.taken(upload)

    return keep_file(actor=actor, home=row, content=upload, examined=examined, then=told)
