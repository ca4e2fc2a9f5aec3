"""The contingency plans of an engagement: what is prepared, what still lacks, and the way into an emergency."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.contingency_library import library
from engagements.forms.contingency import ContingencyPlanForm
from engagements.models import ContingencyModel, ContingencyPlan, Engagement, Invocation
from engagements.services import contingency
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@dataclass(frozen=True)
class Card:
    """A plan on the page. `lacks` says in words what it still needs; `past` are the invocations that ended."""

    plan: ContingencyPlan
    lacks: list[str]
    running: Invocation | None
    past: list[Invocation] = field(default_factory=list)


@signed_in
@require_safe
def plan_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """All plans with what they still lack; the client's people read them: it happens at their site."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    rows = engagement.contingency_plans.visible_to(user).select_related("owner", "deputy")
    plans = rows.prefetch_related(Prefetch("invocations", Invocation.objects.visible_to(user)))
    present = set(engagement.memberships.visible_to(user).active().values_list("user_id", flat=True))
    context = {
        **workspace(request, engagement, "prepare", heading=_("Contingency plans")),
        "cards": [_card(plan, present) for plan in plans],
    }
    return render(request, "engagements/contingency_list.html", context)


def _card(plan: ContingencyPlan, present: Collection[int]) -> Card:
    past = [row for row in plan.invocations.all() if row.ended_at is not None]
    running = next((row for row in plan.invocations.all() if row.ended_at is None), None)
    return Card(plan, _lacks(plan, present), running, past)


def _lacks(plan: ContingencyPlan, present: Collection[int]) -> list[str]:
    found = []
    if plan.owner_id is None:
        found.append(_("an owner"))
    elif plan.owner_id not in present:
        found.append(_("an owner: %(person)s has left the engagement") % {"person": plan.owner})
    if not plan.escalation.strip():
        found.append(_("an escalation contact"))
    if not plan.steps:
        found.append(_("steps"))
    return found


@signed_in
def create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A plan of the engagement's own."""
    engagement = open_engagement(request, engagement_id)
    return _save(request, engagement, None, ContingencyPlanForm(posted(request), engagement=engagement))


@signed_in
def edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """What a plan says, and who takes care."""
    engagement = open_engagement(request, engagement_id)
    plan = _plan(request, engagement, pk)
    initial = ContingencyPlanForm.initial_of(plan)
    return _save(
        request, engagement, plan, ContingencyPlanForm(posted(request), initial=initial, engagement=engagement)
    )


def _save(
    request: HttpRequest, engagement: Engagement, plan: ContingencyPlan | None, form: ContingencyPlanForm
) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    saved = submitted(
        request,
        form,
        lambda **fields: contingency.save_plan(actor=user, engagement=engagement, plan=plan, **fields),
    )
    if saved is not None:
        messages.success(request, _("The plan is saved."))
        return redirect("engagements:contingency_list", engagement.pk)
    now = plan and engagement.contingency_plans.visible_to(user).filter(pk=plan.pk).first()
    context = workspace(request, engagement, "prepare", heading=plan.title if plan else _("New contingency plan")) | {
        "form": form,
        "plan": plan,
        "theirs": now if form.rebased_on(now) else None,
        "was_invoked": plan is not None and plan.invocations.exists(),
    }
    return render(request, "engagements/contingency_form.html", context)


@signed_in
@require_POST
def delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a plan out, unless it was needed."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    plan = _plan(request, engagement, pk)
    require(user, Permission.EDIT_PREPARATION, engagement)
    return performed(
        request,
        lambda: contingency.delete_plan(actor=user, plan=plan),
        to=reverse("engagements:contingency_list", args=[engagement.pk]),
        success=_("The plan is deleted."),
    )


@signed_in
@require_POST
def take_over(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Add the usual plans that are not there yet."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    return performed(
        request,
        lambda: contingency.take_over_usual_plans(actor=user, engagement=engagement),
        to=reverse("engagements:contingency_list", args=[engagement.pk]),
        success=_("The usual plans are there. Now fit them: who takes care, and whom to call."),
    )


@signed_in
def from_library(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The product's plans and the company's, to take one over."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    prepared = library(ContingencyModel.objects.visible_to(user))
    chosen = next((plan for plan in prepared if plan.key == request.POST.get("plan")), None)
    if chosen is not None:
        return performed(
            request,
            lambda: contingency.take_over(actor=user, engagement=engagement, prepared=chosen),
            to=reverse("engagements:contingency_list", args=[engagement.pk]),
            success=_("“%(plan)s” is taken over. Now fit it: who takes care, and whom to call.")
            % {"plan": chosen.title},
        )
    titles = set(engagement.contingency_plans.visible_to(user).values_list("title", flat=True))
    context = workspace(request, engagement, "prepare", heading=_("Take a plan from the library"))
    context |= {"prepared": prepared, "titles": titles}
    return render(request, "engagements/contingency_from_library.html", context)


def _plan(request: HttpRequest, engagement: Engagement, pk: int) -> ContingencyPlan:
    rows = engagement.contingency_plans.visible_to(request.user).select_related(
        "engagement__client", "engagement__created_by"
    )
    return get_object_or_404(rows, pk=pk)
