"""The quiz of a course, as the vendor's people write it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from training.forms.quizzes import QuestionForm, RulesForm
from training.models import Course, Quiz, QuizQuestion
from training.results import asking
from training.results.readiness import changed_by_quiz
from training.services import quizzes as services
from training.views.results import course_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def quiz(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The rules of the quiz above its questions."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    row = Quiz.objects.visible_to(user).filter(course=course).first() or Quiz(course=course)
    changes = changed_by_quiz(course, row.is_open)
    form = RulesForm(posted(request), initial=RulesForm.initial_of(row), is_asked=row.is_open, changes=changes)
    if submitted(request, form, lambda **fields: services.save_rules(actor=user, course=course, **fields)):
        messages.success(request, _("The rules of the quiz are saved."))
        return redirect("training:quiz", engagement.pk, course.pk)
    questions = list(row.questions.visible_to(user)) if row.pk else []
    context = workspace(request, engagement, "train", heading=_("Quiz: %(course)s") % {"course": course.told})
    context |= {"course": course, "quiz": row, "form": form, "questions": questions}
    context |= {"faults": asking.faults(questions), "theirs": row if form.rebased_on(row) else None}
    return _answered(request, "training/quiz.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def question_create(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """A new question, after the others."""
    engagement = open_engagement(request, engagement_id)
    return _save(request, engagement, course_of(request, engagement, pk), None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def question_edit(request: HttpRequest, engagement_id: int, pk: int, question_pk: int) -> HttpResponse:
    """A question with its options."""
    engagement = open_engagement(request, engagement_id)
    course = course_of(request, engagement, pk)
    require(person(request), Permission.EDIT_TRAINING, engagement)
    return _save(request, engagement, course, _question(request, course, question_pk))


def _save(request: HttpRequest, engagement: Engagement, course: Course, question: QuizQuestion | None) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_TRAINING, engagement)
    form = QuestionForm(posted(request), initial=QuestionForm.initial_of(question) if question else {})
    saved = submitted(
        request,
        form,
        lambda **fields: services.save_question(actor=user, course=course, question=question, **fields),
    )
    if saved is not None:
        messages.success(request, _("The question is saved."))
        again = "training:quiz_question_create" if "again" in request.POST else "training:quiz"
        return redirect(again, engagement.pk, course.pk)
    now = QuizQuestion.objects.visible_to(user).filter(pk=question.pk).first() if question else None
    heading = _("Edit the question") if question else _("New question")
    context = workspace(request, engagement, "train", heading=heading)
    context |= {"course": course, "form": form, "question": question}
    context |= {"theirs": now if form.rebased_on(now) else None}
    return _answered(request, "training/quiz_question_form.html", context)


@signed_in
@require_POST
def question_delete(request: HttpRequest, engagement_id: int, pk: int, question_pk: int) -> HttpResponse:
    """Take a question out; attempts keep it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    question = _question(request, course, question_pk)
    return performed(
        request,
        lambda: services.delete_question(actor=user, question=question),
        to=reverse("training:quiz", args=[engagement.pk, course.pk]),
        success=_("The question is deleted."),
    )


@signed_in
@require_POST
def question_move(request: HttpRequest, engagement_id: int, pk: int, question_pk: int) -> HttpResponse:
    """One place earlier or later."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    question = _question(request, course, question_pk)
    return performed(
        request,
        lambda: services.move_question(actor=user, question=question, up=request.POST.get("to") == "up"),
        to=reverse("training:quiz", args=[engagement.pk, course.pk]) + "#questions",
    )


def _question(request: HttpRequest, course: Course, pk: int) -> QuizQuestion:
    rows: Any = QuizQuestion.objects.visible_to(person(request)).select_related("quiz__course__engagement")
    row: QuizQuestion = get_object_or_404(rows, pk=pk, quiz__course=course)
    return row


def _answered(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=422 if request.method == "POST" else 200)
