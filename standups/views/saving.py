"""A posted day: kept once, or back on the page with everything that was typed and the reason beside it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from engagements.models import Engagement
from engagements.workspace import person
from onsite.core.errors import DomainError, StaleError
from onsite.core.idempotency import once
from standups.forms.page import conflict_page, typed_page
from standups.forms.typed import Typed, read_typed
from standups.services.entry import Conflict
from standups.services.writing import save_stand_up
from standups.views.frame import edit_page, stand_up_of

# What differs between two posts of the same page without meaning anything.
_NOT_BODY = {"csrfmiddlewaretoken", "idempotency_key"}


def save(request: HttpRequest, engagement: Engagement, day: date) -> HttpResponse:
    """Keep what was typed, once. Whatever can't be kept stays on the page with its reason."""
    user, typed = person(request), read_typed(request.POST)
    if not typed.is_valid or typed.key is None:
        return _refused(request, engagement, day, typed, status=422)
    body = {name: request.POST.getlist(name) for name in request.POST if name not in _NOT_BODY}

    def write() -> dict[str, Any]:
        stand_up, conflicts = save_stand_up(actor=user, engagement=engagement, day=day, entry=typed.entry())
        return {
            "url": stand_up.get_absolute_url(),
            "published": stand_up.is_published,
            "conflicts": [asdict(conflict) for conflict in conflicts],
        }

    try:
        answer = once(user=user, key=typed.key, body=[request.path, body], write=write)
    except DomainError as error:
        typed.errors.append(error.message)
        return _refused(request, engagement, day, typed, status=409 if isinstance(error, StaleError) else 422)
    if conflicts := [Conflict(**found) for found in answer["conflicts"]]:
        return _conflicting(request, engagement, day, typed, conflicts)
    return _saved(request, typed, answer)


def _is_auto(request: HttpRequest) -> bool:
    """Say whether the page's own script saves, which wants a short answer."""
    return request.POST.get("step") == "auto"


def _saved(request: HttpRequest, typed: Typed, answer: dict[str, Any]) -> HttpResponse:
    if _is_auto(request):
        return JsonResponse(
            {
                "message": _("Saved %(time)s") % {"time": time_format(timezone.localtime(), "H:i")},
                "seen": {row.id: row.entry().mark for row in typed.lines if not row.is_spare},
                "answers": {str(row.problem_id): row.entry().mark for row in typed.answers},
            }
        )
    if answer["published"]:
        messages.success(request, _("Corrected. The client sees it now."))
    elif request.POST.get("step") == "preview":
        return redirect(f"{answer['url']}preview/")
    else:
        messages.success(request, _("Draft saved. The client can't see it yet."))
    return redirect(answer["url"])


def _refused(request: HttpRequest, engagement: Engagement, day: date, typed: Typed, *, status: int) -> HttpResponse:
    if _is_auto(request):
        message = typed.errors[0] if typed.errors else _("Not saved: please look at what you typed last.")
        return JsonResponse({"message": message, "stop": status == 409}, status=status)
    user = person(request)
    page = typed_page(user, engagement, day, stand_up_of(user, engagement, day), typed)
    return edit_page(request, engagement, page, status=status)


def _conflicting(
    request: HttpRequest, engagement: Engagement, day: date, typed: Typed, conflicts: list[Conflict]
) -> HttpResponse:
    if _is_auto(request):
        message = _("A colleague changed a line that you changed too. Compare both to go on.")
        return JsonResponse({"message": message, "compare": True}, status=409)
    user = person(request)
    page = conflict_page(user, engagement, day, stand_up_of(user, engagement, day), typed, conflicts)
    return edit_page(request, engagement, page, status=409)
