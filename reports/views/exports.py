"""Many closing reports as one zip: choose, watch or leave, save."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.workspace import person, posted
from onsite.core import private_files
from onsite.core.forms import submitted
from onsite.core.policy import signed_in, vendor_only
from onsite.core.views import performed
from reports import exports
from reports.dashboards.exports import choosable, latest_of
from reports.forms import ExportFilter, ExportForm
from reports.models import ReportExport


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def export_list(request: HttpRequest) -> HttpResponse:
    """The newest closing reports this person may see, narrowed down in the address, and their own exports."""
    user = person(request)
    wanted = ExportFilter(request.GET, user=user)
    rows = choosable(user, wanted.cleaned_data if wanted.is_valid() else {})
    form = ExportForm(posted(request), rows=rows)
    made = submitted(request, form, lambda **fields: exports.ask_export(actor=user, **fields))
    if made is not None:
        return redirect("reports:export", made.pk)
    context = {"filter": wanted, "form": form, "rows": rows, "chosen": form.chosen, "latest": latest_of(user)}
    return render(request, "reports/exports.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the zip is, then the zip. htmx asks for the state alone."""
    found = _own(request, pk)
    context = {"export": found, "job": exports.job_of(found), "is_open": exports.is_open_to_its_maker(found)}
    template = "reports/export.html#state" if request.headers.get("HX-Request") else "reports/export.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@signed_in
@require_POST
def export_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop making the zip."""
    user, found = person(request), _own(request, pk)
    back = redirect("reports:export", pk).url
    return performed(
        request, lambda: exports.cancel_export(actor=user, export=found), to=back, success=_("Cancelled.")
    )


@signed_in
@require_safe
def export_zip(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the zip to whoever asked for it, while they may still see all that is in it."""
    found = _own(request, pk)
    if not found.file or not exports.is_open_to_its_maker(found):
        raise Http404
    name = _("Closing reports %(date)s") % {"date": found.asked_at.date()}
    return private_files.download(path=str(found.file), name=f"{name}.zip", media_type="application/zip")


def _own(request: HttpRequest, pk: int) -> ReportExport:
    return get_object_or_404(ReportExport.objects.made_by(person(request)).select_related("asked_by"), pk=pk)
