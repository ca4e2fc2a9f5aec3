"""Objectives and their readings."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements import measures
from engagements.forms.goals import ObjectiveForm, ReadingForm
from engagements.models import Engagement, Objective
from engagements.models.goals import ReadingQuerySet
from engagements.services import goals
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
def create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new objective, due on the agreed day unless somebody says otherwise."""
    engagement = open_engagement(request, engagement_id)
    form = ObjectiveForm(posted(request), initial={"due_on": engagement.agreed_go_live_on}, engagement=engagement)
    return _save(request, engagement, None, form)


@signed_in
def edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """An objective."""
    engagement = open_engagement(request, engagement_id)
    objective = _objective(request, engagement, pk)
    form = ObjectiveForm(posted(request), initial=ObjectiveForm.initial_of(objective), engagement=engagement)
    return _save(request, engagement, objective, form)


def _save(
    request: HttpRequest, engagement: Engagement, objective: Objective | None, form: ObjectiveForm
) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_GOALS, engagement)
    saved = submitted(
        request,
        form,
        lambda **fields: goals.save_objective(actor=user, engagement=engagement, objective=objective, **fields),
    )
    if saved is not None:
        messages.success(request, _("The objective is saved."))
        return redirect("engagements:prepare", engagement.pk)
    heading = _("Edit objective") if objective else _("New objective")
    context = workspace(request, engagement, "prepare", heading=heading)
    return render(request, "engagements/objective_form.html", context | {"form": form, "objective": objective})


@signed_in
@require_POST
def delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take an objective out, unless it was measured."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    objective = _objective(request, engagement, pk)
    require(user, Permission.EDIT_GOALS, engagement)
    return performed(
        request,
        lambda: goals.delete_objective(actor=user, objective=objective),
        to=reverse("engagements:prepare", args=[engagement.pk]),
        success=_("The objective is deleted."),
    )


@signed_in
def reading_create(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A measured value of an objective."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    objective = _objective(request, engagement, pk)
    require(user, Permission.EDIT_GOALS, engagement)
    initial = {"measured_on": engagement.today()}
    form = ReadingForm(posted(request), request.FILES or None, initial=initial, engagement=engagement)
    saved = submitted(request, form, lambda **fields: goals.record_reading(actor=user, objective=objective, **fields))
    if saved is not None:
        messages.success(request, _("The reading is recorded."))
        return redirect("engagements:reading_list", engagement.pk, objective.pk)
    context = workspace(request, engagement, "prepare", heading=_("New reading"))
    context |= {"form": form, "objective": objective, "readings": _readings(objective, user)}
    return render(request, "engagements/reading_form.html", context)


@signed_in
@require_safe
def reading_list(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """An objective, where it stands now, and its dated readings with their evidence."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    objective = _objective(request, engagement, pk)
    [measured] = measures.measure(engagement, engagement.objectives.visible_to(user).filter(pk=objective.pk))
    names = measures.names_of(engagement, [objective.measure])
    context = workspace(request, engagement, "prepare", heading=objective.title)
    context |= {
        "measured": measured,
        "objective": objective,
        "fact": measures.label_of(objective.measure, names.get(objective.measure, "")),
        "readings": _readings(objective, user),
    }
    return render(request, "engagements/reading_list.html", context)


def _readings(objective: Objective, user: User) -> ReadingQuerySet:
    rows = objective.readings.visible_to(user).taken().select_related("recorded_by", "file")
    return rows.order_by("-measured_on", "-pk")


def _objective(request: HttpRequest, engagement: Engagement, pk: int) -> Objective:
    rows = engagement.objectives.visible_to(request.user).select_related("engagement__client")
    return get_object_or_404(rows, pk=pk)
