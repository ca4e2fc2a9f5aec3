"""Private files: access is checked first, and a browser only saves them, or looks at pictures that the server made."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.forms.files import ReleaseForm
from engagements.found import found_in
from engagements.models import Attachment, Engagement, Preview
from engagements.services import files
from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core import private_files
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed

PAGE_SIZE = 30


@signed_in
@require_safe
def attachment(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """Send a stored file as a download that can run nothing."""
    found = _one(request, open_engagement(request, engagement_id), pk)
    return private_files.download(path=str(found.file.name), name=found.name, media_type=found.media_type)


@signed_in
@require_safe
def file_page(request: HttpRequest, engagement_id: int, pk: int, number: int) -> HttpResponseBase:
    """Send one page of a file as a picture that the server made."""
    engagement = open_engagement(request, engagement_id)
    pages = Preview.objects.visible_to(request.user).filter(attachment__engagement=engagement)
    found = get_object_or_404(pages, attachment=pk, number=number)
    return private_files.picture(path=str(found.image.name))


@signed_in
@require_safe
def file_recording(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """Send a recording to be played on a page, in the parts the browser asks for."""
    found = _one(request, open_engagement(request, engagement_id), pk)
    if not found.is_recording:
        raise Http404
    return private_files.recording(
        request, path=str(found.file.name), media_type=found.media_type, size=found.size_bytes
    )


@signed_in
@require_safe
def file_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Every file of the engagement, what is held first, and how much room is left."""
    engagement = open_engagement(request, engagement_id)
    _for_vendor(request)
    rows = engagement.attachments.visible_to(request.user).select_related("uploaded_by").by_urgency()
    context = workspace(request, engagement, "execute", heading=_("Files"))
    context |= {
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "used_bytes": files.used_bytes(engagement),
        "room_bytes": engagement.file_quota_mb * 1024**2,
    }
    return render(request, "engagements/attachment_list.html", context)


@signed_in
@require_safe
def file(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One file: how far looking through has come, what was found, its pages, and what can be done about it."""
    engagement = open_engagement(request, engagement_id)
    found = _one(request, engagement, pk)
    _for_vendor(request)
    return _page(request, engagement, found, ReleaseForm())


@signed_in
@require_POST
def file_mask(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Let a worker make a masked copy, which takes the original's place."""
    engagement = open_engagement(request, engagement_id)
    found = _one(request, engagement, pk)
    user = person(request)
    require(user, Permission.EDIT_PROBLEM, engagement)
    return performed(
        request,
        lambda: files.start_masking(actor=user, attachment=found),
        to=reverse("engagements:file", args=[engagement.pk, pk]),
    )


@signed_in
@require_POST
def file_release(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Let the client see a held file as it is, with a reason."""
    engagement = open_engagement(request, engagement_id)
    found = _one(request, engagement, pk)
    user = person(request)
    require(user, Permission.RELEASE_FILE, engagement)
    form = ReleaseForm(request.POST)

    def release(**fields: Any) -> bool:
        files.release(actor=user, row=found, engagement=engagement, **fields)
        return True

    if submitted(request, form, release):
        messages.success(request, _("Released. Your name and the reason stay with the file."))
        return redirect("engagements:file", engagement.pk, pk)
    return _page(request, engagement, found, form)


def _page(request: HttpRequest, engagement: Engagement, found: Attachment, form: ReleaseForm) -> HttpResponse:
    context = workspace(request, engagement, "execute", heading=found.name)
    job = files.job_of(found) if found.is_waiting else None
    masking = files.masking_of(found) if found.is_held else None
    context |= {
        "file": found,
        "job": job,
        "masking": masking,
        "is_busy": found.is_waiting or (masking is not None and masking.is_open),
        "found": found_in(found),
        "pages": found.previews.visible_to(request.user),
        "copies": found.masked_copies.visible_to(request.user),
        "form": form,
    }
    name = "attachment_state.html" if request.headers.get("HX-Request") else "attachment.html"
    return render(request, f"engagements/{name}", context, status=422 if form.errors else 200)


def _one(request: HttpRequest, engagement: Engagement, pk: int) -> Attachment:
    """Return the file, if this person may see it: a client never one that is held or internal. Else raise Http404."""
    people = ("uploaded_by", "released_by", "masked_from")
    rows = engagement.attachments.visible_to(request.user).select_related("engagement__client", *people)
    found: Attachment = get_object_or_404(rows, pk=pk)
    return found


def _for_vendor(request: HttpRequest) -> None:
    if person(request).is_client:
        raise PermissionDenied
