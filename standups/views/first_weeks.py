"""The first weeks after go-live: how it does day by day, and what ends them."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement, Objective, Reading
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.first_weeks import criteria as exit_criteria
from standups.first_weeks.health import Health, Taken, Trouble, days_shown, health_of
from standups.forms.first_weeks import CriterionForm, MetForm
from standups.models import ExitCriterion, HandOver, Severity
from standups.services import first_weeks as services
from standups.services import hand_over


@dataclass(frozen=True)
class Told:
    """A reading with its objective."""

    objective: Objective
    taken: Taken


@dataclass(frozen=True)
class Day:
    """One line of the page: open problems in the order of the severities' columns, readings with their objectives."""

    health: Health
    open: tuple[int, ...]
    measured: tuple[Told, ...]
    held: tuple[Told, ...]

    @property
    def is_calm(self) -> bool:
        return not any(self.open)


@signed_in
@require_safe
def first_weeks(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """How it does day by day after go-live, what ends the first weeks, and where the hand-over stands."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    context = workspace(request, engagement, "going_live", heading=_("First weeks")) | {
        "is_live": engagement.is_live(),
        "days": _days(engagement, user),
        "exit": exit_criteria.standing(engagement, user),
        "hand_over": HandOver.objects.visible_to(user).filter(engagement=engagement).first(),
        "sign_off": hand_over.standing_text(engagement),
        "signed": hand_over.signed_text(engagement),
    }
    return render(request, "standups/first_weeks.html", context)


def _days(engagement: Engagement, user: User) -> list[Day]:
    """The days since go-live as this person sees them; a client sees shared problems only. Three queries."""
    first, today = engagement.go_live_on, engagement.today()
    if first is None or first > today:
        return []
    shown = days_shown(engagement.working_calendar, first, today)
    problems = engagement.problems.visible_to(user).filter(Q(solved_on=None) | Q(solved_on__gte=shown[0]))
    troubles = [Trouble(*row) for row in problems.values_list("severity", "raised_on", "solved_on")]
    objectives = {row.pk: row for row in engagement.objectives.visible_to(user).filter(measure="")}
    readings = Reading.objects.visible_to(user).filter(objective__in=objectives)
    taken = [Taken(*row) for row in readings.values_list("objective_id", "measured_on", "value")]
    return [_told(day, objectives) for day in health_of(shown, shown[0], troubles, taken)]


def _told(health: Health, objectives: dict[int, Objective]) -> Day:
    measured, held = (
        tuple(Told(objectives[row.objective], row) for row in rows) for rows in (health.measured, health.held)
    )
    return Day(health, tuple(health.open_by.get(severity, 0) for severity in Severity.values), measured, held)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def criterion_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new criterion."""
    engagement = open_engagement(request, engagement_id)
    return _save_criterion(request, engagement, None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def criterion_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A criterion."""
    engagement = open_engagement(request, engagement_id)
    return _save_criterion(request, engagement, _criterion(request, engagement, pk))


def _save_criterion(request: HttpRequest, engagement: Engagement, row: ExitCriterion | None) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = CriterionForm(posted(request), engagement=engagement, row=row)
    saved = submitted(
        request,
        form,
        lambda **fields: services.save_criterion(actor=user, engagement=engagement, criterion=row, **fields),
    )
    if saved is not None:
        messages.success(request, _("The criterion is saved."))
        return redirect("standups:first_weeks", engagement.pk)
    heading = _("Edit an exit criterion") if row else _("New exit criterion")
    now = row and engagement.exit_criteria.visible_to(user).filter(pk=row.pk).first()
    context = workspace(request, engagement, "going_live", heading=heading)
    context |= {"form": form, "criterion": row, "theirs": form.theirs(now)}
    return render(request, "standups/first_weeks_criterion.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def criterion_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a criterion out."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _criterion(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: services.delete_criterion(actor=user, criterion=row, was=request.POST.get("was", "")),
        to=_address(engagement),
        success=_("The criterion is deleted."),
    )


@signed_in
@require_POST
def criterion_start(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Add the usual criteria that are missing."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    added = services.start_criteria(actor=user, engagement=engagement)
    if added:
        text = ngettext("%(count)s usual criterion was added.", "%(count)s usual criteria were added.", added)
        messages.success(request, text % {"count": added})
    else:
        messages.info(request, _("All the usual criteria are there already."))
    return redirect("standups:first_weeks", engagement.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def criterion_met(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Note that a criterion is met, and what shows it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _criterion(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = MetForm(posted(request), row=row, today=engagement.today())
    if submitted(request, form, lambda **fields: services.mark_met(actor=user, criterion=row, **fields)):
        messages.success(request, _("The criterion is noted as met."))
        return redirect("standups:first_weeks", engagement.pk)
    context = workspace(request, engagement, "going_live", heading=_("Met: %(criterion)s") % {"criterion": row.text})
    now = engagement.exit_criteria.visible_to(user).filter(pk=row.pk).first()
    context |= {"form": form, "criterion": row, "theirs": form.theirs(now)}
    return render(request, "standups/first_weeks_met.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def criterion_unmet(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take back that a criterion is met."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = _criterion(request, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    return performed(
        request,
        lambda: services.take_back(actor=user, criterion=row),
        to=_address(engagement),
        success=_("Taken back: the criterion is open again."),
    )


def _criterion(request: HttpRequest, engagement: Engagement, pk: int) -> ExitCriterion:
    return get_object_or_404(engagement.exit_criteria.visible_to(request.user).select_related("engagement"), pk=pk)


def _address(engagement: Engagement) -> str:
    return reverse("standups:first_weeks", args=[engagement.pk])
