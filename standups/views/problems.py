"""One problem: its page, its form, and marking it as solved."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.errors import StaleError
from onsite.core.fields import LINE_LENGTH
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from onsite.core.wording import enumerated
from standups.forms.problem import ProblemForm
from standups.listed import row_of
from standups.models import Problem
from standups.services.problems import save_problem, solve_problem
from standups.shown_concern import concern_context
from standups.timeline import time_line


@signed_in
@require_safe
def problem_detail(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One problem: what it is, whose step is next, its story, what it belongs to, and what happened to it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    rows = engagement.problems.visible_to(user).select_related("raised_by", "raised_in", "owner", "said_by", "recurs")
    problem = get_object_or_404(rows, pk=pk)
    raised_in = problem.raised_in
    context = workspace(request, engagement, "execute", heading=problem.title) | {
        "row": row_of(problem, engagement.today(), for_client=user.is_client),
        "problem": problem,
        "story": [
            (ProblemForm.base_fields[name].label, text) for name in Problem.STORY if (text := getattr(problem, name))
        ],
        "untold": enumerated(ProblemForm.base_fields[name].label for name in problem.untold),
        "linked": _linked(problem, user),
        "change_query": _change_query(problem),
        "raised_in": raised_in if raised_in and (raised_in.is_published or user.is_vendor) else None,
        "steps": time_line(problem, user),
        **concern_context(request, engagement, problem),
    }
    return render(request, "standups/problem_detail.html", context)


def _linked(problem: Problem, user: User) -> Mapping[str, Any]:
    """What the problem belongs to, as far as this person may see it."""
    return {
        "functions": problem.functions.visible_to(user).select_related("module"),
        "objectives": problem.objectives.visible_to(user),
        "tasks": problem.tasks.visible_to(user),
    }


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
    rows = engagement.problems.visible_to(request.user).select_related("owner", "recurs")
    return _form(request, engagement, get_object_or_404(rows, pk=pk))


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
    form = ProblemForm(request.POST or None, engagement=engagement, problem=problem)
    saved = submitted(request, form, partial(_save, user, engagement, problem, form))
    if saved is not None:
        messages.success(request, _("Saved."))
        return redirect(saved)
    title = _("Note a problem") if problem is None else _("Change the problem")
    context = workspace(request, engagement, "execute", heading=title)
    context |= {"form": form, "problem": problem}
    return render(request, "standups/problem_form.html", context, status=422 if form.is_bound else 200)


def _save(user: User, engagement: Engagement, problem: Problem | None, form: ProblemForm, **fields: Any) -> Problem:
    """Save; what a colleague changed meanwhile is told beside the field, and a second press keeps one's own."""
    try:
        return save_problem(actor=user, engagement=engagement, problem=problem, **fields)
    except StaleError as error:
        if problem is not None and error.field:
            now = engagement.problems.visible_to(user).select_related("owner").get(pk=problem.pk)
            form.start_from(now, error.field)
        raise
