"""The visits one and three months after go-live."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models.engagement import Engagement
from engagements.models.fingerprint import fingerprint_of
from onsite.accounts.access import Row, ScopedQuerySet
from onsite.accounts.models import User


class FollowUpVisitQuerySet(ScopedQuerySet["FollowUpVisit"]):
    """Visits by where they stand."""

    def open(self) -> Self:
        return self.filter(held_on=None, superseded_at=None)

    def standing(self) -> Self:
        """Keep the held and the planned ones, without those a moved go-live replaced."""
        return self.filter(superseded_at=None)


class FollowUpVisit(models.Model):
    """A call one or three months after go-live: how the system runs, what new needs came up.

    `due_on` follows from the go-live day and never from a person; `appointed_at` is the hour both sides agreed on, within
    a window around it, `holder` who of us calls, `invited` who of the client was asked to be there, and `reason` why
    it was moved. What was heard stands here once it was held; values, remaining issues and new needs are rows of their own.
    """

    class Kind(models.TextChoices):
        ONE_MONTH = "1m", _("One month after go-live")
        THREE_MONTHS = "3m", _("Three months after go-live")

    class Channel(models.TextChoices):
        PHONE = "phone", _("phone")
        VIDEO = "video", _("video")
        ON_SITE = "site", _("on site")

    class Condition(models.TextChoices):
        """How the system was found."""

        WELL = "well", pgettext_lazy("system", "Runs well")
        TROUBLED = "troubled", pgettext_lazy("system", "Runs, with troubles")
        BADLY = "badly", pgettext_lazy("system", "Hinders the work")
        STOPPED = "stopped", pgettext_lazy("system", "Is not used any more")

    MONTHS: ClassVar[dict[str, int]] = {Kind.ONE_MONTH: 1, Kind.THREE_MONTHS: 3}
    # Farther from its day it would not say how the system runs by then.
    WINDOW_DAYS: ClassVar[int] = 21
    LASTS: ClassVar[timedelta] = timedelta(minutes=30)

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="visits")
    kind = models.CharField(max_length=2, choices=Kind.choices)
    revision = models.PositiveSmallIntegerField()
    anchor_on = models.DateField()
    due_on = models.DateField(_("due"))
    appointed_at = models.DateTimeField(_("agreed for"), null=True)
    place = models.CharField(_("phone number or video link"), max_length=300, blank=True)
    reason = models.CharField(_("why it was moved"), max_length=200, blank=True)
    holder = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="visits_to_hold", verbose_name=_("held by")
    )
    invited = models.ManyToManyField(User, related_name="+")
    invitation_sequence = models.PositiveSmallIntegerField(default=0)
    held_on = models.DateField(_("held on"), null=True)
    channel = models.CharField(_("by"), max_length=5, choices=Channel.choices, blank=True)
    spoke_with = models.CharField(_("spoke with"), max_length=120, blank=True)
    condition = models.CharField(_("system"), max_length=8, choices=Condition.choices, blank=True)
    how_it_runs = models.TextField(_("how the system runs"), blank=True)
    satisfaction = models.PositiveSmallIntegerField(
        _("satisfaction"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    internal_note = models.TextField(_("note for us only"), blank=True)
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
            models.CheckConstraint(
                condition=Q(appointed_at=None) | Q(holder__isnull=False), name="visit_appointed_has_a_holder"
            ),
            models.CheckConstraint(
                condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5)), name="visit_satisfaction_from_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.due_on})"

    def get_absolute_url(self) -> str:
        return reverse("reports:visit", args=[self.engagement_id, self.pk])

    @property
    def fingerprint(self) -> str:
        """The hash of what was agreed and heard: whoever saves shows which text was on the page."""
        return fingerprint_of(self)

    @property
    def is_open(self) -> bool:
        return self.held_on is None and self.superseded_at is None

    def latest_day(self, today: date) -> date:
        """Return the last day it may be agreed for: one that is overdue already can still be caught up on."""
        return max(self.due_on, today) + timedelta(days=self.WINDOW_DAYS)

    def earliest_day(self) -> date:
        """Return the first day it may be held on."""
        return max(self.due_on - timedelta(days=self.WINDOW_DAYS), self.anchor_on)

    def day(self) -> date:
        """Return the day it is to be held on at the site: the agreed one, else the one it is due on."""
        if self.appointed_at is None:
            return self.due_on
        return self.appointed_at.astimezone(self.engagement.zone).date()


class OfVisitQuerySet(ScopedQuerySet[Row]):
    """What belongs to visits."""

    engagement_path = "visit__engagement_id"


class VisitAttemptQuerySet(OfVisitQuerySet["VisitAttempt"]):
    """Vendor only: a client needs no list of missed calls."""

    def shared(self) -> Self:
        return self.none()


class VisitAttempt(models.Model):
    """Somebody tried to reach the client for a visit, and did not."""

    visit = models.ForeignKey(FollowUpVisit, on_delete=models.CASCADE, related_name="attempts")
    tried_at = models.DateTimeField(_("tried at"))
    channel = models.CharField(_("by"), max_length=5, choices=FollowUpVisit.Channel.choices)
    note = models.CharField(_("what happened"), max_length=200, blank=True)
    tried_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = VisitAttemptQuerySet.as_manager()

    class Meta:
        ordering = ["visit_id", "tried_at", "pk"]


class NewNeedQuerySet(OfVisitQuerySet["NewNeed"]):
    """New needs, by where they stand."""

    def open(self) -> Self:
        return self.filter(state=NewNeed.State.OPEN)


class NewNeed(models.Model):
    """Something new that the client asked for in a visit: a sales lead, which one of our people follows up.

    What the client reads of it is `text`; who follows it up and what came of it stay with the vendor.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("new need", "Followed up")
        WON = "won", pgettext_lazy("new need", "Became an order")
        DROPPED = "dropped", pgettext_lazy("new need", "Nothing came of it")

    visit = models.ForeignKey(FollowUpVisit, on_delete=models.CASCADE, related_name="new_needs")
    text = models.CharField(_("new need"), max_length=300)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("followed up by"))
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(_("what came of it"), max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)

    objects = NewNeedQuerySet.as_manager()

    class Meta:
        ordering = ["visit_id", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="new_need_has_a_text")]

    def __str__(self) -> str:
        return self.text
