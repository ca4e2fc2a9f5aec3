"""Counts and mappings as an Excel file: out to the data centre, and back in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.policy import signed_in
from onsite.core.spreadsheet import ImportForm, sheet_response, write
from standups.data.file import sheets
from standups.services.data_import import import_data


@signed_in
@require_safe
def data_export(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """All counts and mappings in the reader's language; with none there yet, the empty file to fill in."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    content = write(sheets(engagement.data_objects.visible_to(user), for_client=user.is_client))
    name = f"{engagement.client.short_name} {engagement.name} {_('Data checks')}"
    return sheet_response(content, f"data-checks-{engagement.pk}", name)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def data_import(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Take the file back: all of it, or nothing and every reason why."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    done = form.imported(request, lambda file: import_data(actor=user, engagement=engagement, file=file))
    if done is not None:
        messages.success(request, str(done))
        return redirect("standups:data_checks", engagement.pk)
    context = workspace(request, engagement, "going_live", heading=_("Import counts and mappings")) | {"form": form}
    return render(request, "standups/data_import.html", context, status=422 if form.errors else 200)
