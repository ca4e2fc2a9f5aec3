"""Wishes after the agreement: what they cost in working days, and what both sides decided."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement
from engagements.models.plan import Stage
from engagements.models.signoff import SignOff
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class ChangeRequestQuerySet(ScopedQuerySet["ChangeRequest"]):
    """Change requests by where they stand."""

    def undecided(self) -> Self:
        return self.filter(decision=ChangeRequest.Decision.UNDECIDED)

    def in_force(self) -> Self:
        """Keep those that were signed and carried out."""
        return self.exclude(applied_at=None)

    def taking_out(self) -> Self:
        """Keep those that take something out of the scope."""
        return self.exclude(out_of_scope="")


class ChangeRequest(models.Model):
    """One wish to change what was agreed. Its price is the vendor's own business: no client projection holds it."""

    class Origin(models.TextChoices):
        IDEA = "idea", _("an idea")
        PROBLEM = "problem", _("a problem")
        MEETING = "meeting", _("a meeting")

    class Decision(models.TextChoices):
        UNDECIDED = "undecided", _("Undecided")
        DO = "do", _("Do it")
        REJECT = "reject", _("Not done")
        NEXT_PHASE = "next", _("Next phase")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="changes")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("change"), max_length=200)
    reason = models.TextField(_("why it is wished for"))
    origin = models.CharField(_("comes from"), max_length=8, choices=Origin.choices)
    origin_note = models.CharField(_("who said it, where and when"), max_length=200, blank=True)
    stage = models.ForeignKey(
        Stage, null=True, on_delete=models.PROTECT, related_name="changes", verbose_name=_("stage that grows")
    )
    impact_days = models.PositiveSmallIntegerField(_("impact in working days"), default=0)
    impact_note = models.TextField(_("what it means for the work"), blank=True)
    into_scope = models.CharField(_("comes into scope"), max_length=200, blank=True)
    out_of_scope = models.CharField(_("leaves the scope"), max_length=200, blank=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, null=True, blank=True)
    price_note = models.CharField(_("note on the price"), max_length=200, blank=True)
    decision = models.CharField(max_length=9, choices=Decision.choices, default=Decision.UNDECIDED)
    decision_note = models.CharField(_("reason of the decision"), max_length=200, blank=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    sign_off = models.OneToOneField(SignOff, null=True, on_delete=models.PROTECT, related_name="change")
    applied_at = models.DateTimeField(null=True)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(auto_now_add=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="change_numbered_once"),
            models.CheckConstraint(condition=~models.Q(title=""), name="change_has_a_title"),
            models.CheckConstraint(
                condition=models.Q(applied_at=None) | models.Q(decision="do", sign_off__isnull=False),
                name="change_applied_when_signed",
            ),
            models.CheckConstraint(
                condition=models.Q(impact_days=0) | models.Q(stage__isnull=False), name="change_days_fall_on_a_stage"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision, or for the signatures under one to do it."""
        waits_for_ink = self.decision == self.Decision.DO and self.applied_at is None
        return self.decision == self.Decision.UNDECIDED or waits_for_ink
