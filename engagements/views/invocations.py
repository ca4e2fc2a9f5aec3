"""An emergency: its beginning, its course on a phone, its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.forms.contingency import EndForm, StepForm
from engagements.models import Engagement, Invocation, InvocationStep
from engagements.services import contingency
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Permission
from onsite.core.errors import DomainError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@dataclass(frozen=True)
class Contact:
    """Whom to call; `phone` is "" where the team page has none."""

    part: str
    name: str
    phone: str


@signed_in
def invoke(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Asks once, then starts the clock; where it runs already, leads to its log."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    plans = engagement.contingency_plans.visible_to(user)
    plan = get_object_or_404(plans.select_related("engagement__created_by", "owner", "deputy"), pk=pk)
    require(user, Permission.INVOKE_CONTINGENCY, engagement)
    if request.method == "POST":
        try:
            begun = contingency.invoke(actor=user, plan=plan)
        except DomainError as error:
            messages.error(request, error.message)
            running = plan.invocations.visible_to(user).running().first()
            return redirect(_address(engagement, running) if running else _plans(engagement))
        return redirect(_address(engagement, begun))
    context = workspace(request, engagement, "prepare", heading=_("Invoke: %(plan)s") % {"plan": plan.title})
    context |= {"plan": plan, "running": plan.invocations.visible_to(user).running().first()}
    return render(request, "engagements/contingency_invoke.html", context)


@signed_in
@require_safe
def invocation(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The log: running with its buttons, or ended and read-only."""
    engagement = open_engagement(request, engagement_id)
    return _page(request, engagement, _invocation(request, engagement, pk), EndForm(), StepForm())


@signed_in
@require_POST
def respond(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Somebody takes care now."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    row = _invocation(request, engagement, pk)
    require(user, Permission.INVOKE_CONTINGENCY, engagement)
    return performed(request, lambda: contingency.respond(actor=user, invocation=row), to=_address(engagement, row))


@signed_in
@require_POST
def step(request: HttpRequest, engagement_id: int, pk: int, step_id: int) -> HttpResponse:
    """Mark a step as done, or take the mark back."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    row = _invocation(request, engagement, pk)
    steps = row.steps.visible_to(user).select_related("invocation__plan__engagement")
    found = get_object_or_404(steps, pk=step_id)
    require(user, Permission.INVOKE_CONTINGENCY, engagement)
    act: Callable[..., InvocationStep] = contingency.untick_step if "undo" in request.POST else contingency.tick_step
    return performed(request, lambda: act(actor=user, step=found), to=_address(engagement, row))


@signed_in
@require_POST
def step_add(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A step that no plan foresaw."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    row = _invocation(request, engagement, pk)
    require(user, Permission.INVOKE_CONTINGENCY, engagement)
    form = StepForm(posted(request))
    if submitted(request, form, lambda **fields: contingency.add_step(actor=user, invocation=row, **fields)):
        return redirect(_address(engagement, row))
    return _page(request, engagement, _invocation(request, engagement, pk), EndForm(), form)


@signed_in
@require_POST
def end(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Close the log with what the cause was."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    row = _invocation(request, engagement, pk)
    require(user, Permission.INVOKE_CONTINGENCY, engagement)
    form = EndForm(posted(request))
    if submitted(request, form, lambda **fields: contingency.end(actor=user, invocation=row, **fields)):
        messages.success(request, _("The emergency is over; its log is closed."))
        return redirect(_address(engagement, row))
    return _page(request, engagement, _invocation(request, engagement, pk), form, StepForm())


def _page(
    request: HttpRequest, engagement: Engagement, row: Invocation, end_form: EndForm, step_form: StepForm
) -> HttpResponse:
    now = timezone.now()
    steps = list(row.steps.visible_to(person(request)).select_related("done_by"))
    passed = (row.ended_at or now) - row.invoked_at
    context = workspace(request, engagement, "prepare", heading=row.plan.title) | {
        "invocation": row,
        "plan": row.plan,
        "steps": steps,
        "done_count": sum(found.done_at is not None for found in steps),
        # Begun minutes once it is over, as the response is told; a running clock counts full ones.
        "passed_minutes": -(-passed // timedelta(minutes=1)) if row.ended_at else passed // timedelta(minutes=1),
        "passed_seconds": passed // timedelta(seconds=1),
        "is_late": row.limit_kept is None and now > row.respond_by,
        "contacts": _contacts(row, person(request)),
        "end_form": end_form,
        "step_form": step_form,
    }
    status = 422 if end_form.errors or step_form.errors else 200
    return render(request, "engagements/invocation.html", context, status=status)


def _contacts(row: Invocation, viewer: User) -> list[Contact]:
    """Owner, deputy and lead, each once, with the phone they gave the team."""
    members = list(row.plan.engagement.memberships.visible_to(viewer).active().select_related("user"))
    phones = {member.user_id: member.phone for member in members if member.phone}
    wanted = [(_("Owner"), row.plan.owner), (_("Deputy"), row.plan.deputy)]
    wanted += [(str(Part.LEAD.label), member.user) for member in members if member.part == Part.LEAD]
    found: dict[int, Contact] = {}
    for part, user in wanted:
        if user is not None:
            found.setdefault(user.pk, Contact(part, user.name, phones.get(user.pk, "")))
    return list(found.values())


def _invocation(request: HttpRequest, engagement: Engagement, pk: int) -> Invocation:
    rows = Invocation.objects.visible_to(request.user).filter(plan__engagement=engagement)
    people = ("invoked_by", "ended_by", "plan__owner", "plan__deputy", "plan__engagement")
    return get_object_or_404(rows.select_related(*people), pk=pk)


def _address(engagement: Engagement, row: Invocation) -> str:
    return reverse("engagements:invocation", args=[engagement.pk, row.pk])


def _plans(engagement: Engagement) -> str:
    return reverse("engagements:contingency_list", args=[engagement.pk])
