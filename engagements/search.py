"""What is found of the preparation: the documents asked for, what stands in files, lessons and standing rules."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import pgettext_lazy

from engagements.models import Attachment, DocumentRequest, Lesson, StandingRule
from engagements.rules.content import texts_of
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
    register(Lesson, name="lesson", label=pgettext_lazy("search", "Lessons"), reader=read_lesson)
    register(
        StandingRule,
        name="rule",
        label=pgettext_lazy("search", "Standing rules"),
        reader=read_rule,
        rows=lambda rows: rows.prefetch_related("versions"),
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


def read_lesson(row: Lesson) -> Iterator[Passage]:
    """What happened, why, and the rule. A client reads a shared one in the closing report: no page of theirs shows it."""
    yield Passage(
        row.title, f"{row.what_happened}\n{row.why}\n{row.rule}", row.written_at, engagement_id=row.engagement_id
    )


def read_rule(row: StandingRule) -> Iterator[Passage]:
    """What a rule demands by now, for all of the vendor's people, until it is retired."""
    newest = next(iter(row.versions.all()), None)
    if row.is_active and newest is not None:
        yield Passage(row.title, "\n".join([newest.text, *texts_of(newest.content)]), newest.written_at)


def _address_of_file(row: Attachment, user: User) -> str:
    """The vendor's people read what is about a file; a client gets the file."""
    return reverse(f"engagements:{'attachment' if user.is_client else 'file'}", args=[row.engagement_id, row.pk])
