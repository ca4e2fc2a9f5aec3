"""Cases as an Excel file: out to the counter, and back in with the results."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.policy import signed_in
from onsite.core.spreadsheet import sheet_response, write
from standups.forms.uat import CasesImportForm
from standups.services.uat_import import import_cases
from standups.uat.file import sheets
from standups.views.uat import found_round, say_saved


@signed_in
@require_safe
def export(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The round's cases with what is recorded, in the reader's language."""
    engagement = open_engagement(request, engagement_id)
    row = found_round(request, engagement, pk)
    content = write(sheets(row, row.cases.visible_to(person(request)).order_by("number")))
    return sheet_response(content, f"uat-{row.pk}", f"{row.cell} {row}".replace("/", " "))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take the file back: all of it, or nothing and every reason why."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = found_round(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = CasesImportForm(request.POST, request.FILES) if request.method == "POST" else CasesImportForm()
    done = form.imported(request, lambda **fields: import_cases(actor=user, row=row, **fields))
    if done is not None:
        say_saved(request, row, str(done))
        return redirect(row)
    context = workspace(request, engagement, "going_live", heading=_("Import cases"))
    context |= {"form": form, "round": row, "cell": row.cell}
    return render(request, "standups/uat_import.html", context, status=422 if form.errors else 200)
