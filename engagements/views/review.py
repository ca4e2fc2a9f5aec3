"""Go-live, the visits after it, and the review."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements import measures, troubles
from engagements.forms.review import GoLiveForm, VisitForm
from engagements.go_decision import day_of, standing_go
from engagements.models import Engagement, FollowUpVisit
from engagements.services import followups
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.calendar import follow_up_day
from onsite.core.errors import DomainError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in


@signed_in
def go_live(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Record the go-live (or hand-over) day, or move it; says which visits come of it."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.RECORD_GO_LIVE, engagement)
    decided = standing_go(engagement) if engagement.ends_with_go_live else None
    named = day_of(decided) if decided else engagement.today()
    initial = {"on": request.GET.get("on") or engagement.go_live_on or named}
    form = GoLiveForm(posted(request), initial=initial, engagement=engagement)
    visits = submitted(
        request, form, lambda **fields: followups.record_go_live(actor=user, engagement=engagement, **fields)
    )
    if visits is not None:
        messages.success(request, _("The day is recorded; the follow-up visits are planned and will be reminded of."))
        return redirect("engagements:review", engagement.pk)
    heading = _("Go-live") if engagement.ends_with_go_live else _("Hand-over")
    context = {
        **workspace(request, engagement, "review", heading=heading),
        "form": form,
        "coming": _coming(engagement, form),
        "held": engagement.visits.visible_to(user).exclude(held_on=None),
        "needs_decision": engagement.ends_with_go_live and decided is None,
    }
    partial = "#coming" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"engagements/go_live.html{partial}", context)


def _coming(engagement: Engagement, form: GoLiveForm) -> list[tuple[str, date]]:
    """Return each visit's name and day for the day in the form; nothing for a day that can't be."""
    try:
        on = form.fields["on"].clean(form["on"].value())
        return [
            (str(FollowUpVisit.Kind(kind).label), follow_up_day(on, months, engagement.working_calendar))
            for kind, months in FollowUpVisit.MONTHS.items()
        ]
    except (ValidationError, DomainError):
        return []


@signed_in
@require_safe
def visit_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The visits after go-live; the vendor also sees those that a moved go-live replaced."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    rows = engagement.visits.visible_to(user).select_related("held_by")
    context = {
        **workspace(request, engagement, "review", heading=_("Follow-up visits")),
        "visits": rows.standing(),
        "replaced": [] if user.is_client else rows.exclude(superseded_at=None),
    }
    return render(request, "engagements/visit_list.html", context)


@signed_in
def visit_hold(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """What a visit brought: written once."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    visit = get_object_or_404(engagement.visits.visible_to(user).select_related("engagement__client"), pk=pk)
    require(user, Permission.HOLD_VISIT, engagement)
    form = VisitForm(posted(request), initial={"held_on": engagement.today()})

    def hold(**fields: object) -> bool:
        followups.hold_visit(actor=user, visit=visit, **fields)  # type: ignore[arg-type]
        return True

    if submitted(request, form, hold):
        messages.success(request, _("The visit is recorded."))
        return redirect("engagements:visit_list", engagement.pk)
    context = workspace(request, engagement, "review", heading=str(visit.get_kind_display()))
    return render(request, "engagements/visit_form.html", context | {"form": form, "visit": visit})


@signed_in
@require_safe
def review(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Go-live, visits, what came of the objectives, and the way to the closing report."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    if user.is_client:
        raise PermissionDenied
    context = {
        **workspace(request, engagement, "review", heading=_("Review")),
        "visits": engagement.visits.visible_to(user).standing(),
        "objectives": measures.measure(engagement, engagement.objectives.visible_to(user)),
        "troubles": troubles.open_about(engagement, user, "objectives"),
    }
    return render(request, "engagements/review.html", context)
