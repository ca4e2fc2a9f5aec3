"""The plan: seen by both sides, moved by the vendor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from engagements import days_off, forecast_page, planned_work, planning, progress_chart, troubles
from engagements.forms.plan import NoteForm, StageForm
from engagements.models import PlanSnapshot, Publication, Stage
from engagements.services import plan as plans
from engagements.versions import of_engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import can, require
from onsite.accounts.roles import Permission
from onsite.core import unchanged
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.unchanged import row_as_it_is
from onsite.core.views import performed


@signed_in
@require_safe
def plan(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The five stages in their days, against what was agreed."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    forecast, today = forecast_page.visible(engagement.pk, user), engagement.today()
    # The night writes both without an entry: what it makes anew is not anybody's change.
    pictures = PlanSnapshot.objects.visible_to(user).filter(stage__engagement=engagement).aggregate(newest=Max("pk"))
    night = (row_as_it_is(forecast) if forecast else None, pictures["newest"])

    def make() -> tuple[str, datetime]:
        found = planning.plan_of(engagement, user)
        work = planned_work.work_of(engagement, found, user)
        agreed = engagement.agreed_go_live_on
        finish_on = found.finish_on or agreed
        context = {
            **workspace(request, engagement, "prepare", heading=_("Plan")),
            "plan": found,
            "work": work,
            "on_days_off": days_off.ends_of(work, engagement.working_calendar),
            "troubles": troubles.open_about(engagement, user, "tasks"),
            "asked_about": engagement.surveys.visible_to(user).values_list("stage", flat=True),
            "chart": planned_work.chart(engagement, work, with_links=can(user, Permission.EDIT_PLAN, engagement)),
            "curve": progress_chart.progress_figure(engagement, progress_chart.stages_of(found), user, today),
            "late_days": engagement.working_calendar.working_days_between(agreed, finish_on),
            "forecast": forecast_page.sentence(forecast) if forecast else "",
            "reads_delay": user.is_vendor or engagement.publications.filter(item=Publication.Item.DELAY).exists(),
        }
        return unchanged.page_of("engagements/plan.html", context, request), engagement.next_midnight()

    return unchanged.answer(request, key=("plan", *of_engagement(request, engagement), *night), make=make)


@signed_in
@require_POST
def lay_out(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Lay the stages out anew, as long as nothing was agreed."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    require(user, Permission.EDIT_PLAN, engagement)
    return performed(
        request,
        lambda: plans.lay_out_plan(actor=user, engagement=engagement),
        to=reverse("engagements:plan", args=[engagement.pk]),
        success=_("The stages are laid out between the first day on site and the agreed day."),
    )


@signed_in
def stage_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A stage's days and progress; later stages move back where they would overlap."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    stage = get_object_or_404(engagement.stages.visible_to(user).select_related("engagement"), pk=pk)
    require(user, Permission.EDIT_PLAN, engagement)
    form, change = _stage_form(request, stage)
    pushed = submitted(request, form, lambda **fields: change(actor=user, stage=stage, **fields))
    if pushed is None:
        context = workspace(request, engagement, "prepare", heading=str(stage))
        return render(request, "engagements/stage_form.html", context | {"form": form, "stage": stage})
    messages.success(request, _("“%(stage)s” is saved.") % {"stage": stage})
    if pushed:
        text = ngettext("%(count)s later stage moved with it.", "%(count)s later stages moved with it.", len(pushed))
        messages.info(request, text % {"count": len(pushed)})
    return redirect("engagements:plan", engagement.pk)


def _stage_form(request: HttpRequest, stage: Stage) -> tuple[StageForm | NoteForm, Callable[..., list[Stage]]]:
    """Return the form of a stage and the change it makes; days and progress of a stage with tasks are its tasks'."""
    if stage.tasks.exists():
        return NoteForm(posted(request), initial={"note": stage.note}), plans.note_stage
    return StageForm(posted(request), initial=StageForm.initial_of(stage)), plans.move_stage
