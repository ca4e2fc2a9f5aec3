"""PDFs for saving: access is checked first, and a browser can run nothing in them."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

from django.contrib import messages
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from engagements.workspace import open_engagement, person
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError
from onsite.core.policy import signed_in
from reports.building.guide import build_guide
from reports.building.sheet import build_sheet
from reports.documents.printing import print_document
from reports.documents.snapshot import Snapshot

Response = TypeVar("Response", bound=HttpResponseBase)
SHEET_KEPT_SECONDS = 24 * 3600


@signed_in
@require_safe
def document_pdf(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """Send the issued bytes."""
    engagement = open_engagement(request, engagement_id)
    rows = engagement.documents.visible_to(request.user).exclude(pdf="").defer("snapshot")
    found = get_object_or_404(rows, pk=pk)
    try:
        stored = default_storage.open(str(found.pdf))
    except FileNotFoundError as error:
        raise Http404 from error
    with override(found.language):
        name = f"{engagement.client.short_name} {engagement.name} {found.get_kind_display()} v{found.version}"
    plain = f"{found.kind}-{engagement.pk}-v{found.version}"
    response = _for_saving(FileResponse(stored, content_type="application/pdf"), plain, name)
    response["ETag"] = f'"{found.pdf_hash}"'
    return response


@signed_in
@require_safe
def sign_off_sheet(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """Print the sheet on which the client signs by hand. A replaced text has no sheet: nobody could register it."""
    engagement = open_engagement(request, engagement_id)
    found = get_object_or_404(engagement.sign_offs.visible_to(request.user), pk=pk)
    require(person(request), Permission.HANDLE_PAPER, engagement)
    if found.superseded_at is not None:
        messages.error(request, _("A newer version of this text exists. Print that one."))
        return redirect("engagements:sign_off", engagement.pk, pk)
    try:
        pdf = _printed_once(build_sheet(found))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("engagements:sign_off", engagement.pk, pk)
    with override(engagement.language):
        name = f"{engagement.client.short_name} {found.title} v{found.version}"
    response = HttpResponse(pdf, content_type="application/pdf")
    return _for_saving(response, f"sign-off-{found.pk}-v{found.version}", name)


@signed_in
@require_safe
def interview_guide(request: HttpRequest, engagement_id: int) -> HttpResponseBase:
    """Print what nobody answered yet, with room to write."""
    engagement = open_engagement(request, engagement_id)
    require(person(request), Permission.EDIT_PREPARATION, engagement)
    guide = build_guide(engagement, engagement.today())
    if not guide.modules:
        messages.info(request, _("No question is open: there is nothing to print."))
        return redirect("engagements:function_list", engagement.pk)
    try:
        pdf = _printed_once(guide)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("engagements:function_list", engagement.pk)
    with override(engagement.language):
        name = f"{engagement.client.short_name} {engagement.name} {_('Interview guide')}"
    return _for_saving(HttpResponse(pdf, content_type="application/pdf"), f"interview-guide-{engagement.pk}", name)


def _printed_once(sheet: Snapshot) -> bytes:
    """The bytes are a function of the sheet, so a second press prints nothing; about a second in a child process."""
    key = f"sheet:{sheet.sha256}"
    pdf: bytes | None = cache.get(key)
    if pdf is None:
        pdf = print_document(sheet)
        cache.set(key, pdf, SHEET_KEPT_SECONDS)
    return pdf


def _for_saving(response: Response, plain: str, name: str) -> Response:
    """Name the file in ASCII for old clients and in UTF-8 for all others; forbid it to run or to be guessed at."""
    full = quote(get_valid_filename(name).replace("_", " "), safe="")
    response["Content-Disposition"] = f"attachment; filename=\"{plain}.pdf\"; filename*=UTF-8''{full}.pdf"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
