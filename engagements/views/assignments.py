"""From when to when the vendor's people work in an engagement."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from engagements.forms.assignments import AssignmentForm
from engagements.models import Assignment, Engagement
from engagements.services import assignments as services
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
def create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Write down from when to when a colleague works here."""
    return _form(request, open_engagement(request, engagement_id), None)


@signed_in
def edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Change an assignment."""
    engagement = open_engagement(request, engagement_id)
    return _form(request, engagement, get_object_or_404(engagement.assignments.visible_to(request.user), pk=pk))


@signed_in
@require_POST
def delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take an assignment back."""
    engagement = open_engagement(request, engagement_id)
    rows = engagement.assignments.visible_to(request.user).select_related("engagement", "user")
    assignment = get_object_or_404(rows, pk=pk)
    require(person(request), Permission.EDIT_TEAM, engagement)
    return performed(
        request,
        lambda: services.delete_assignment(actor=person(request), assignment=assignment),
        to=reverse("engagements:team", args=[engagement.pk]),
        success=_("The assignment of %(person)s is taken back.") % {"person": assignment.user},
    )


def _form(request: HttpRequest, engagement: Engagement, assignment: Assignment | None) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_TEAM, engagement)
    form = AssignmentForm(posted(request), engagement=engagement, assignment=assignment)
    saved = submitted(
        request, form,
        lambda **fields: services.save_assignment(actor=user, engagement=engagement, assignment=assignment, **fields),
    )  # fmt: skip
    if saved is not None:
        messages.success(request, _("%(person)s is assigned.") % {"person": saved.user})
        return redirect("engagements:team", engagement.pk)
    heading = _("Assign a colleague") if assignment is None else _("Change the assignment")
    context = workspace(request, engagement, "team", heading=heading)
    return render(request, "engagements/member_form.html", context | {"form": form, "submit_label": _("Save")})
