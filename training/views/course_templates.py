"""Courses to start from: the company's list, keeping a course, and taking one over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in, vendor_only
from onsite.core.views import performed
from training.courses.library import prepared_of
from training.courses.shown import cases_of
from training.courses.usual import usual_courses
from training.forms.course_templates import KeepCourseForm, TakeOverForm
from training.models import CourseTemplate
from training.services import course_templates as services
from training.views.courses import answered, course_of


@vendor_only
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """The company's courses, and the product's own."""
    templates = CourseTemplate.objects.visible_to(person(request)).select_related("saved_by")
    return render(request, "training/template_list.html", {"templates": templates, "usual": usual_courses()})


@vendor_only
@require_safe
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """A template to read; whoever may take it out finds the button here."""
    user = person(request)
    found = get_object_or_404(CourseTemplate.objects.visible_to(user).select_related("saved_by"), pk=pk)
    prepared = prepared_of(found)
    context = {"prepared": prepared, "cases": cases_of(prepared.content), "template": found}
    return render(request, "training/template.html", context | {"may_delete": services.may_delete(user, found)})


@vendor_only
@require_safe
def usual(request: HttpRequest, key: str) -> HttpResponse:
    """One of the product's own courses to read."""
    prepared = next((one for one in usual_courses() if one.key == f"usual:{key}"), None)
    if prepared is None:
        raise Http404
    context = {"prepared": prepared, "cases": cases_of(prepared.content)}
    return render(request, "training/template.html", context)


@vendor_only
@require_POST
def template_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a template out; courses that began from it stay."""
    user = person(request)
    found = get_object_or_404(CourseTemplate.objects.visible_to(user), pk=pk)
    return performed(
        request,
        lambda: services.delete_template(actor=user, template=found),
        to=reverse("course_templates:template_list"),
        success=_("The template is deleted. Courses that began from it stay as they are."),
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def course_save_template(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Read what everybody of the company will read, then keep it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    form = KeepCourseForm(posted(request), initial={"title": course.title})
    kept = submitted(
        request, form, lambda title, **_ticked: services.keep_course(actor=user, course=course, title=title)
    )
    if kept is not None:
        messages.success(request, _("“%(name)s” can be chosen for other engagements now.") % {"name": kept.title})
        return redirect("course_templates:template", kept.pk)
    prepared = services.prepared_from(course, course.title)
    context = workspace(request, engagement, "train", heading=_("Keep the course as a template"))
    context |= {"form": form, "course": course, "prepared": prepared, "cases": cases_of(prepared.content)}
    return answered(request, "training/course_keep.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def course_from_template(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Begin a course from a template, with its cases, guides and quiz; the usual ones speak the engagement's language."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    require(user, Permission.EDIT_TRAINING, engagement)
    with override(engagement.language):
        offered: list[Any] = usual_courses()
    offered += [prepared_of(row) for row in CourseTemplate.objects.visible_to(user)]
    initial = {"template": request.GET.get("template", "")}
    form = TakeOverForm(posted(request), initial=initial, engagement=engagement, user=user, offered=offered)
    course = submitted(
        request, form, lambda **fields: services.take_course_over(actor=user, engagement=engagement, **fields)
    )
    if course is not None:
        messages.success(request, _("The course is there. Now fit it to this client, then accept it."))
        return redirect(course)
    context = workspace(request, engagement, "train", heading=_("Take a course over"))
    return answered(request, "training/course_take_over.html", context | {"form": form})
