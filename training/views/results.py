"""Who passed what: the lists of one course and of one role, the trainer's practical check, and results from paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from training.courses.audience import audience_of
from training.forms.practical import ChecksForm
from training.forms.quizzes import PaperQuizForm
from training.models import Course, Learner, QuizAttempt
from training.results.coverage import heat_map
from training.results.lists import course_results
from training.results.readiness import accepted_title, known_of
from training.results.shown import needs_of
from training.services import practical_checks, quiz_attempts


@signed_in
@require_safe
def results(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The learners of a course by role: who was there, who passed, and what is missing. Both sides read it."""
    engagement = open_engagement(request, engagement_id)
    course = course_of(request, engagement, pk)
    context = workspace(request, engagement, "train", heading=_("Results: %(course)s") % {"course": course.told})
    context |= {"course": course, "results": course_results(course, person(request))}
    return render(request, "training/results.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def checks(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The trainer's list: tick who was seen to do it, several at once."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    found = course_results(course, user)
    form = ChecksForm(posted(request), people=found.people, initial={"checked_on": engagement.today()})
    saved = submitted(
        request, form, lambda **fields: practical_checks.record_checks(actor=user, course=course, **fields)
    )
    if saved is not None:
        text = ngettext("%(count)s check is noted.", "%(count)s checks are noted.", len(saved))
        messages.success(request, text % {"count": len(saved)})
        return redirect("training:results", engagement.pk, course.pk)
    context = workspace(
        request, engagement, "train", heading=_("Practical check: %(course)s") % {"course": course.told}
    )
    groups = [(group, [(row, *form.fields_of(row.person)) for row in group.rows]) for group in found.roles]
    context |= {"course": course, "form": form, "groups": groups, "people": found.people}
    return _answered(request, "training/checks.html", context)


@signed_in
@require_safe
def role(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """One role: how many are ready of those needed, and who is missing what."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    row = get_object_or_404(engagement.rollout_roles.visible_to(user), pk=pk)
    known = known_of(engagement)
    courses = known.courses_of.get(row.pk, ())
    people = [
        (one, known.is_ready(one), [(course, known.standing(course, one)) for course in courses])
        for one in known.people_of.get(row.pk, ())
    ]
    [line] = heat_map(known, [needs for needs in needs_of(engagement) if needs.pk == row.pk]).rows
    context = workspace(request, engagement, "train", heading=row.name)
    context |= {"role": row, "line": line, "people": people, "by_courses": known.ready_by_role.get(row.pk, 0)}
    return render(request, "training/role.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def paper_quiz(request: HttpRequest, engagement_id: int, pk: int, learner_pk: int) -> HttpResponse:
    """What a learner reached on paper: noted, and taken back where it was a slip."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    learner = learner_of_course(request, course, learner_pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    [row] = [row for row in course_results(course, user).rows if row.person.pk == learner.pk]
    form = PaperQuizForm(posted(request), initial={"seen": len(row.attempts)})
    note = quiz_attempts.note_paper_quiz
    if submitted(request, form, lambda **fields: note(actor=user, course=course, learner=learner, **fields)):
        messages.success(request, _("The result is noted."))
        return redirect("training:results", engagement.pk, course.pk)
    form.rebased_on(len(row.attempts))
    context = workspace(request, engagement, "train", heading=_("Quiz on paper: %(name)s") % {"name": learner.name})
    return _answered(request, "training/paper_quiz.html", context | {"course": course, "row": row, "form": form})


@signed_in
@require_POST
def paper_quiz_delete(request: HttpRequest, engagement_id: int, pk: int, attempt_pk: int) -> HttpResponse:
    """Take back what was noted from paper."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    rows: Any = QuizAttempt.objects.visible_to(user).select_related("course__engagement", "learner")
    attempt = get_object_or_404(rows, pk=attempt_pk, course=course)
    require(user, Permission.EDIT_TRAINING, engagement)
    return performed(
        request,
        lambda: quiz_attempts.take_back_paper_quiz(actor=user, attempt=attempt),
        to=reverse("training:results", args=[engagement.pk, course.pk]),
        success=_("The result is taken back."),
    )


def course_of(request: HttpRequest, engagement: Engagement, pk: int) -> Any:
    """Return the course as this person may see it, `told` by the name they read, else raise Http404."""
    name = accepted_title() if person(request).is_client else F("title")
    rows = engagement.courses.visible_to(request.user).annotate(told=name).select_related("engagement")
    return get_object_or_404(rows, pk=pk)


def learner_of_course(request: HttpRequest, course: Course, pk: int) -> Learner:
    """Return a learner of one of the course's roles who is still there, else raise Http404."""
    rows = Learner.objects.visible_to(request.user).still_there().filter(role__in=audience_of(course.pk))
    return get_object_or_404(rows, pk=pk)


def _answered(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=422 if request.method == "POST" else 200)
