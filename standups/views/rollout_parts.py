"""Roles with their trainings, and stages of a roll-out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.forms.rollout import RoleForm, StageForm, TrainingForm
from standups.models import RoleTraining, RolloutRole, RolloutStage
from standups.rollout import readiness
from standups.services import role_training
from standups.services import rollout as services


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def role_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new role."""
    return _save_role(request, open_engagement(request, engagement_id), None, {})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def role_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A role's name, group and how many people must be trained."""
    engagement = open_engagement(request, engagement_id)
    role = _role(request, engagement, pk)
    return _save_role(request, engagement, role, RoleForm.initial_of(role))


def _save_role(
    request: HttpRequest, engagement: Engagement, role: RolloutRole | None, initial: dict[str, Any]
) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = RoleForm(posted(request), initial=initial)
    saved = submitted(
        request, form, lambda **fields: services.save_role(actor=user, engagement=engagement, role=role, **fields)
    )
    if saved is not None:
        messages.success(request, _("The role is saved."))
        return redirect("standups:rollout_setup", engagement.pk)
    now = engagement.rollout_roles.visible_to(user).filter(pk=role.pk).first() if role else None
    context = workspace(request, engagement, "going_live", heading=role.name if role else _("New role"))
    context |= {"form": form, "role": role, "theirs": now if form.rebased_on(now) else None}
    return _answered(request, "standups/rollout_role_form.html", context)


@signed_in
@require_POST
def role_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a role out that has no cells."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    role = _role(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: services.delete_role(actor=user, role=role),
        to=reverse("standups:rollout_setup", args=[engagement.pk]),
        success=_("The role is deleted."),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def role_detail(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A role with its trainings, which both sides read; the vendor notes another one here."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    role = _role(request, engagement, pk)
    if request.method == "POST":
        require(user, Permission.EDIT_ROLLOUT, engagement)
    form = TrainingForm(posted(request), initial={"held_on": engagement.today()})
    if submitted(request, form, lambda **fields: role_training.note_training(actor=user, role=role, **fields)):
        messages.success(request, _("The training is noted."))
        return redirect("standups:rollout_role", engagement.pk, role.pk)
    trainings = role.trainings.visible_to(user).select_related("recorded_by").order_by("-held_on", "-pk")
    context = workspace(request, engagement, "going_live", heading=role.name)
    context |= {"role": role, "trainings": trainings, "form": form}
    context |= {"trained": readiness.trained(engagement).get(role.pk, 0)}
    return _answered(request, "standups/rollout_role.html", context)


@signed_in
@require_POST
def training_delete(request: HttpRequest, engagement_id: int, pk: int, training_pk: int) -> HttpResponse:
    """Take a noted training back."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    role = _role(request, engagement, pk)
    rows: Any = RoleTraining.objects.visible_to(user).select_related("role__engagement")
    training = get_object_or_404(rows, pk=training_pk, role=role)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: role_training.delete_training(actor=user, training=training),
        to=reverse("standups:rollout_role", args=[engagement.pk, role.pk]),
        success=_("The training is taken back."),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def stage_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new stage, after the others."""
    return _save_stage(request, open_engagement(request, engagement_id), None, {})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def stage_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A stage's name, and whether it is needed for the Go."""
    engagement = open_engagement(request, engagement_id)
    stage = _stage(request, engagement, pk)
    return _save_stage(request, engagement, stage, StageForm.initial_of(stage))


def _save_stage(
    request: HttpRequest, engagement: Engagement, stage: RolloutStage | None, initial: dict[str, Any]
) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = StageForm(posted(request), initial=initial)
    saved = submitted(
        request, form, lambda **fields: services.save_stage(actor=user, engagement=engagement, stage=stage, **fields)
    )
    if saved is not None:
        messages.success(request, _("The stage is saved."))
        return redirect("standups:rollout_setup", engagement.pk)
    now = engagement.rollout_stages.visible_to(user).filter(pk=stage.pk).first() if stage else None
    context = workspace(request, engagement, "going_live", heading=stage.name if stage else _("New stage"))
    context |= {"form": form, "stage": stage, "theirs": now if form.rebased_on(now) else None}
    return _answered(request, "standups/rollout_stage_form.html", context)


@signed_in
@require_POST
def stage_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a stage out that has no cells."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    stage = _stage(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: services.delete_stage(actor=user, stage=stage),
        to=reverse("standups:rollout_setup", args=[engagement.pk]),
        success=_("The stage is deleted."),
    )


@signed_in
@require_POST
def stage_move(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One place earlier or later."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    stage = _stage(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: services.move_stage(actor=user, stage=stage, up=request.POST.get("to") == "up"),
        to=reverse("standups:rollout_setup", args=[engagement.pk]) + "#stages",
    )


def _answered(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def _role(request: HttpRequest, engagement: Engagement, pk: int) -> RolloutRole:
    return get_object_or_404(engagement.rollout_roles.visible_to(request.user).select_related("engagement"), pk=pk)


def _stage(request: HttpRequest, engagement: Engagement, pk: int) -> RolloutStage:
    return get_object_or_404(engagement.rollout_stages.visible_to(request.user).select_related("engagement"), pk=pk)
