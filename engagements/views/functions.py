"""What the client's people do: the tree of modules with their functions, and what is known about each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements import troubles
from engagements.forms.functions import FunctionForm
from engagements.function_tree import Completeness, branches
from engagements.models import Engagement, Function
from engagements.services import functions
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
@require_safe
def function_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The tree with what is answered and what is open. `?only=gaps` keeps what is open, `?order=1` offers to move."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    rows = list(engagement.functions.visible_to(user))
    tree = branches(engagement.modules.visible_to(user), rows)
    only_gaps = request.GET.get("only") == "gaps"
    if only_gaps:
        tree = [replace(branch, functions=[row for row in branch.functions if row.unanswered]) for branch in tree]
        tree = [branch for branch in tree if branch.functions]
    context = {
        **workspace(request, engagement, "prepare", heading=_("Function analysis")),
        "branches": tree,
        "completeness": Completeness.of(rows),
        "only_gaps": only_gaps,
        "moves": request.GET.get("order") == "1",
    }
    return render(request, "engagements/function_list.html", context)


@signed_in
@require_safe
def function(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """All that is known about one function; pain points and the reason of a risk are the vendor's own judgement."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _function(request, engagement, pk)
    tree = branches(engagement.modules.visible_to(user))
    context = {
        **workspace(request, engagement, "prepare", heading=found.name),
        "function": found,
        "path": next(branch.path for branch in tree if branch.module.pk == found.module_id),
        "objectives": found.objectives.visible_to(user),
        "troubles": troubles.open_about(engagement, user, "functions").get(found.pk, ()),
    }
    return render(request, "engagements/function.html", context)


@signed_in
def create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new function; `?module=` chooses where. Without a module there is nowhere to put it yet."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    if not engagement.modules.visible_to(user).exists():
        messages.info(request, _("Name a module first: functions lie in modules."))
        return redirect("engagements:module_create", engagement.pk)
    return _save(request, engagement, None, {"module": request.GET.get("module", "")})


@signed_in
def edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """What is known about a function."""
    engagement = open_engagement(request, engagement_id)
    found = _function(request, engagement, pk)
    return _save(request, engagement, found, FunctionForm.initial_of(found))


def _save(request: HttpRequest, engagement: Engagement, row: Function | None, initial: dict[str, Any]) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    form = FunctionForm(
        posted(request), initial=initial, branches=branches(engagement.modules.visible_to(user)),
        objectives=engagement.objectives.visible_to(user),
    )  # fmt: skip
    saved = submitted(
        request,
        form,
        lambda **fields: functions.save_function(actor=user, engagement=engagement, function=row, **fields),
    )
    if saved is not None:
        messages.success(request, _("The function is saved."))
        return redirect("engagements:function", engagement.pk, saved.pk)
    now = engagement.functions.visible_to(user).filter(pk=row.pk).first() if row else None
    context = workspace(request, engagement, "prepare", heading=row.name if row else _("New function"))
    context |= {"form": form, "function": row, "theirs": now if form.rebased_on(now) else None}
    return render(request, "engagements/function_form.html", context)


@signed_in
@require_POST
def delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a function out, unless an interview speaks of it."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _function(request, engagement, pk)
    require(user, Permission.EDIT_PREPARATION, engagement)
    return performed(
        request,
        lambda: functions.delete_function(actor=user, function=found),
        to=reverse("engagements:function_list", args=[engagement.pk]),
        success=_("The function is deleted."),
    )


@signed_in
@require_POST
def move(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One place up or down in its module."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _function(request, engagement, pk)
    require(user, Permission.EDIT_PREPARATION, engagement)
    return performed(
        request,
        lambda: functions.move(actor=user, row=found, up=request.POST.get("to") == "up"),
        to=f"{reverse('engagements:function_list', args=[engagement.pk])}?order=1#function-{pk}",
    )


def _function(request: HttpRequest, engagement: Engagement, pk: int) -> Function:
    return get_object_or_404(
        engagement.functions.visible_to(request.user).select_related("engagement", "module"), pk=pk
    )
