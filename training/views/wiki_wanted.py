"""What the editors of the wiki look after next."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.workspace import person
from onsite.core.policy import vendor_only
from onsite.core.search.missed import misses
from onsite.core.views import performed
from training.services.wanted_words import dismiss_miss
from training.wiki.wanted import looked_for, may_read, stale, unhelpful


@vendor_only
@require_safe
def wanted(request: HttpRequest) -> HttpResponse:
    """What was looked for in vain, what helped few, what may be stale."""
    user = person(request)
    context = {"misses": looked_for(user), "unhelpful": unhelpful(user), "stale": stale(user, timezone.localdate())}
    return render(request, "wiki/wanted.html", context)


@vendor_only
@require_POST
def miss_dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Words that need no article."""
    user = person(request)
    miss = get_object_or_404(misses(), pk=pk)
    if not may_read(user, miss.words):
        raise Http404
    act = partial(dismiss_miss, actor=user, miss=miss)
    return performed(request, act, to=reverse("wiki:wanted"), success=_("Taken off the list."))
