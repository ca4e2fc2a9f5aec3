"""The follow-up visits of one engagement: agreed on, tried, held, and read by both sides."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements.models import Engagement, FollowUpVisit
from engagements.services import visits
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import can, require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from reports.models import VisitIssue
from reports.visits.appointment import AppointmentForm, AttemptForm
from reports.visits.forms import VisitForm, asked_after, with_more_needs
from reports.visits.questions import load_questions
from reports.visits.recording import record_visit


@signed_in
@require_safe
def visit_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The visits after go-live; the vendor also sees those that a moved go-live replaced."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    rows = engagement.visits.visible_to(user).select_related("held_by", "holder")
    context = {
        **workspace(request, engagement, "review", heading=_("Follow-up visits")),
        "visits": rows.standing(),
        "replaced": [] if user.is_client else rows.exclude(superseded_at=None),
    }
    return render(request, "reports/visit_list.html", context)


@signed_in
def visit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A visit: for whoever may hold it the questions until it is held, else what was agreed on and heard."""
    engagement, row = _visit(request, engagement_id, pk)
    if request.method == "POST" or (row.is_open and can(person(request), Permission.HOLD_VISIT, engagement)):
        return _ask(request, engagement, row)
    return _told(request, engagement, row)


def _ask(request: HttpRequest, engagement: Engagement, row: FollowUpVisit) -> HttpResponse:
    user = person(request)
    require(user, Permission.HOLD_VISIT, engagement)
    data = posted(request)
    questions = load_questions(engagement, user, also=asked_after(data))
    build = partial(VisitForm, engagement=engagement, questions=questions)
    initial = {"held_on": engagement.today(), "channel": row.channel}
    wants_more = data is not None and "more" in data
    form = build(initial=with_more_needs(data)) if data is not None and wants_more else build(data, initial=initial)
    if submitted(request, form, partial(record_visit, actor=user, visit=row)) if not wants_more else None:
        messages.success(request, _("The visit is recorded."))
        return redirect(row)
    context = workspace(request, engagement, "review", heading=str(row.get_kind_display()))
    context |= {"form": form, "visit": row, "questions": questions, "attempt_form": AttemptForm(prefix="attempt")}
    context["attempts"] = row.attempts.visible_to(user).select_related("tried_by")
    return render(request, "reports/visit_form.html", context)


def _told(request: HttpRequest, engagement: Engagement, row: FollowUpVisit) -> HttpResponse:
    user = person(request)
    context = workspace(request, engagement, "review", heading=str(row.get_kind_display()))
    context |= {
        "visit": row,
        "readings": row.readings.visible_to(user).select_related("objective").order_by("objective__due_on", "pk"),
        "issues": VisitIssue.objects.visible_to(user).filter(visit=row).select_related("problem"),
        "needs": row.new_needs.visible_to(user).select_related("owner"),
        "attempts": row.attempts.visible_to(user).select_related("tried_by"),
    }
    return render(request, "reports/visit.html", context)


@signed_in
def appoint(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The hour both sides agreed on."""
    engagement, row = _visit(request, engagement_id, pk)
    user = person(request)
    require(user, Permission.HOLD_VISIT, engagement)
    form = AppointmentForm(posted(request), initial=AppointmentForm.initial_of(row, user), engagement=engagement)
    if submitted(request, form, lambda **agreed: visits.appoint_visit(actor=user, visit=row, **agreed)):
        messages.success(request, _("The hour is kept; whoever is to be there gets it by mail for their calendar."))
        return redirect(row)
    context = workspace(request, engagement, "review", heading=_("Agree on an hour"))
    return render(
        request, "reports/visit_appoint.html", context | {"form": form, "visit": row, "stale": form.rebased_on(row)}
    )


@signed_in
@require_POST
def withdraw(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The agreed hour is off."""
    engagement, row = _visit(request, engagement_id, pk)
    user = person(request)
    require(user, Permission.HOLD_VISIT, engagement)
    return performed(
        request,
        lambda: visits.withdraw_appointment(actor=user, visit=row, was=request.POST.get("was", "")),
        to=row.get_absolute_url(),
        success=_("The hour is off; whoever was asked is told."),
    )


@signed_in
@require_POST
def attempt(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Nobody was reached just now: noted from the visit or, with one press, from the worklist."""
    engagement, row = _visit(request, engagement_id, pk)
    user = person(request)
    require(user, Permission.HOLD_VISIT, engagement)
    from_list = request.POST.get("from") == "worklist"
    form = AttemptForm(request.POST, prefix="attempt")
    if not form.is_valid():
        messages.error(
            request, _("It was not noted: choose how you tried, and say in at most 200 characters what happened.")
        )
        return redirect(row)
    return performed(
        request,
        lambda: visits.log_attempt(actor=user, visit=row, **form.cleaned_data),
        to=reverse("reports:visit_worklist") if from_list else row.get_absolute_url(),
        success=_("Noted: nobody was reached."),
    )


def _visit(request: HttpRequest, engagement_id: int, pk: int) -> tuple[Engagement, FollowUpVisit]:
    engagement = open_engagement(request, engagement_id)
    row = get_object_or_404(engagement.visits.visible_to(request.user).select_related("holder", "held_by"), pk=pk)
    row.engagement = engagement
    return engagement, row
