"""The modules that functions lie in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from engagements.forms.functions import ModuleForm
from engagements.function_tree import DEEPEST, beneath, branches
from engagements.models import Engagement, Module
from engagements.services import functions
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
def create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new module; `?in=` chooses the one it is part of."""
    engagement = open_engagement(request, engagement_id)
    return _save(request, engagement, None, {"parent": request.GET.get("in", "")})


@signed_in
def edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A module's name and place."""
    engagement = open_engagement(request, engagement_id)
    found = _module(request, engagement, pk)
    return _save(request, engagement, found, ModuleForm.initial_of(found))


def _save(request: HttpRequest, engagement: Engagement, row: Module | None, initial: dict[str, Any]) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    tree = branches(engagement.modules.visible_to(user))
    within = beneath(tree, row) if row else []
    offered = [branch for branch in tree if branch not in within and branch.depth < DEEPEST]
    form = ModuleForm(posted(request), initial=initial, branches=offered)
    saved = submitted(
        request,
        form,
        lambda **fields: functions.save_module(actor=user, engagement=engagement, module=row, **fields),
    )
    if saved is not None:
        messages.success(request, _("The module is saved."))
        return redirect(f"{reverse('engagements:function_list', args=[engagement.pk])}#module-{saved.pk}")
    context = workspace(request, engagement, "prepare", heading=row.name if row else _("New module"))
    return render(request, "engagements/module_form.html", context | {"form": form, "module": row})


@signed_in
@require_POST
def delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take an empty module out."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _module(request, engagement, pk)
    require(user, Permission.EDIT_PREPARATION, engagement)
    return performed(
        request,
        lambda: functions.delete_module(actor=user, module=found),
        to=reverse("engagements:function_list", args=[engagement.pk]),
        success=_("The module is deleted."),
    )


@signed_in
@require_POST
def move(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One place up or down among its neighbours."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _module(request, engagement, pk)
    require(user, Permission.EDIT_PREPARATION, engagement)
    return performed(
        request,
        lambda: functions.move(actor=user, row=found, up=request.POST.get("to") == "up"),
        to=f"{reverse('engagements:function_list', args=[engagement.pk])}?order=1#module-{pk}",
    )


def _module(request: HttpRequest, engagement: Engagement, pk: int) -> Module:
    return get_object_or_404(engagement.modules.visible_to(request.user).select_related("engagement"), pk=pk)
