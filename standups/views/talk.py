"""What is said to a published day."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from engagements.workspace import open_engagement, person
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.idempotency import once
from onsite.core.policy import signed_in
from onsite.core.views import performed, safe_next
from standups.forms.talk import CommentForm
from standups.services.talk import acknowledge, add_comment
from standups.views.frame import read_page


@signed_in
@require_POST
def day_acknowledge(request: HttpRequest, engagement_id: int, day: date) -> HttpResponse:
    """The client's representative says they read the day, on its page or on the dashboard."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    stand_up = get_object_or_404(engagement.stand_ups.visible_to(user), held_on=day)
    require(user, Permission.ACKNOWLEDGE, engagement)
    seen = request.POST.get("seen", "")
    return performed(
        request,
        lambda: acknowledge(actor=user, stand_up=stand_up, seen=seen),
        to=safe_next(request, stand_up.get_absolute_url()).url,
        success=_("Noted: you have read this day."),
    )


@signed_in
@require_POST
def day_comment(request: HttpRequest, engagement_id: int, day: date) -> HttpResponse:
    """Either side adds a remark, once; what can't be kept stays on the page."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    stand_up = get_object_or_404(engagement.stand_ups.visible_to(user), held_on=day)
    require(user, Permission.COMMENT, engagement)
    form = CommentForm(request.POST)

    def add(key: UUID, text: str) -> dict[str, Any]:
        def write() -> dict[str, Any]:
            return {"comment": add_comment(actor=user, stand_up=stand_up, text=text).pk}

        return once(user=user, key=key, body=[request.path, text], write=write)

    if submitted(request, form, add) is None:
        return read_page(request, engagement, day, stand_up, form=form, status=422)
    messages.success(request, _("Your remark is there; both sides read it."))
    return redirect(stand_up.get_absolute_url() + "#remarks")
