"""The list of engagements, what one is, and its overview."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements import end_watch, forecast_page, gates, overview, planned_work, planning, preparedness, state
from engagements.forms.engagements import EngagementForm, NewEngagementForm
from engagements.forms.search import SearchForm
from engagements.models import Engagement, Membership, Phase
from engagements.services import lifecycle
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Part, Permission
from onsite.core.forms import submitted
from onsite.core.policy import manager_only, signed_in

PAGE_SIZE = 30


@signed_in
@require_safe
def engagement_list(request: HttpRequest) -> HttpResponse:
    """The engagements this person may see, newest first; found by phase and by words of name, site or client."""
    user = person(request)
    form = SearchForm(request.GET)
    rows = Engagement.objects.visible_to(user).select_related("client")
    is_empty = not rows.exists()
    if form.is_valid():
        phase = form.cleaned_data["phase"]
        rows = rows.matching(form.cleaned_data["q"])
        rows = rows.in_phase(phase) if phase else rows
    leads = Membership.objects.visible_to(user).active().with_part(Part.LEAD).select_related("user")
    page = Paginator(rows.prefetch_related(Prefetch("memberships", leads, to_attr="leads")), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    planning.share_calendars(page.object_list)
    lines = [(row, state.briefly(row)) for row in page.object_list]
    context = {"page_obj": page, "lines": lines, "form": form, "is_empty": is_empty}
    return render(request, "engagements/engagement_list.html", context)


@manager_only
def create(request: HttpRequest) -> HttpResponse:
    """A new engagement; people come next."""
    user = person(request)
    initial = {
        "time_zone": user.time_zone,
        "language": user.language or "zh-hans",
        "client": request.GET.get("client"),
    }
    form = NewEngagementForm(posted(request), initial=initial, actor=user)
    engagement = submitted(request, form, lambda **fields: lifecycle.create_engagement(actor=user, **fields))
    if engagement is not None:
        messages.success(
            request,
            _("“%(name)s” is created and its five stages are laid out. Now add its people.") % {"name": engagement},
        )
        return redirect("engagements:team", engagement.pk)
    context = {
        "form": form,
        "title": _("New engagement"),
        "crumb": _("Engagements"),
        "crumb_url": reverse("engagements:list"),
        "submit_label": _("Create engagement"),
        "cancel_url": reverse("engagements:list"),
    }
    return render(request, "engagements/engagement_create.html", context)


@signed_in
def edit(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What an engagement is; its client stays."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_ENGAGEMENT, engagement)
    form = EngagementForm(posted(request), initial=EngagementForm.initial_of(engagement))

    def change(**fields: Any) -> Engagement:
        return lifecycle.change_engagement(actor=user, engagement=engagement, **fields)

    if submitted(request, form, change) is not None:
        messages.success(request, _("The engagement is changed."))
        return redirect(engagement)
    context = workspace(request, engagement, "overview", heading=_("Edit engagement"))
    return render(request, "engagements/engagement_edit.html", context | {"form": form})


@signed_in
@require_safe
def detail(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The vendor's overview: where it stands, what stands in the way, what comes next."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    if user.is_client:
        return redirect("reports:dashboard", engagement.pk)
    phase = gates.next_phase(engagement)
    standing = gates.standing_before(engagement, phase) if phase else []
    plan = planning.plan_of(engagement, user)
    context = {
        **workspace(request, engagement, "overview"),
        "next_phase": phase,
        "blocking": [found for found in standing if found.blocks],
        "waived": [found for found in standing if not found.blocks] + gates.still_owed(engagement),
        "also_incomplete": preparedness.also_incomplete(engagement) if phase == Phase.EXECUTION else [],
        "foretold": end_watch.foretold(engagement) if phase == Phase.CLOSED else [],
        "sentences": state.sentences(engagement, plan),
        "plan": plan,
        "chart": planned_work.chart(engagement, planned_work.stages_only(plan)),
        "facts": [*forecast_page.facts(engagement, user), *overview.facts(engagement, user)],
        "cards": list(overview.cards(engagement, user)),
        "people": engagement.memberships.visible_to(user).active().select_related("user"),
        "visits": engagement.visits.visible_to(user).standing(),
    }
    return render(request, "engagements/overview.html", context)
