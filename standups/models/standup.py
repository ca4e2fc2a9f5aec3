"""The daily stand-up: one a day per engagement, each line internal or shared with the client."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement, Membership
from onsite.accounts.access import InternalRowsQuerySet, ScopedQuerySet
from onsite.accounts.models import User
from standups.models.choices import Party, Section, Severity


class StandUpQuerySet(ScopedQuerySet["StandUp"]):
    """Stand-ups; a client sees the published ones."""

    def shared(self) -> Self:
        return self.published()

    def published(self) -> Self:
        return self.exclude(published_at=None)

    def before(self, day: date) -> Self:
        return self.filter(held_on__lt=day).order_by("-held_on")

    def newest_first(self) -> Self:
        return self.order_by("-held_on")


class StandUp(models.Model):
    """What was said on one day. A draft until it is published; corrected entries say so."""

    AGREED_MINUTES: ClassVar[int] = 15

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="stand_ups")
    held_on = models.DateField(_("day"))
    in_writing = models.BooleanField(_("in writing, no meeting"), default=False)
    minutes = models.PositiveSmallIntegerField(_("length in minutes"), null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    corrected_at = models.DateTimeField(null=True)

    objects = StandUpQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "held_on"], name="stand_up_one_a_day"),
            models.CheckConstraint(
                condition=models.Q(minutes=None) | models.Q(minutes__lte=240), name="stand_up_minutes_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id} {self.held_on}"

    def get_absolute_url(self) -> str:
        return reverse("standups:day", args=[self.engagement_id, self.held_on])

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def is_late(self) -> bool:
        """Whether it was published after its day was over at the site."""
        zone = self.engagement.zone
        return self.published_at is not None and self.published_at.astimezone(zone).date() > self.held_on


class LineQuerySet(InternalRowsQuerySet["Line"]):
    """Lines; a client sees the shared ones of published stand-ups."""

    engagement_path = "stand_up__engagement_id"

    def shared(self) -> Self:
        return self.told().exclude(stand_up__published_at=None)

    def told(self) -> Self:
        """Keep what a client will see once the day is published."""
        return self.filter(is_internal=False)

    def in_section(self, section: Section) -> Self:
        return self.filter(section=section)


class Line(models.Model):
    """One sentence. Its id is made where it is typed, so the same line sent twice is one line.

    `severity` and `next_step_with` say what a problem line was when it was written; the tracked problem lives on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    stand_up = models.ForeignKey(StandUp, on_delete=models.CASCADE, related_name="lines")
    section = models.CharField(max_length=7, choices=Section.choices)
    text = models.CharField(max_length=500)
    is_internal = models.BooleanField(default=False)
    is_done = models.BooleanField(default=False)
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.MAJOR)
    next_step_with = models.CharField(max_length=11, choices=Party.choices, default=Party.VENDOR)
    position = models.PositiveSmallIntegerField(default=0)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    problem = models.ForeignKey("standups.Problem", null=True, on_delete=models.SET_NULL, related_name="lines")

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ["stand_up_id", "section", "position", "id"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="line_has_text")]
        indexes = [models.Index(fields=["stand_up", "section", "position"])]

    def __str__(self) -> str:
        return self.text


class AttendanceQuerySet(ScopedQuerySet["Attendance"]):
    """Who was there."""

    engagement_path = "stand_up__engagement_id"

    def shared(self) -> Self:
        return self.exclude(stand_up__published_at=None)


class Attendance(models.Model):
    """One person who was at a stand-up."""

    stand_up = models.ForeignKey(StandUp, on_delete=models.CASCADE, related_name="attendances")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="attendances")

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stand_up", "membership"], name="attendance_once")]
