"""Who is in an engagement, on both sides."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.assigned_page import assigned_people
from engagements.forms.team import ClientPersonForm, ColleagueForm
from engagements.services import lifecycle, viewing
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts import viewing as eyes
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
@require_safe
def team(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Both sides, with how to reach them."""
    engagement = open_engagement(request, engagement_id)
    members = list(engagement.memberships.visible_to(request.user).active().select_related("user"))
    context = {
        **workspace(request, engagement, "team", heading=_("Team")),
        "vendor_side": [member for member in members if not member.is_client_side],
        "client_side": [member for member in members if member.is_client_side],
        "assigned": assigned_people(engagement, person(request)),
    }
    return render(request, "engagements/team.html", context)


@signed_in
def colleague_add(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Put one of the vendor's people into the engagement."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_TEAM, engagement)
    form = ColleagueForm(posted(request), engagement=engagement)
    added = submitted(
        request, form, lambda **fields: lifecycle.add_colleague(actor=user, engagement=engagement, **fields)
    )
    if added is not None:
        messages.success(request, _("%(person)s is part of the team and is told by mail.") % {"person": added.user})
        return redirect("engagements:team", engagement.pk)
    context = workspace(request, engagement, "team", heading=_("Add a colleague"))
    return render(
        request, "engagements/member_form.html", context | {"form": form, "submit_label": _("Add to the team")}
    )


@signed_in
def client_person_invite(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Invite a person of the client by mail."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_TEAM, engagement)
    form = ClientPersonForm(posted(request))
    invited = submitted(
        request, form, lambda **fields: lifecycle.invite_client_person(actor=user, engagement=engagement, **fields)
    )
    if invited is not None:
        told = _("%(person)s is part of the team.") if invited.user.is_active else _("%(person)s gets a link by mail.")
        messages.success(request, told % {"person": invited.user})
        return redirect("engagements:team", engagement.pk)
    context = workspace(request, engagement, "team", heading=_("Invite a person of the client"))
    return render(request, "engagements/member_form.html", context | {"form": form, "submit_label": _("Invite")})


@signed_in
@require_POST
def member_end(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a person out of the engagement."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    rows = engagement.memberships.visible_to(user).active().select_related("user", "engagement")
    membership = get_object_or_404(rows, pk=pk)
    require(user, Permission.EDIT_TEAM, engagement)
    return performed(
        request,
        lambda: lifecycle.end_membership(actor=user, membership=membership),
        to=reverse("engagements:team", args=[engagement.pk]),
        success=_("%(person)s is no longer part of the team.") % {"person": membership.user},
    )


@signed_in
@require_POST
def view_as(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Look at the engagement as this person of the client does."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    rows = engagement.memberships.visible_to(user).active().of_client().select_related("user", "engagement")
    membership = get_object_or_404(rows, pk=pk)
    try:
        viewing.note_viewing(actor=user, membership=membership)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("engagements:team", engagement.pk)
    eyes.begin(request, membership)
    return redirect("reports:dashboard", engagement.pk)
