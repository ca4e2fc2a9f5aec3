"""The cutover: a run sheet, its rehearsals, and the night itself (N11)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import Engagement
from engagements.models.fingerprint import fingerprint_of
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from standups.models.choices import Party


class StepKind(models.TextChoices):
    """What a step is; freeze and backup are those that everything after them relies on."""

    STEP = "step", _("Step")
    FREEZE = "freeze", _("Freeze")
    BACKUP = "backup", _("Backup")
    CHECK = "check", pgettext_lazy("step", "Check")


class RunSheetQuerySet(ScopedQuerySet["RunSheet"]):
    """Run sheets."""


class RunSheet(models.Model):
    """How an engagement's cutover is to go. `version` grows with every change."""

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="run_sheet")
    planned_start_at = models.DateTimeField(_("planned start"), null=True, blank=True)
    freeze_at = models.DateTimeField(_("the old system is frozen from"), null=True, blank=True)
    last_rollback_at = models.DateTimeField(_("last moment to roll back"), null=True, blank=True)
    backup = models.TextField(_("backup: what, where to, who checks that it can be restored"), blank=True)
    commander = models.CharField(_("who decides during the cutover, and their phone"), max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = RunSheetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_start_at=None)
                | Q(last_rollback_at=None)
                | Q(last_rollback_at__gte=models.F("planned_start_at")),
                name="run_sheet_rolls_back_after_its_start",
            )
        ]

    @property
    def fingerprint(self) -> str:
        """The hash of what people wrote in its head; a sheet that doesn't exist yet reads as an empty one."""
        return fingerprint_of(self, without=["id", "engagement", "version"])


class SheetStepQuerySet(ScopedQuerySet["SheetStep"]):
    """Steps of run sheets."""

    engagement_path = "sheet__engagement_id"


class StepText(models.Model):
    """What a step says, on the sheet and in each run that copies it."""

    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=6, choices=StepKind.choices, default=StepKind.STEP)
    title = models.CharField(_("step"), max_length=200)
    owner = models.CharField(_("who does it"), max_length=80, blank=True)
    side = models.CharField(_("whose side"), max_length=11, choices=Party.choices, default=Party.VENDOR)
    planned_minutes = models.PositiveSmallIntegerField(_("planned minutes"))
    check_text = models.CharField(_("how one sees that it worked"), max_length=300, blank=True)
    rollback = models.CharField(_("how it is rolled back"), max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class SheetStep(StepText):
    """A step of the run sheet."""

    sheet = models.ForeignKey(RunSheet, on_delete=models.CASCADE, related_name="steps")

    objects = SheetStepQuerySet.as_manager()

    class Meta:
        ordering = ["sheet_id", "position", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="sheet_step_has_a_title")]

    @property
    def fingerprint(self) -> str:
        """The hash of what it says, wherever it stands: whoever saves shows which text was on the page."""
        return fingerprint_of(self, without=["id", "sheet", "position"])


class CutoverRunQuerySet(ScopedQuerySet["CutoverRun"]):
    """Rehearsals and cutovers."""

    def running(self) -> Self:
        return self.filter(ended_at=None)

    def rehearsed(self) -> Self:
        """Keep the rehearsals that went through to their end; where every step was skipped, nothing was rehearsed."""
        done = RunStep.objects.unscoped().filter(run=models.OuterRef("pk"), state=RunStep.State.DONE)
        return self.filter(models.Exists(done), kind=CutoverRun.Kind.REHEARSAL, outcome=CutoverRun.Outcome.DONE)

    def newest_first(self) -> Self:
        return self.order_by("-number")


class CutoverRun(models.Model):
    """One time through the run sheet: a rehearsal, or the cutover itself.

    `version` grows with every change: whoever watches asks for what came after the one they show.
    """

    class Kind(models.TextChoices):
        REHEARSAL = "rehearsal", pgettext_lazy("run of a cutover", "Rehearsal")
        CUTOVER = "cutover", _("Cutover")

    class Outcome(models.TextChoices):
        NONE = "", _("Running")
        DONE = "done", _("Gone through")
        ROLLED_BACK = "rolled_back", _("Rolled back")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="cutover_runs")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    outcome = models.CharField(max_length=11, choices=Outcome.choices, default=Outcome.NONE, blank=True)
    last_rollback_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(_("what it showed"), blank=True)
    from_paper = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    objects = CutoverRunQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="cutover_run_numbered_once"),
            models.UniqueConstraint(
                fields=["engagement"], condition=Q(ended_at=None), name="cutover_run_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="cutover_run_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("started_at")),
                name="cutover_run_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("standups:cutover_run", args=[self.engagement_id, self.pk])

    @property
    def is_running(self) -> bool:
        return self.ended_at is None


class RunStepQuerySet(ScopedQuerySet["RunStep"]):
    """Steps of runs."""

    engagement_path = "run__engagement_id"


class RunStep(StepText):
    """A step as it was in one run. `rollbacks` counts how often it was rolled back before it stayed done."""

    class State(models.TextChoices):
        TODO = "todo", _("To do")
        RUNNING = "running", pgettext_lazy("step", "Under way")
        DONE = "done", pgettext_lazy("step", "Done")
        ROLLED_BACK = "rolled_back", pgettext_lazy("step", "Rolled back")
        SKIPPED = "skipped", pgettext_lazy("step", "Skipped")

    run = models.ForeignKey(CutoverRun, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=11, choices=State.choices, default=State.TODO)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)
    rollbacks = models.PositiveSmallIntegerField(default=0)

    objects = RunStepQuerySet.as_manager()

    class Meta:
        ordering = ["run_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="run_step_once_per_position"),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(started_at__isnull=False, finished_at__gte=models.F("started_at")),
                name="run_step_finishes_after_its_start",
            ),
        ]

    @property
    def fingerprint(self) -> str:
        """The hash of what is told about it: whoever saves shows which text was on the page."""
        return fingerprint_of(self)


class RunSheetTemplateQuerySet(models.QuerySet["RunSheetTemplate"]):
    """Run sheets to start from."""

    def visible_to(self, user: User) -> Self:
        """Keep what this person may read: all for the vendor's people, none for a client's."""
        return self if user.is_vendor else self.none()


class RunSheetTemplate(models.Model):
    """A run sheet of the company's to start from; `steps` are the fields of `StepText` without the position."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    steps = models.JSONField(default=list)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RunSheetTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
