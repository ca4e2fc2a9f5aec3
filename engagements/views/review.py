"""Go-live, the visits after it, and the review."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements import measures, survey_results, troubles
from engagements.forms.review import GoLiveForm
from engagements.go_decision import day_of, standing_go
from engagements.models import Engagement, FollowUpVisit
from engagements.rules.glance import glance
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
def review(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Go-live, visits, what came of the objectives, and the way to the closing report."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    if user.is_client:
        raise PermissionDenied
    context = {
        **workspace(request, engagement, "review", heading=_("Review")),
        "visits": engagement.visits.visible_to(user).standing(),
        "surveys": survey_results.lines_of(engagement, user),
        "learned": glance(engagement, user),
        "objectives": measures.measure(engagement, engagement.objectives.visible_to(user)),
        "troubles": troubles.open_about(engagement, user, "objectives"),
    }
    return render(request, "engagements/review.html", context)
