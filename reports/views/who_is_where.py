"""Who of the vendor's people is where, and when somebody is away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.forms.assignments import AbsenceForm
from engagements.models import Absence
from engagements.services import assignments as services
from engagements.workspace import person, posted
from onsite.core.forms import submitted
from onsite.core.policy import vendor_only
from onsite.core.views import performed
from reports.dashboards.who_is_where import STEP, load_who_is_where, shifted, weeks_around
from reports.figures.weekly import FIRST_YEAR, LAST_YEAR, Week


@vendor_only
@require_safe
def who_is_where(request: HttpRequest) -> HttpResponse:
    """People by weeks, from two weeks before the one in the address to ten after it, and their absences."""
    user, today = person(request), timezone.localdate()
    this = Week.of(today)
    week = _week(request, this)
    found = load_who_is_where(user, weeks_around(week))
    context = {
        "found": found,
        "figure": found.figure(user, today),
        "week": week,
        "is_now": week == this,
        "before": _near(shifted(week, -STEP), this),
        "after": _near(shifted(week, STEP), this),
    }
    return render(request, "reports/who_is_where.html", context)


def _near(week: Week, this: Week) -> str:
    """The code of a week within a year of this one, "" for one that nobody plans yet or looks back at."""
    return week.code if abs(week.first_on - this.first_on) <= timedelta(weeks=52) else ""


@vendor_only
def absence_create(request: HttpRequest) -> HttpResponse:
    """Write down when somebody is away."""
    return _form(request, None)


@vendor_only
def absence_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an absence."""
    rows = Absence.objects.visible_to(person(request)).select_related("user")
    return _form(request, get_object_or_404(rows, pk=pk))


@vendor_only
@require_POST
def absence_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back."""
    user = person(request)
    absence = get_object_or_404(Absence.objects.visible_to(user).select_related("user"), pk=pk)
    return performed(
        request,
        lambda: services.delete_absence(actor=user, absence=absence),
        to=reverse("reports:who_is_where"),
        success=_("The absence is taken back."),
    )


def _week(request: HttpRequest, this: Week) -> Week:
    """Return the week in the address; this one where it is none, or where what is shown around it has no calendar."""
    try:
        week = Week.parse(request.GET.get("week", ""))
    except ValueError:
        return this
    return week if FIRST_YEAR < week.year < LAST_YEAR else this


def _form(request: HttpRequest, absence: Absence | None) -> HttpResponse:
    user = person(request)
    if not services.may_edit_absence(user, absence.user if absence else user):
        raise PermissionDenied
    form = AbsenceForm(posted(request), actor=user, absence=absence)

    def save(**fields: Any) -> Absence:
        about = fields.pop("user", absence.user if absence else user)
        return services.save_absence(actor=user, absence=absence, user=about, **fields)

    saved = submitted(request, form, save)
    if saved is not None:
        messages.success(request, _("The absence is written down."))
        if services.is_assigned(saved):
            messages.warning(
                request, _("%(person)s is assigned on these days: who plans there sees both.") % {"person": saved.user}
            )
        return redirect("reports:who_is_where")
    context = {
        "form": form,
        "absence": absence,
        "title": _("Note an absence") if absence is None else _("Change the absence"),
        "crumb": _("Who is where"),
        "crumb_url": reverse("reports:who_is_where"),
        "submit_label": _("Save"),
        "cancel_url": reverse("reports:who_is_where"),
    }
    return render(request, "reports/absence_form.html", context)
