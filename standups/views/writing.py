"""One day: read it, write it, look at what the client will see, publish it."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.workspace import open_engagement, person
from onsite.accounts.access import can, require
from onsite.accounts.roles import Permission
from onsite.core.errors import DomainError
from onsite.core.policy import signed_in
from standups.forms.page import stored_page
from standups.services.publishing import publish_stand_up
from standups.services.writing import may_be_written
from standups.shown import shown_day
from standups.views.frame import day_frame, edit_page, read_page, stand_up_of
from standups.views.saving import save


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def day(request: HttpRequest, engagement_id: int, day: date) -> HttpResponse:
    """A client reads the published day; the vendor writes it until then, and corrects it with ?edit=1."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    if request.method == "POST":
        require(user, Permission.WRITE_STAND_UP, engagement)
        return save(request, engagement, day)
    stand_up = stand_up_of(user, engagement, day)
    may_write = can(user, Permission.WRITE_STAND_UP, engagement) and may_be_written(engagement, day)
    if may_write and (stand_up is None or not stand_up.is_published or "edit" in request.GET):
        return edit_page(request, engagement, stored_page(user, engagement, day, stand_up))
    if stand_up is None and user.is_client:
        raise Http404
    return read_page(request, engagement, day, stand_up)


@signed_in
@require_safe
def preview(request: HttpRequest, engagement_id: int, day: date) -> HttpResponse:
    """Exactly what the client will see, before they see it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.WRITE_STAND_UP, engagement)
    stand_up = get_object_or_404(engagement.stand_ups.visible_to(user), held_on=day)
    if stand_up.is_published:
        return redirect(stand_up)
    shown = shown_day(user=user, stand_up=stand_up, as_client=True)
    return render(request, "standups/day_preview.html", day_frame(request, engagement, day) | {"shown": shown})


@signed_in
@require_POST
def publish(request: HttpRequest, engagement_id: int, day: date) -> HttpResponse:
    """Show the day to the client; what nobody looked at, or what changed since the preview, is previewed first."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.WRITE_STAND_UP, engagement)
    stand_up = get_object_or_404(engagement.stand_ups.visible_to(user), held_on=day)
    try:
        # A post without the preview's mark comes from nowhere; an empty one would mean "as it stands".
        publish_stand_up(actor=user, stand_up=stand_up, seen=request.POST.get("seen") or "not previewed")
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("standups:preview", engagement.pk, day)
    messages.success(request, _("Published. The client sees this day now."))
    return redirect(stand_up)
