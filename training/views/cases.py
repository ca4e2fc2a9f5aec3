"""The cases of a course, both ways on one form."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from training.courses.comparison import compared
from training.courses.content import stored_case
from training.forms.cases import CaseForm
from training.models import Case, Course
from training.services import cases as services
from training.views.courses import answered, course_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def case_create(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A new case of a course."""
    engagement = open_engagement(request, engagement_id)
    course = course_of(request, engagement, pk)
    require(person(request), Permission.EDIT_TRAINING, engagement)
    return _save(request, engagement, course, None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def case_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A case: its words, and the steps of both ways."""
    engagement = open_engagement(request, engagement_id)
    case = _case(request, engagement, pk)
    require(person(request), Permission.EDIT_TRAINING, engagement)
    return _save(request, engagement, case.course, case)


def _save(request: HttpRequest, engagement: Engagement, course: Course, case: Case | None) -> HttpResponse:
    user = person(request)
    initial = CaseForm.initial_of(stored_case(case)) if case else {}
    form = CaseForm(posted(request), initial=initial)
    saved = submitted(
        request, form, lambda **fields: services.save_case(actor=user, course=course, case=case, **fields)
    )
    if saved is not None:
        messages.success(request, pgettext("of a course", "The case is saved."))
        return redirect(f"{course.get_absolute_url()}#cases")
    now = Case.objects.visible_to(user).filter(pk=case.pk).first() if case else None
    stored = stored_case(now) if now else None
    theirs = compared(stored.content) if stored and form.rebased_on(stored) else None
    context = workspace(request, engagement, "train", heading=case.title if case else _("New case"))
    context |= {"form": form, "course": course, "case": case, "theirs": theirs}
    return answered(request, "training/case_form.html", context)


@signed_in
@require_POST
def case_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take a case out of the working text."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    case = _case(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    return performed(
        request,
        lambda: services.delete_case(actor=user, case=case),
        to=case.course.get_absolute_url(),
        success=_("The case is deleted. Accepted versions keep it."),
    )


def _case(request: HttpRequest, engagement: Engagement, pk: int) -> Case:
    rows = Case.objects.visible_to(request.user).select_related("course__engagement")
    return get_object_or_404(rows, pk=pk, course__engagement=engagement)
