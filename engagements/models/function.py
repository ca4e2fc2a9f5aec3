"""What the client's people do: modules, functions, and the six questions about each."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models.engagement import Engagement
from engagements.models.fingerprint import fingerprint_of
from engagements.models.goals import Objective
from onsite.accounts.access import ScopedQuerySet


class ModuleQuerySet(ScopedQuerySet["Module"]):
    """Modules of an engagement."""


class Module(models.Model):
    """A part of the system; modules may lie inside each other."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="modules")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("part of")
    )
    name = models.CharField(_("module"), max_length=120)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ModuleQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "parent", "name"], nulls_distinct=False, name="module_name_once_per_parent"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="module_has_a_name"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("pk")), name="module_not_in_itself"),
        ]

    def __str__(self) -> str:
        return self.name


class Question(models.TextChoices):
    """The five Ws and the H; each is a field of a function."""

    WHO = "who", pgettext_lazy("question", "Who")
    WHAT = "what", pgettext_lazy("question", "What")
    WHEN = "when", pgettext_lazy("question", "When")
    WHERE = "where", pgettext_lazy("question", "Where")
    WHY = "why", pgettext_lazy("question", "Why")
    HOW = "how", pgettext_lazy("question", "How")


class FunctionQuerySet(ScopedQuerySet["Function"]):
    """Functions of an engagement."""

    def needing_all_answers(self) -> Self:
        """Keep those that must be fully understood before anybody works on site: of high risk, or used daily."""
        return self.filter(models.Q(risk=Function.Risk.HIGH) | models.Q(frequency=Function.Frequency.DAILY))

    def incomplete(self) -> Self:
        """Keep those with at least one of the six questions unanswered."""
        unanswered = models.Q()
        for question in Question.values:
            unanswered |= models.Q(**{question: ""})
        return self.filter(unanswered)


class Function(models.Model):
    """One thing people do with the system: who, what, when, where, why and how, and what may go wrong."""

    class Risk(models.TextChoices):
        NONE = "none", _("none")
        LOW = "low", _("low")
        MEDIUM = "medium", _("medium")
        HIGH = "high", _("high")

    class Priority(models.TextChoices):
        MUST = "must", _("must")
        SHOULD = "should", _("should")
        COULD = "could", _("could")

    class Frequency(models.TextChoices):
        DAILY = "daily", _("daily")
        WEEKLY = "weekly", _("weekly")
        MONTHLY = "monthly", _("monthly")
        RARELY = "rarely", _("rarely")

    LONGEST_ANSWER: ClassVar[int] = 2000

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="functions")
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="functions", verbose_name=_("module"))
    name = models.CharField(_("function"), max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    who = models.TextField(_("who"), blank=True)
    what = models.TextField(_("what"), blank=True)
    when = models.TextField(_("when"), blank=True)
    where = models.TextField(_("where"), blank=True)
    why = models.TextField(_("why"), blank=True)
    how = models.TextField(_("how"), blank=True)
    rules = models.TextField(_("business rules"), blank=True)
    pain_points = models.TextField(_("pain points"), blank=True)
    risk = models.CharField(_("compliance risk"), max_length=6, choices=Risk.choices, default=Risk.NONE)
    risk_reason = models.TextField(_("why this risk"), blank=True)
    priority = models.CharField(_("priority"), max_length=6, choices=Priority.choices, default=Priority.SHOULD)
    frequency = models.CharField(_("used"), max_length=7, choices=Frequency.choices, default=Frequency.WEEKLY)
    signed_off_by = models.CharField(_("who signs it off"), max_length=80, blank=True)
    objectives = models.ManyToManyField(Objective, blank=True, related_name="functions", verbose_name=_("objectives"))

    objects = FunctionQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["module", "name"], name="function_name_once_per_module"),
            models.CheckConstraint(condition=~models.Q(name=""), name="function_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def unanswered(self) -> list[Question]:
        """Return the questions nobody answered yet."""
        return [question for question in Question if not getattr(self, question.value).strip()]

    @property
    def fingerprint(self) -> str:
        """The hash of what it says, wherever it stands: whoever saves shows which text was on the page."""
        return fingerprint_of(self, without=["position"])

    @property
    def needs_all_answers(self) -> bool:
        return self.risk == self.Risk.HIGH or self.frequency == self.Frequency.DAILY
