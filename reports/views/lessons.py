"""What an engagement taught, and the standing rules that bind it. The vendor's alone."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from engagements import gates
from engagements.models import Engagement, Lesson, NoLesson, RuleApplication
from engagements.rules.standing import requirements_of
from engagements.services import lessons, rule_applications
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from reports.lessons.forms import LessonForm, NoLessonForm


def open_for_vendor(request: HttpRequest, engagement_id: int) -> Engagement:
    """Return the engagement; 404 where the person may not see it, 403 for its client."""
    engagement = open_engagement(request, engagement_id)
    if person(request).is_client:
        raise PermissionDenied
    return engagement


def lesson_of(request: HttpRequest, engagement: Engagement, pk: int) -> Lesson:
    """Return the engagement's lesson, or 404."""
    rows = engagement.lessons.visible_to(request.user).select_related("engagement__client", "written_by")
    return get_object_or_404(rows.select_related("standing_rule"), pk=pk)


@signed_in
@require_safe
def lesson_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The lessons of an engagement, or why there is none."""
    engagement = open_for_vendor(request, engagement_id)
    return _list(request, engagement, NoLessonForm())


@signed_in
@require_POST
def none_state(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """State that there is none, and why."""
    engagement, user = open_for_vendor(request, engagement_id), person(request)
    require(user, Permission.WRITE_LESSON, engagement)
    form = NoLessonForm(request.POST)
    if submitted(request, form, partial(lessons.state_no_lesson, actor=user, engagement=engagement)) is None:
        return _list(request, engagement, form)
    messages.success(request, _("It is stated that there is no lesson."))
    return redirect("lessons:list", engagement.pk)


def _list(request: HttpRequest, engagement: Engagement, form: NoLessonForm) -> HttpResponse:
    user = person(request)
    rows = engagement.lessons.visible_to(user).select_related("standing_rule", "written_by")
    required = requirements_of(engagement, user)
    context = workspace(request, engagement, "review", heading=_("Lessons")) | {
        "lessons": rows,
        "stated": NoLesson.objects.visible_to(user).filter(engagement=engagement).select_related("stated_by").first(),
        "form": form,
        "required": required,
        "waiting": sum(not row.is_fulfilled and row.waiver is None for row in required),
    }
    return render(request, "lessons/list.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def none_withdraw(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Take the statement back."""
    engagement, user = open_for_vendor(request, engagement_id), person(request)
    require(user, Permission.WRITE_LESSON, engagement)
    stated = get_object_or_404(NoLesson.objects.visible_to(user).select_related("engagement"), engagement=engagement)
    return performed(
        request,
        lambda: lessons.withdraw_no_lesson(actor=user, stated=stated),
        to=reverse("lessons:list", args=[engagement.pk]),
        success=_("The statement is withdrawn."),
    )


@signed_in
@require_safe
def lesson(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One lesson, and what became of it."""
    engagement = open_for_vendor(request, engagement_id)
    found = lesson_of(request, engagement, pk)
    context = workspace(request, engagement, "review", heading=found.title)
    return render(request, "lessons/lesson.html", context | {"lesson": found})


@signed_in
def lesson_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """A new lesson."""
    engagement = open_for_vendor(request, engagement_id)
    require(person(request), Permission.WRITE_LESSON, engagement)
    return _save(request, engagement, None, LessonForm(posted(request)))


@signed_in
def lesson_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """What a lesson says, and who reads it."""
    engagement = open_for_vendor(request, engagement_id)
    require(person(request), Permission.WRITE_LESSON, engagement)
    found = lesson_of(request, engagement, pk)
    return _save(request, engagement, found, LessonForm(posted(request), initial=LessonForm.initial_of(found)))


def _save(request: HttpRequest, engagement: Engagement, found: Lesson | None, form: LessonForm) -> HttpResponse:
    user = person(request)
    saved = submitted(request, form, partial(lessons.save_lesson, actor=user, engagement=engagement, lesson=found))
    if saved is not None:
        messages.success(request, _("The lesson is saved."))
        return redirect(saved)
    now = engagement.lessons.visible_to(user).filter(pk=found.pk).first() if found else None
    heading = _("Edit the lesson") if found else _("New lesson")
    context = workspace(request, engagement, "review", heading=heading)
    context |= {"form": form, "lesson": found, "theirs": now if form.rebased_on(now) else None}
    return render(request, "lessons/lesson_form.html", context)


@signed_in
@require_POST
def lesson_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Delete a lesson that no rule came of."""
    engagement, user = open_for_vendor(request, engagement_id), person(request)
    require(user, Permission.WRITE_LESSON, engagement)
    found = lesson_of(request, engagement, pk)
    return performed(
        request,
        lambda: lessons.delete_lesson(actor=user, lesson=found),
        to=reverse("lessons:list", args=[engagement.pk]),
        success=_("The lesson is deleted."),
    )


@signed_in
@require_safe
def requirements(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The standing rules that bind this engagement, where each stands, and the page that fulfils it."""
    engagement = open_for_vendor(request, engagement_id)
    context = workspace(request, engagement, "prepare", heading=_("Standing rules")) | {
        "required": requirements_of(engagement, person(request)),
        "next_phase": gates.next_phase(engagement),
    }
    return render(request, "lessons/requirements.html", context)


@signed_in
@require_POST
def rule_tick(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Say that the line a rule demands was done, or (undo) take that back."""
    engagement, user = open_for_vendor(request, engagement_id), person(request)
    require(user, Permission.EDIT_PREPARATION, engagement)
    rows = RuleApplication.objects.visible_to(user).filter(engagement=engagement)
    found = get_object_or_404(rows.select_related("engagement", "rule", "version"), pk=pk)
    act = rule_applications.untick if "undo" in request.POST else rule_applications.tick
    return performed(
        request,
        lambda: act(actor=user, application=found),
        to=reverse("lessons:requirements", args=[engagement.pk]),
    )
