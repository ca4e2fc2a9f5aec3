"""Prepared answers to what may go wrong, and what happened when one was needed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement, Membership
from engagements.models.fingerprint import fingerprint_of
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class Emergency(models.TextChoices):
    """What a plan answers. The first three every engagement needs."""

    NETWORK = "network", _("Network outage")
    PERMISSION = "permission", _("Permission anomaly")
    INTERFACE = "interface", _("Third-party interface failure")
    OTHER = "other", _("Other")


class ContingencyModelQuerySet(models.QuerySet["ContingencyModel"]):
    """Plans of the library."""

    def visible_to(self, user: User) -> Self:
        """Keep what this person may read: all for the vendor's people, none for a client's."""
        return self if user.is_vendor else self.none()


class ContingencyModel(models.Model):
    """A plan of the company's library to start from; the three of the article ship with the product in code.

    `steps` is a list of lines.
    """

    emergency = models.CharField(_("answers"), max_length=10, choices=Emergency.choices, default=Emergency.OTHER)
    title = models.CharField(_("title"), max_length=120, unique=True)
    trigger = models.TextField(_("trigger"))
    respond_within_minutes = models.PositiveSmallIntegerField(_("first response within minutes"))
    steps = models.JSONField(_("steps"), default=list)
    fallback = models.TextField(_("fallback"), blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ContingencyModelQuerySet.as_manager()

    class Meta:
        ordering = ["emergency", "title"]

    def __str__(self) -> str:
        return self.title

    @property
    def fingerprint(self) -> str:
        """The hash of what it says: whoever saves shows which text was on the page."""
        return fingerprint_of(self)


class ContingencyPlanQuerySet(ScopedQuerySet["ContingencyPlan"]):
    """Contingency plans of engagements."""

    def with_presence(self) -> Self:
        """Say of each whether its owner is in the engagement: who has left answers for nothing."""
        here = Membership.objects.active().filter(
            engagement=models.OuterRef("engagement"), user=models.OuterRef("owner")
        )
        return self.annotate(owner_is_here=models.Exists(here))


class ContingencyPlan(models.Model):
    """A plan fitted to one engagement. `steps` is a list of lines; an invocation keeps its own copy."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="contingency_plans")
    emergency = models.CharField(_("answers"), max_length=10, choices=Emergency.choices)
    title = models.CharField(_("title"), max_length=120)
    trigger = models.TextField(_("trigger"))
    respond_within_minutes = models.PositiveSmallIntegerField(_("first response within minutes"))
    steps = models.JSONField(_("steps"), default=list)
    fallback = models.TextField(_("fallback"), blank=True)
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    deputy = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("deputy")
    )
    escalation = models.CharField(_("escalation contact"), max_length=200, blank=True)
    rehearsed_on = models.DateField(_("rehearsed on"), null=True, blank=True)
    rehearsal_result = models.CharField(_("what the rehearsal showed"), max_length=200, blank=True)

    owner_is_here: bool  # Told by `with_presence` only.

    objects = ContingencyPlanQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "title"], name="contingency_title_once"),
            models.CheckConstraint(condition=~models.Q(title=""), name="contingency_has_a_title"),
            models.CheckConstraint(condition=models.Q(respond_within_minutes__gt=0), name="contingency_has_a_limit"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def fingerprint(self) -> str:
        """The hash of what it says: whoever saves shows which text was on the page."""
        return fingerprint_of(self)

    @property
    def is_ready(self) -> bool:
        """Whether somebody owns it, somebody can be called, and there are steps to take."""
        return bool(self.owner_id and self.escalation.strip() and self.steps)


class InvocationQuerySet(ScopedQuerySet["Invocation"]):
    """Emergencies that happened."""

    engagement_path = "plan__engagement_id"

    def running(self) -> Self:
        return self.filter(ended_at=None)


class Invocation(models.Model):
    """A plan was needed: when, by whom, how fast somebody responded, and what the cause was."""

    plan = models.ForeignKey(ContingencyPlan, on_delete=models.PROTECT, related_name="invocations")
    limit_minutes = models.PositiveSmallIntegerField()
    invoked_at = models.DateTimeField()
    invoked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    responded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    cause = models.TextField(_("cause"), blank=True)

    objects = InvocationQuerySet.as_manager()

    class Meta:
        ordering = ["-invoked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(ended_at=None), name="contingency_one_running_invocation"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | ~models.Q(cause=""), name="contingency_ends_with_a_cause"
            ),
        ]

    @property
    def respond_by(self) -> datetime:
        """Until when the first response was promised."""
        return self.invoked_at + timedelta(minutes=self.limit_minutes)

    @property
    def response_minutes(self) -> int | None:
        """How long the first response took, in begun minutes, so that it says the same as `limit_kept`; what ended
        without one was answered by its end. None while nobody has responded and it still runs."""
        answered = self.responded_at or self.ended_at
        return None if answered is None else -((self.invoked_at - answered) // timedelta(minutes=1))

    @property
    def limit_kept(self) -> bool | None:
        """Whether the first response came in time; None while nobody has responded and it still runs."""
        answered = self.responded_at or self.ended_at
        return None if answered is None else answered <= self.respond_by


class InvocationStepQuerySet(ScopedQuerySet["InvocationStep"]):
    """Steps of emergencies that happened."""

    engagement_path = "invocation__plan__engagement_id"


class InvocationStep(models.Model):
    """One step as it stood in the plan when it was invoked, or one that had to be added."""

    invocation = models.ForeignKey(Invocation, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("step"), max_length=300)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = InvocationStepQuerySet.as_manager()

    class Meta:
        ordering = ["invocation_id", "position"]
        constraints = [models.UniqueConstraint(fields=["invocation", "position"], name="invocation_step_once")]
