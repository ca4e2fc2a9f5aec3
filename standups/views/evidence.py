"""Evidence: added by the vendor, read by both sides; a client gets to a file only through the evidence it belongs to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.forms.files import ReleaseForm
from engagements.models import Attachment, Engagement
from engagements.services import files
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core import private_files
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.forms.evidence import FORMS
from standups.models import Evidence, Problem
from standups.services import evidence as services
from standups.shown_concern import findings_of, kinds_for, pages_of

_PEOPLE = ("released_by", "attachment__released_by")
ADD: dict[str, Any] = {
    Evidence.Kind.FILE: services.add_file,
    Evidence.Kind.QUERY: services.add_query,
    Evidence.Kind.REFERENCE: services.add_reference,
}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_create(request: HttpRequest, engagement_id: int, pk: int, kind: str) -> HttpResponse:
    """Put a fact beside a problem: a file, a query, or where on site it lies."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    rows = engagement.problems.visible_to(user).select_related("engagement__client")
    problem: Problem = get_object_or_404(rows, pk=pk)
    require(user, Permission.EDIT_PROBLEM, engagement)
    if kind not in kinds_for(engagement):
        raise Http404
    now = timezone.localtime().replace(second=0, microsecond=0)
    form = FORMS[kind](posted(request), request.FILES or None, initial={"taken_at": now})
    saved = submitted(request, form, lambda **fields: ADD[kind](actor=user, problem=problem, **fields))
    if saved is not None:
        messages.success(request, _("The evidence is added."))
        return redirect(saved)
    context = workspace(request, engagement, "execute", heading=_("Add evidence"))
    context |= {"form": form, "problem": problem, "kind": kind, "kinds": kinds_for(engagement)}
    return render(request, "standups/evidence_form.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
def evidence_detail(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One piece: what it shows, where and when it was taken, its hash, and the thing itself."""
    engagement, found = _opened(request, engagement_id, pk)
    return _detail(request, engagement, found, ReleaseForm())


def _detail(request: HttpRequest, engagement: Engagement, found: Evidence, form: ReleaseForm) -> HttpResponse:
    context = workspace(request, engagement, "execute", heading=found.title) | {
        "evidence": found,
        "problem": found.problem,
        "file": found.attachment,
        "pages": pages_of(found),
        "found": findings_of(found),
        "masking": files.masking_of(found.attachment) if found.attachment is not None and found.is_file_held else None,
        "is_relied_on": services.is_relied_on(found),
        "form": form,
    }
    return render(request, "standups/evidence.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
def evidence_file(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """Send the file as a download that can run nothing."""
    file = _file(request, engagement_id, pk)
    return private_files.download(path=str(file.file.name), name=file.name, media_type=file.media_type)


@signed_in
@require_safe
def evidence_recording(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """Send a recording to be watched on the page, in the parts the browser asks for."""
    file = _file(request, engagement_id, pk)
    if not file.is_recording:
        raise Http404
    return private_files.recording(request, path=str(file.file.name), media_type=file.media_type, size=file.size_bytes)


@signed_in
@require_safe
def evidence_page(request: HttpRequest, engagement_id: int, pk: int, number: int) -> HttpResponseBase:
    """Send one page of the file as a picture that the server made."""
    _engagement, found = _opened(request, engagement_id, pk)
    page = next((page for page in pages_of(found) if page.number == number), None)
    if page is None:
        raise Http404
    return private_files.picture(path=str(page.image.name))


@signed_in
@require_POST
def evidence_show(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Let the client see it, or not."""
    engagement, found = _opened(request, engagement_id, pk)
    user, is_internal = person(request), request.POST.get("internal") == "1"
    require(user, Permission.EDIT_PROBLEM, engagement)
    return performed(
        request,
        lambda: services.show_evidence(actor=user, evidence=found, is_internal=is_internal),
        to=found.get_absolute_url(),
        success=_("Only the vendor sees it now.") if is_internal else _("It is meant for the client now."),
    )


@signed_in
@require_POST
def evidence_remove(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take it out again."""
    engagement, found = _opened(request, engagement_id, pk)
    user = person(request)
    require(user, Permission.EDIT_PROBLEM, engagement)
    return performed(
        request,
        lambda: services.remove_evidence(actor=user, evidence=found),
        to=f"{found.problem.get_absolute_url()}#evidence",
        success=_("The evidence is removed."),
    )


@signed_in
@require_POST
def evidence_mask(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Black out what was found in it."""
    engagement, found = _opened(request, engagement_id, pk)
    user = person(request)
    require(user, Permission.EDIT_PROBLEM, engagement)
    return performed(
        request,
        lambda: services.mask_evidence(actor=user, evidence=found),
        to=found.get_absolute_url(),
        success=""
        if found.is_file_held
        else _("What was found is masked, and the hash is that of the masked version."),
    )


@signed_in
@require_POST
def evidence_release(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Let the client see what is held back, with a reason."""
    engagement, found = _opened(request, engagement_id, pk)
    user, form = person(request), ReleaseForm(request.POST)
    require(user, Permission.RELEASE_FILE, engagement)

    def release(*, reason: str) -> bool:
        services.release_evidence(actor=user, evidence=found, reason=reason)
        return True

    if submitted(request, form, release):
        messages.success(request, _("Released; your reason is kept with it."))
        return redirect(found)
    return _detail(request, engagement, found, form)


def _opened(request: HttpRequest, engagement_id: int, pk: int) -> tuple[Engagement, Evidence]:
    """Return the engagement and the piece, if this person may see it; else raise Http404."""
    engagement = open_engagement(request, engagement_id)
    rows = Evidence.objects.visible_to(request.user).filter(problem__engagement=engagement)
    rows = rows.select_related("problem__engagement__client", "attachment__engagement", "added_by", *_PEOPLE)
    return engagement, get_object_or_404(rows, pk=pk)


def _file(request: HttpRequest, engagement_id: int, pk: int) -> Attachment:
    _engagement, found = _opened(request, engagement_id, pk)
    if found.attachment is None:
        raise Http404
    return found.attachment
