"""What an engineer must find on site: environments, and lists to tick. Never a secret."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement
from onsite.accounts.access import ScopedQuerySet


class EnvironmentQuerySet(ScopedQuerySet["Environment"]):
    """Environments of engagements."""


class Environment(models.Model):
    """One installation, and where its access data are kept; the data themselves never stand here."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="environments")
    name = models.CharField(_("environment"), max_length=80)
    purpose = models.CharField(_("what it is for"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    access_kept = models.CharField(_("where access is kept"), max_length=200)
    contact = models.CharField(_("who grants access"), max_length=120, blank=True)

    objects = EnvironmentQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["engagement", "name"], name="environment_name_once")]

    def __str__(self) -> str:
        return self.name


class ChecklistItemQuerySet(ScopedQuerySet["ChecklistItem"]):
    """Lines of checklists."""


class ChecklistItem(models.Model):
    """One line of the lists that the field manual prints."""

    class Moment(models.TextChoices):
        BEFORE = "before", _("Before the first day on site")
        DAILY = "daily", _("Every day on site")
        GO_LIVE = "go_live", _("Before go-live")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="checklist")
    moment = models.CharField(_("when"), max_length=7, choices=Moment.choices)
    text = models.CharField(_("what to check"), max_length=200)

    objects = ChecklistItemQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "moment", "pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="checklist_item_has_a_text")]

    def __str__(self) -> str:
        return self.text
