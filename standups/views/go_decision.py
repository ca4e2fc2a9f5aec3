"""What stands against a Go, and what the client decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from engagements import go_decision as decisions
from engagements.models import Engagement, SignOff
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import can
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.errors import RefusedError, StaleError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from standups.forms.go import GoForm
from standups.going_live import go
from standups.going_live.facts import facts_of
from standups.going_live.shown import shown
from standups.services import go as deciding


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def go_decision(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What stands against it and what the decision rests on; a post freezes what was decided for its signature. A page
    whose list is not the present one decides nothing (409) and keeps what was typed."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    may_decide = _may_decide(user, engagement)
    if request.method == "POST" and not may_decide:
        raise PermissionDenied
    form = GoForm(posted(request), initial={"go_live_on": _day(engagement)})
    status = 422 if request.method == "POST" else 200

    def decide(**fields: Any) -> SignOff:
        nonlocal status
        try:
            return deciding.decide(actor=user, engagement=engagement, **fields)
        except (StaleError, RefusedError):
            status = 409
            raise

    decided = submitted(request, form, decide)
    if decided is not None:
        messages.success(request, _said(user, engagement))
        return redirect("engagements:sign_off", engagement.pk, decided.pk)
    return render(request, "standups/go_decision.html", _context(request, engagement, form, may_decide), status=status)


def _context(request: HttpRequest, engagement: Engagement, form: GoForm, may_decide: bool) -> dict[str, Any]:
    user = person(request)
    versions = [shown(row) for row in _versions(engagement, user)]
    standing = go.standing_against(engagement)
    current = next((row for row in versions if row.is_current), None)
    why_not = deciding.why_not(engagement)
    form.shows_now(standing.fingerprint, current.sign_off.pk if current else None)
    return {
        **workspace(request, engagement, "going_live", heading=_("Go decision")),
        "standing": standing,
        "kept_back": go.kept_back(engagement) if user.is_vendor else [],
        "facts": facts_of(engagement),
        "current": current,
        "earlier": [row for row in versions if not row.is_current],
        "why_not": why_not,
        "form": form if may_decide and not why_not else None,
    }


def _versions(engagement: Engagement, user: User) -> list[SignOff]:
    rows = engagement.sign_offs.visible_to(user).filter(kind=SignOff.Kind.GO).order_by("-version")
    return list(rows.select_related("frozen_by"))


def _may_decide(user: User, engagement: Engagement) -> bool:
    return can(user, Permission.DECIDE_GO, engagement) or can(user, Permission.LEAD_ROLLOUT, engagement)


def _day(engagement: Engagement) -> object:
    """The day the form begins with: the one decided on, else the agreed one while it is to come."""
    standing = decisions.standing_go(engagement)
    return decisions.day_of(standing) if standing else max(engagement.agreed_go_live_on, engagement.today())


def _said(user: User, engagement: Engagement) -> str:
    if user.is_vendor:
        return _("Written down. It counts once the client has signed it.")
    if engagement.signs_on_paper:
        return _("Your decision is written down. It counts once the printed sheet is signed.")
    return _("Your decision is written down. It counts once you have signed it below.")
