"""What stands in the way, from the day it was raised to the day it was solved."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from onsite.accounts.access import InternalRowsQuerySet
from onsite.accounts.models import User
from standups.models.choices import Answer, Party, Severity
from standups.models.standup import StandUp


class ProblemQuerySet(InternalRowsQuerySet["Problem"]):
    """Problems; a client sees the shared ones."""

    def open(self) -> Self:
        return self.filter(solved_on=None)

    def solved(self) -> Self:
        return self.exclude(solved_on=None)

    def critical(self) -> Self:
        return self.filter(severity=Severity.CRITICAL)

    def with_party(self, party: Party) -> Self:
        return self.filter(next_step_with=party)

    def key(self) -> Self:
        return self.filter(is_key=True)

    def oldest_first(self) -> Self:
        return self.order_by("raised_on", "pk")


class Problem(models.Model):
    """A tracked problem. A key problem is told as symptom, cause, fix and prevention in the closing report."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="problems")
    title = models.CharField(_("problem"), max_length=500)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices, default=Severity.MAJOR)
    next_step_with = models.CharField(_("next step with"), max_length=11, choices=Party.choices, default=Party.VENDOR)
    owner_role = models.CharField(_("role or department"), max_length=80, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    is_internal = models.BooleanField(_("internal"), default=False)
    is_key = models.BooleanField(_("key problem, told in the closing report"), default=False)
    symptom = models.TextField(_("symptom"), blank=True)
    cause = models.TextField(_("cause"), blank=True)
    fix = models.TextField(_("fix"), blank=True)
    prevention = models.TextField(_("prevention"), blank=True)
    raised_on = models.DateField(_("raised on"))
    raised_in = models.ForeignKey(StandUp, null=True, on_delete=models.SET_NULL, related_name="raised_problems")
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    solved_on = models.DateField(_("solved on"), null=True, blank=True)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["raised_on", "pk"]
        indexes = [models.Index(fields=["engagement", "solved_on", "severity"])]
        constraints = [
            models.CheckConstraint(condition=~models.Q(title=""), name="problem_has_a_title"),
            models.CheckConstraint(
                condition=models.Q(solved_on=None) | models.Q(solved_on__gte=models.F("raised_on")),
                name="problem_solved_after_raised",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("standups:problem", args=[self.engagement_id, self.pk])

    @property
    def is_open(self) -> bool:
        return self.solved_on is None

    def age_in_working_days(self, today: date) -> int:
        """Return the working days since it was raised, until it was solved."""
        return max(0, self.engagement.working_calendar.working_days_between(self.raised_on, self.solved_on or today))


class ProblemAnswerQuerySet(InternalRowsQuerySet["ProblemAnswer"]):
    """Answers; a client sees the shared ones to shared problems in published stand-ups."""

    engagement_path = "stand_up__engagement_id"

    def shared(self) -> Self:
        return self.told().exclude(stand_up__published_at=None)

    def told(self) -> Self:
        """Keep what a client will see once the day is published."""
        return self.filter(is_internal=False, problem__is_internal=False)


class ProblemAnswer(models.Model):
    """A carried problem, answered in one stand-up.

    What was said while the problem was internal stays internal when the problem is shared later.
    """

    stand_up = models.ForeignKey(StandUp, on_delete=models.CASCADE, related_name="answers")
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="answers")
    answer = models.CharField(max_length=7, choices=Answer.choices, default=Answer.STILL)
    note = models.CharField(max_length=300, blank=True)
    is_internal = models.BooleanField(default=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ProblemAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stand_up", "problem"], name="problem_answered_once")]
