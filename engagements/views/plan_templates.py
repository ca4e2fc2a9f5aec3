"""Plans to start from: choosing one, keeping one, and the company's list."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.forms.plan import TemplateChoiceForm, TemplateNameForm
from engagements.models import PlanTemplate
from engagements.services import plan_templates
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import manager_only, signed_in
from onsite.core.views import performed


@signed_in
def apply(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Choose a template; where tasks are there already, say that they are replaced and ask for a tick."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_PLAN, engagement)
    count = engagement.tasks.visible_to(user).count()
    form = TemplateChoiceForm(posted(request), replaces=count)

    def act(template: PlanTemplate | None, **_ticked: bool) -> bool:
        plan_templates.apply_template(actor=user, engagement=engagement, template=template)
        return True

    if submitted(request, form, act):
        messages.success(request, _("The plan is laid out. Give each task its person, and move what differs here."))
        return redirect("engagements:plan", engagement.pk)
    context = workspace(request, engagement, "prepare", heading=_("Start from a template"))
    context |= {"form": form, "count": count, "is_agreed": engagement.baselines.visible_to(user).exists()}
    return render(request, "engagements/plan_template.html", context)


@signed_in
def save(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Keep this plan for other engagements."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    if not user.is_manager:
        raise PermissionDenied
    form = TemplateNameForm(posted(request))
    template = submitted(
        request, form, lambda name: plan_templates.save_template(actor=user, engagement=engagement, name=name)
    )
    if template is not None:
        messages.success(request, _("“%(name)s” can be chosen for other engagements now.") % {"name": template.name})
        return redirect("engagements:plan_template_list")
    context = workspace(request, engagement, "prepare", heading=_("Keep the plan as a template"))
    return render(request, "engagements/plan_template_save.html", context | {"form": form})


@manager_only
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """The company's templates."""
    templates = PlanTemplate.objects.select_related("created_by")
    return render(request, "engagements/plan_template_list.html", {"templates": templates})


@manager_only
def template_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name for a template, or its end."""
    template = get_object_or_404(PlanTemplate, pk=pk)
    form = TemplateNameForm(posted(request), initial={"name": template.name})
    renamed = submitted(
        request, form, lambda name: plan_templates.rename_template(actor=person(request), template=template, name=name)
    )
    if renamed is not None:
        messages.success(request, _("“%(name)s” is saved.") % {"name": renamed.name})
        return redirect("engagements:plan_template_list")
    url = reverse("engagements:plan_template_list")
    context = {
        "form": form, "template": template, "title": template.name, "crumb": _("Plan templates"), "crumb_url": url,
        "submit_label": _("Save"), "cancel_url": url,
    }  # fmt: skip
    return render(request, "engagements/plan_template_form.html", context)


@manager_only
@require_POST
def template_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a template out; plans that began from it stay."""
    template = get_object_or_404(PlanTemplate, pk=pk)
    return performed(
        request,
        lambda: plan_templates.delete_template(actor=person(request), template=template),
        to=reverse("engagements:plan_template_list"),
        success=_("The template is deleted. Plans that began from it stay as they are."),
    )
