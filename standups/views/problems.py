"""Problems outside the stand-up: the list, one with its story, and its form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.fields import LINE_LENGTH
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.forms.problem import STORY, ProblemFilter, ProblemForm
from standups.models import Problem
from standups.services.problems import save_problem, solve_problem
from standups.wording import party_kind, party_label, severity_kind

PROBLEMS_A_PAGE = 30


@dataclass(frozen=True)
class ProblemRow:
    """A problem as its reader sees it."""

    problem: Problem
    age_days: int
    party_label: str
    is_overdue: bool

    @property
    def party_kind(self) -> str:
        return party_kind(self.problem.next_step_with)

    @property
    def severity_kind(self) -> str:
        return severity_kind(self.problem.severity)


def row_of(problem: Problem, today: date, *, for_client: bool) -> ProblemRow:
    """Return the row; the problem's engagement, and with it the calendar, must be loaded."""
    late = problem.is_open and problem.due_on is not None and problem.due_on < today
    label = party_label(problem.next_step_with, for_client=for_client)
    return ProblemRow(problem, problem.age_in_working_days(today), label, late)


@signed_in
@require_safe
def problem_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Problems by state, severity, party and words; oldest first, a client sees the shared ones."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    form = ProblemFilter(request.GET)
    found = form.narrow(engagement.problems.visible_to(user)).oldest_first()
    page_obj = Paginator(found, PROBLEMS_A_PAGE).get_page(request.GET.get("page"))
    today = engagement.today()
    context = workspace(request, engagement, "execute", heading=_("Problems")) | {
        "form": form,
        "page_obj": page_obj,
        "rows": [row_of(problem, today, for_client=user.is_client) for problem in page_obj],
    }
    return render(request, "standups/problem_list.html", context)


@signed_in
@require_safe
def problem_detail(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One problem: what it is, whose step is next, its story, and what each stand-up said of it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    rows = engagement.problems.visible_to(user).select_related("raised_by", "raised_in")
    problem = get_object_or_404(rows, pk=pk)
    raised_in = problem.raised_in
    context = workspace(request, engagement, "execute", heading=problem.title) | {
        "row": row_of(problem, engagement.today(), for_client=user.is_client),
        "problem": problem,
        "story": [
            (ProblemForm.base_fields[name].label, getattr(problem, name)) for name in STORY if getattr(problem, name)
        ],
        "change_query": _change_query(problem),
        "raised_in": raised_in if raised_in and (raised_in.is_published or user.is_vendor) else None,
        "answers": problem.answers.visible_to(user).select_related("stand_up").order_by("-stand_up__held_on"),
    }
    return render(request, "standups/problem_detail.html", context)


def _change_query(problem: Problem) -> str:
    """What a change request that comes from this problem begins with; the whole title where it is longer than a line."""
    day = date_format(problem.raised_on)
    note = _("Problem of %(day)s") % {"day": day}
    return urlencode({"origin": "problem", "title": problem.title[:LINE_LENGTH], "origin_note": note})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def problem_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Note a problem between two stand-ups."""
    return _form(request, open_engagement(request, engagement_id), None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def problem_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Change a problem, tell its story, solve or reopen it."""
    engagement = open_engagement(request, engagement_id)
    return _form(request, engagement, get_object_or_404(engagement.problems.visible_to(request.user), pk=pk))


@signed_in
@require_POST
def problem_solve(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Solved today."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    problem = get_object_or_404(engagement.problems.visible_to(user), pk=pk)
    require(user, Permission.EDIT_PROBLEM, engagement)
    to = problem.get_absolute_url()
    return performed(
        request, lambda: solve_problem(actor=user, problem=problem), to=to, success=_("Marked as solved today.")
    )


def _form(request: HttpRequest, engagement: Engagement, problem: Problem | None) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_PROBLEM, engagement)
    form = ProblemForm(request.POST or None, problem=problem)
    saved = submitted(
        request, form, lambda **fields: save_problem(actor=user, engagement=engagement, problem=problem, **fields)
    )
    if saved is not None:
        messages.success(request, _("Saved."))
        return redirect(saved)
    title = _("Note a problem") if problem is None else _("Change the problem")
    context = workspace(request, engagement, "execute", heading=title)
    return render(request, "standups/problem_form.html", context | {"form": form, "problem": problem})
