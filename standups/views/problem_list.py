"""The list of problems: narrowed, sorted, changed many at once, and as an Excel file."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import can, require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.spreadsheet import sheet_response, write
from standups.forms.problem_list import BulkForm, ProblemFilter
from standups.listed import row_of
from standups.models.problem import ProblemQuerySet
from standups.problem_chart import problem_figure
from standups.problem_file import MOST_PROBLEMS, sheet, with_links
from standups.services.problems import change_problems
from standups.shown_concern import concern_summary
from standups.troubles import subject_of
from standups.wording import SEVERITIES

PROBLEMS_A_PAGE = 30


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def problem_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Problems by what the address asks for, and the change of all ticked ones; a client sees the shared ones."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    if request.method == "POST":
        return _change(request, engagement, user)
    may_edit = can(user, Permission.EDIT_PROBLEM, engagement)
    return _page(request, engagement, BulkForm(engagement=engagement) if may_edit else None)


def _change(request: HttpRequest, engagement: Engagement, user: User) -> HttpResponse:
    """Change all or none; the list stays narrowed as it was."""
    require(user, Permission.EDIT_PROBLEM, engagement)
    form = BulkForm(request.POST, engagement=engagement)
    count = submitted(request, form, lambda **fields: change_problems(actor=user, engagement=engagement, **fields))
    if count is None:
        return _page(request, engagement, form, status=422)
    text = ngettext("%(count)s problem is changed.", "%(count)s problems are changed.", count)
    messages.success(request, text % {"count": count})
    return redirect(request.get_full_path())


@signed_in
@require_safe
def problem_export(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """All that the address asks for, as the reader sees it and in their language."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    _form, found = _narrowed(request, engagement, user)
    rows = list(with_links(found, user)[: MOST_PROBLEMS + 1])
    if len(rows) > MOST_PROBLEMS:
        messages.error(
            request,
            _("A file holds at most %(most)s problems. Narrow the list first.") % {"most": MOST_PROBLEMS},
        )
        return redirect(f"{reverse('standups:problems', args=[engagement.pk])}?{request.GET.urlencode()}")
    content = write([sheet(rows, engagement.today(), for_client=user.is_client)])
    name = f"{engagement.client.short_name} {engagement.name} {_('Problems')}"
    return sheet_response(content, f"problems-{engagement.pk}", name)


def _narrowed(request: HttpRequest, engagement: Engagement, user: User) -> tuple[ProblemFilter, ProblemQuerySet]:
    form = ProblemFilter(request.GET, engagement=engagement, user=user)
    return form, form.narrow(engagement.problems.visible_to(user)).select_related("owner")


def _page(request: HttpRequest, engagement: Engagement, bulk: BulkForm | None, *, status: int = 200) -> HttpResponse:
    user = person(request)
    form, found = _narrowed(request, engagement, user)
    page_obj = Paginator(found, PROBLEMS_A_PAGE).get_page(request.GET.get("page"))
    today = engagement.today()
    context = workspace(request, engagement, "execute", heading=_("Problems")) | {
        "form": form,
        "page_obj": page_obj,
        "rows": [row_of(problem, today, for_client=user.is_client) for problem in page_obj],
        "subject": subject_of(engagement, user, form.subject),
        "bulk": bulk,
        "severities": SEVERITIES.values(),
        "concerns": concern_summary(user, engagement),
        "flow": problem_figure(engagement, engagement.problems.visible_to(user), today),
    }
    return render(request, "standups/problem_list.html", context, status=status)
