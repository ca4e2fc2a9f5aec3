"""The first weeks after go-live: when they are over, and what operations take over."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, Objective, SignOff
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class ExitCriterionQuerySet(ScopedQuerySet["ExitCriterion"]):
    """What ends the first weeks."""

    def unmet(self) -> Self:
        """Keep those that somebody has to see to by hand and nobody has; what OnSite counts is asked where it is shown."""
        return self.filter(met_on=None)


class ExitCriterion(models.Model):
    """One thing that must be so before the team leaves. Counted by OnSite, or noted by hand with what shows it."""

    class Kind(models.TextChoices):
        BY_HAND = "hand", _("noted by hand")
        CALM = "calm", _("days in a row without an open critical problem")
        OBJECTIVE = "objective", _("an objective is reached")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="exit_criteria")
    kind = models.CharField(_("how it is told"), max_length=9, choices=Kind.choices, default=Kind.BY_HAND)
    text = models.CharField(_("criterion"), max_length=200)
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    objective = models.ForeignKey(
        Objective, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("objective")
    )
    met_on = models.DateField(_("met on"), null=True)
    evidence = models.CharField(_("what shows it"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ExitCriterionQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "pk"]
        verbose_name_plural = "exit criteria"
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="exit_criterion_has_a_text"),
            models.CheckConstraint(
                condition=Q(kind="hand", days=None, objective=None)
                | Q(kind="calm", days__gt=0, objective=None, met_on=None)
                | Q(kind="objective", days=None, objective__isnull=False, met_on=None),
                name="exit_criterion_holds_what_its_kind_says",
            ),
            models.CheckConstraint(
                condition=Q(met_on=None) | ~Q(evidence=""), name="exit_criterion_met_with_evidence"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class HandOverQuerySet(ScopedQuerySet["HandOver"]):
    """Hand-overs to operations."""


class HandOver(models.Model):
    """What operations and support take over, and when. `sign_off` is the sheet as it was last frozen."""

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="hand_over")
    planned_on = models.DateField(_("hand-over on"), null=True, blank=True)
    taken_over_by = models.CharField(_("who takes over"), max_length=120, blank=True)
    support_hours = models.CharField(_("support hours and how to reach us"), max_length=200, blank=True)
    note = models.TextField(_("what they have to know"), blank=True)
    sign_off = models.OneToOneField(SignOff, null=True, on_delete=models.PROTECT, related_name="hand_over")

    objects = HandOverQuerySet.as_manager()


class ReturnedAccessQuerySet(ScopedQuerySet["ReturnedAccess"]):
    """What was lent to the team."""

    def outstanding(self) -> Self:
        return self.filter(returned_on=None)


class ReturnedAccess(models.Model):
    """An account, a card or a device that the team was given, and that it gives back. Never a secret."""

    class Kind(models.TextChoices):
        ACCOUNT = "account", _("Account")
        REMOTE = "remote", _("Remote access")
        CARD = "card", _("Pass or key")
        DEVICE = "device", _("Device")
        DATA = "data", _("Copies of data")
        OTHER = "other", _("Other")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="returned_access")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices, default=Kind.ACCOUNT)
    what = models.CharField(_("what"), max_length=200)
    returned_on = models.DateField(_("given back on"), null=True, blank=True)
    received_by = models.CharField(_("who took it back or closed it"), max_length=80, blank=True)

    objects = ReturnedAccessQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "kind", "pk"]
        verbose_name_plural = "returned access"
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="returned_access_says_what"),
            models.CheckConstraint(
                condition=Q(returned_on=None) | ~Q(received_by=""), name="returned_access_taken_by_somebody"
            ),
        ]

    def __str__(self) -> str:
        return self.what


class OperationsContactQuerySet(ScopedQuerySet["OperationsContact"]):
    """Whom to call after the team has left."""


class OperationsContact(models.Model):
    """Whom to call after the team has left, for what, and when they can be reached."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="operations_contacts")
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(_("for what"), max_length=120)
    phone = models.CharField(_("phone or mail"), max_length=120)
    hours = models.CharField(_("when"), max_length=120, blank=True)

    objects = OperationsContactQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="operations_contact_has_a_name")]

    def __str__(self) -> str:
        return self.name
