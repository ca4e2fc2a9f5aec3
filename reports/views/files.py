"""Files for saving: access is checked first, and a browser can run nothing in them."""

from __future__ import annotations

from datetime import date
from typing import TypeVar
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError
from onsite.core.policy import signed_in
from reports.building.guide import build_guide
from reports.building.minutes import build_minutes
from reports.building.run_sheet import build_run_sheet
from reports.building.sheet import build_sheet
from reports.documents.printing import print_document
from reports.documents.snapshot import Snapshot
from reports.documents.weekly_report import WeeklyReport
from reports.documents.word import word_of
from reports.issued import open_issued
from reports.models import Document, DocumentKind
from reports.services import intact_snapshot
from standups.models import RunSheet

Response = TypeVar("Response", bound=HttpResponseBase)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET_KEPT_SECONDS = 24 * 3600


@signed_in
@require_safe
def document_pdf(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """Send the issued bytes; not one where the stored file is another than was issued."""
    engagement = open_engagement(request, engagement_id)
    rows = engagement.documents.visible_to(request.user).printed().defer("snapshot")
    found = get_object_or_404(rows, pk=pk)
    try:
        stored = open_issued(found)
    except DomainError as error:
        context = {"message": error.message, "back_url": reverse("reports:document", args=[engagement.pk, pk])}
        return render(request, "reports/file_changed.html", context, status=409)
    response = _for_saving(FileResponse(stored, content_type="application/pdf"), *_names(engagement, found))
    response["ETag"] = f'"{found.pdf_hash}"'
    return response


@signed_in
@require_safe
def document_word(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """Make a Word file of the frozen snapshot of a weekly report; about a tenth of a second."""
    engagement = open_engagement(request, engagement_id)
    rows = engagement.documents.visible_to(request.user).exclude(pdf="")
    found = get_object_or_404(rows.of_kind(DocumentKind.WEEKLY_REPORT), pk=pk)
    try:
        report = intact_snapshot(found)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("reports:document", engagement.pk, pk)
    if not isinstance(report, WeeklyReport):
        raise Http404
    return _for_saving(HttpResponse(word_of(report), content_type=WORD), *_names(engagement, found), suffix="docx")


def _names(engagement: Engagement, document: Document) -> tuple[str, str]:
    """Return what a document is saved as, in ASCII and in full."""
    plain = "-".join(filter(None, [document.kind, str(engagement.pk), document.period, f"v{document.version}"]))
    with override(document.language):
        return plain, f"{engagement.client.short_name} {engagement.name} {document}"


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


@signed_in
@require_safe
def minutes(request: HttpRequest, engagement_id: int, day: date) -> HttpResponseBase:
    """Print a published day as the client reads it, in the language of the documents or the one asked for."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    stand_up = get_object_or_404(engagement.stand_ups.visible_to(user).published(), held_on=day)
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else engagement.language
    try:
        pdf = _printed_once(build_minutes(user, stand_up, language))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(stand_up)
    with override(language):
        name = f"{engagement.client.short_name} {engagement.name} {_('Minutes of the stand-up')} {day}"
    return _for_saving(HttpResponse(pdf, content_type="application/pdf"), f"minutes-{engagement.pk}-{day}", name)


@signed_in
@require_safe
def run_sheet(request: HttpRequest, engagement_id: int) -> HttpResponseBase:
    """Print the run sheet to go through with a pen, in the language of the documents or the one asked for."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    sheet = RunSheet.objects.visible_to(user).filter(engagement=engagement, steps__isnull=False).distinct().first()
    if sheet is None:
        messages.info(request, _("The run sheet has no steps yet."))
        return redirect("standups:cutover", engagement.pk)
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else engagement.language
    try:
        pdf = _printed_once(build_run_sheet(engagement, sheet, language, engagement.today()))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("standups:cutover", engagement.pk)
    with override(language):
        name = f"{engagement.client.short_name} {engagement.name} {_('Run sheet of the cutover')} v{sheet.version}"
    response = HttpResponse(pdf, content_type="application/pdf")
    return _for_saving(response, f"run-sheet-{engagement.pk}-v{sheet.version}", name)


def _printed_once(sheet: Snapshot) -> bytes:
    """The bytes are a function of the sheet, so a second press prints nothing; about a second in a child process."""
    key = f"sheet:{sheet.sha256}"
    pdf: bytes | None = cache.get(key)
    if pdf is None:
        pdf = print_document(sheet)
        cache.set(key, pdf, SHEET_KEPT_SECONDS)
    return pdf


def _for_saving(response: Response, plain: str, name: str, *, suffix: str = "pdf") -> Response:
    """Name the file in ASCII for old clients and in UTF-8 for all others; forbid it to run or to be guessed at."""
    full = quote(get_valid_filename(name).replace("_", " "), safe="")
    response["Content-Disposition"] = f"attachment; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{full}.{suffix}"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
