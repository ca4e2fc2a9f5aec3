"""How satisfied the client is: what is asked at milestones and at the end, and what they answered."""

from __future__ import annotations

from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models.attachment import Attachment
from engagements.models.engagement import Engagement
from engagements.models.fingerprint import fingerprint_of
from engagements.models.plan import Stage
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class SurveyQuerySet(ScopedQuerySet["Survey"]):
    """Surveys; a client sees those that were asked."""

    def shared(self) -> Self:
        return self.exclude(asked_at=None)

    def asked(self) -> Self:
        return self.exclude(asked_at=None)

    def open(self) -> Self:
        """Keep those that still take answers."""
        return self.asked().filter(closed_at=None)

    def of_closing(self) -> Self:
        return self.filter(occasion=Survey.Occasion.CLOSING)


class Survey(models.Model):
    """One occasion on which the client is asked. The overall mark and the free text are always asked; `questions` are the
    engagement's own, a list of {"key", "text", "kind"}, and stand as they are once it was asked.

    A milestone's survey names the stage that was reached.
    """

    class Occasion(models.TextChoices):
        MILESTONE = "milestone", _("At a milestone")
        CLOSING = "closing", _("At the end")

    class Ask(models.TextChoices):
        """How one of the own questions is answered."""

        MARK = "mark", _("a mark from 1 to 5")
        TEXT = "text", _("a sentence")

    BEST: ClassVar[int] = 5
    MOST_QUESTIONS: ClassVar[int] = 8

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="surveys")
    occasion = models.CharField(_("occasion"), max_length=9, choices=Occasion.choices, default=Occasion.CLOSING)
    stage = models.ForeignKey(
        Stage, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("milestone")
    )
    questions = models.JSONField(_("own questions"), default=list)
    closes_on = models.DateField(_("answers until"))
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement"], condition=Q(occasion="closing"), name="survey_one_at_the_end"
            ),
            models.UniqueConstraint(
                fields=["engagement", "stage"], condition=Q(occasion="milestone"), name="survey_once_per_milestone"
            ),
            models.CheckConstraint(
                condition=Q(occasion="closing", stage=None) | Q(occasion="milestone", stage__isnull=False),
                name="survey_of_a_milestone_or_the_end",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(asked_at__isnull=False), name="survey_asked_before_closed"
            ),
        ]

    def __str__(self) -> str:
        return str(self.stage) if self.stage is not None else str(self.get_occasion_display())

    def get_absolute_url(self) -> str:
        return reverse("engagements:survey", args=[self.engagement_id, self.pk])

    @property
    def fingerprint(self) -> str:
        """The hash of what it asks: whoever saves shows which questions were on the page."""
        return fingerprint_of(self)

    @property
    def is_open(self) -> bool:
        return self.asked_at is not None and self.closed_at is None

    @property
    def takes_answers(self) -> bool:
        """Whether people may still answer by themselves: what was filled in on paper may be entered until it is closed."""
        return self.is_open and self.closes_on >= self.engagement.today()


class SurveyInvitationQuerySet(ScopedQuerySet["SurveyInvitation"]):
    """Who was asked; a client learns that from their own mail, not from a list."""

    engagement_path = "survey__engagement_id"

    def shared(self) -> Self:
        return self.none()


class SurveyInvitation(models.Model):
    """One person of the client who was asked. Reminders stand in the outbox."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="invitations")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    objects = SurveyInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["survey_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["survey", "user"], name="survey_invitation_once")]


class SurveyAnswerQuerySet(ScopedQuerySet["SurveyAnswer"]):
    """Answers. Who said what stays with the vendor; a client reads the means, and their own answer."""

    engagement_path = "survey__engagement_id"

    def shared(self) -> Self:
        return self.none()

    def of_person(self, user: User) -> Self:
        """Keep what this person answered themselves; also for a client, who reads no other."""
        return self.unscoped().filter(user=user)

    def of_people(self) -> models.QuerySet[SurveyAnswer, int]:
        """Return the ids of the people with an account who answered."""
        return self.exclude(user=None).values_list("user_id", flat=True)


class SurveyAnswer(models.Model):
    """What one person answered on one occasion, unchangeable once sent. `values` holds the answers to the own questions by
    their keys: whole numbers from 1 to 5, or texts.

    On paper a vendor person enters it, the scan beside it, and every page that tells of it says so.
    """

    class Method(models.TextChoices):
        SCREEN = "screen", pgettext_lazy("survey", "on screen")
        LINK = "link", _("by mailed link")
        PAPER = "paper", pgettext_lazy("survey", "on paper")

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="answers")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(_("position"), max_length=80, blank=True)
    overall = models.PositiveSmallIntegerField(
        _("overall"), validators=[MinValueValidator(1), MaxValueValidator(Survey.BEST)]
    )
    values = models.JSONField(default=dict)
    text = models.TextField(_("in their own words"), blank=True)
    method = models.CharField(max_length=6, choices=Method.choices)
    answered_on = models.DateField(_("answered on"))
    scan = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SurveyAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["survey_id", "answered_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "user"], name="survey_answer_once_per_person"),
            # Whoever answered on paper may have no account: by name, then. Two accounts may bear the same name.
            models.UniqueConstraint(
                fields=["survey", "name"], condition=Q(user=None), name="survey_answer_once_per_name"
            ),
            models.CheckConstraint(condition=Q(overall__range=(1, 5)), name="survey_answer_from_1_to_5"),
            models.CheckConstraint(
                condition=Q(method="paper", entered_by__isnull=False, scan__isnull=False)
                | ~Q(method="paper") & Q(user__isnull=False, entered_by=None, scan=None),
                name="survey_answer_by_the_person_or_on_paper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.overall}"
