"""Sharing sessions: what a closed engagement taught, told to colleagues (R4)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import Engagement
from engagements.models.fingerprint import fingerprint_of
from onsite.accounts.models import User
from training.models.wiki import Article


class SharingQuerySet(models.QuerySet["Sharing"]):
    """Sharing sessions by who may read them."""

    def visible_to(self, user: User) -> Self:
        """Keep what this person may read: all for managers; else what one speaks in or is invited to, and those of
        engagements one belongs to. Nothing for a client."""
        if not user.is_authenticated or not user.is_active or user.is_client:
            return self.none()
        if user.is_manager:
            return self
        mine = Engagement.objects.visible_to(user)
        invited = SharingInvitation.objects.filter(user=user).values("sharing")
        return self.filter(Q(engagement__in=mine) | Q(speaker=user) | Q(pk__in=invited))

    def lock(self, pk: int) -> Sharing:
        """Return the session, held until the transaction ends: every change of one that is there takes this lock first."""
        return self.select_for_update(no_key=True).get(pk=pk)


class Sharing(models.Model):
    """One sharing session about an engagement that is over. `uid` and `revision` are what calendars know it by."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("session", "Planned")
        HELD = "held", pgettext_lazy("session", "Held")
        CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")

    engagement = models.ForeignKey(
        Engagement, on_delete=models.CASCADE, related_name="sharings", verbose_name=_("engagement")
    )
    topic = models.CharField(_("topic"), max_length=160)
    speaker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("speaker"))
    scene = models.TextField(_("typical scene"), blank=True)
    breakthrough = models.TextField(_("breakthrough"), blank=True)
    client_dealings = models.TextField(_("dealing with the client"), blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=120, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED, editable=False)
    minutes = models.TextField(_("minutes"), blank=True, editable=False)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    revision = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    articles = models.ManyToManyField(Article, blank=True, related_name="sharings", editable=False)

    objects = SharingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(topic=""), name="sharing_has_a_topic"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="sharing_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("sharing:session", args=[self.pk])

    @property
    def is_planned(self) -> bool:
        return self.state == self.State.PLANNED

    @property
    def is_held(self) -> bool:
        return self.state == self.State.HELD

    @property
    def has_begun(self) -> bool:
        """Whether its hour has come."""
        return self.starts_at <= timezone.now()

    @property
    def fingerprint(self) -> str:
        """The hash of what it says: whoever saves shows which text was on the page."""
        return fingerprint_of(self)


class SharingInvitation(models.Model):
    """One colleague invited; `was_there` is None until somebody ticked the list."""

    sharing = models.ForeignKey(Sharing, on_delete=models.CASCADE, related_name="invitations")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    was_there = models.BooleanField(null=True)

    class Meta:
        ordering = ["user__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["sharing", "user"], name="sharing_invitation_once")]


class SharingActionQuerySet(models.QuerySet["SharingAction"]):
    """What was agreed, by what is still to be done."""

    def to_do(self) -> Self:
        """Keep what is not done, of sessions that were not called off."""
        return self.filter(done_on=None).exclude(sharing__state=Sharing.State.CANCELLED)


class SharingAction(models.Model):
    """What was agreed there: who does what by when."""

    sharing = models.ForeignKey(Sharing, on_delete=models.CASCADE, related_name="actions")
    text = models.CharField(_("action"), max_length=200)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("done by"))
    due_on = models.DateField(_("by"))
    done_on = models.DateField(null=True, blank=True)

    objects = SharingActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="sharing_action_has_a_text")]

    def __str__(self) -> str:
        return self.text

    @property
    def fingerprint(self) -> str:
        """The hash of what was agreed: whoever saves shows which text was on the page."""
        return fingerprint_of(self, without={"sharing", "done_on"})

    def is_late(self, today: date) -> bool:
        """Whether its day is over and it is not done."""
        return self.done_on is None and self.due_on < today
