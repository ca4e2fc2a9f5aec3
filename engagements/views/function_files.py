"""Functions as an Excel file: out to the train, and back in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.function_file import sheets
from engagements.function_tree import branches
from engagements.services.function_import import import_functions
from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.policy import signed_in
from onsite.core.spreadsheet import ImportForm, sheet_response, write


@signed_in
@require_safe
def export(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """All functions in the reader's language; with none there yet, the empty file to fill in."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    tree = branches(engagement.modules.visible_to(user), engagement.functions.visible_to(user))
    content = write(sheets(tree, for_client=user.is_client))
    name = f"{engagement.client.short_name} {engagement.name} {_('Function analysis')}"
    return sheet_response(content, f"functions-{engagement.pk}", name)


@signed_in
def upload(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Take the file back: all of it, or nothing and every reason why."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    done = form.imported(request, lambda file: import_functions(actor=user, engagement=engagement, file=file))
    if done is not None:
        messages.success(request, str(done))
        return redirect("engagements:function_list", engagement.pk)
    context = workspace(request, engagement, "prepare", heading=_("Import functions"))
    return render(request, "engagements/function_import.html", context | {"form": form})
