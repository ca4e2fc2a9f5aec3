"""What came of it: the quiz, and the trainer's practical sign-off (E4)."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models.fingerprint import fingerprint_of
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from training.models.course import Course
from training.models.session import Learner


class QuizQuerySet(ScopedQuerySet["Quiz"]):
    """Quizzes; the right answers are the vendor's, a client's people meet the questions while they take one."""

    engagement_path = "course__engagement_id"

    def shared(self) -> Self:
        return self.none()


class Quiz(models.Model):
    """A short test of a course. `most_attempts` None: as often as they like. Only an `is_open` one is taken, and needed
    to pass the course."""

    course = models.OneToOneField(Course, on_delete=models.CASCADE, related_name="quiz")
    pass_percent = models.PositiveSmallIntegerField(_("pass mark in percent"), default=80)
    most_attempts = models.PositiveSmallIntegerField(_("attempts at most"), null=True, blank=True)
    is_open = models.BooleanField(_("is asked"), default=False)

    objects = QuizQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pass_percent__range=(1, 100)), name="quiz_pass_mark_in_percent")
        ]

    @property
    def fingerprint(self) -> str:
        """The hash of its rules, not of its questions."""
        return fingerprint_of(self)


class QuizQuestionQuerySet(ScopedQuerySet["QuizQuestion"]):
    """Questions; as their quiz."""

    engagement_path = "quiz__course__engagement_id"

    def shared(self) -> Self:
        return self.none()


class QuizQuestion(models.Model):
    """One question. `options` is a list of `{"text": …, "is_right": …}` in their order: one right one for a single choice,
    one or more for a multiple choice, where all and only the right ones count."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("one answer is right")
        MULTIPLE = "multiple", _("several answers may be right")

    MOST_OPTIONS: ClassVar[int] = 8

    quiz = models.ForeignKey(Quiz, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.SINGLE)
    text = models.CharField(_("question"), max_length=300)
    options = models.JSONField(default=list)
    explanation = models.CharField(_("why it is so"), max_length=300, blank=True)

    objects = QuizQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["quiz_id", "position", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="quiz_question_has_a_text")]

    @property
    def fingerprint(self) -> str:
        """The hash of what it says, wherever it stands."""
        return fingerprint_of(self, without=["position"])


class QuizAttemptQuerySet(ScopedQuerySet["QuizAttempt"]):
    """Attempts at quizzes; both sides see the result of those that were finished."""

    engagement_path = "learner__role__engagement_id"

    def shared(self) -> Self:
        return self.finished()

    def finished(self) -> Self:
        return self.exclude(finished_at=None)

    def passed(self) -> Self:
        return self.finished().filter(has_passed=True)


class QuizAttempt(models.Model):
    """One learner's go at a quiz. `questions` is what was asked, frozen when it began, in the order asked; `answers` the
    chosen options by the question's place. `percent` counts wholly right answers."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="attempts")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    questions = models.JSONField()
    pass_percent = models.PositiveSmallIntegerField()
    answers = models.JSONField(default=list)
    percent = models.PositiveSmallIntegerField(null=True)
    has_passed = models.BooleanField(default=False)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    noted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = QuizAttemptQuerySet.as_manager()

    class Meta:
        ordering = ["course_id", "learner_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["course", "learner", "number"], name="quiz_attempt_number_once"),
            models.UniqueConstraint(
                fields=["course", "learner"], condition=Q(finished_at=None), name="quiz_attempt_one_open"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None, percent=None) | Q(finished_at__isnull=False, percent__isnull=False),
                name="quiz_attempt_judged_when_finished",
            ),
        ]


class PracticalCheckQuerySet(ScopedQuerySet["PracticalCheck"]):
    """Practical sign-offs; both sides see them."""

    engagement_path = "learner__role__engagement_id"

    def newest_first(self) -> Self:
        return self.order_by("-checked_on", "-pk")


class PracticalCheck(models.Model):
    """The trainer saw a learner do it: a check that was passed or not; the newest one of a course counts."""

    class Outcome(models.TextChoices):
        PASSED = "passed", pgettext_lazy("practical check", "Passed")
        NOT_YET = "not_yet", pgettext_lazy("practical check", "Not yet")

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="checks")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="checks")
    outcome = models.CharField(max_length=7, choices=Outcome.choices)
    checked_on = models.DateField(_("checked on"))
    note = models.CharField(_("what was seen"), max_length=200, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = PracticalCheckQuerySet.as_manager()

    class Meta:
        ordering = ["course_id", "learner_id", "-checked_on", "-pk"]
        indexes = [models.Index(fields=["course", "learner"])]
