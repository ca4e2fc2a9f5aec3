"""What is found of the preparation: the documents asked for, and what stands in files."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import pgettext_lazy

from engagements.models import Attachment, DocumentRequest
from onsite.accounts.models import User
from onsite.core.search import Passage, register


def register_all() -> None:
    """Let them be found; called once by the app's config."""
    register(
        DocumentRequest,
        name="document",
        label=pgettext_lazy("search", "Documents asked for"),
        reader=read_request,
        url=lambda row, user: reverse("engagements:document_request_list", args=[row.engagement_id]),
    )
    register(
        Attachment,
        name="file",
        label=pgettext_lazy("search", "Files"),
        reader=read_file,
        rows=lambda rows: rows.select_related("kept_text"),
        url=_address_of_file,
    )


def read_request(row: DocumentRequest) -> Iterator[Passage]:
    """What is asked for, shared once it was asked; what we found in it stays ours."""
    day, whose = row.due_on, row.engagement_id
    is_shared = row.state != DocumentRequest.State.PLANNED
    told = "\n".join(text for text in (row.purpose, row.received_note, row.missing) if text)
    yield Passage(row.title, told, day, is_shared=is_shared, engagement_id=whose)
    if row.findings and not row.missing:
        yield Passage(row.title, row.findings, day, engagement_id=whose)


def read_file(row: Attachment) -> Iterator[Passage]:
    """A file's name and all that it says, masked; shared as the file is."""
    is_shared = not row.is_internal and row.is_cleared
    yield Passage(row.name, row.full_text, row.uploaded_at, is_shared=is_shared, engagement_id=row.engagement_id)


def _address_of_file(row: Attachment, user: User) -> str:
    """The vendor's people read what is about a file; a client gets the file."""
    return reverse(f"engagements:{'attachment' if user.is_client else 'file'}", args=[row.engagement_id, row.pk])
