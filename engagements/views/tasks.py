"""Tasks: their form, on a page of its own or in place in the plan, and the step by one working day."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from engagements.forms.tasks import TaskForm
from engagements.models import Engagement, Task
from engagements.services import tasks
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.errors import StaleError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
def create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new task, in the stage that was asked for."""
    engagement = open_engagement(request, engagement_id)
    require(person(request), Permission.EDIT_PLAN, engagement)
    if not engagement.stages.visible_to(request.user).exists():
        messages.error(request, _("Lay out the five stages first: a task belongs to one of them."))
        return redirect("engagements:plan", engagement.pk)
    initial = {"stage": request.GET.get("stage", "")}
    return _save(request, engagement, None, TaskForm(posted(request), initial=initial, engagement=engagement))


@signed_in
def edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A task."""
    engagement = open_engagement(request, engagement_id)
    require(person(request), Permission.EDIT_PLAN, engagement)
    task = _task(request, engagement, pk)
    links = tasks.links_of([task])[task.pk]
    form = TaskForm(posted(request), initial=TaskForm.initial_of(task, links), engagement=engagement)
    return _save(request, engagement, task, form, version=tasks.version_of(task, links))


def _save(
    request: HttpRequest, engagement: Engagement, task: Task | None, form: TaskForm, version: str = ""
) -> HttpResponse:
    """Save, or show the form: `version` is that of the row as it stands, which a person has seen once it was shown."""
    user, seen, theirs = person(request), version if request.method != "POST" else request.POST.get("seen", ""), None

    def save(**fields: Any) -> Task:
        nonlocal seen, theirs
        try:
            return tasks.save_task(actor=user, engagement=engagement, task=task, seen=seen, **fields)
        except StaleError:
            # From here on they know what stands there, and may write over it.
            seen, theirs = version, task
            raise

    saved = submitted(request, form, save)
    if saved is not None:
        messages.success(request, _("“%(task)s” is saved.") % {"task": saved.name})
        # Shown anew as a whole: more than this row may have moved.
        if _in_place(request):
            return HttpResponseClientRefresh()
        return redirect(f"{reverse('engagements:plan', args=[engagement.pk])}#task-{saved.number}")
    context = workspace(request, engagement, "prepare", heading=_("Edit task") if task else _("New task"))
    context |= {"form": form, "task": task, "seen": seen, "theirs": theirs}
    if theirs is not None:
        context["their_predecessors"] = form.initial["predecessors"]
    template = "engagements/task_fields.html" if _in_place(request) else "engagements/task_form.html"
    return render(request, template, context)


@signed_in
@require_POST
def delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a task out."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    task = _task(request, engagement, pk)
    require(user, Permission.EDIT_PLAN, engagement)
    return performed(
        request,
        lambda: tasks.delete_task(actor=user, task=task),
        to=reverse("engagements:plan", args=[engagement.pk]),
        success=_("The task is deleted; what waited for it keeps its day."),
    )


@signed_in
@require_POST
def move(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One working day earlier or later."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    task = _task(request, engagement, pk)
    require(user, Permission.EDIT_PLAN, engagement)
    step = -1 if request.POST.get("step") == "-1" else 1
    return performed(
        request,
        lambda: tasks.move_task(actor=user, task=task, step=step),
        to=f"{reverse('engagements:plan', args=[engagement.pk])}#task-{task.number}",
    )


def _task(request: HttpRequest, engagement: Engagement, pk: int) -> Task:
    return get_object_or_404(engagement.tasks.visible_to(request.user).select_related("engagement", "stage"), pk=pk)


def _in_place(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]
