"""The roll-out by module, role and stage: the acceptance matrix (E2, N2)."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import ChangeRequest, Engagement, Module
from engagements.models.fingerprint import fingerprint_of
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class RolloutRoleQuerySet(ScopedQuerySet["RolloutRole"]):
    """Roles of the client's people."""


class RolloutRole(models.Model):
    """Whose work changes: a role at the client's, and how many of its people must be trained before they begin."""

    class Kind(models.TextChoices):
        """In the order of the roll-out: administrators before ordinary staff."""

        ADMINISTRATOR = "1_admin", pgettext_lazy("role at the client's", "Administrators")
        CORE = "2_core", _("Core users")
        ORDINARY = "3_staff", _("Ordinary staff")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="rollout_roles")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("role"), max_length=80)
    kind = models.CharField(_("group"), max_length=8, choices=Kind.choices, default=Kind.ORDINARY)
    people_needed = models.PositiveSmallIntegerField(_("people to train"), default=1)

    objects = RolloutRoleQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "name"], name="rollout_role_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="rollout_role_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """The hash of what it says, wherever it stands: whoever saves shows which text was on the page."""
        return fingerprint_of(self, without=["position"])


class RoleTrainingQuerySet(ScopedQuerySet["RoleTraining"]):
    """Noted trainings."""

    engagement_path = "role__engagement_id"


class RoleTraining(models.Model):
    """So many people of a role were trained on a day, noted by hand."""

    role = models.ForeignKey(RolloutRole, on_delete=models.CASCADE, related_name="trainings")
    held_on = models.DateField(_("held on"))
    people = models.PositiveSmallIntegerField(_("people trained and passed"))
    note = models.CharField(_("what, and how it was checked"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = RoleTrainingQuerySet.as_manager()

    class Meta:
        ordering = ["role_id", "held_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(people__gt=0), name="role_training_of_somebody")]


class RolloutStageQuerySet(ScopedQuerySet["RolloutStage"]):
    """Stages of roll-outs."""


class RolloutStage(models.Model):
    """One wave of the roll-out: a pilot ward, then all wards. What `is_before_go` must be accepted before the Go."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="rollout_stages")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("stage of the roll-out"), max_length=80)
    is_before_go = models.BooleanField(_("must be accepted before the Go decision"), default=True)

    objects = RolloutStageQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "name"], name="rollout_stage_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="rollout_stage_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """The hash of what it says, wherever it stands: whoever saves shows which text was on the page."""
        return fingerprint_of(self, without=["position"])


class CellState(models.TextChoices):
    """Where a cell of the acceptance matrix stands."""

    NOT_STARTED = "not_started", _("Not started")
    LIVE = "live", pgettext_lazy("cell", "Live")
    ACCEPTED = "accepted", pgettext_lazy("cell", "Accepted")
    CONDITIONAL = "conditional", _("Conditionally accepted")
    REJECTED = "rejected", pgettext_lazy("cell", "Rejected")
    DESCOPED = "descoped", _("Descoped")


class CellQuerySet(ScopedQuerySet["Cell"]):
    """Cells of acceptance matrices; both sides see them."""

    def required(self) -> Self:
        """Keep those that were not taken out by a change request."""
        return self.exclude(state=CellState.DESCOPED)

    def accepted(self) -> Self:
        """Keep those that the client accepted, with or without conditions."""
        return self.filter(state__in=Cell.SETTLED)


class Cell(models.Model):
    """One module for one role in one stage of the roll-out. `builds_on` must be accepted before it goes live."""

    SETTLED: ClassVar[frozenset[str]] = frozenset({CellState.ACCEPTED, CellState.CONDITIONAL})

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="cells")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="cells")
    role = models.ForeignKey(RolloutRole, on_delete=models.PROTECT, related_name="cells")
    stage = models.ForeignKey(RolloutStage, on_delete=models.PROTECT, related_name="cells")
    state = models.CharField(max_length=11, choices=CellState.choices, default=CellState.NOT_STARTED)
    builds_on = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="carries")
    live_on = models.DateField(_("live since"), null=True)
    made_live_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    override_reason = models.CharField(_("why it goes live all the same"), max_length=200, blank=True)
    decided_on = models.DateField(null=True)
    descoped_by = models.ForeignKey(ChangeRequest, null=True, on_delete=models.PROTECT, related_name="descoped_cells")

    objects = CellQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "stage__position", "module__position", "role__kind", "role__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["module", "role", "stage"], name="cell_once"),
            models.CheckConstraint(
                condition=Q(state=CellState.DESCOPED, descoped_by__isnull=False)
                | (~Q(state=CellState.DESCOPED) & Q(descoped_by=None)),
                name="cell_descoped_by_a_change",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[CellState.NOT_STARTED, CellState.DESCOPED]) | Q(live_on__isnull=False),
                name="cell_live_before_it_is_judged",
            ),
        ]
        indexes = [models.Index(fields=["engagement", "state"])]

    def __str__(self) -> str:
        return f"{self.module} · {self.role} · {self.stage}"

    def get_absolute_url(self) -> str:
        return reverse("standups:cell", args=[self.engagement_id, self.pk])

    @property
    def is_settled(self) -> bool:
        return self.state in self.SETTLED
