"""Reading a closing report before it is issued: remarks, and a manager's word on it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import retype, submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from reports import review as service
from reports.building.closing_report import build_closing_report
from reports.dashboards import closing_draft
from reports.documents.printing import chapter_bodies
from reports.forms import RemarkForm, SendBackForm, ShownVersionForm
from reports.models import DocumentKind, DraftComment
from reports.services import draft_of


@signed_in
@require_safe
def review(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The report as it would be issued now, chapter by chapter, with the remarks on it."""
    return _page(request, _open(request, engagement_id, Permission.DRAFT_DOCUMENT))


@signed_in
@require_POST
def ask(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Ask the delivery manager to read the words as the page showed them."""
    engagement = _open(request, engagement_id, Permission.DRAFT_DOCUMENT)
    return _done(request, engagement, service.ask_review, _("The delivery manager is asked to review it."))


@signed_in
@require_POST
def approve(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Approve the words as the page showed them."""
    engagement = _open(request, engagement_id, Permission.REVIEW_DOCUMENT)
    return _done(request, engagement, service.approve_draft, _("Approved. It can be issued as it is written now."))


@signed_in
@require_POST
def send_back(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Send the words back with what is to be done."""
    engagement = _open(request, engagement_id, Permission.REVIEW_DOCUMENT)
    user, form = person(request), SendBackForm(request.POST, auto_id="id_back_%s")
    sent = submitted(request, form, lambda **said: service.send_back(actor=user, engagement=engagement, **said))
    if sent is None:
        return _page(request, engagement, back=form)
    return redirect("reports:review", engagement.pk)


@signed_in
@require_POST
def remark_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Remark on a chapter, or on the whole."""
    engagement = _open(request, engagement_id, Permission.DRAFT_DOCUMENT)
    # What was posted is no part of the ids yet: they are a format, and only the page knows which chapters there are.
    user, form = person(request), RemarkForm(request.POST)
    kept = submitted(request, form, lambda **said: service.add_remark(actor=user, engagement=engagement, **said))
    if kept is None:
        return _page(request, engagement, remark=form)
    return redirect(f"{redirect('reports:review', engagement.pk).url}#{kept.chapter or 'whole'}")


@signed_in
@require_POST
def remark_settle(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Settle a remark."""
    engagement = _open(request, engagement_id, Permission.DRAFT_DOCUMENT)
    user = person(request)
    rows = DraftComment.objects.visible_to(user).filter(draft__engagement=engagement)
    remark = get_object_or_404(rows, pk=pk)
    back = f"{redirect('reports:review', engagement.pk).url}#{remark.chapter or 'whole'}"
    return performed(request, lambda: service.settle_remark(actor=user, engagement=engagement, remark=remark), to=back)


def _open(request: HttpRequest, engagement_id: int, permission: Permission) -> Engagement:
    engagement = open_engagement(request, engagement_id)
    require(person(request), permission, engagement)
    return engagement


def _done(request: HttpRequest, engagement: Engagement, verb: Callable[..., object], success: str) -> HttpResponse:
    """Do it with the version the page showed; a forged one is none that was ever saved."""
    form = ShownVersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    back = redirect("reports:review", engagement.pk).url
    return performed(
        request,
        lambda: verb(actor=person(request), engagement=engagement, version=version),
        to=back,
        success=success,
    )


def _page(
    request: HttpRequest, engagement: Engagement, *, remark: RemarkForm | None = None, back: SendBackForm | None = None
) -> HttpResponse:
    user, draft = person(request), draft_of(engagement, DocumentKind.CLOSING_REPORT)
    report = build_closing_report(engagement, draft, user.language or engagement.language)
    remarks = closing_draft.remarks_of(draft, user)
    if back is not None:
        # What was typed goes with the words that are on the page from here on.
        retype(back, version=str(draft.version))
    context = workspace(request, engagement, "documents", heading=_("Review of the closing report")) | {
        "draft": draft,
        "doc": report,
        **chapter_bodies(report),
        "chapters": closing_draft.chapters_to_read(report, remarks, remark),
        "remarks": remarks[""],
        "remark_form": closing_draft.remark_form("", remark),
        "open_remarks": sum(row.settled_at is None for rows in remarks.values() for row in rows),
        "back_form": back or SendBackForm(initial={"version": draft.version}, auto_id="id_back_%s"),
    }
    return render(request, "reports/review.html", context, status=422 if request.method == "POST" else 200)
