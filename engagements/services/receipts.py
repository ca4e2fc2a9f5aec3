"""What came of the documents that were asked for: who gave them, and what we found in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import DocumentRequest, Engagement, MailedLink, ReceivedFile
from engagements.rules.kept import note_fulfilment
from engagements.services import documents, files, links, reminders
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError
from onsite.core.files import DOCUMENTS
from onsite.notifications.services import enqueue

Uploads = Sequence["UploadedFile[Any]"]


@files.storing_atomically()
def give_documents(*, actor: User, request: DocumentRequest, uploads: Uploads = (), note: str = "") -> None:
    """Hand in files, signed in as one of the client's people.

    Where data stays on site no file is taken and the note says where it lies. Raises DomainError on "uploads" where one
    can't be stored or there are too many, on "note" where it does not say that, without a field where the document was
    read already or never asked for.
    """
    require(actor, Permission.GIVE_DOCUMENT, request.engagement)
    row = _taking(request.engagement, request.pk)
    _keep(row, actor, uploads)
    way = _shown_or(DocumentRequest.Way.PAGE, row, note)
    _receive(row, actor, way, received_from=actor, note=note, recorded_by=None)


@files.storing_atomically()
def give_by_link(*, link: MailedLink, uploads: Uploads = (), note: str = "") -> None:
    """Hand in files by a mailed link, which that uses up; as `give_documents`, and DomainError where it was used."""
    require(link.user, Permission.GIVE_DOCUMENT, link.engagement)
    row = _taking(link.engagement, link.subject_id)
    links.use_link(link)
    _keep(row, link.user, uploads)
    way = _shown_or(DocumentRequest.Way.LINK, row, note)
    _receive(row, link.user, way, received_from=link.user, note=note, recorded_by=None)


@files.storing_atomically()
def record_receipt(
    *,
    actor: User,
    request: DocumentRequest,
    way: str,
    received_from: User | None,
    uploads: Uploads = (),
    note: str = "",
) -> None:
    """Record that the client handed something over outside OnSite. It says who recorded it, and never stands there as
    if the client had. Raises DomainError as `give_documents`, and on "way" for a way that only the client has.
    """
    require(actor, Permission.EDIT_PREPARATION, request.engagement)
    if way not in {DocumentRequest.Way.PAPER, DocumentRequest.Way.FILE, DocumentRequest.Way.SITE}:
        raise DomainError(_("Say how it came: on paper or as a file."), field="way")
    if way == DocumentRequest.Way.FILE and not uploads:
        raise DomainError(_("Choose the file that came."), field="uploads")
    row = _taking(request.engagement, request.pk)
    _keep(row, actor, uploads)
    if way == DocumentRequest.Way.SITE:
        _refuse_nowhere(note)
    _receive(row, actor, DocumentRequest.Way(way), received_from=received_from, note=note, recorded_by=actor)


@transaction.atomic
def review_document(
    *,
    actor: User,
    request: DocumentRequest,
    findings: str,
    is_enough: bool,
    files_seen: int,
    due_on: date | None = None,
) -> None:
    """Keep what we found in it. What is not enough is asked again with that as the explanation, in a new round.

    Raises DomainError where it has not come or was read already, or more files came than the `files_seen`; on
    "findings" and "due_on" where asking again lacks the reason or the day.
    """
    require(actor, Permission.EDIT_PREPARATION, request.engagement)
    engagement = Engagement.objects.lock(request.engagement_id)
    row = documents.locked(engagement, request.pk)
    if row.state != DocumentRequest.State.RECEIVED:
        raise DomainError(_("This was read already, or has not come yet."))
    if row.files.count() != files_seen:
        raise DomainError(_("More files came since you opened this page. Please look at them first."))
    if not is_enough:
        _refuse_unexplained(engagement, findings, due_on)
    row.findings, row.reviewed_by, row.reviewed_at = findings, actor, timezone.now()
    if is_enough:
        row.state = DocumentRequest.State.REVIEWED
        row.save()
    else:
        row.due_on = due_on or row.due_on
        documents.mark_asked(row)
        documents.tell_asked(engagement, [row])
    action = "document.read" if is_enough else "document.asked_again"
    documents.record(actor, row, action, {"findings": findings, "round": row.round, "by": str(row.due_on)})
    note_fulfilment(engagement)


def _refuse_unexplained(engagement: Engagement, findings: str, due_on: date | None) -> None:
    if not findings:
        raise DomainError(_("Say what is missing: the client reads it."), field="findings")
    if due_on is None:
        raise DomainError(_("Say by when it is needed now."), field="due_on")
    documents.refuse_past(engagement, due_on)


def _taking(engagement: Engagement, pk: int) -> DocumentRequest:
    """Hold the engagement and return the request; raise DomainError where nothing is taken for it."""
    row = documents.locked(Engagement.objects.lock(engagement.pk), pk)
    if row.state == DocumentRequest.State.PLANNED:
        raise DomainError(_("This was not asked of the client yet. Ask first, then record what came."))
    if not row.takes_files:
        raise DomainError(_("This document was read already. Thank you: nothing more is needed."))
    return row


def _keep(row: DocumentRequest, actor: User, uploads: Uploads) -> None:
    if row.files.count() + len(uploads) > DocumentRequest.MOST_FILES:
        most = DocumentRequest.MOST_FILES
        text = ngettext("At most %(most)s file is kept for one document.",
                        "At most %(most)s files are kept for one document.", most)  # fmt: skip
        raise DomainError(text % {"most": most}, field="uploads")
    for upload in uploads:
        stored = files.store(actor=actor, engagement=row.engagement, upload=upload, field="uploads", kinds=DOCUMENTS)
        ReceivedFile.objects.create(
            request=row, attachment=stored, round=row.round, received_from=None if actor.is_vendor else actor
        )
        documents.record(actor, row, "document.file_received", {"name": stored.name, "sha256": stored.sha256})


def _shown_or(way: DocumentRequest.Way, row: DocumentRequest, note: str) -> DocumentRequest.Way:
    """Return how it came from the client's own hand: where data stays on site it was shown there."""
    if not row.engagement.data_stays_on_site:
        return way
    _refuse_nowhere(note)
    return DocumentRequest.Way.SITE


def _refuse_nowhere(note: str) -> None:
    if not note:
        raise DomainError(_("Say where it lies and who shows it."), field="note")


def _receive(
    row: DocumentRequest, actor: User, way: DocumentRequest.Way, *, received_from: User | None, note: str,
    recorded_by: User | None,
) -> None:  # fmt: skip
    row.state, row.received_at = DocumentRequest.State.RECEIVED, timezone.now()
    row.received_way, row.received_from, row.recorded_by = way, received_from, recorded_by
    row.received_note = note
    row.save()
    links.end_links(purpose=MailedLink.Purpose.GIVE_DOCUMENT, subject_id=row.pk)
    documents.record(actor, row, "document.received", {"way": str(way), "round": row.round, "note": note})
    reader = reminders.lead_of(row.engagement) or row.engagement.created_by
    if reader != actor:
        enqueue(
            kind="document_received",
            recipient=reader,
            dedupe_key=f"document:{row.pk}:{row.round}:received:{reader.pk}",
            payload={"request": row.pk},
        )
