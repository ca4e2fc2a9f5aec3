"""The stages in working days, the baselines both sides agreed to, and each day's picture of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement
from onsite.accounts.access import ScopedQuerySet


class StageKind(models.TextChoices):
    """The five stages of an on-site engagement, in their order."""

    ENVIRONMENT = "environment", _("Environment set-up")
    MIGRATION = "migration", _("Data migration")
    TESTING = "testing", _("System test")
    TRAINING = "training", _("User training")
    GO_LIVE = "go_live", _("Go-live")


@dataclass(frozen=True)
class Window:
    """How many working days a stage usually takes."""

    least_days: int
    most_days: int


# From the article that OnSite is built from: 环境搭建期(3-5天) 数据迁移期(5-7天) 系统测试期(7-10天) 用户培训期(5-7天) 正式上线期(3-5天).
WINDOWS: dict[StageKind, Window] = {
    StageKind.ENVIRONMENT: Window(3, 5),
    StageKind.MIGRATION: Window(5, 7),
    StageKind.TESTING: Window(7, 10),
    StageKind.TRAINING: Window(5, 7),
    StageKind.GO_LIVE: Window(3, 5),
}


class StageQuerySet(ScopedQuerySet["Stage"]):
    """Stages of a plan."""


class Stage(models.Model):
    """One stage: its current days and how far it is."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=StageKind.choices)
    start_on = models.DateField(_("start"))
    finish_on = models.DateField(_("finish"))
    percent = models.PositiveSmallIntegerField(_("done, percent"), default=0)
    note = models.CharField(_("note for both sides"), max_length=200, blank=True)

    objects = StageQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "position"], name="stage_one_per_position"),
            models.UniqueConstraint(fields=["engagement", "kind"], name="stage_one_per_kind"),
            models.CheckConstraint(
                condition=models.Q(finish_on__gte=models.F("start_on")), name="stage_ends_after_start"
            ),
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="stage_percent_at_most_100"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def window(self) -> Window:
        return WINDOWS[StageKind(self.kind)]


class BaselineQuerySet(ScopedQuerySet["Baseline"]):
    """Agreed plans."""

    def newest_first(self) -> Self:
        return self.order_by("-number")


class Baseline(models.Model):
    """The plan as both sides agreed to it; never changed, only followed by a newer one."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="baselines")
    number = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    taken_at = models.DateTimeField(auto_now_add=True)

    objects = BaselineQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "number"]
        constraints = [models.UniqueConstraint(fields=["engagement", "number"], name="baseline_numbered_once")]

    def __str__(self) -> str:
        return f"{self.engagement_id} v{self.number}"


class BaselineStageQuerySet(ScopedQuerySet["BaselineStage"]):
    """Stages of agreed plans."""

    engagement_path = "baseline__engagement_id"


class BaselineStage(models.Model):
    """A stage's days in an agreed plan."""

    baseline = models.ForeignKey(Baseline, on_delete=models.CASCADE, related_name="stages")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="baselines")
    start_on = models.DateField()
    finish_on = models.DateField()

    objects = BaselineStageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["baseline", "stage"], name="baseline_stage_once")]


class PlanSnapshotQuerySet(ScopedQuerySet["PlanSnapshot"]):
    """Daily pictures of plans."""

    engagement_path = "stage__engagement_id"


class PlanSnapshot(models.Model):
    """Where a stage was planned to finish and how far it was, seen on one working day; neither can be reconstructed later.

    `driving_tasks` are the ids of the tasks whose delay would have moved that finish; a stage that does not have tasks of
    its own is moved by hand, or by those before it. `baseline` is the agreed plan of that day. All this stands here
    because tasks, links and agreements change.
    """

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="snapshots")
    taken_on = models.DateField()
    finish_on = models.DateField()
    # None in pictures that were taken before progress was kept in them.
    percent = models.PositiveSmallIntegerField(null=True)
    has_tasks = models.BooleanField(default=False)
    driving_tasks = models.JSONField(default=list)
    baseline = models.ForeignKey(Baseline, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = PlanSnapshotQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "taken_on"], name="plan_snapshot_once_a_day")]
