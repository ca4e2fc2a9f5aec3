"""Good ideas of the client's people, thanked for and followed up (E3)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from engagements.models import ChangeRequest, Engagement
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class IdeaQuerySet(ScopedQuerySet["Idea"]):
    """Ideas; both sides see them all."""

    def open(self) -> Self:
        """Keep those that have no outcome yet."""
        return self.filter(outcome=Idea.Outcome.NONE)

    def untold(self) -> Self:
        """Keep those whose outcome nobody told the one who had the idea."""
        return self.exclude(outcome=Idea.Outcome.NONE).filter(told_at=None)

    def unsettled(self) -> Self:
        """Keep those that somebody still has to thank for, to bring to an outcome, or to tell back."""
        untold = self.model.objects.untold().exclude(change__decision=ChangeRequest.Decision.UNDECIDED)
        return self.filter(Q(thanked_at=None) | Q(outcome=Idea.Outcome.NONE) | Q(pk__in=untold.values("pk")))

    def by_need(self) -> Self:
        """Order them: open ones, then those whose outcome nobody told back, then the rest; the newest first in each."""
        need = Case(
            When(outcome=Idea.Outcome.NONE, then=Value(0)), When(told_at=None, then=Value(1)), default=Value(2)
        )
        return self.alias(need=need).order_by("need", "-said_on", "-pk")

    def with_people(self) -> Self:
        """Load what a page says of each: whose it is, who did what, and its change request."""
        return self.select_related("said_by", "noted_by", "thanked_by", "decided_by", "told_by", "change")


class Idea(models.Model):
    """One idea. It becomes a change request, or gets an answer; either is told to whoever had it."""

    class Outcome(models.TextChoices):
        NONE = "", _("Being looked at")
        CHANGE = "change", _("Became a change request")
        ANSWERED = "answered", _("Answered")

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="ideas")
    title = models.CharField(_("idea"), max_length=200)
    words = models.TextField(_("more about it"), blank=True)
    said_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    said_by_name = models.CharField(_("whose idea it is"), max_length=80, blank=True)
    said_on = models.DateField(_("said on"))
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)
    thanks = models.CharField(_("thanks"), max_length=300, blank=True)
    thanked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    thanked_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.NONE, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    change = models.OneToOneField(ChangeRequest, null=True, on_delete=models.PROTECT, related_name="idea")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = IdeaQuerySet.as_manager()

    class Meta:
        ordering = ["-said_on", "-pk"]
        indexes = [models.Index(fields=["engagement", "outcome", "said_on"])]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="idea_has_a_title"),
            models.CheckConstraint(
                condition=Q(outcome="", change=None, answer="")
                | Q(outcome="change", change__isnull=False)
                | (Q(outcome="answered", change=None) & ~Q(answer="")),
                name="idea_has_one_outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("standups:idea", args=[self.engagement_id, self.pk])

    @property
    def is_open(self) -> bool:
        return self.outcome == self.Outcome.NONE

    @property
    def person(self) -> str:
        """The name of whoever had it."""
        return self.said_by.name if self.said_by else self.said_by_name

    @property
    def news(self) -> str:
        """What there is to tell of its outcome: "answered", or of its change request the decision, or "applied" once
        both sides have signed it. "" while it is looked at, and while the change is undecided."""
        if self.change is None:
            return self.outcome
        if self.change.decision == ChangeRequest.Decision.UNDECIDED:
            return ""
        return "applied" if self.change.applied_at else self.change.decision

    @property
    def waits_to_be_told(self) -> bool:
        return bool(self.news) and self.told_at is None

    @property
    def may_be_reopened(self) -> bool:
        """Whether its outcome may be taken back: nobody was told, and nobody decided on its change request."""
        decided = self.change is not None and self.news != ""
        return not (self.is_open or decided or self.told_at)
