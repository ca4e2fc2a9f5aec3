"""The work inside the stages: tasks and milestones, what waits for what, and the plans to start from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import CoreTask, Engagement
from engagements.models.plan import Baseline, Stage
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class TaskQuerySet(ScopedQuerySet["Task"]):
    """Tasks of a plan."""


class Task(models.Model):
    """One piece of work in working days, or a milestone (no days). `start_on` and `finish_on` are what scheduling found.

    `number` is what people call it by, in the field of predecessors and in Excel; it never changes.
    `effort_days` are person-days: vendor only, always.
    """

    class Side(models.TextChoices):
        VENDOR = "vendor", _("vendor")
        CLIENT = "client", _("client")
        THIRD = "third", _("third party")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="tasks")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="tasks", verbose_name=_("stage"))
    number = models.PositiveSmallIntegerField(_("number"))
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("task"), max_length=200)
    days = models.PositiveSmallIntegerField(_("working days"), default=1)
    not_before_on = models.DateField(_("not before"), null=True, blank=True)
    fixed_on = models.DateField(_("fixed start"), null=True, blank=True)
    start_on = models.DateField()
    finish_on = models.DateField()
    percent = models.PositiveSmallIntegerField(_("done, percent"), default=0)
    side = models.CharField(_("whose work"), max_length=6, choices=Side.choices, default=Side.VENDOR)
    assignee = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("assignee")
    )
    effort_days = models.DecimalField(
        _("effort in person-days"), max_digits=6, decimal_places=1, null=True, blank=True
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "stage__position", "position", "pk"]
        indexes = [models.Index(fields=["engagement", "stage", "position"])]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="task_numbered_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="task_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(finish_on__gte=models.F("start_on")), name="task_ends_after_start"
            ),
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="task_percent_at_most_100"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_milestone(self) -> bool:
        return self.days == 0


class DependencyQuerySet(ScopedQuerySet["Dependency"]):
    """What waits for what."""

    engagement_path = "task__engagement_id"


class Dependency(models.Model):
    """Finish to start: `task` begins `lag_days` working days after the day that follows `after`'s finish."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="waits_for")
    after = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="followed_by")
    lag_days = models.SmallIntegerField(_("lag in working days"), default=0)

    objects = DependencyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "after"], name="dependency_once"),
            models.CheckConstraint(condition=~models.Q(task=models.F("after")), name="dependency_not_on_itself"),
        ]


class BaselineTaskQuerySet(ScopedQuerySet["BaselineTask"]):
    """Tasks of agreed plans."""

    engagement_path = "baseline__engagement_id"


class BaselineTask(models.Model):
    """A task's days in an agreed plan; its name stays when the task is dropped later."""

    baseline = models.ForeignKey(Baseline, on_delete=models.CASCADE, related_name="tasks")
    task = models.ForeignKey(Task, null=True, on_delete=models.SET_NULL, related_name="baselines")
    name = models.CharField(max_length=200)
    start_on = models.DateField()
    finish_on = models.DateField()

    objects = BaselineTaskQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["baseline", "task"], name="baseline_task_once")]


class PlanTemplate(models.Model):
    """A plan to start from, kept by the company; `content` is what `engagements.plan_templates` reads and writes."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    core_task = models.CharField(_("core task"), max_length=10, choices=CoreTask.choices)
    content = models.JSONField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
