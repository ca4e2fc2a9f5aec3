"""The acceptance matrix, and what it is built of."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.forms.rollout import BuildForm
from standups.models import CellState
from standups.rollout import readiness
from standups.rollout.build import Place, proposed
from standups.rollout.matrix import OPEN, READY, matrix_of, ordered_modules
from standups.services import rollout as services

NEXT_UP = 8


@signed_in
@require_safe
def rollout(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The acceptance matrix; ?state= narrows it to a state, ?stage= to a stage."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    state, stage = request.GET.get("state", ""), request.GET.get("stage", "")
    state = state if state in {OPEN, READY, *CellState.values} else ""
    stage_pk = int(stage) if stage.isdecimal() and len(stage) < 10 else None
    matrix = matrix_of(engagement, user, state=state, stage=stage_pk)
    context = workspace(request, engagement, "going_live", heading=_("Roll-out"))
    context |= {
        "matrix": matrix,
        "upcoming": matrix.upcoming[:NEXT_UP],
        "state": state,
        "stage": stage_pk,
        "has_roles": engagement.rollout_roles.visible_to(user).exists(),
    }
    return render(request, "standups/rollout.html", context)


@signed_in
@require_safe
def rollout_setup(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Roles with how many of them are trained, and stages."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    known = readiness.trained(engagement)
    roles = [(role, known.get(role.pk, 0)) for role in engagement.rollout_roles.visible_to(user)]
    context = workspace(request, engagement, "going_live", heading=_("Roles and stages"))
    context |= {"roles": roles, "stages": engagement.rollout_stages.visible_to(user)}
    return render(request, "standups/rollout_setup.html", context)


@signed_in
@require_POST
def rollout_start(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Lay down the usual roles and stages."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: services.start_matrix(actor=user, engagement=engagement),
        to=reverse("standups:rollout_setup", args=[engagement.pk]),
        success=_("The usual roles and stages are there. Change them as your client works."),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def rollout_build(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Choose which modules go to which roles; the cells of every stage come of it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    modules, roles = ordered_modules(engagement, user), list(engagement.rollout_roles.visible_to(user))
    pairs = [(module, role.pk) for module in modules for role in roles]
    form = BuildForm(posted(request), pairs=pairs)
    added = submitted(
        request, form, lambda pick: services.build_matrix(actor=user, engagement=engagement, chosen=pick)
    )
    if added is not None:
        messages.success(request, _added(added))
        return redirect("standups:rollout", engagement.pk)
    context = workspace(request, engagement, "going_live", heading=_("Build the matrix"))
    stages = engagement.rollout_stages.visible_to(user)
    context |= {"form": form, "roles": roles, "stages": stages, "rows": _picks(engagement, user, form, modules)}
    return render(request, "standups/rollout_build.html", context, status=422 if request.method == "POST" else 200)


def _added(count: int) -> str:
    if not count:
        return _("Nothing was missing: the matrix stays as it is.")
    return ngettext("%(count)s cell was added.", "%(count)s cells were added.", count) % {"count": count}


def _picks(
    engagement: Engagement, user: User, form: BuildForm, modules: dict[int, str]
) -> list[tuple[str, list[dict[str, object]]]]:
    """Return the boxes of each module: those of the form that came back, else those that are proposed."""
    roles = list(engagement.rollout_roles.visible_to(user))
    stages = set(engagement.rollout_stages.visible_to(user).values_list("pk", flat=True))
    cells = engagement.cells.visible_to(user).order_by().values_list("module_id", "role_id", "stage_id")
    state = proposed(modules, [role.pk for role in roles], stages, {Place(*cell) for cell in cells})

    def box(module: int, role: int) -> dict[str, object]:
        value, proposal = f"{module}-{role}", state[module, role] if stages else "yes"
        ticked = value in form.picked if form.is_bound else proposal == "yes"
        return {"value": value, "ticked": ticked or proposal == "there", "there": proposal == "there"}

    return [(name, [box(pk, role.pk) | {"role": role.name} for role in roles]) for pk, name in modules.items()]
