"""The weekly report: its week, its one free text, its issue."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.policy import signed_in
from reports import services
from reports.dashboards.weekly import current_week, week_page
from reports.documents.weekly_page import weekly_blocks, weekly_facts, weekly_span, weekly_title
from reports.figures.weekly import Week
from reports.forms import DraftForm, IssueForm
from reports.models import DocumentKind, Draft
from reports.views.documents import issue_posted, save_words

WEEKLY = DocumentKind.WEEKLY_REPORT


@signed_in
@require_safe
def weekly(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Go to the week that was chosen (?week=2026-W47), else to the one that is to be written about."""
    engagement = open_engagement(request, engagement_id)
    require(person(request), Permission.DRAFT_DOCUMENT, engagement)
    chosen = None
    with suppress(ValueError):
        chosen = Week.parse(request.GET.get("week", ""))
    return redirect("reports:weekly_report", engagement.pk, (chosen or current_week(engagement)).code)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def weekly_report(request: HttpRequest, engagement_id: int, week: str) -> HttpResponse:
    """What the week's report would say now, and the words that a person adds to it."""
    engagement = open_engagement(request, engagement_id)
    require(person(request), Permission.DRAFT_DOCUMENT, engagement)
    wanted = week_of(week, engagement)
    row, form, saved = save_words(request, engagement, WEEKLY, wanted.code)
    if saved is not None:
        messages.success(request, _("Saved. Nothing is issued yet."))
        return redirect("reports:weekly_report", engagement.pk, wanted.code)
    return _page(request, engagement, wanted, row, form)


@signed_in
@require_POST
def weekly_issue(request: HttpRequest, engagement_id: int, week: str) -> HttpResponse:
    """Save the words that came along, freeze the week's next version with them and start printing it."""
    engagement = open_engagement(request, engagement_id)
    require(person(request), Permission.ISSUE_DOCUMENT, engagement)
    wanted = week_of(week, engagement)
    back = redirect("reports:weekly_report", engagement.pk, wanted.code).url
    return issue_posted(
        request, engagement, WEEKLY, back=back, period=wanted.code,
        again=lambda *words: _page(request, engagement, wanted, *words),
    )  # fmt: skip


def week_of(code: str, engagement: Engagement) -> Week:
    """Return the week of the address, or 404: there is none, or it has not begun at the site."""
    try:
        week = Week.parse(code)
    except ValueError as error:
        raise Http404 from error
    if week > Week.of(engagement.today()):
        raise Http404
    return week


def _page(request: HttpRequest, engagement: Engagement, week: Week, row: Draft, form: DraftForm) -> HttpResponse:
    page = week_page(engagement, week, row, person(request))
    version = services.next_version(engagement, WEEKLY, week.code)
    with override(page.language):
        shown = {"facts": weekly_facts(page.content), "blocks": weekly_blocks(page.content)}
    context = workspace(request, engagement, "execute", heading=_("Weekly report")) | shown | {
        "page": page,
        "week_title": weekly_title(page.content),
        "week_span": weekly_span(page.content),
        "form": form,
        "draft": row,
        "theirs": row if form.rebased_on(row) else None,
        "issue_form": IssueForm(initial={"version": version, "language": page.language}, prefix="issue"),
        "version": version,
    }  # fmt: skip
    return render(request, "reports/weekly.html", context, status=422 if request.method == "POST" else 200)
