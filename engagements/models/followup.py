"""The visits one and three months after go-live."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class FollowUpVisitQuerySet(ScopedQuerySet["FollowUpVisit"]):
    """Visits by where they stand."""

    def open(self) -> Self:
        return self.filter(held_on=None, superseded_at=None)

    def standing(self) -> Self:
        """Keep the held and the planned ones, without those a moved go-live replaced."""
        return self.filter(superseded_at=None)


class FollowUpVisit(models.Model):
    """A call one or three months after go-live: how the system runs, what new needs came up."""

    class Kind(models.TextChoices):
        ONE_MONTH = "1m", _("One month after go-live")
        THREE_MONTHS = "3m", _("Three months after go-live")

    class Channel(models.TextChoices):
        PHONE = "phone", _("phone")
        VIDEO = "video", _("video")
        ON_SITE = "site", _("on site")

    MONTHS: ClassVar[dict[str, int]] = {Kind.ONE_MONTH: 1, Kind.THREE_MONTHS: 3}

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="visits")
    kind = models.CharField(max_length=2, choices=Kind.choices)
    revision = models.PositiveSmallIntegerField()
    anchor_on = models.DateField()
    due_on = models.DateField(_("due"))
    held_on = models.DateField(_("held on"), null=True)
    channel = models.CharField(_("by"), max_length=5, choices=Channel.choices, blank=True)
    how_it_runs = models.TextField(_("how the system runs"), blank=True)
    new_needs = models.TextField(_("new needs"), blank=True)
    held_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    superseded_at = models.DateTimeField(null=True)

    objects = FollowUpVisitQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "kind", "revision"], name="visit_once_per_revision"),
            models.UniqueConstraint(
                fields=["engagement", "kind"], condition=models.Q(superseded_at=None), name="visit_one_standing"
            ),
            models.CheckConstraint(
                condition=models.Q(held_on=None) | models.Q(superseded_at=None), name="visit_held_is_history"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.due_on})"
