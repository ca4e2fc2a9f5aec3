"""Taking a quiz, through two doors: by the mailed link, and signed in as somebody who learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engagements.workspace import open_engagement, person, posted
from onsite.core.errors import DomainError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from training.courses.audience import audience_of, courses_for
from training.forms.quiz_answers import AnswersForm
from training.models import Course, Learner, Quiz, QuizAttempt
from training.results.readiness import accepted_title
from training.results.taking import left_of, why_not, wrong_answers
from training.services import quiz_attempts
from training.views.learn import for_learner


@dataclass(frozen=True)
class Door:
    """Who takes which quiz, and where they came in: its addresses and its frame."""

    learner: Learner
    course: Course
    quiz_url: str
    back_url: str
    back_label: str
    frame: str

    @property
    def context(self) -> dict[str, Any]:
        """What every page of it needs."""
        return {"door": self, "learner": self.learner, "engagement": self.course.engagement}

    def result_url(self, attempt: QuizAttempt) -> str:
        """Return where the result of an attempt stands."""
        return f"{self.quiz_url}{attempt.number}/"

    @property
    def attempts(self) -> list[QuizAttempt]:
        """All attempts of this learner, in their order."""
        rows = QuizAttempt.objects.unscoped().filter(course=self.course, learner=self.learner)
        return list(rows.order_by("number"))


@for_learner
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, learner: Learner, pk: int) -> HttpResponse:
    """The quiz, for a learner who came by the mailed link."""
    return _take(request, _door_by_link(learner, pk))


@for_learner
@require_safe
def result_by_link(request: HttpRequest, learner: Learner, pk: int, number: int) -> HttpResponse:
    """The result of an attempt, for a learner who came by the mailed link."""
    return _result(request, _door_by_link(learner, pk), number)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def signed(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The quiz, for somebody with an account who is a learner of this course."""
    return _take(request, _door_signed_in(request, engagement_id, pk))


@signed_in
@require_safe
def result_signed(request: HttpRequest, engagement_id: int, pk: int, number: int) -> HttpResponse:
    """The result of an attempt, for somebody with an account."""
    return _result(request, _door_signed_in(request, engagement_id, pk), number)


def _door_by_link(learner: Learner, pk: int) -> Door:
    rows = Course.objects.unscoped().accepted().in_use().filter(engagement=learner.role.engagement)
    course = get_object_or_404(_told(rows.filter(pk__in=courses_for(learner))), pk=pk)
    url = reverse("learn:quiz", args=[course.pk])
    return Door(learner, course, url, reverse("learn:home"), _("Back to my training"), "learn/page.html")


def _door_signed_in(request: HttpRequest, engagement_id: int, pk: int) -> Door:
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = get_object_or_404(_told(engagement.courses.visible_to(user).accepted().in_use()), pk=pk)
    mine = Learner.objects.visible_to(user).still_there().filter(user=user, role__in=audience_of(course.pk))
    learner = mine.select_related("role").first()
    if learner is None:
        raise Http404
    url = reverse("training:quiz_take", args=[engagement.pk, course.pk])
    return Door(learner, course, url, course.get_absolute_url(), _("Back to the course"), "learn/quiz_signed_in.html")


def _told(rows: Any) -> Any:
    """Keep the rows, each `told` by the name of its accepted version."""
    return rows.annotate(told=accepted_title()).select_related("engagement__client")


def _take(request: HttpRequest, door: Door) -> HttpResponse:
    """Begin, or answer what was begun. Only a press begins: a mail scanner that opens the page uses no attempt up."""
    attempts = door.attempts
    is_running = door.course.engagement.is_running
    begun = next((attempt for attempt in attempts if attempt.finished_at is None and is_running), None)
    if request.method == "POST" and "begin" not in request.POST:
        return _answer(request, door, attempts)
    quiz = Quiz.objects.unscoped().filter(course=door.course).first()
    refusal = "" if begun else why_not(door.course, quiz, attempts)
    if request.method == "POST" and not refusal:
        try:
            quiz_attempts.begin_attempt(learner=door.learner, course=door.course)
            return redirect(door.quiz_url)
        except DomainError as refused:
            refusal = refused.message
    if begun is not None:
        return _questions(request, door, begun, AnswersForm(attempt=begun))
    context = door.context | {"quiz": quiz, "attempts": attempts, "refusal": refusal}
    context |= {"question_count": quiz.questions.count() if quiz else 0}
    return render(request, "learn/quiz_begin.html", context, status=409 if request.method == "POST" else 200)


def _answer(request: HttpRequest, door: Door, attempts: list[QuizAttempt]) -> HttpResponse:
    number = request.POST.get("attempt", "")
    attempt = next((attempt for attempt in attempts if str(attempt.number) == number), None)
    if attempt is None:
        return redirect(door.quiz_url)
    if attempt.finished_at is not None:
        return redirect(door.result_url(attempt))
    form = AnswersForm(posted(request), attempt=attempt)
    finish = quiz_attempts.finish_attempt
    if submitted(request, form, lambda **_fields: finish(learner=door.learner, attempt=attempt, answers=form.answers)):
        return redirect(door.result_url(attempt))
    return _questions(request, door, attempt, form)


def _questions(request: HttpRequest, door: Door, attempt: QuizAttempt, form: AnswersForm) -> HttpResponse:
    context = door.context | {"attempt": attempt, "form": form}
    return render(request, "learn/quiz.html", context, status=422 if form.errors else 200)


def _result(request: HttpRequest, door: Door, number: int) -> HttpResponse:
    attempts = door.attempts
    attempt = next((row for row in attempts if row.number == number and row.finished_at is not None), None)
    if attempt is None:
        raise Http404
    quiz = Quiz.objects.unscoped().filter(course=door.course).first()
    may_retake = not why_not(door.course, quiz, attempts)
    # The right options are told once no further attempt of this learner can be better for it: not while one is open.
    finished = sum(row.finished_at is not None for row in attempts)
    is_over = any(row.has_passed for row in attempts) or (quiz is not None and not left_of(quiz, finished))
    context = door.context | {
        "attempt": attempt,
        "may_retake": may_retake,
        "tells_right": is_over,
    }
    context |= {"wrong": wrong_answers(attempt, tells_right=is_over)}
    return render(request, "learn/quiz_result.html", context)
