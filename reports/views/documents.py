"""The documents of one engagement: what is issued, what is being written, what is being printed. The words of a weekly
report have a page of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from reports import services
from reports.building.snapshots import build
from reports.dashboards.closing_draft import chapters_to_fill
from reports.dashboards.documents import document_list as listed
from reports.dashboards.manual import chapters_to_write
from reports.documents.closing_report import ClosingReport
from reports.documents.field_manual import FieldManual
from reports.documents.printing import chapter_bodies
from reports.forms import DraftForm, IssueForm
from reports.models import Document, DocumentKind, Draft


@signed_in
@require_safe
def document_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Every issued document with its versions; for the vendor also what can be written. ?weeks=all lists every week."""
    engagement = open_engagement(request, engagement_id)
    context = workspace(request, engagement, "documents", heading=_("Documents"))
    found = listed(engagement, person(request), all_weeks=request.GET.get("weeks") == "all")
    return render(request, "reports/documents.html", context | {"documents": found})


@signed_in
def draft(request: HttpRequest, engagement_id: int, kind: str) -> HttpResponse:
    """What the document would say now, and the words people add to it."""
    engagement = open_engagement(request, engagement_id)
    wanted = _kind(kind)
    require(person(request), Permission.DRAFT_DOCUMENT, engagement)
    row, form, saved = save_words(request, engagement, wanted)
    if saved is not None:
        messages.success(request, _("Saved. Nothing is issued yet."))
        return redirect("reports:draft", engagement.pk, kind)
    return _draft_page(request, engagement, wanted, row, form)


@signed_in
@require_POST
def issue(request: HttpRequest, engagement_id: int, kind: str) -> HttpResponse:
    """Save the words that came along, freeze the next version with them and start printing it."""
    engagement, wanted = open_engagement(request, engagement_id), _kind(kind)
    require(person(request), Permission.ISSUE_DOCUMENT, engagement)
    back = redirect("reports:draft", engagement.pk, kind).url
    return issue_posted(
        request, engagement, wanted, back=back, again=lambda *words: _draft_page(request, engagement, wanted, *words)
    )


def issue_posted(
    request: HttpRequest, engagement: Engagement, kind: DocumentKind, *, back: str,
    again: Callable[[Draft, DraftForm], HttpResponse], period: str = "",
) -> HttpResponse:  # fmt: skip
    """Issue what was posted and lead to it; `again` renders the page whose words can't be saved, `back` is where a
    refusal is said."""
    user = person(request)
    if "summary" in request.POST:
        row, words, saved = save_words(request, engagement, kind, period)
        if saved is None:
            return again(row, words)
    form = IssueForm(request.POST, prefix="issue")
    if not form.is_valid():
        messages.error(request, _("Choose the language, and issue the version that the page offers."))
        return redirect(back)
    try:
        document = services.issue_document(
            actor=user, engagement=engagement, kind=kind, period=period, **form.cleaned_data
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(back)
    return redirect("reports:document", engagement.pk, document.pk)


def save_words(
    request: HttpRequest, engagement: Engagement, kind: DocumentKind, period: str = ""
) -> tuple[Draft, DraftForm, Draft | None]:
    """Return the stored words, the form, and the saved words where the posted form could be saved."""
    user = person(request)
    row = services.draft_of(engagement, kind, period)
    is_first = kind == DocumentKind.CLOSING_REPORT and services.next_version(engagement, kind) == 1
    form = DraftForm(request.POST or None, initial=model_to_dict(row), kind=kind, is_first=is_first)

    def save(**words: Any) -> Draft:
        return services.save_draft(actor=user, engagement=engagement, kind=kind, period=period, **words)

    return row, form, submitted(request, form, save)


def _draft_page(
    request: HttpRequest, engagement: Engagement, kind: DocumentKind, row: Draft, form: DraftForm
) -> HttpResponse:
    version = services.next_version(engagement, kind)
    offered = {"version": version, "language": engagement.language}
    content = build(engagement, kind, row, person(request).language or engagement.language)
    context = workspace(request, engagement, "documents", heading=str(kind.label)) | {
        "form": form,
        "kind": kind,
        "draft": row,
        "theirs": row if form.rebased_on(row) else None,
        "content": content,
        "issue_form": IssueForm(initial=offered, prefix="issue"),
        "version": version,
    }
    template = "reports/draft.html"
    if isinstance(content, FieldManual):
        context |= {"chapters": chapters_to_write(engagement, content)}
    elif isinstance(content, ClosingReport):
        chapters = chapters_to_fill(content, row, person(request), form)
        context |= {"chapters": chapters, "doc": content, **chapter_bodies(content)}
        template = "reports/closing_draft.html"
    return render(request, template, context, status=422 if request.method == "POST" else 200)


@signed_in
@require_safe
def document(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One version: how far its printing is, then its file and its hashes. htmx asks for the state alone."""
    engagement = open_engagement(request, engagement_id)
    rows = engagement.documents.visible_to(request.user).select_related("issued_by").defer("snapshot")
    found = get_object_or_404(rows, pk=pk)
    job = None if found.is_ready else services.job_of(found)
    context = workspace(request, engagement, "documents", heading=found.title)
    template = "reports/document.html#state" if request.headers.get("HX-Request") else "reports/document.html"
    response = render(request, template, context | {"document": found, "job": job})
    patch_vary_headers(response, ["HX-Request"])
    return response


@signed_in
@require_POST
def document_print(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Print a version again whose printing failed."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found: Document = get_object_or_404(engagement.documents.visible_to(user), pk=pk)
    require(user, Permission.ISSUE_DOCUMENT, engagement)
    back = redirect("reports:document", engagement.pk, pk).url
    return performed(request, lambda: services.print_again(actor=user, document=found), to=back)


def _kind(kind: str) -> DocumentKind:
    """Return the kind of the address, or 404. A weekly report is written on the page of its week."""
    if kind not in DocumentKind.values or kind == DocumentKind.WEEKLY_REPORT:
        raise Http404
    return DocumentKind(kind)
