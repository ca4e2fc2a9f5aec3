"""What a manager lets the client see of what is the vendor's own at first."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class PublicationQuerySet(ScopedQuerySet["Publication"]):
    """Published items of engagements."""


class Publication(models.Model):
    """One item of one engagement is published; without a row it is vendor only."""

    class Item(models.TextChoices):
        FORECAST = "forecast", _("Forecast")
        DELAY = "delay", _("Delay ledger")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="publications")
    item = models.CharField(max_length=12, choices=Item.choices)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(auto_now_add=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engagement", "item"], name="publication_once")]
