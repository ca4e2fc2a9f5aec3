"""What the client says to a published day: that they read it, and what they want to add."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from standups.models.standup import StandUp


class AcknowledgementQuerySet(ScopedQuerySet["Acknowledgement"]):
    """Who read which day."""

    engagement_path = "stand_up__engagement_id"

    def shared(self) -> Self:
        return self.exclude(stand_up__published_at=None)

    def current(self) -> Self:
        """Keep those that speak of the day as it stands, not as it stood before a correction."""
        since = models.F("stand_up__corrected_at")
        return self.filter(models.Q(stand_up__corrected_at=None) | models.Q(at__gte=since))


class Acknowledgement(models.Model):
    """A client's representative read the day as it stood at that moment."""

    stand_up = models.ForeignKey(StandUp, on_delete=models.CASCADE, related_name="acknowledgements")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        ordering = ["stand_up_id", "at"]
        constraints = [models.UniqueConstraint(fields=["stand_up", "user"], name="acknowledgement_once")]

    def holds_since(self, corrected_at: datetime | None) -> bool:
        """Say whether it speaks of the day as it stands, and not as it stood before a correction."""
        return corrected_at is None or self.at >= corrected_at


class CommentQuerySet(ScopedQuerySet["Comment"]):
    """Remarks on published days; both sides see them."""

    engagement_path = "stand_up__engagement_id"

    def shared(self) -> Self:
        return self.exclude(stand_up__published_at=None)


class Comment(models.Model):
    """A remark on a published day, from either side, to both."""

    stand_up = models.ForeignKey(StandUp, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("remark"), max_length=1000)
    at = models.DateTimeField(auto_now_add=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["stand_up_id", "at", "pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="comment_has_text")]
