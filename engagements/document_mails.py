"""How the messages about documents and interviews are written: when they are sent, with what is still open then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from engagements.models import DocumentRequest, Engagement, Interview, MailedLink
from engagements.services.links import find_link
from onsite.notifications import kinds
from onsite.notifications.kinds import Readers, Topic, Written
from onsite.notifications.models import Message


@dataclass(frozen=True)
class Wanted:
    """One document with the address where it is handed in."""

    request: DocumentRequest
    url: str


def document_asked(message: Message) -> Written | None:
    """What the client is asked for, with a link for each; nothing where everything came, or the links ended."""
    wanted = _wanted(message)
    if not wanted:
        return None
    engagement = wanted[0].request.engagement
    subject = ngettext(
        "%(number)s document is needed: %(engagement)s", "%(number)s documents are needed: %(engagement)s", len(wanted)
    ) % {"number": len(wanted), "engagement": engagement.name}
    return _written(message, subject, "emails/document_asked.txt", engagement, wanted=wanted)


def document_overdue(message: Message) -> Written | None:
    """What was needed by a day and has not come: to whoever was asked with the links, to the lead with the list."""
    due_on = date.fromisoformat(message.payload["due_on"])
    wanted = _wanted(message, due_on) if message.recipient.is_client else _missing(message, due_on)
    if not wanted:
        return None
    engagement = wanted[0].request.engagement
    subject = _("Needed by %(day)s and not here yet: %(engagement)s") % {
        "day": date_format(due_on),
        "engagement": engagement.name,
    }
    return _written(message, subject, "emails/document_overdue.txt", engagement, wanted=wanted, due_on=due_on)


def document_received(message: Message) -> Written | None:
    """A document came and waits to be read; nothing where somebody read it."""
    rows = DocumentRequest.objects.visible_to(message.recipient).select_related("engagement__client", "received_from")
    row = rows.filter(pk=message.payload["request"], state=DocumentRequest.State.RECEIVED).first()
    if row is None:
        return None
    subject = _("Received: %(document)s") % {"document": row.title}
    url = settings.BASE_URL + reverse("engagements:document_request_review", args=[row.engagement_id, row.pk])
    return _written(message, subject, "emails/document_received.txt", row.engagement, row=row, url=url)


def interview_confirm(message: Message) -> Written | None:
    """The notes of an interview wait for whoever was interviewed; nothing where they changed or were confirmed."""
    token = message.payload["token"]
    link = find_link(token, MailedLink.Purpose.CONFIRM_INTERVIEW)
    if link is None:
        return None
    interview = Interview.objects.unscoped().select_related("engagement__client", "held_by").get(pk=link.subject_id)
    subject = _("Did we note it right? Our talk of %(day)s") % {"day": date_format(interview.held_on)}
    url = settings.BASE_URL + reverse("engagements:interview_confirm", args=[token])
    context = {"interview": interview, "url": url, "until": link.expires_at}
    return _written(message, subject, "emails/interview_confirm.txt", interview.engagement, **context)


def _wanted(message: Message, due_on: date | None = None) -> list[Wanted]:
    """What the links of the message still open, of these needed by that day."""
    found = []
    rows = DocumentRequest.objects.unscoped().open().select_related("engagement__client")
    for row in rows.filter(pk__in=message.payload["tokens"], asked_of=message.recipient):
        token = message.payload["tokens"][str(row.pk)]
        if due_on in {None, row.due_on} and find_link(token, MailedLink.Purpose.GIVE_DOCUMENT) is not None:
            path = reverse("engagements:document_upload", args=[token])
            found.append(Wanted(row, settings.BASE_URL + path))
    return found


def _missing(message: Message, due_on: date) -> list[Wanted]:
    """What is missing of a day, for the vendor's people who may see it."""
    rows = (
        DocumentRequest.objects.visible_to(message.recipient).open().select_related("engagement__client", "asked_of")
    )
    rows = rows.filter(engagement=message.payload["engagement"], due_on=due_on)
    path = reverse("engagements:document_request_list", args=[message.payload["engagement"]])
    return [Wanted(row, settings.BASE_URL + path) for row in rows if row.engagement.is_running]


def _written(message: Message, subject: str, template: str, engagement: Engagement, **context: object) -> Written:
    context |= {"name": message.recipient.name, "engagement": engagement, "is_client": message.recipient.is_client}
    return Written(subject, render_to_string(template, context))


def register_all() -> None:
    """Called once when the apps are ready."""
    kinds.register(
        "document_asked",
        document_asked,
        label=gettext_lazy("Documents are asked for"),
        is_secret=True,
        when=gettext_lazy("When you are asked for documents."),
        topic=Topic.PREPARATION,
        readers=Readers.CLIENT,
    )
    kinds.register(
        "document_overdue",
        document_overdue,
        label=gettext_lazy("Reminder of documents"),
        is_secret=True,
        when=gettext_lazy("When a document was needed by a day and has not come."),
        topic=Topic.PREPARATION,
    )
    kinds.register(
        "document_received",
        document_received,
        label=gettext_lazy("A document came"),
        when=gettext_lazy("When a document came that you have to look at."),
        topic=Topic.PREPARATION,
        readers=Readers.VENDOR,
    )
    kinds.register(
        "interview_confirm",
        interview_confirm,
        label=gettext_lazy("Interview to confirm"),
        is_secret=True,
        when=gettext_lazy("When the notes of a talk with you wait for your word."),
        topic=Topic.PREPARATION,
        readers=Readers.CLIENT,
    )
