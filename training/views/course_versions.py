"""Versions of a course: accepting one, and reading those that were."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.errors import RefusedError, StaleError
from onsite.core.forms import retype, submitted
from onsite.core.policy import signed_in
from training.courses.content import hash_of
from training.courses.shown import cases_of, courses_title, shown
from training.courses.state import obstacles_of
from training.forms.courses import AcceptForm
from training.models import Course, CourseVersion
from training.services.accepting import accept_course
from training.views.courses import answered, course_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def course_accept(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Read what will be frozen, with what stands against it, then accept exactly that."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    require(user, Permission.ACCEPT_COURSE, engagement)
    form, stale = AcceptForm(posted(request)), False

    def act(was: str, note: str) -> CourseVersion | None:
        nonlocal stale
        try:
            return accept_course(actor=user, course=course, was=was, note=note)
        except StaleError:
            stale = True
            raise
        except RefusedError:
            # The page names every obstacle by itself.
            return None

    version = submitted(request, form, act)
    if version is not None:
        messages.success(
            request, _("Version %(number)s is accepted. Clients read it now.") % {"number": version.number}
        )
        return redirect(course)
    return _to_accept(request, engagement, course, form, stale=stale)


def _to_accept(
    request: HttpRequest, engagement: Engagement, course: Course, form: AcceptForm, *, stale: bool
) -> HttpResponse:
    page = shown(course, person(request))
    now = hash_of(page.content)
    if form.is_bound:
        retype(form, was=now)
    else:
        form.initial["was"] = now
    if page.version is None:
        del form.fields["note"]
    context = workspace(request, engagement, "train", heading=_("Accept this course"))
    context |= {"course": course, "shown": page, "form": form, "obstacles": obstacles_of(course, page.content)}
    context |= {"is_same": page.version is not None and page.version.content_hash == now}
    return answered(request, "training/course_accept.html", context, stale=stale)


@signed_in
@require_safe
def version_list(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """All accepted versions of a course, the newest first."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    versions = CourseVersion.objects.visible_to(user).filter(course=course).select_related("accepted_by")
    context = workspace(request, engagement, "train", heading=_("Versions"))
    context |= {"course": course, "versions": versions, "title": courses_title(course, user)}
    return render(request, "training/version_list.html", context)


@signed_in
@require_safe
def version(request: HttpRequest, engagement_id: int, pk: int, number: int) -> HttpResponse:
    """A version as it was accepted."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    rows: Any = CourseVersion.objects.visible_to(user).filter(course=course).select_related("accepted_by")
    found = get_object_or_404(rows, number=number)
    heading = _("%(course)s, version %(number)s") % {"course": found.content["title"], "number": found.number}
    context = workspace(request, engagement, "train", heading=heading)
    context |= {"course": course, "version": found, "content": found.content, "cases": cases_of(found.content)}
    return render(request, "training/version.html", context)
