"""The plan as an Excel file: out to the train, and back in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.plan_file import sheets
from engagements.services.plan_import import import_plan
from engagements.services.tasks import links_of
from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.policy import signed_in
from onsite.core.spreadsheet import ImportForm, sheet_response, write


@signed_in
@require_safe
def export(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """All tasks in the reader's language; with none there yet, the empty file to fill in."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    tasks = list(engagement.tasks.visible_to(user).select_related("stage", "assignee"))
    content = write(sheets(tasks, links_of(tasks), for_client=user.is_client))
    return sheet_response(
        content, f"plan-{engagement.pk}", f"{engagement.client.short_name} {engagement.name} {_('Plan')}"
    )


@signed_in
def upload(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Take the file back: all of it, or nothing and every reason why."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_PLAN, engagement)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    done = form.imported(request, lambda file: import_plan(actor=user, engagement=engagement, file=file))
    if done is not None:
        messages.success(request, str(done))
        return redirect("engagements:plan", engagement.pk)
    context = workspace(request, engagement, "prepare", heading=_("Import the plan"))
    return render(request, "engagements/plan_import.html", context | {"form": form})
