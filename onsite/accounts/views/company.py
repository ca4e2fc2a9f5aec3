"""What the company's documents look like, and which days its calendars have off."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from onsite.accounts.forms import CompanyForm
from onsite.accounts.views import me
from onsite.core import calendars as working_calendars
from onsite.core import company, private_files
from onsite.core.forms import rebased, submitted
from onsite.core.policy import people_only


@people_only
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    """Name, logo and colour, with a picture of the cover as it is now."""
    row = company.current()
    form = CompanyForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        has_logo=bool(row.logo),
        initial={"name": row.name, "accent": row.accent, "version": row.version},
    )
    if rebased(form, "version", row.version):
        form.add_error(
            None,
            _(
                "Somebody else changed this meanwhile. What you typed is still here; saving again puts it in place of theirs."
            ),
        )
        saved = None
    else:
        saved = submitted(request, form, partial(company.change, actor=me(request)))
    if saved is None:
        context = {
            "form": form,
            "title": _("Company"),
            "crumb": _("Settings"),
            "submit_label": _("Save"),
            "company": row,
            "name": company.name_of(row),
            "accent": row.accent or company.OWN_ACCENT,
        }
        return render(request, "accounts/company.html", context)
    messages.success(
        request, _("Saved. Documents issued from now on look like this; those issued before stay as they are.")
    )
    return redirect("accounts:company")


@people_only
@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    """The days of a year that aren't what their weekday says, for every calendar a site can have."""
    this_year = timezone.localdate().year
    asked = request.GET.get("year", "")
    offered = sorted({*range(this_year - 1, this_year + 3), *working_calendars.changed_years()})
    year = next((one for one in offered if str(one) == asked), this_year)
    context = {"year": year, "offered": offered, "calendars": working_calendars.years(year)}
    return render(request, "accounts/calendars.html", context)


@people_only
@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponseBase:
    """The logo of now."""
    row = company.current()
    if not row.logo or row.logo_hash != digest:
        raise Http404
    return private_files.picture(path=row.logo)
