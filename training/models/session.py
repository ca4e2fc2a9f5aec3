"""Who is to be trained, and the sessions they are trained in (E4)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import Attachment, Engagement
from engagements.models.fingerprint import fingerprint_of
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from standups.models import RolloutRole
from training.models.course import Course


class LearnerQuerySet(ScopedQuerySet["Learner"]):
    """People of the client's to be trained; both sides see them."""

    engagement_path = "role__engagement_id"

    def still_there(self) -> Self:
        return self.filter(left_at=None)


class Learner(models.Model):
    """One person of a role, by name: most of them never sign in. `email` is where invitations go, where there is one."""

    role = models.ForeignKey(RolloutRole, on_delete=models.PROTECT, related_name="learners", verbose_name=_("role"))
    name = models.CharField(_("name"), max_length=80)
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=[("zh-hans", "中文"), ("en", "English")], default="zh-hans"
    )
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, editable=False)

    objects = LearnerQuerySet.as_manager()

    class Meta:
        ordering = ["role__kind", "role__position", "role_id", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["role", "name", "email"], name="learner_once_per_role"),
            models.CheckConstraint(condition=~Q(name=""), name="learner_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """The hash of who it is: whoever saves shows which text was on the page."""
        return fingerprint_of(self, without=["user", "named_by"])


class LearnerLinkQuerySet(ScopedQuerySet["LearnerLink"]):
    """Links to what somebody learns."""

    engagement_path = "learner__role__engagement_id"

    def usable(self) -> Self:
        return self.filter(expires_at__gt=timezone.now(), learner__left_at=None)


class LearnerLink(models.Model):
    """A mailed link with which a learner finds their sessions, materials and quizzes without signing in, until it ends.

    Only its hash is kept.
    """

    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LearnerLinkQuerySet.as_manager()


class TrainingSessionQuerySet(ScopedQuerySet["TrainingSession"]):
    """Training sessions; both sides see them."""

    def planned(self) -> Self:
        return self.filter(state=TrainingSession.State.PLANNED)

    def held(self) -> Self:
        return self.filter(state=TrainingSession.State.HELD)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Keep those not cancelled that share a moment with this span."""
        alive = self.exclude(state=TrainingSession.State.CANCELLED)
        return alive.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)


class TrainingSession(models.Model):
    """One time a course is held. `uid` and `revision` are what calendars know it by (iCalendar UID and SEQUENCE)."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("session", "Planned")
        HELD = "held", pgettext_lazy("session", "Held")
        CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="training_sessions")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sessions", verbose_name=_("course"))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=120, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    trainer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("trainer"))
    capacity = models.PositiveSmallIntegerField(_("seats"), default=12)
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED, editable=False)
    cancel_reason = models.CharField(_("why it is cancelled"), max_length=200, blank=True, editable=False)
    notes = models.TextField(_("notes"), blank=True, editable=False)
    recording = models.OneToOneField(Attachment, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    recording_link = models.URLField(_("link to the recording"), max_length=500, blank=True, editable=False)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    revision = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TrainingSessionQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "starts_at", "pk"]
        indexes = [models.Index(fields=["engagement", "starts_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="training_session_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="training_session_has_seats"),
            models.CheckConstraint(condition=~Q(place="", link=""), name="training_session_is_somewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.course} · {self.starts_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("training:session", args=[self.engagement_id, self.pk])

    @property
    def is_planned(self) -> bool:
        return self.state == self.State.PLANNED

    @property
    def is_held(self) -> bool:
        return self.state == self.State.HELD

    @property
    def fingerprint(self) -> str:
        """The hash of when, where and with whom: whoever saves shows which text was on the page."""
        return fingerprint_of(self)


class EnrolmentQuerySet(ScopedQuerySet["Enrolment"]):
    """Who is enrolled where."""

    engagement_path = "session__engagement_id"

    def attended(self) -> Self:
        """Keep those who were there, in sessions that were held."""
        return self.filter(was_there=True, session__state=TrainingSession.State.HELD)


class Enrolment(models.Model):
    """One learner in one session; `was_there` is None until the trainer ticked the list."""

    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, related_name="enrolments")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="enrolments")
    was_there = models.BooleanField(null=True)
    enrolled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField(auto_now_add=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["session_id", "learner__role__kind", "learner__role__position", "learner__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "learner"], name="enrolment_once")]


class FeedbackQuerySet(ScopedQuerySet["Feedback"]):
    """What learners said of a session; a client reads the numbers and words, never whose they are."""

    engagement_path = "enrolment__session__engagement_id"


class Feedback(models.Model):
    """Three answers from 1 (no) to 5 (yes) and a remark. `noted_by` is the vendor's person who wrote down a paper form;
    without one the learner gave it."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="feedback")
    useful = models.PositiveSmallIntegerField(_("It is useful for my work."))
    clear = models.PositiveSmallIntegerField(_("I understood why it is done so."))
    able = models.PositiveSmallIntegerField(_("I can do it by myself now."))
    remark = models.TextField(_("What should be better?"), blank=True)
    noted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(useful__range=(1, 5), clear__range=(1, 5), able__range=(1, 5)),
                name="feedback_one_to_five",
            )
        ]
