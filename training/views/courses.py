"""Courses of an engagement: the list, a course, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from training.courses.content import Stored, stored_words
from training.courses.shown import courses_by_module, shown
from training.forms.courses import CourseForm
from training.materials.shown import materials_of
from training.models import Course
from training.results.shown import coverage, results_of
from training.services import courses as services
from training.sessions.shown import next_sessions, sessions_of


@signed_in
@require_safe
def home(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """What is taught, to whom, and how far that is."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    context = workspace(request, engagement, "train", heading=_("Training"))
    context |= {"modules": courses_by_module(engagement, user)}
    if user.is_vendor and not context["modules"]:
        context |= {
            "has_modules": engagement.modules.visible_to(user).exists(),
            "has_roles": engagement.rollout_roles.visible_to(user).exists(),
        }
    return render(
        request, "training/home.html", context | coverage(engagement, user) | next_sessions(engagement, user)
    )


@signed_in
@require_safe
def course(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A course with all that belongs to it; a client reads the newest accepted version."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = course_of(request, engagement, pk)
    page = shown(row, user)
    context = workspace(request, engagement, "train", heading=page.content["title"])
    context |= {"course": row, "shown": page} | materials_of(row, user) | sessions_of(row, user)
    return render(request, "training/course.html", context | results_of(row, user))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def course_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new course."""
    return _save(request, open_engagement(request, engagement_id), None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def course_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """What a course says, for whom, and what it covers."""
    engagement = open_engagement(request, engagement_id)
    require(person(request), Permission.EDIT_TRAINING, engagement)
    return _save(request, engagement, course_of(request, engagement, pk))


def _save(request: HttpRequest, engagement: Engagement, row: Course | None) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_TRAINING, engagement)
    initial = CourseForm.initial_of(row, user) if row else {}
    form = CourseForm(posted(request), initial=initial, engagement=engagement, user=user)
    saved = submitted(
        request, form, lambda **fields: services.save_course(actor=user, engagement=engagement, course=row, **fields)
    )
    if saved is not None:
        messages.success(request, _("The course is saved."))
        return redirect(saved)
    now = engagement.courses.visible_to(user).filter(pk=row.pk).first() if row else None
    stored: Stored | None = stored_words(now) if now else None
    context = workspace(request, engagement, "train", heading=row.title if row else _("New course"))
    context |= {"form": form, "course": row, "theirs": stored if form.rebased_on(stored) else None}
    return answered(request, "training/course_form.html", context)


@signed_in
@require_POST
def course_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a course out that was never accepted."""
    home_url = reverse("training:home", args=[engagement_id])
    return _acted(request, engagement_id, pk, services.delete_course, success=_("The course is deleted."), to=home_url)


@signed_in
@require_POST
def course_retire(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a course out of use."""
    return _acted(request, engagement_id, pk, services.retire_course, success=_("The course is retired."))


@signed_in
@require_POST
def course_take_back(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a retired course back into use."""
    return _acted(request, engagement_id, pk, services.take_course_back, success=_("The course is in use again."))


@signed_in
@require_POST
def course_move(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One place earlier or later in its module."""
    up = request.POST.get("to") == "up"
    home_url = reverse("training:home", args=[engagement_id])
    return _acted(
        request, engagement_id, pk, lambda **given: services.move_course(up=up, **given), to=f"{home_url}#courses"
    )


def _acted(
    request: HttpRequest, engagement_id: int, pk: int, act: Callable[..., None], *, success: str = "", to: str = ""
) -> HttpResponse:
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = course_of(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    return performed(request, lambda: act(actor=user, course=row), to=to or row.get_absolute_url(), success=success)


def course_of(request: HttpRequest, engagement: Engagement, pk: int) -> Course:
    """Return the course if this person may see it, else raise Http404."""
    return get_object_or_404(engagement.courses.visible_to(request.user).select_related("engagement"), pk=pk)


def answered(request: HttpRequest, template: str, context: dict[str, Any], *, stale: bool = False) -> HttpResponse:
    """Return the page of a form: 200, 422 where what was posted can't be kept, 409 where it met somebody else's."""
    status = 200 if request.method != "POST" else 409 if stale else 422
    return render(request, template, context, status=status)
