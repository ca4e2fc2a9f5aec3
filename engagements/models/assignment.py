"""Who of the vendor works where from when to when, and when somebody is away. Vendor only, always."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models.engagement import Engagement, Membership
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class AssignmentQuerySet(ScopedQuerySet["Assignment"]):
    """Dated assignments; no client ever sees one."""

    def shared(self) -> Self:
        return self.none()

    def touching(self, first: date, last: date) -> Self:
        """Keep those with a day from `first` to `last`."""
        return self.filter(start_on__lte=last, finish_on__gte=first)


class Assignment(models.Model):
    """A person of the vendor works in an engagement from one day to another, with a share of the working week."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("person"))
    start_on = models.DateField(_("first day"))
    finish_on = models.DateField(_("last day"))
    percent = models.PositiveSmallIntegerField(_("share of the week, percent"), default=100)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["start_on", "pk"]
        indexes = [
            models.Index(fields=["engagement", "start_on"]),
            models.Index(fields=["user", "finish_on"]),
            models.Index(fields=["finish_on", "start_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(finish_on__gte=models.F("start_on")), name="assignment_ends_after_start"
            ),
            models.CheckConstraint(
                condition=models.Q(percent__gte=1, percent__lte=100), name="assignment_percent_1_to_100"
            ),
        ]


class AbsenceQuerySet(ScopedQuerySet["Absence"]):
    """Absences belong to no engagement: managers see all, a person their own and those of the colleagues they share an
    engagement with, clients none."""

    def of_member(self, user: User) -> Self:
        colleagues = Membership.objects.visible_to(user).active().of_vendor().values("user_id")
        return self.filter(models.Q(user=user) | models.Q(user__in=colleagues))

    def shared(self) -> Self:
        return self.none()

    def touching(self, first: date, last: date) -> Self:
        """Keep those with a day from `first` to `last`."""
        return self.filter(start_on__lte=last, finish_on__gte=first)


class Absence(models.Model):
    """A person of the vendor is away; of what kind is for the person and the managers to know."""

    class Kind(models.TextChoices):
        LEAVE = "leave", pgettext_lazy("away from work", "Leave")
        TRAINING = "training", pgettext_lazy("away from work", "Training")
        OTHER = "other", pgettext_lazy("away from work", "Other")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences", verbose_name=_("person"))
    start_on = models.DateField(_("first day"))
    finish_on = models.DateField(_("last day"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.LEAVE)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["start_on", "pk"]
        indexes = [models.Index(fields=["user", "finish_on"]), models.Index(fields=["finish_on", "start_on"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(finish_on__gte=models.F("start_on")), name="absence_ends_after_start"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["leave", "training", "other"]), name="absence_kind_known"
            ),
        ]
