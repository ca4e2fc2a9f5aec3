"""What is asked of the client: the list, asking, and reminding of what is late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from engagements.models import DocumentRequest, Engagement, MailedLink
from engagements.rules.kept import refuse_removal
from engagements.services import links, reminders
from engagements.usual_documents import usual_documents
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Permission
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.notifications.services import enqueue

USUAL_WORKING_DAYS = 5
# A link outlives the day it is asked for: most documents come late rather than never.
LINK_DAYS_AFTER_DUE = 30


@transaction.atomic
def save_request(
    *, actor: User, engagement: Engagement, request: DocumentRequest | None = None, **fields: Any
) -> DocumentRequest:
    """Create or change a request. Once asked only the day and the person change, and both are told by mail.

    Raises DomainError on "due_on" for a day that has passed, on "asked_of" for somebody who is not of the client, and
    where the document came already or somebody deleted the request.
    """
    require(actor, Permission.EDIT_PREPARATION, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    row = locked(engagement, request.pk) if request is not None else DocumentRequest(engagement=engagement)
    if row.state not in {DocumentRequest.State.PLANNED, DocumentRequest.State.ASKED}:
        raise DomainError(_("This document came already."))
    if row.is_open:
        fields = {name: value for name, value in fields.items() if name in {"asked_of", "due_on"}}
    if fields["due_on"] != row.due_on:
        refuse_past(engagement, fields["due_on"])
    _refuse_strangers(engagement, fields["asked_of"])
    before = (row.asked_of, row.due_on)
    for name, value in fields.items():
        setattr(row, name, value)
    action = "document.planned" if row._state.adding else "document.changed"
    row.save()
    record(actor, row, action, {name: str(value) for name, value in fields.items()})
    if row.is_open and before != (row.asked_of, row.due_on):
        tell_asked(engagement, [row])
    return row


@transaction.atomic
def delete_request(*, actor: User, request: DocumentRequest) -> None:
    """Take a request off the list. Raises DomainError where it was asked already, a standing rule asks for it, or it is
    gone."""
    require(actor, Permission.EDIT_PREPARATION, request.engagement)
    row = locked(Engagement.objects.lock(request.engagement_id), request.pk)
    if row.state != DocumentRequest.State.PLANNED:
        raise DomainError(_("This was asked of the client already and stays on the list."))
    refuse_removal(row)
    record(actor, row, "document.deleted", {"title": row.title})
    row.delete()


@transaction.atomic
def start_usual_list(*, actor: User, engagement: Engagement) -> int:
    """Plan what is usually needed for this core task and not on the list yet; return how many that were."""
    require(actor, Permission.EDIT_PREPARATION, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    known = set(engagement.document_requests.unscoped().values_list("title", flat=True))
    missing = [usual for usual in usual_documents(engagement.core_task) if not known & usual.titles()]
    pm = engagement.memberships.unscoped().active().with_part(Part.CLIENT_PM).select_related("user").first()
    with translation.override(engagement.language):
        rows = [
            DocumentRequest(
                engagement=engagement,
                kind=usual.kind,
                title=str(usual.title),
                purpose=str(usual.purpose),
                asked_of=pm.user if pm else None,
                due_on=engagement.working_calendar.shift(engagement.today(), USUAL_WORKING_DAYS),
            )
            for usual in missing
        ]
    DocumentRequest.objects.bulk_create(rows)
    if rows:
        data = {"titles": [row.title for row in rows]}
        audit.record(
            chain=engagement.audit_chain, actor=actor, action="document.list_started", target=engagement, data=data
        )
    return len(rows)


@transaction.atomic
def ask_for(*, actor: User, engagement: Engagement, request: DocumentRequest | None = None) -> int:
    """Ask for one planned document, or for all of them; return how many. Each person gets one mail with a link for each.

    Raises DomainError where nothing is left to ask, or a day it is needed by has passed.
    """
    require(actor, Permission.EDIT_PREPARATION, engagement)
    engagement = Engagement.objects.lock(engagement.pk)
    planned = (
        engagement.document_requests.unscoped().select_related("asked_of").filter(state=DocumentRequest.State.PLANNED)
    )
    rows = list(planned.filter(pk=request.pk) if request is not None else planned)
    if not rows:
        raise DomainError(_("This was asked already.") if request else _("Everything on the list was asked already."))
    for row in rows:
        if row.due_on < engagement.today():
            raise DomainError(_("“%(title)s” is needed by a day that has passed. Choose another day first.")
                              % {"title": row.title})  # fmt: skip
    for row in rows:
        _refuse_strangers(engagement, row.asked_of)
        mark_asked(row)
        record(actor, row, "document.asked", {"title": row.title, "of": row.asked_of_id, "by": str(row.due_on)})
    tell_asked(engagement, rows)
    return len(rows)


def mark_asked(row: DocumentRequest) -> None:
    """Open the next round of asking; the caller holds the engagement's lock."""
    row.state, row.round, row.asked_at = DocumentRequest.State.ASKED, row.round + 1, timezone.now()
    row.save()


def tell_asked(engagement: Engagement, rows: Iterable[DocumentRequest]) -> None:
    """Mail each person named one message with a link for each of the documents, and queue the reminders.

    Links that were mailed before end. Where nobody is named the vendor asks by hand.
    """
    by_person: dict[User | None, list[DocumentRequest]] = {}
    for row in rows:
        links.end_links(purpose=MailedLink.Purpose.GIVE_DOCUMENT, subject_id=row.pk)
        by_person.setdefault(row.asked_of, []).append(row)
    for user, theirs in by_person.items():
        if user is not None:
            _tell(engagement, user, theirs)
    reminders.plan_reminders(engagement)


def _tell(engagement: Engagement, user: User, rows: Sequence[DocumentRequest]) -> None:
    tokens = {str(row.pk): _link(engagement, user, row) for row in rows}
    enqueue(
        kind="document_asked",
        recipient=user,
        dedupe_key=f"documents:{engagement.pk}:asked:{user.pk}:{reminders.mark_of(tokens)}",
        payload={"engagement": engagement.pk, "tokens": tokens},
    )
    for due_on in {row.due_on for row in rows}:
        theirs = {str(row.pk): tokens[str(row.pk)] for row in rows if row.due_on == due_on}
        reminders.remind_person(engagement, user, due_on, theirs)


def _link(engagement: Engagement, user: User, row: DocumentRequest) -> str:
    # Where the day has passed and another person is asked, theirs must work, too.
    last_day = max(row.due_on, engagement.today()) + timedelta(days=LINK_DAYS_AFTER_DUE)
    return links.create_link(
        engagement=engagement,
        purpose=MailedLink.Purpose.GIVE_DOCUMENT,
        subject_id=row.pk,
        user=user,
        days=(last_day - engagement.today()).days,
    )


def locked(engagement: Engagement, pk: int) -> DocumentRequest:
    """Return the request as it is now; the caller holds the engagement's lock. Raises DomainError where it is gone."""
    row = engagement.document_requests.unscoped().select_related("asked_of").filter(pk=pk).first()
    if row is None:
        raise DomainError(_("Somebody deleted this meanwhile."))
    return row


def refuse_past(engagement: Engagement, due_on: date | None) -> None:
    """Raise DomainError on "due_on" for a day that has passed at the site."""
    if due_on is not None and due_on < engagement.today():
        raise DomainError(_("This day has passed already."), field="due_on")


def record(actor: User, row: DocumentRequest, action: str, data: dict[str, Any]) -> None:
    """Write what happened to a request into the engagement's audit."""
    audit.record(chain=row.engagement.audit_chain, actor=actor, action=action, target=row, data=data)


def _refuse_strangers(engagement: Engagement, user: User | None) -> None:
    people = engagement.memberships.unscoped().active().of_client()
    if user is not None and not people.filter(user=user).exists():
        raise DomainError(_("%(name)s is not one of the client's people here any more.") % {"name": user.name},
                          field="asked_of")  # fmt: skip
