"""Private files: access is checked first, and a browser only ever saves them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from engagements.workspace import open_engagement
from onsite.core.policy import signed_in


@signed_in
@require_safe
def attachment(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Send a stored file (at most 20 MB) as a download that can run nothing."""
    engagement = open_engagement(request, engagement_id)
    found = get_object_or_404(engagement.attachments.visible_to(request.user), pk=pk)
    try:
        with found.stored_bytes() as stored:
            response = HttpResponse(stored.read(), content_type=found.media_type)
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
