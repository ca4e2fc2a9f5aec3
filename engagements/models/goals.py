"""What is in and out of scope, and what will be measured."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from engagements.models.attachment import Attachment
from engagements.models.engagement import Engagement
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class Direction(models.TextChoices):
    """Which way a measured value should go."""

    UP = "up", _("at least the target")
    DOWN = "down", _("at most the target")
    REACH = "reach", _("exactly the target")


class ScopeItemQuerySet(ScopedQuerySet["ScopeItem"]):
    """Lines of the scope."""


class ScopeItem(models.Model):
    """One line of what is, or is not, part of the engagement."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="scope_items")
    is_included = models.BooleanField(_("in scope"), default=True)
    text = models.CharField(_("what"), max_length=200)
    reason = models.CharField(_("why"), max_length=200, blank=True)

    objects = ScopeItemQuerySet.as_manager()

    class Meta:
        ordering = ["-is_included", "pk"]

    def __str__(self) -> str:
        return self.text


class ObjectiveQuerySet(ScopedQuerySet["Objective"]):
    """Objectives of an engagement."""

    def with_newest_reading(self) -> Self:
        """Add `newest_value`, `newest_on` and `newest_evidence`, the latest reading by hand (None, None, "" without one),
        in the same query. What an objective stands at now is said by `engagements.measures`, its one door."""
        newest = Reading.objects.taken().filter(objective=models.OuterRef("pk")).order_by("-measured_on", "-pk")
        return self.annotate(
            newest_value=models.Subquery(newest.values("value")[:1]),
            newest_on=models.Subquery(newest.values("measured_on")[:1]),
            newest_evidence=Coalesce(models.Subquery(newest.values("evidence")[:1]), models.Value("")),
        )


class Objective(models.Model):
    """A measurable goal: from the baseline to the target by a day.

    `measure` names the fact of `engagements.measures` it is read from; empty = by hand, with dated readings.
    """

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="objectives")
    title = models.CharField(_("objective"), max_length=200)
    metric = models.CharField(_("metric"), max_length=120)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    baseline = models.DecimalField(_("baseline"), max_digits=12, decimal_places=2, null=True, blank=True)
    target = models.DecimalField(_("target"), max_digits=12, decimal_places=2)
    direction = models.CharField(
        _("reached when it is"), max_length=5, choices=Direction.choices, default=Direction.UP
    )
    due_on = models.DateField(_("due"))
    how_measured = models.CharField(_("how it is measured"), max_length=200, blank=True)
    measure = models.CharField(_("measured from"), max_length=40, blank=True)

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(title=""), name="objective_has_a_title")]

    def __str__(self) -> str:
        return self.title

    def is_reached_by(self, value: Decimal) -> bool:
        """Say whether this value is the target or, where more (or less) is better, beyond it."""
        if self.direction == Direction.UP:
            return value >= self.target
        if self.direction == Direction.DOWN:
            return value <= self.target
        return value == self.target


class ReadingQuerySet(ScopedQuerySet["Reading"]):
    """Measured values."""

    engagement_path = "objective__engagement_id"

    def taken(self) -> Self:
        """Keep what somebody measured; a closing report only repeats it."""
        return self.filter(closes=False)


class Reading(models.Model):
    """One measured value of an objective on a day. Attainment is computed from these, never typed.

    `visit` is the follow-up visit in which it was measured again; `closes` marks the value with which the closing report
    was issued, also of an objective that is read from a fact.
    """

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="readings")
    measured_on = models.DateField(_("measured on"))
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=2)
    evidence = models.CharField(_("where it comes from"), max_length=200)
    file = models.ForeignKey(
        Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("evidence")
    )
    visit = models.ForeignKey(
        "engagements.FollowUpVisit", null=True, on_delete=models.PROTECT, related_name="readings"
    )
    closes = models.BooleanField(default=False)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering = ["measured_on", "pk"]
        indexes = [models.Index(fields=["objective", "measured_on"])]
        constraints = [
            models.UniqueConstraint(fields=["objective", "visit"], name="reading_once_per_visit"),
            models.CheckConstraint(
                condition=models.Q(closes=False) | models.Q(visit=None), name="reading_closes_or_is_of_a_visit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value:f} ({self.measured_on})"
