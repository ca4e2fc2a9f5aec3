"""The vendor's own lists: visits to hold, and the new needs that came of them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.models import NewNeed
from engagements.services import new_needs
from engagements.workspace import person, posted
from onsite.core.forms import submitted
from onsite.core.policy import vendor_only
from reports.visits.appointment import NeedForm
from reports.visits.worklist import ALL, MINE, OVERDUE, load_worklist, needs_of

ROWS_PER_PAGE = 50


@vendor_only
@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """The visits to hold, by day; which ones stands in the address."""
    user = person(request)
    show = request.GET.get("show")
    show = show if show in {MINE, ALL, OVERDUE} else MINE
    page = Paginator(load_worklist(user, show), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"rows": page.object_list, "page_obj": page, "show": show}
    return render(request, "reports/visit_worklist.html", context)


@vendor_only
@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    """New needs by state: one's own or, where one may see more, everybody's."""
    user = person(request)
    state = request.GET.get("state")
    state = state if state in NewNeed.State.values else NewNeed.State.OPEN
    everybody = request.GET.get("whose") == "all"
    page = Paginator(needs_of(user, everybody=everybody, state=state), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "needs": page.object_list,
        "page_obj": page,
        "state": state,
        "states": NewNeed.State.choices,
        "everybody": everybody,
    }
    return render(request, "reports/new_need_list.html", context)


@vendor_only
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """What becomes of a new need: said by its owner or a manager."""
    user = person(request)
    rows = NewNeed.objects.visible_to(user).select_related("visit__engagement__client", "owner")
    row = get_object_or_404(rows, pk=pk)
    if row.owner != user and not user.is_manager:
        raise PermissionDenied
    initial = {"owner": row.owner_id, "state": row.state, "outcome": row.outcome}
    form = NeedForm(posted(request), initial=initial, need=row)

    def decide(**fields: object) -> bool:
        new_needs.decide_need(actor=user, need=row, **fields)  # type: ignore[arg-type]
        return True

    if submitted(request, form, decide):
        messages.success(request, _("Saved."))
        return redirect("reports:new_need_list")
    return render(request, "reports/new_need.html", {"form": form, "need": row})
