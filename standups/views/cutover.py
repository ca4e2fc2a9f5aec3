"""The run sheet: its page, its head, its steps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.go_decision import standing_go
from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.cutover.course import timed
from standups.forms.cutover import HeadForm, PlaceForm, StepForm
from standups.models import RunSheet, SheetStep
from standups.services import run_sheet


@signed_in
@require_safe
def cutover(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The run sheet and its runs."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    sheet = sheet_of(user, engagement)
    steps = list(SheetStep.objects.visible_to(user).filter(sheet=sheet)) if sheet.pk else []
    runs = list(engagement.cutover_runs.visible_to(user).select_related("started_by").newest_first())
    rows = timed(steps, sheet.planned_start_at, sheet.last_rollback_at)
    context = workspace(request, engagement, "going_live", heading=_("Cutover")) | {
        "sheet": sheet,
        "rows": rows,
        "ends_at": rows[-1].ends_at if rows else None,
        "planned_minutes": sum(step.planned_minutes for step in steps),
        "runs": runs,
        "running": next((run for run in runs if run.is_running), None),
        "has_gone": any(run.outcome for run in runs),
        "decision": standing_go(engagement),
    }
    return render(request, "standups/cutover.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def run_sheet_edit(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The sheet's head."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    sheet = sheet_of(user, engagement)
    form = HeadForm(posted(request), initial=HeadForm.initial_of(sheet))
    if submitted(request, form, lambda **said: run_sheet.save_head(actor=user, engagement=engagement, **said)):
        messages.success(request, _("The run sheet is saved."))
        return redirect("standups:cutover", engagement.pk)
    now = sheet_of(user, engagement)
    context = {"theirs": now if form.rebased_on(now) else None}
    return _form_page(request, engagement, "standups/run_head_form.html", _("Run sheet"), form, **context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def run_sheet_step_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new step; `?position=` says where."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = StepForm(posted(request), initial={"position": request.GET.get("position", "")})
    step = submitted(request, form, lambda **said: run_sheet.add_step(actor=user, engagement=engagement, **said))
    if step is not None:
        messages.success(request, _("The step is put in as number %(number)s.") % {"number": step.position})
        if "more" in request.POST:
            return redirect(f"{reverse('standups:run_sheet_step_create', args=[engagement.pk])}{_after(form, step)}")
        return redirect(_at(engagement, step))
    return _form_page(request, engagement, "standups/run_step_form.html", _("New step"), form, step=None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def run_sheet_step(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A step: what it says, its place, its end."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    step = _step(user, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = StepForm(posted(request), step=step)
    if submitted(request, form, lambda **said: run_sheet.change_step(actor=user, step=step, **said)):
        messages.success(request, _("The step is saved."))
        return redirect(_at(engagement, step))
    now = _step(user, engagement, pk)
    context = {"step": now, "theirs": now if form.rebased_on(now) else None}
    return _form_page(request, engagement, "standups/run_step_form.html", _("Edit step"), form, **context)


@signed_in
@require_POST
def run_sheet_step_move(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A place up or down, or to a number."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    step = _step(user, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please say where: a whole number."))
        return redirect(_at(engagement, step))
    try:
        moved = run_sheet.move_step(actor=user, step=step, by=form.cleaned_data["by"] or 0, to=form.cleaned_data["to"])
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("standups:cutover", engagement.pk)
    return redirect(_at(engagement, moved))


@signed_in
@require_POST
def run_sheet_step_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a step out."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    step = _step(user, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: run_sheet.delete_step(actor=user, step=step),
        to=reverse("standups:cutover", args=[engagement.pk]),
        success=_("The step is deleted."),
    )


def sheet_of(user: User, engagement: Engagement) -> RunSheet:
    """Return the sheet this person may see; an empty one, not kept, with version 0, where there is none yet."""
    found = RunSheet.objects.visible_to(user).filter(engagement=engagement).first()
    return found or RunSheet(engagement=engagement, version=0)


def _step(user: User, engagement: Engagement, pk: int) -> SheetStep:
    rows = SheetStep.objects.visible_to(user).filter(sheet__engagement=engagement)
    return get_object_or_404(rows.select_related("sheet__engagement"), pk=pk)


def _at(engagement: Engagement, step: SheetStep) -> str:
    return f"{reverse('standups:cutover', args=[engagement.pk])}#step-{step.pk}"


def _after(form: StepForm, step: SheetStep) -> str:
    """The next new step stands behind this one, where this one was given a place."""
    return f"?position={step.position + 1}" if form.cleaned_data["position"] else ""


def _form_page(
    request: HttpRequest, engagement: Engagement, template: str, heading: str, form: Any, **context: Any
) -> HttpResponse:
    context |= workspace(request, engagement, "going_live", heading=heading) | {"form": form}
    status = 200 if request.method != "POST" else 409 if context.get("theirs") else 422
    return render(request, template, context, status=status)
