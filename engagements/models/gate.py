"""What a manager let pass."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement, Phase
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class WaiverQuerySet(ScopedQuerySet["Waiver"]):
    """Vendor only: a client never sees a waiver."""

    def shared(self) -> Self:
        return self.none()


class Waiver(models.Model):
    """One obstacle before one phase, let pass by a manager with a reason and a day to mend it."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="waivers")
    before_phase = models.CharField(max_length=12, choices=Phase.choices)
    obstacle = models.CharField(max_length=60)
    obstacle_text = models.CharField(max_length=300)
    reason = models.CharField(_("reason"), max_length=200)
    due_on = models.DateField(_("to be mended by"))
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "before_phase", "obstacle"], name="waiver_once_per_obstacle")
        ]

    def __str__(self) -> str:
        return self.obstacle
