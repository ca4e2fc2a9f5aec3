"""Printing an issued guide in a worker: from its frozen content, once, with exactly the pictures it was issued with."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from typing import Any

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from onsite.core import audit, stored
from onsite.core.errors import DomainError
from onsite.core.jobs import Progress
from onsite.core.pdf import renderer_fingerprint
from reports.documents.codec import SnapshotError
from reports.documents.printing import print_document
from reports.documents.training_guide import TrainingGuide
from training.models import GuideEdition
from training.services.guides import picture_bytes

log = structlog.get_logger(__name__)


def print_guide(edition_id: int, progress: Progress) -> None:
    """Print the frozen content and keep the bytes; a second run, or one at the same time, changes nothing.

    Raises DomainError with the reason where it can't be printed: then the job failed for good.
    """
    rows: Any = GuideEdition.objects.unscoped().select_related("version__course__engagement", "issued_by")
    edition: GuideEdition = rows.get(pk=edition_id)
    if edition.pdf:
        return
    with override(edition.issued_by.language or edition.language):
        progress(10)
        guide = intact_guide(edition)
        assets = {
            str(picture.number): _unchanged(edition, picture.number, picture.sha256) for picture in guide.pictures
        }
        progress(25)
        pdf = print_document(guide, assets)
        progress(90)
        _keep(edition, pdf)


def intact_guide(edition: GuideEdition) -> TrainingGuide:
    """Return the frozen guide. Raises DomainError where it is not what was hashed when it was issued."""
    with suppress(SnapshotError):
        guide = TrainingGuide.from_json(json.dumps(edition.content))
        if guide.sha256 == edition.content_hash:
            return guide
    raise DomainError(_("The frozen data doesn't match its hash; nothing was printed."))


def _unchanged(edition: GuideEdition, number: int, sha256: str) -> bytes:
    content = picture_bytes(edition.version.course_id, number)
    if hashlib.sha256(content).hexdigest() != sha256:
        words = {"number": number}
        raise DomainError(_("Picture %(number)s is another one now. Issue the guide again.") % words)
    return content


def _keep(edition: GuideEdition, pdf: bytes) -> None:
    """Store the bytes under their hash; the row takes them only while it has none."""
    name, digest = stored.keep(f"guides/{edition.pk}", ContentFile(pdf), suffix="pdf")
    with transaction.atomic():
        free = GuideEdition.objects.unscoped().filter(pk=edition.pk, pdf="")
        kept = free.update(pdf=name, pdf_hash=digest, renderer=renderer_fingerprint())
        if kept:
            chain = edition.version.course.engagement.audit_chain
            data = {"number": edition.number, "pdf": digest}
            audit.record(chain=chain, actor=None, action="guide.printed", target=edition, data=data)
    if not kept:
        log.info("guide_printed_twice", edition=edition.pk)
        if not GuideEdition.objects.unscoped().filter(pk=edition.pk, pdf=name).exists():
            default_storage.delete(name)
