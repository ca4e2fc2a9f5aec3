"""Run sheets to start from: choosing one, keeping one, and the company's list."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.forms.plan import TemplateNameForm
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.errors import StaleError
from onsite.core.forms import retype, submitted
from onsite.core.policy import manager_only, signed_in, vendor_only
from onsite.core.views import performed
from standups.forms.cutover import KeepForm, SheetTemplateForm
from standups.models import RunSheet, RunSheetTemplate, SheetStep
from standups.services import run_sheet, run_sheet_templates
from standups.views.cutover import sheet_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def run_sheet_lay_out(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Choose a template; where steps are there already, say that they are replaced and ask for a tick."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    sheet, stale = sheet_of(user, engagement), False
    count = sheet.steps.visible_to(user).count() if sheet.pk else 0
    templates = RunSheetTemplate.objects.visible_to(user)
    initial = {"version": sheet.version}
    form = SheetTemplateForm(posted(request), templates=templates, replaces=count, initial=initial)

    def act(template: RunSheetTemplate | None, version: int, **_ticked: bool) -> RunSheet:
        nonlocal stale
        try:
            return run_sheet.lay_out_sheet(actor=user, engagement=engagement, template=template, version=version)
        except StaleError:
            stale = True
            raise

    if submitted(request, form, act):
        messages.success(request, _("The steps are laid out. Give each its owner, and move what differs here."))
        return redirect("standups:cutover", engagement.pk)
    if stale:
        # They are told; from here on they may replace what stands there now.
        retype(form, version=str(sheet_of(user, engagement).version))
    context = workspace(request, engagement, "going_live", heading=_("Start from a template"))
    context |= {"form": form, "count": count}
    status = 200 if request.method != "POST" else 409 if stale else 422
    return render(request, "standups/run_sheet_lay_out.html", context, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def run_sheet_keep(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Keep this sheet for other engagements."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    if not user.is_manager:
        raise PermissionDenied
    form = KeepForm(posted(request))
    kept = submitted(
        request,
        form,
        lambda name, **_ticked: run_sheet_templates.keep_template(actor=user, engagement=engagement, name=name),
    )
    if kept is not None:
        messages.success(request, _("“%(name)s” can be chosen for other engagements now.") % {"name": kept.name})
        return redirect("run_sheets:template_list")
    context = workspace(request, engagement, "going_live", heading=_("Keep the run sheet as a template"))
    steps = SheetStep.objects.visible_to(user).filter(sheet__engagement=engagement)
    status = 422 if request.method == "POST" else 200
    return render(request, "standups/run_sheet_keep.html", context | {"form": form, "steps": steps}, status=status)


@vendor_only
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """The company's run sheets."""
    templates = RunSheetTemplate.objects.visible_to(person(request)).select_related("created_by")
    return render(request, "standups/run_template_list.html", {"templates": templates})


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """A template's steps to read; for a manager another name, or its end."""
    user = person(request)
    found = get_object_or_404(RunSheetTemplate.objects.visible_to(user), pk=pk)
    form = TemplateNameForm(posted(request), initial={"name": found.name})
    renamed = submitted(
        request, form, lambda name: run_sheet_templates.rename_template(actor=user, template=found, name=name)
    )
    if renamed is not None:
        messages.success(request, _("“%(name)s” is saved.") % {"name": renamed.name})
        return redirect("run_sheets:template_list")
    status = 422 if request.method == "POST" else 200
    minutes = sum(step["planned_minutes"] for step in found.steps)
    context = {"form": form, "template": found, "minutes": minutes}
    return render(request, "standups/run_template.html", context, status=status)


@manager_only
@require_POST
def template_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a template out; sheets that began from it stay."""
    found = get_object_or_404(RunSheetTemplate.objects.visible_to(person(request)), pk=pk)
    return performed(
        request,
        lambda: run_sheet_templates.delete_template(actor=person(request), template=found),
        to=reverse("run_sheets:template_list"),
        success=_("The template is deleted. Sheets that began from it stay as they are."),
    )
