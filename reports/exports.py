"""Many issued reports in one zip: made in the background, for whoever asked, as long as they may see every one of them."""

from __future__ import annotations

import shutil
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from onsite.accounts.models import User
from onsite.core import audit, jobs, stored
from onsite.core.errors import DomainError
from onsite.core.failpoints import failpoint
from onsite.core.files import clean_name
from onsite.core.jobs import Progress
from onsite.core.models import Job
from reports.issued import open_issued
from reports.models import Document, DocumentQuerySet, ReportExport

JOB = "export"
MOST_DOCUMENTS = 500
KEPT = timedelta(days=7)
# A name has at most 255 bytes on most disks, and unpacking puts it below a folder.
_MOST_NAME_BYTES = 180


@transaction.atomic
def ask_export(*, actor: User, documents: Sequence[int]) -> ReportExport:
    """Have a zip made of these issued documents. Raises DomainError where there is none, where there are too many, or
    where one of them is not theirs to see."""
    wanted = sorted(set(documents))
    if not wanted:
        raise DomainError(_("Choose at least one report."), field="documents")
    if len(wanted) > MOST_DOCUMENTS:
        words = {"most": MOST_DOCUMENTS}
        raise DomainError(_("At most %(most)s reports fit in one zip.") % words, field="documents")
    if _visible(actor, wanted).count() != len(wanted):
        raise DomainError(_("One of these reports is not there any more. Please choose again."), field="documents")
    export = ReportExport.objects.create(asked_by=actor, documents=wanted)
    data = {"documents": wanted}
    audit.record(chain=audit.COMPANY, actor=actor, action="documents.exported", target=export, data=data)
    jobs.start(kind=JOB, subject_id=export.pk, actor=actor)
    return export


@transaction.atomic
def cancel_export(*, actor: User, export: ReportExport) -> None:
    """Stop making the zip. Raises DomainError where it is finished already."""
    in_time = ReportExport.objects.made_by(actor).filter(pk=export.pk, file="")
    job = job_of(export)
    if not in_time.update(cancelled_at=timezone.now()) or job is None or not jobs.cancel(job=job):
        raise DomainError(_("There is nothing left to cancel."))


def job_of(export: ReportExport) -> Job | None:
    """Return the job that makes the zip."""
    return Job.objects.filter(kind=JOB, subject_id=export.pk).order_by("-pk").first()


def is_open_to_its_maker(export: ReportExport) -> bool:
    """Say whether the person who asked may still see every document in the zip."""
    inside = set(export.documents) - {row["document"] for row in export.skipped}
    return _visible(export.asked_by, inside).count() == len(inside)


def make_zip(export_id: int, progress: Progress) -> None:
    """Write the zip that was asked for, once; a second run changes nothing.

    What the person may no longer see, and files that are missing or changed, are left out and listed in the zip. Raises
    DomainError where nothing is left.
    """
    export = ReportExport.objects.select_related("asked_by").get(pk=export_id)
    if export.file or export.cancelled_at:
        return
    # Without a name in any folder: whatever kills this process, nothing stays.
    with override(export.asked_by.language or settings.LANGUAGE_CODE), tempfile.TemporaryFile() as file:
        skipped = _write(export, file, progress)
        _keep(export, File(file), skipped)


def forget_old() -> None:
    """Delete the zips that were asked for long ago, with all that killed workers left beside them."""
    for export in ReportExport.objects.filter(asked_at__lt=timezone.now() - KEPT):
        folder = _folder(export)
        if default_storage.exists(folder):
            for name in default_storage.listdir(folder)[1]:
                default_storage.delete(f"{folder}/{name}")
            default_storage.delete(folder)
        export.delete()


def _visible(user: User, documents: Iterable[int]) -> DocumentQuerySet:
    return Document.objects.visible_to(user).printed().filter(pk__in=documents)


def _folder(export: ReportExport) -> str:
    return f"exports/{export.pk}"


def _write(export: ReportExport, file: IO[bytes], progress: Progress) -> list[dict[str, Any]]:
    """Write the members one after the other; return what was left out, with the reason."""
    rows = _visible(export.asked_by, export.documents).select_related("engagement__client").defer("snapshot")
    found = list(rows.order_by("engagement__client__short_name", "engagement__name", "pk"))
    unseen = set(export.documents) - {row.pk for row in found}
    gone = _("You may no longer see it.")
    skipped = [{"document": pk, "name": _("A report"), "reason": gone} for pk in sorted(unseen)]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for number, document in enumerate(found, start=1):
            name = member_name(number, document)
            try:
                _add(archive, name, document)
            except DomainError as error:
                skipped.append({"document": document.pk, "name": name, "reason": error.message})
            progress(99 * number // len(found))
        if len(skipped) == len(export.documents):
            raise DomainError(_("None of these reports could be put into a zip: %(reason)s") % skipped[-1])
        if skipped:
            told = "\r\n".join(
                [_("These reports are not in the zip:"), *(f"{r['name']}: {r['reason']}" for r in skipped)]
            )
            # With a mark of its encoding, or Windows would take it for another.
            archive.writestr(_member(f"000 {_('Left out')}.txt", export.asked_at), told.encode("utf-8-sig"))
    return skipped


def _add(archive: zipfile.ZipFile, name: str, document: Document) -> None:
    with open_issued(document) as issued:
        member = _member(name, document.issued_at)
        member.file_size = issued.size
        with archive.open(member, "w") as written:
            shutil.copyfileobj(issued, written)


def _member(name: str, at: Any) -> zipfile.ZipInfo:
    """A file of this moment; `zipfile` makes it readable by its owner alone. Stored as it is: a PDF is packed already."""
    return zipfile.ZipInfo(name, at.timetuple()[:6])


def member_name(number: int, document: Document) -> str:
    """Return what the document is called in the zip: safe on Windows, macOS and Linux, never a path, never twice."""
    engagement = document.engagement
    with override(document.language):
        full = f"{engagement.client.short_name} {engagement.name} {document}"
    plain = unicodedata.normalize("NFC", " ".join(full.replace("/", " ").replace("\\", " ").split()))
    stem = clean_name(f"{plain}.pdf").removesuffix(".pdf").encode()[:_MOST_NAME_BYTES].decode(errors="ignore")
    # The number also keeps a client called "CON" from being a device on Windows.
    return f"{number:03d} {stem.rstrip(' .')}.pdf"


def _keep(export: ReportExport, file: File[Any], skipped: list[dict[str, Any]]) -> None:
    """Store the zip; the row takes it only while it has none and nobody cancelled."""
    name, _digest = stored.keep(_folder(export), file, suffix="zip")
    failpoint("export.written")
    waiting = ReportExport.objects.filter(pk=export.pk, file="", cancelled_at=None)
    kept = waiting.update(file=name, size_bytes=file.size, skipped=skipped)
    if not kept and not ReportExport.objects.filter(pk=export.pk, file=name).exists():
        default_storage.delete(name)
