"""Where a person starts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from engagements.models import Engagement
from engagements.workspace import person
from onsite.core.policy import signed_in


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead each person to the page their day begins with."""
    user = person(request)
    if user.is_manager:
        return redirect("reports:portfolio")
    if user.is_administrator:
        return redirect("accounts:people")
    if user.is_vendor:
        return redirect("reports:today")
    mine = Engagement.objects.visible_to(user).values_list("pk", flat=True)[:2]
    if len(mine) == 1:
        return redirect("reports:dashboard", mine[0])
    return redirect("engagements:list")
