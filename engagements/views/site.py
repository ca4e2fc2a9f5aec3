"""On site: the environments, where access is kept, and the lists to tick."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from engagements.forms.site import ChecklistForm, EnvironmentForm
from engagements.models import ChecklistItem, Engagement, Environment
from engagements.services import site as sites
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
@require_safe
def site(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What one finds on site, and what is ticked off when."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    lines = list(engagement.checklist.visible_to(user))
    context = {
        **workspace(request, engagement, "prepare", heading=pgettext("page", "On site")),
        "environments": engagement.environments.visible_to(user),
        "has_lines": bool(lines),
        "lists": [
            (moment, [line for line in lines if line.moment == moment.value]) for moment in ChecklistItem.Moment
        ],
    }
    return render(request, "engagements/site.html", context)


@signed_in
def environment_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new environment."""
    engagement = open_engagement(request, engagement_id)
    return _save_environment(request, engagement, None, EnvironmentForm(posted(request)))


@signed_in
def environment_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """An environment."""
    engagement = open_engagement(request, engagement_id)
    row = get_object_or_404(engagement.environments.visible_to(request.user), pk=pk)
    form = EnvironmentForm(posted(request), initial=EnvironmentForm.initial_of(row))
    return _save_environment(request, engagement, row, form)


def _save_environment(
    request: HttpRequest, engagement: Engagement, row: Environment | None, form: EnvironmentForm
) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    saved = submitted(
        request,
        form,
        lambda **fields: sites.save_environment(actor=user, engagement=engagement, environment=row, **fields),
    )
    if saved is not None:
        messages.success(request, _("The environment is saved."))
        return redirect("engagements:site", engagement.pk)
    heading = _("Edit environment") if row else _("New environment")
    context = workspace(request, engagement, "prepare", heading=heading)
    return render(request, "engagements/environment_form.html", context | {"form": form, "environment": row})


@signed_in
@require_POST
def environment_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Delete an environment."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    row = get_object_or_404(engagement.environments.visible_to(user), pk=pk)
    require(user, Permission.EDIT_PREPARATION, engagement)
    return performed(
        request,
        lambda: sites.delete_environment(actor=user, environment=row),
        to=reverse("engagements:site", args=[engagement.pk]),
        success=_("The environment is deleted."),
    )


@signed_in
def checklist_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new line of a checklist."""
    engagement = open_engagement(request, engagement_id)
    form = ChecklistForm(posted(request), initial={"moment": request.GET.get("when", ChecklistItem.Moment.BEFORE)})
    return _save_line(request, engagement, None, form)


@signed_in
def checklist_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A line of a checklist."""
    engagement = open_engagement(request, engagement_id)
    item = get_object_or_404(engagement.checklist.visible_to(request.user), pk=pk)
    form = ChecklistForm(posted(request), initial=ChecklistForm.initial_of(item))
    return _save_line(request, engagement, item, form)


def _save_line(
    request: HttpRequest, engagement: Engagement, item: ChecklistItem | None, form: ChecklistForm
) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    saved = submitted(
        request,
        form,
        lambda **fields: sites.save_checklist_item(actor=user, engagement=engagement, item=item, **fields),
    )
    if saved is not None:
        messages.success(request, _("The checklist is saved."))
        return redirect("engagements:site", engagement.pk)
    heading = _("Edit a line of the checklist") if item else _("New line of the checklist")
    context = workspace(request, engagement, "prepare", heading=heading)
    return render(request, "engagements/checklist_form.html", context | {"form": form, "item": item})


@signed_in
@require_POST
def checklist_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Delete a line of a checklist."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    item = get_object_or_404(engagement.checklist.visible_to(user), pk=pk)
    require(user, Permission.EDIT_PREPARATION, engagement)
    return performed(
        request,
        lambda: sites.delete_checklist_item(actor=user, item=item),
        to=reverse("engagements:site", args=[engagement.pk]),
        success=_("The line is deleted."),
    )


@signed_in
@require_POST
def checklist_start(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Add the usual lines that are missing."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    added = sites.start_checklist(actor=user, engagement=engagement)
    if added:
        text = ngettext("%(count)s usual line was added.", "%(count)s usual lines were added.", added)
        messages.success(request, text % {"count": added})
    else:
        messages.info(request, _("All the usual lines are there already."))
    return redirect("engagements:site", engagement.pk)
