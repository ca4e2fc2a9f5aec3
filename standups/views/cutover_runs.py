"""A run on a phone: watched by both sides, gone through step by step, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import can, require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core.errors import Obstacle, RefusedError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from onsite.core.wording import sentences
from standups.cutover.course import Course, course_of
from standups.forms.cutover import EndForm, KindForm, NoteForm, ReasonForm, RollBackForm, TimesForm
from standups.models import CutoverRun, RunStep
from standups.services import cutover_runs
from standups.views.cutover import sheet_of

_REASONED: dict[str, Callable[..., RunStep]] = {
    "skip": cutover_runs.skip_step, "roll_back": cutover_runs.roll_back_step,
}  # fmt: skip
_PLAIN: dict[str, Callable[..., RunStep]] = {"start": cutover_runs.start_step, "undo": cutover_runs.undo_step}


@signed_in
@require_POST
def run_start(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Start a rehearsal, or the cutover; where one runs already, lead to it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form, begun = KindForm(request.POST), []
    if not form.is_valid():
        messages.error(request, _("Please say what to start: a rehearsal, or the cutover."))
        return redirect("standups:cutover", engagement.pk)

    def start() -> None:
        begun.append(cutover_runs.start_run(actor=user, engagement=engagement, **form.cleaned_data))

    answer = performed(request, start, to=reverse("standups:cutover", args=[engagement.pk]))
    if answer.status_code != 302:
        return answer
    run = begun[0] if begun else engagement.cutover_runs.visible_to(user).running().first()
    return redirect(run) if run else answer


@signed_in
@require_safe
def run_detail(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Where the run stands; once it ended, what it took."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    run = _run(user, engagement, pk)
    context = workspace(request, engagement, "going_live", heading=str(run)) | _course_context(user, run)
    if run.ended_at is not None:
        context["sheet"] = sheet_of(user, engagement)
    return render(request, "standups/run.html", context)


@signed_in
@require_safe
def run_part(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """What a watcher's page asks for every few seconds: nothing (204) while the run is as they have `?seen=` it.

    The answer that nothing changed costs one query beside those of signing in, and no template.
    """
    user = person(request)
    rows = CutoverRun.objects.visible_to(user).filter(engagement_id=engagement_id, pk=pk)
    found = list(rows.order_by().values_list("version", flat=True))
    if not found:
        raise Http404
    if request.GET.get("seen") == str(found[0]):
        return HttpResponse(status=204)
    engagement = open_engagement(request, engagement_id)
    context = _course_context(user, _run(user, engagement, pk)) | {"engagement": engagement}
    context["can"] = {"edit_rollout": can(user, Permission.EDIT_ROLLOUT, engagement)}
    return render(request, "standups/parts/run_course.html", context)


@signed_in
@require_safe
def run_step(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One step of a run with everything that can be done with it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    return _step_page(request, engagement, _step(user, engagement, pk))


@signed_in
@require_POST
def run_step_act(request: HttpRequest, engagement_id: int, pk: int, act: str) -> HttpResponse:
    """Start, done, skip, roll back, or take a mark back."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    step = _step(user, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    if act in _PLAIN:
        return performed(request, lambda: _PLAIN[act](actor=user, step=step), to=_at(step))
    if act not in {"done", *_REASONED}:
        raise Http404
    form: NoteForm | ReasonForm = NoteForm(request.POST) if act == "done" else ReasonForm(request.POST)
    service = cutover_runs.finish_step if act == "done" else _REASONED[act]
    if submitted(request, form, lambda **said: service(actor=user, step=step, **said)):
        return redirect(_at(step))
    if act == "done" and "from_step" not in request.POST:
        messages.error(request, sentences(*form.non_field_errors()))
        return redirect(_at(step))
    return _step_page(request, engagement, _step(user, engagement, pk), **{f"{act}_form": form})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def run_end(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """It went through."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    run = _run(user, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    form = EndForm(posted(request))
    still: list[Obstacle] = []

    def end(**said: str) -> CutoverRun:
        try:
            return cutover_runs.end_run(actor=user, run=run, **said)
        except RefusedError as error:
            still.extend(error.obstacles)
            raise

    if submitted(request, form, end):
        messages.success(request, _("The run went through to its end."))
        return redirect(run)
    label = _("It went through")
    return _form_page(request, engagement, run, _("End: it went through"), form, label, obstacles=still)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def run_roll_back(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Back to the old system."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    run = _run(user, engagement, pk)
    require(user, Permission.EDIT_ROLLOUT, engagement)
    is_past = run.last_rollback_at is not None and timezone.now() > run.last_rollback_at
    form = RollBackForm(posted(request), is_past=is_past)
    if submitted(request, form, lambda **said: cutover_runs.roll_back_run(actor=user, run=run, **said)):
        messages.success(request, _("The run is rolled back and over."))
        return redirect(run)
    return _form_page(request, engagement, run, _("Roll the whole run back"), form, _("Roll back"), is_past=is_past)


def _form_page(
    request: HttpRequest, engagement: Engagement, run: CutoverRun, heading: str, form: Any, label: str, **context: Any
) -> HttpResponse:
    context |= workspace(request, engagement, "going_live", heading=heading)
    context |= {"form": form, "run": run, "submit": label}
    return render(request, "standups/run_end.html", context, status=422 if request.method == "POST" else 200)


def _step_page(request: HttpRequest, engagement: Engagement, step: RunStep, **forms: Any) -> HttpResponse:
    status = 422 if forms else 200
    context = workspace(request, engagement, "going_live", heading=f"{step.position}. {step.title}")
    context |= {"step": step, "run": step.run, "earlier": _passed_over(person(request), step)}
    context |= {"done_form": NoteForm(), "skip_form": ReasonForm(), "roll_back_form": ReasonForm()} | forms
    if step.started_at is not None and step.finished_at is not None:
        context["times_form"] = TimesForm(initial=TimesForm.initial_of(step))
    return render(request, "standups/run_step.html", context | forms, status=status)


def _passed_over(user: User, step: RunStep) -> list[RunStep]:
    """Return the steps before this one that did not begin yet."""
    if step.state not in {RunStep.State.TODO, RunStep.State.ROLLED_BACK}:
        return []
    waiting = {"state__in": [RunStep.State.TODO, RunStep.State.ROLLED_BACK]}
    return list(step.run.steps.visible_to(user).filter(position__lt=step.position, **waiting))


def _course_context(user: User, run: CutoverRun) -> dict[str, Any]:
    steps = list(run.steps.visible_to(user).select_related("done_by"))
    course: Course = course_of(run, steps, timezone.now())
    return {"run": run, "course": course}


def _run(user: User, engagement: Engagement, pk: int) -> CutoverRun:
    rows = engagement.cutover_runs.visible_to(user).select_related("started_by", "ended_by", "engagement")
    return get_object_or_404(rows, pk=pk)


def _step(user: User, engagement: Engagement, pk: int) -> RunStep:
    rows = RunStep.objects.visible_to(user).filter(run__engagement=engagement)
    return get_object_or_404(rows.select_related("run__engagement", "done_by"), pk=pk)


def _at(step: RunStep) -> str:
    return f"{step.run.get_absolute_url()}#step-{step.position}"
