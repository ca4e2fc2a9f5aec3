"""The gate between phases, and what a manager lets pass."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from engagements import end_watch, gates
from engagements.forms.gate import WaiverForm
from engagements.models import Phase
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
@require_POST
def phase_change(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Move to the posted phase; a refusal lists every obstacle with its link. Cancelling asks once more."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.CHANGE_PHASE, engagement)
    wanted = request.POST.get("to", "")
    if wanted not in Phase.values:
        messages.error(request, _("Choose the phase to move to."))
        return redirect(engagement)
    to = Phase(wanted)
    if to == Phase.CANCELLED and not request.POST.get("confirmed"):
        context = workspace(request, engagement, "overview") | {"foretold": end_watch.foretold(engagement)}
        return render(request, "engagements/phase_cancel.html", context)
    return performed(
        request,
        lambda: gates.change_phase(actor=user, engagement=engagement, to=to),
        to=engagement.get_absolute_url(),
        success=_("The engagement is in “%(phase)s” now.") % {"phase": to.label},
    )


@signed_in
def waive(request: HttpRequest, engagement_id: int, obstacle: str) -> HttpResponse:
    """Let one obstacle pass with a reason and a day; 404 where nothing of this code stands, or it may not be waived."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.WAIVE, engagement)
    standing = gates.find_standing(engagement, obstacle)
    if standing is None or not standing.obstacle.waivable:
        raise Http404
    form = WaiverForm(posted(request))
    waived = submitted(
        request, form, lambda **fields: gates.waive(actor=user, engagement=engagement, obstacle=obstacle, **fields)
    )
    if waived is not None:
        messages.success(request, _("Waived. You are reminded on the day it is due."))
        return redirect(engagement)
    context = workspace(request, engagement, "overview", heading=_("Waive an obstacle"))
    return render(request, "engagements/waive.html", context | {"form": form, "standing": standing})
