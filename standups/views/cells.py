"""One cell of the acceptance matrix: where it stands, what it waits for, and what is done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.forms import rebased, submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.forms.rollout import DescopeForm, GoLiveForm, GroundForm
from standups.models import Cell, CellState
from standups.models.rollout import CellQuerySet
from standups.rollout import readiness
from standups.rollout.matrix import state_look
from standups.services import cells as services
from standups.services.descoping import descope, refusal
from standups.services.rollout import is_draft
from standups.uat.lineage import lineage_of


@signed_in
@require_safe
def cell_detail(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A cell: its state, its ground, and its rounds of tests."""
    engagement = open_engagement(request, engagement_id)
    return _page(request, engagement, _cell(request, engagement, pk), GoLiveForm())


@signed_in
@require_POST
def cell_go_live(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Make it live, or say beside the field what stands in the way."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    cell = _cell(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = GoLiveForm(posted(request))
    if submitted(request, form, lambda **fields: services.go_live(actor=user, cell=cell, **fields)):
        messages.success(request, _("The cell is live. Its acceptance test can begin."))
        return redirect(cell)
    return _page(request, engagement, _cell(request, engagement, pk), form, status=422)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cell_ground(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """What must be accepted before this cell goes live."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    cell = _cell(request, engagement, pk)
    require(user, Permission.LEAD_ROLLOUT, engagement)
    ground = list(cell.builds_on.visible_to(user).select_related("module", "role", "stage"))
    offered = _offered(user, engagement, cell, ground)
    initial = {"was": services.ground_mark(row.pk for row in ground), "builds_on": ground}
    form, theirs = GroundForm(posted(request), initial=initial, cells=offered), None

    def save(**fields: Any) -> bool:
        services.save_builds_on(actor=user, cell=cell, **fields)
        return True

    if submitted(request, form, save):
        messages.success(request, _("What the cell builds on is saved."))
        return redirect(cell)
    if rebased(form, "was", initial["was"]):
        # The page shows what somebody else chose.
        theirs = ground
    context = workspace(request, engagement, "going_live", heading=_("What this cell builds on"))
    context |= {"form": form, "cell": cell, "theirs": theirs}
    return render(request, "standups/cell_ground.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cell_descope(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a cell out by a change request that both sides signed; without one, say where to raise it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    cell = _cell(request, engagement, pk)
    require(user, Permission.LEAD_ROLLOUT, engagement)
    changes = engagement.changes.visible_to(user).in_force().taking_out()
    form = DescopeForm(posted(request), changes=changes)
    if submitted(request, form, lambda change: descope(actor=user, cell=cell, change=change)):
        messages.success(request, _("The cell is descoped. It stays visible with its change request."))
        return redirect(cell)
    refused = refusal(cell) if form.is_bound or not form.fields["change"].queryset else None  # type: ignore[attr-defined]
    context = workspace(request, engagement, "going_live", heading=_("Descope a cell"))
    context |= {"form": form, "cell": cell, "refused": refused}
    return render(request, "standups/cell_descope.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def cell_remove(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a cell out while the matrix is a draft."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    cell = _cell(request, engagement, pk)
    require(user, Permission.LEAD_ROLLOUT, engagement)
    return performed(
        request,
        lambda: services.remove_cell(actor=user, cell=cell),
        to=reverse("standups:rollout", args=[engagement.pk]),
        success=_("The cell is removed."),
    )


def _page(
    request: HttpRequest, engagement: Engagement, cell: Cell, form: GoLiveForm, *, status: int = 200
) -> HttpResponse:
    user = person(request)
    waits = cell.state == CellState.NOT_STARTED
    kind, sign = state_look(cell.state)
    lineage = lineage_of(cell, user)
    context = workspace(request, engagement, "going_live", heading=str(cell))
    context |= {
        "cell": cell,
        "kind": kind,
        "sign": sign,
        "ground": _looked_at(cell.builds_on.visible_to(user)),
        "carries": _looked_at(cell.carries.visible_to(user)),
        "trained": readiness.trained(engagement).get(cell.role_id, 0),
        "obstacles": services.before_live(cell) if waits else [],
        "waits": waits,
        "is_draft": is_draft(engagement),
        "may_be_descoped": not cell.is_settled and cell.state != CellState.DESCOPED,
        "lineage": lineage,
        "may_open_round": bool(lineage) and lineage[-1].is_signed and cell.state != CellState.DESCOPED,
        "form": form,
    }
    return render(request, "standups/cell.html", context, status=status)


def _looked_at(rows: Any) -> list[tuple[Cell, str, str]]:
    """Return cells with the colour and the sign of their state."""
    found = rows.select_related("module", "role", "stage")
    return [(row, *state_look(row.state)) for row in found]


def _offered(user: User, engagement: Engagement, cell: Cell, ground: list[Cell]) -> CellQuerySet:
    """What a cell may sensibly build on: the same module elsewhere, other modules for the same role in the same stage, and
    what it builds on now. The whole matrix would be a thousand boxes."""
    near = Q(module=cell.module) | Q(role=cell.role, stage=cell.stage) | Q(pk__in=[row.pk for row in ground])
    rows = engagement.cells.visible_to(user).filter(near).exclude(pk=cell.pk).distinct()
    return rows.select_related("module", "role", "stage")


def _cell(request: HttpRequest, engagement: Engagement, pk: int) -> Cell:
    rows = engagement.cells.visible_to(request.user)
    related = ("engagement", "module", "role", "stage", "made_live_by", "descoped_by")
    return get_object_or_404(rows.select_related(*related), pk=pk)
