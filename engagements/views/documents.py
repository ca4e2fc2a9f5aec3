"""The documents asked of the client: the list, asking, handing in, and reading them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from engagements.forms.documents import GiveForm, ReceiptForm, RequestForm, ReviewForm
from engagements.models import DocumentRequest, Engagement, ReceivedFile
from engagements.services import documents, receipts
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from onsite.core.wording import sentences


def _shown(engagement: Engagement, user: User) -> Any:
    """Return the requests this person may see, with people and files."""
    files = ReceivedFile.objects.visible_to(user).select_related("attachment")
    rows = engagement.document_requests.visible_to(user).select_related("asked_of", "received_from", "recorded_by")
    return rows.select_related("reviewed_by").prefetch_related(Prefetch("files", queryset=files))


def _one(request: HttpRequest, engagement: Engagement, pk: int) -> DocumentRequest:
    found: DocumentRequest = get_object_or_404(_shown(engagement, person(request)), pk=pk)
    return found


@signed_in
@require_safe
def document_request_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Every document wanted, what is late first; the client sees what was asked."""
    engagement = open_engagement(request, engagement_id)
    rows = list(_shown(engagement, person(request)))
    state = DocumentRequest.State
    groups = [
        (state.ASKED, _("Asked, not here yet")),
        (state.RECEIVED, _("Received, to be read")),
        (state.PLANNED, _("Not asked yet")),
        (state.REVIEWED, _("Read")),
    ]
    context = workspace(request, engagement, "prepare", heading=_("Documents from the client"))
    context |= {
        "groups": [
            (key, label, found) for key, label in groups if (found := [row for row in rows if row.state == key])
        ],
        "late": sum(row.is_open and row.due_on < engagement.today() for row in rows),
        "unnamed": sum(row.state == state.PLANNED and row.asked_of_id is None for row in rows),
        "has_planned": any(row.state == state.PLANNED for row in rows),
    }
    return render(request, "engagements/document_request_list.html", context)


@signed_in
def document_request_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new line of the list."""
    engagement = open_engagement(request, engagement_id)
    initial = {"due_on": engagement.working_calendar.shift(engagement.today(), documents.USUAL_WORKING_DAYS)}
    return _save(request, engagement, None, RequestForm(posted(request), initial=initial, engagement=engagement))


@signed_in
def document_request_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A line of the list, until the document came."""
    engagement = open_engagement(request, engagement_id)
    row = _one(request, engagement, pk)
    initial = RequestForm.initial_of(row)
    return _save(
        request, engagement, row, RequestForm(posted(request), initial=initial, engagement=engagement, request=row)
    )


def _save(
    request: HttpRequest, engagement: Engagement, row: DocumentRequest | None, form: RequestForm
) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    saved = submitted(
        request,
        form,
        lambda **fields: documents.save_request(actor=user, engagement=engagement, request=row, **fields),
    )
    if saved is not None:
        messages.success(request, _("The list is saved."))
        return redirect("engagements:document_request_list", engagement.pk)
    context = workspace(request, engagement, "prepare", heading=row.title if row else _("Ask for a document"))
    return render(request, "engagements/document_request_form.html", context | {"form": form, "row": row})


@signed_in
@require_POST
def document_request_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a line off the list that was not asked yet."""
    engagement = open_engagement(request, engagement_id)
    row = _one(request, engagement, pk)
    require(person(request), Permission.EDIT_PREPARATION, engagement)
    return performed(
        request,
        lambda: documents.delete_request(actor=person(request), request=row),
        to=_list(engagement),
        success=_("The line is deleted."),
    )


@signed_in
@require_POST
def document_request_start(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Put what is usually needed on the list."""
    engagement = open_engagement(request, engagement_id)
    require(person(request), Permission.EDIT_PREPARATION, engagement)
    added = documents.start_usual_list(actor=person(request), engagement=engagement)
    if added:
        text = ngettext("%(added)s document is on the list now. Check it, then ask for it.",
                        "%(added)s documents are on the list now. Check them, then ask for them.", added)  # fmt: skip
        messages.success(request, text % {"added": added})
    else:
        messages.info(request, _("All of the usual list is here already."))
    return redirect(_list(engagement))


@signed_in
@require_POST
def document_request_ask(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Ask the client: for the one posted as "request", or for all that is planned."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    chosen = request.POST.get("request", "")
    row = (
        _one(request, engagement, int(chosen)) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None
    )
    try:
        asked = documents.ask_for(actor=user, engagement=engagement, request=row)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        text = ngettext("%(asked)s document is asked for.", "%(asked)s documents are asked for.", asked) % {
            "asked": asked
        }
        messages.success(request, sentences(text, _("Whoever is named gets a link by mail.")))
    return redirect(_list(engagement))


@signed_in
def document_request_give(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Hand in what was asked for."""
    engagement = open_engagement(request, engagement_id)
    row = _one(request, engagement, pk)
    require(person(request), Permission.GIVE_DOCUMENT, engagement)
    form = GiveForm(posted(request), request.FILES or None, engagement=engagement)

    def give(**fields: Any) -> bool:
        receipts.give_documents(actor=person(request), request=row, **fields)
        return True

    if submitted(request, form, give):
        messages.success(request, _("Thank you. “%(title)s” has reached us.") % {"title": row.title})
        return redirect(_list(engagement))
    context = workspace(request, engagement, "prepare", heading=row.title)
    return render(request, "engagements/document_request_give.html", context | {"form": form, "row": row})


@signed_in
def document_request_receive(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Record what the client handed over outside OnSite."""
    engagement = open_engagement(request, engagement_id)
    row = _one(request, engagement, pk)
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    initial = {"received_from": row.asked_of_id}
    form = ReceiptForm(posted(request), request.FILES or None, initial=initial, engagement=engagement)

    def receive(**fields: Any) -> bool:
        receipts.record_receipt(actor=user, request=row, **fields)
        return True

    if submitted(request, form, receive):
        messages.success(request, _("The receipt is recorded under your name. Read the document when you can."))
        return redirect(_list(engagement))
    context = workspace(request, engagement, "prepare", heading=_("Record what came"))
    return render(request, "engagements/document_request_receive.html", context | {"form": form, "row": row})


@signed_in
def document_request_review(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Note what was found in a document; what is not enough is asked again."""
    engagement = open_engagement(request, engagement_id)
    row = _one(request, engagement, pk)
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    again_by = engagement.working_calendar.shift(engagement.today(), documents.USUAL_WORKING_DAYS)
    initial = {"files_seen": len(row.files.all()), "due_on": again_by}
    form = ReviewForm(posted(request), initial=initial)

    def review(**fields: Any) -> bool:
        receipts.review_document(actor=user, request=row, **fields)
        return True

    if submitted(request, form, review):
        messages.success(request, _("What you found is kept."))
        return redirect(_list(engagement))
    context = workspace(request, engagement, "prepare", heading=row.title)
    return render(request, "engagements/document_request_review.html", context | {"form": form, "row": row})


def _list(engagement: Engagement) -> str:
    return reverse("engagements:document_request_list", args=[engagement.pk])
