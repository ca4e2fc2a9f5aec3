"""What stands in the way, from the day it was raised to the day it was solved."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, Function, Objective, StandingRule, Task
from onsite.accounts.access import InternalRowsQuerySet, ScopedQuerySet
from onsite.accounts.models import User
from standups.models.choices import Answer, ConcernState, Kind, Party, Severity, Source
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

    def concerns(self) -> Self:
        return self.filter(kind=Kind.CONCERN)

    def unanswered(self) -> Self:
        """Keep the concerns that wait for our answer, the longest waiting first: since `waits_since`, when it was said
        or the last answer sent back."""
        since = Coalesce(models.Max("replies__verdict_at"), "said_at")
        rows = self.concerns().filter(concern_state=ConcernState.OPEN)
        return rows.annotate(waits_since=since).order_by("waits_since", "pk")

    def overdue(self, on: date) -> Self:
        """Keep the open ones that were due before this day."""
        return self.open().filter(due_on__lt=on)

    def unowned(self) -> Self:
        """Keep those nobody cares for yet."""
        return self.filter(owner=None)

    def matching(self, words: str) -> Self:
        """Keep those in which the words stand, wherever both sides can read them."""
        places = ("title", "next_step", "owner_role", "symptom", "cause", "fix", "prevention")
        return self.filter(reduce(or_, (models.Q(**{f"{place}__icontains": words}) for place in places)))

    def key(self) -> Self:
        return self.filter(is_key=True)

    def oldest_first(self) -> Self:
        return self.order_by("raised_on", "pk")

    def soonest_due_first(self) -> Self:
        """What has no day comes last."""
        return self.order_by(models.F("due_on").asc(nulls_last=True), "raised_on", "pk")

    def worst_first(self) -> Self:
        """The stored words of the severities stand in the right order by themselves: critical, major, minor."""
        return self.order_by("severity", "raised_on", "pk")

    def latest_changed_first(self) -> Self:
        return self.order_by("-changed_at", "-pk")


class Problem(models.Model):
    """A tracked problem. A key problem is told as symptom, cause, fix and prevention in the closing report.

    A concern keeps the client's own `words`, who `said` them and when; it is solved when they confirm an answer that
    evidence stands behind. `owner` is the vendor's person who cares for it; what a client reads instead is `owner_role`.
    """

    STORY: ClassVar[tuple[str, ...]] = ("symptom", "cause", "fix", "prevention")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="problems")
    title = models.CharField(_("problem"), max_length=500)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices, default=Severity.MAJOR)
    source = models.CharField(_("source"), max_length=11, choices=Source.choices, default=Source.TEAM)
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices, default=Kind.OTHER)
    next_step_with = models.CharField(_("next step with"), max_length=11, choices=Party.choices, default=Party.VENDOR)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("cared for by")
    )
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
    changed_at = models.DateTimeField(auto_now=True)

    functions = models.ManyToManyField(Function, blank=True, related_name="problems", verbose_name=_("functions"))
    objectives = models.ManyToManyField(Objective, blank=True, related_name="problems", verbose_name=_("objectives"))
    tasks = models.ManyToManyField(Task, blank=True, related_name="problems", verbose_name=_("tasks of the plan"))
    recurs = models.ForeignKey(
        StandingRule, null=True, blank=True, on_delete=models.SET_NULL, related_name="recurrences",
        verbose_name=_("happened again although this rule stands"),
    )  # fmt: skip
    words = models.TextField(_("in the client's own words"), blank=True)
    said_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    said_by_name = models.CharField(_("who said it"), max_length=80, blank=True)
    said_at = models.DateTimeField(null=True)
    concern_state = models.CharField(max_length=9, choices=ConcernState.choices, default=ConcernState.NONE, blank=True)
    first_answered_at = models.DateTimeField(null=True)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["raised_on", "pk"]
        indexes = [
            models.Index(fields=["engagement", "solved_on", "severity"]),
            # PostgreSQL reads the open ones in this order without sorting; with `solved_on` as a column it would not.
            models.Index(
                fields=["engagement", "raised_on", "id"],
                condition=models.Q(solved_on=None),
                name="problem_open_oldest_first",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(title=""), name="problem_has_a_title"),
            models.CheckConstraint(
                condition=models.Q(solved_on=None) | models.Q(solved_on__gte=models.F("raised_on")),
                name="problem_solved_after_raised",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="concern", said_at__isnull=False)
                & ~models.Q(words="")
                & ~models.Q(concern_state="")
                | ~models.Q(kind="concern") & models.Q(concern_state=""),
                name="problem_concern_has_its_words",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="concern") | models.Q(solved_on=None) | models.Q(concern_state="confirmed"),
                name="problem_concern_solved_by_the_client",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("standups:problem", args=[self.engagement_id, self.pk])

    @property
    def is_concern(self) -> bool:
        return self.kind == Kind.CONCERN

    @property
    def is_open(self) -> bool:
        return self.solved_on is None

    @property
    def untold(self) -> list[str]:
        """The parts of its story that the closing report would lack: of a solved key problem, those nobody told yet."""
        if not self.is_key or self.is_open:
            return []
        return [part for part in self.STORY if not getattr(self, part)]

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


class ProblemWaitQuerySet(ScopedQuerySet["ProblemWait"]):
    """With whom problems waited. Read by the delay ledger; nobody lists it."""

    engagement_path = "problem__engagement_id"

    def shared(self) -> Self:
        return self.filter(problem__is_internal=False)


class ProblemWait(models.Model):
    """From one day until another an open problem's next step was with this party; `until_on` is the day it went over to
    another or was solved, and None while it still waits there. What began and ended on one day leaves no row."""

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="waits")
    party = models.CharField(max_length=11, choices=Party.choices)
    since_on = models.DateField()
    until_on = models.DateField(null=True)

    objects = ProblemWaitQuerySet.as_manager()

    class Meta:
        ordering = ["problem_id", "since_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["problem"], condition=models.Q(until_on=None), name="problem_waits_with_one"
            ),
            models.CheckConstraint(
                condition=models.Q(until_on=None) | models.Q(until_on__gt=models.F("since_on")),
                name="problem_wait_lasts",
            ),
        ]
