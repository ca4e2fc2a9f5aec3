"""What runs took: rehearsals beside the plan, times put right, and the printed sheet entered later."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from standups.cutover.course import compared
from standups.forms.cutover import TimesForm, VersionForm
from standups.forms.cutover_paper import PaperForm
from standups.models import RunStep, SheetStep
from standups.services import cutover_results
from standups.views.cutover import sheet_of

# So many runs stand beside the plan: the newest ones, which still fit on a page.
MOST_COMPARED = 6


@signed_in
@require_safe
def cutover_compare(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What each step took in the newest runs, beside the plan."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    ended = engagement.cutover_runs.visible_to(user).exclude(outcome="").newest_first()
    runs = list(ended[:MOST_COMPARED])
    by_run: dict[int, list[RunStep]] = {run.pk: [] for run in runs}
    for step in RunStep.objects.visible_to(user).filter(run__in=runs):
        by_run[step.run_id].append(step)
    steps = SheetStep.objects.visible_to(user).filter(sheet__engagement=engagement)
    rows = compared(steps, by_run.values())
    context = workspace(request, engagement, "going_live", heading=_("What the runs took"))
    context |= {"runs": runs, "rows": rows, "planned_minutes": sum(row.step.planned_minutes for row in rows)}
    return render(request, "standups/cutover_compare.html", context)


@signed_in
@require_POST
def run_take_minutes(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take what the steps really took over into the sheet."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    run = get_object_or_404(engagement.cutover_runs.visible_to(user).select_related("engagement"), pk=pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else -1

    def take() -> None:
        count, too_long = cutover_results.take_minutes(actor=user, run=run, version=version)
        text = ngettext(
            "%(count)s step has its real minutes now.", "%(count)s steps have their real minutes now.", count
        )
        messages.success(request, text % {"count": count})
        if too_long:
            words = {"steps": "; ".join(too_long)}
            text = _("Not taken over, because they took more than a week by the marks: %(steps)s. Put their times right first.")  # fmt: skip
            messages.warning(request, text % words)

    return performed(request, take, to=reverse("standups:cutover", args=[engagement.pk]))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def run_step_times(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """When a step really began and ended."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    rows = RunStep.objects.visible_to(user).filter(run__engagement=engagement).select_related("run__engagement")
    step = get_object_or_404(rows, pk=pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = TimesForm(posted(request), initial=TimesForm.initial_of(step))
    if submitted(request, form, lambda **said: cutover_results.correct_step(actor=user, step=step, **said)):
        messages.success(request, _("The times are put right."))
        return redirect(f"{step.run.get_absolute_url()}#step-{step.position}")
    now = get_object_or_404(rows, pk=pk)
    theirs = now if form.rebased_on(now) else None
    context = workspace(request, engagement, "going_live", heading=f"{step.position}. {step.title}")
    context |= {"form": form, "step": now, "run": step.run, "theirs": theirs}
    status = 200 if request.method != "POST" else 409 if theirs else 422
    return render(request, "standups/run_step_times.html", context, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def run_from_paper(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Enter what stands on the printed sheet."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    sheet = sheet_of(user, engagement)
    steps = list(SheetStep.objects.visible_to(user).filter(sheet=sheet)) if sheet.pk else []
    if not steps:
        messages.error(request, _("The run sheet has no steps yet."))
        return redirect("standups:cutover", engagement.pk)
    form = PaperForm(posted(request), version=sheet.version, steps=steps)
    run = submitted(
        request,
        form,
        lambda **_said: cutover_results.enter_from_paper(actor=user, engagement=engagement, **form.entry()),
    )
    if run is not None:
        messages.success(request, _("The run is entered as it stands on paper."))
        return redirect(run)
    context = workspace(request, engagement, "going_live", heading=_("Enter from the printed sheet"))
    context |= {"form": form, "sheet": sheet}
    status = 200 if request.method != "POST" else 409 if form.is_stale else 422
    return render(request, "standups/run_from_paper.html", context, status=status)
