"""The way back from looking as a client's person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from onsite.accounts import viewing
from onsite.core.policy import signed_in


@signed_in
@require_POST
def view_as_end(request: HttpRequest) -> HttpResponse:
    """Leave the view, and go on where the engagement stands for oneself."""
    seen = viewing.current(request) if viewing.is_marked(request) else None
    viewing.end(request)
    return redirect(seen.engagement) if seen else redirect("home")
