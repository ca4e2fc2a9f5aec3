"""Courses by module and role, each taught by a case: the manual way beside the system's way (E4)."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import Engagement, Function, Module
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from standups.models import Cell, RolloutRole


class CourseQuerySet(ScopedQuerySet["Course"]):
    """Courses; a client sees those of which a version was accepted. A retired one stays at its address, for what was
    taught stays; the lists, the search and the learners' pages have only those `in_use`."""

    def shared(self) -> Self:
        return self.accepted()

    def accepted(self) -> Self:
        return self.filter(Q(pk__in=CourseVersion.objects.values("course")))

    def in_use(self) -> Self:
        return self.filter(retired_at=None)


class Course(models.Model):
    """What people of some roles learn about a module: what for, and why it is designed so.

    These are the words people work on; what a client reads is the newest accepted `CourseVersion`.
    """

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="courses")
    position = models.PositiveSmallIntegerField(default=0)
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="courses", verbose_name=_("module"))
    title = models.CharField(_("course"), max_length=120)
    aim = models.TextField(_("aim"), blank=True)
    prerequisites = models.TextField(_("prerequisites"), blank=True)
    duration_minutes = models.PositiveSmallIntegerField(_("duration in minutes"), default=90)
    why = models.TextField(_("why it is designed so"), blank=True)
    roles = models.ManyToManyField(RolloutRole, through="CourseRole", related_name="courses", verbose_name=_("roles"))
    functions = models.ManyToManyField(Function, blank=True, related_name="courses", verbose_name=_("functions"))
    cells = models.ManyToManyField(Cell, blank=True, related_name="courses", verbose_name=_("cells of the matrix"))
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "title"], name="course_title_once"),
            models.CheckConstraint(condition=~Q(title=""), name="course_has_a_title"),
            models.CheckConstraint(
                condition=Q(duration_minutes__gte=5, duration_minutes__lte=2400), name="course_duration_sane"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("training:course", args=[self.engagement_id, self.pk])


class CourseRole(models.Model):
    """A course is for a role; nothing is listed from here. A role that has courses can't be deleted under them."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    role = models.ForeignKey(RolloutRole, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "role"], name="course_role_once")]


class CaseQuerySet(ScopedQuerySet["Case"]):
    """Cases that courses are taught by; a client reads them in the accepted version."""

    engagement_path = "course__engagement_id"

    def shared(self) -> Self:
        return self.none()


class Case(models.Model):
    """One piece of work, done by hand and with the system; `times_per_month` says how often, where it is known."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="cases")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(pgettext_lazy("of a course", "case"), max_length=120)
    situation = models.TextField(_("situation"), blank=True)
    times_per_month = models.PositiveIntegerField(_("times a month"), null=True, blank=True)
    lesson = models.TextField(_("what it teaches"), blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["course_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["course", "title"], name="case_title_once"),
            models.CheckConstraint(condition=~Q(title=""), name="case_has_a_title"),
        ]

    def __str__(self) -> str:
        return self.title


class CaseStepQuerySet(ScopedQuerySet["CaseStep"]):
    """Steps of cases."""

    engagement_path = "case__course__engagement_id"

    def shared(self) -> Self:
        return self.none()


class CaseStep(models.Model):
    """One step of a case, one way or the other: how many `people` it takes for how many minutes each, how easily it goes
    wrong, and how many `approvals` it waits for."""

    class Way(models.TextChoices):
        MANUAL = "manual", _("By hand")
        SYSTEM = "system", _("With the system")

    class ErrorRisk(models.TextChoices):
        NONE = "0_none", _("none")
        LOW = "1_low", _("low")
        MEDIUM = "2_medium", _("medium")
        HIGH = "3_high", _("high")

    MOST: ClassVar[int] = 40

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    way = models.CharField(max_length=6, choices=Way.choices)
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("step"), max_length=200)
    minutes = models.DecimalField(_("minutes"), max_digits=6, decimal_places=1, default=Decimal(0))
    people = models.PositiveSmallIntegerField(_("people"), default=1)
    error_risk = models.CharField(_("error risk"), max_length=8, choices=ErrorRisk.choices, default=ErrorRisk.NONE)
    approvals = models.PositiveSmallIntegerField(_("approvals"), default=0)

    objects = CaseStepQuerySet.as_manager()

    class Meta:
        ordering = ["case_id", "way", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="case_step_has_a_text"),
            models.CheckConstraint(condition=Q(minutes__gte=0), name="case_step_minutes_not_negative"),
        ]

    def __str__(self) -> str:
        return self.text


class CourseVersionQuerySet(ScopedQuerySet["CourseVersion"]):
    """Accepted versions of courses; both sides see them."""

    engagement_path = "course__engagement_id"

    def newest(self) -> Self:
        """Keep of each course the version that counts."""
        later = CourseVersion.objects.filter(course=OuterRef("course"), number__gt=OuterRef("number"))
        return self.filter(~Exists(later))


class CourseVersion(models.Model):
    """What a course said when it was accepted, frozen: `content` as `training.courses.content` writes it, `role_ids` the
    roles it is for, whose people learn it until the next version is accepted."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    role_ids = models.JSONField(default=list)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()

    objects = CourseVersionQuerySet.as_manager()

    class Meta:
        ordering = ["course_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="course_version_once")]

    def __str__(self) -> str:
        return f"v{self.number}"


class CourseTemplateQuerySet(models.QuerySet["CourseTemplate"]):
    """The company's courses to start from."""

    def visible_to(self, user: User) -> Self:
        """Keep what this person may read: all for the vendor's people, none for a client's."""
        return self if user.is_vendor else self.none()


class CourseTemplate(models.Model):
    """A course of the company's own to start from in the next engagement: `content` as in a version, without a client's
    roles, functions and cells; `guides` the guides' Markdown by language, `quiz` its questions."""

    title = models.CharField(_("title"), max_length=120, unique=True)
    content = models.JSONField()
    guides = models.JSONField(default=dict)
    quiz = models.JSONField(default=dict)
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    objects = CourseTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
