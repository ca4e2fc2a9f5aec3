"""Acceptance tests of the cells of the matrix: cases, results, what was accepted on which conditions (E2, N2)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import Attachment, Function, SignOff
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User
from standups.models.problem import Problem
from standups.models.rollout import Cell


class UatRoundQuerySet(ScopedQuerySet["UatRound"]):
    """Rounds of acceptance tests."""

    engagement_path = "cell__engagement_id"

    def newest_first(self) -> Self:
        return self.order_by("-number")


class UatRound(models.Model):
    """One round of testing one cell: v1, v2 … of its lineage.

    `version` grows with every change. Its result is proposed with the text that is frozen as `sign_off`, and holds once that
    is signed; a change of the round supersedes the text while it is not signed, and a signed round is not changed any more.
    """

    class Result(models.TextChoices):
        NONE = "", _("Not judged yet")
        ACCEPTED = "accepted", pgettext_lazy("cell", "Accepted")
        CONDITIONAL = "conditional", _("Conditionally accepted")
        REJECTED = "rejected", pgettext_lazy("cell", "Rejected")

    cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    build = models.CharField(_("environment and build"), max_length=120, blank=True)
    result = models.CharField(_("result"), max_length=11, choices=Result.choices, default=Result.NONE, blank=True)
    result_note = models.CharField(_("reason"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)
    sign_off = models.OneToOneField(SignOff, null=True, on_delete=models.PROTECT, related_name="uat_round")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)

    objects = UatRoundQuerySet.as_manager()

    class Meta:
        ordering = ["cell_id", "number"]
        constraints = [models.UniqueConstraint(fields=["cell", "number"], name="uat_round_numbered_once")]

    def __str__(self) -> str:
        return f"v{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("standups:uat_round", args=[self.cell.engagement_id, self.pk])

    @property
    def is_signed(self) -> bool:
        return self.sign_off is not None and self.sign_off.is_signed


class TesterQuerySet(ScopedQuerySet["Tester"]):
    """Who tests."""

    engagement_path = "round__cell__engagement_id"


class Tester(models.Model):
    """A person of the client who tests in a round: with an account, or by name alone."""

    round = models.ForeignKey(UatRound, on_delete=models.CASCADE, related_name="testers")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)

    objects = TesterQuerySet.as_manager()

    class Meta:
        ordering = ["round_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "name"], name="tester_once")]

    def __str__(self) -> str:
        return self.name


class UatCaseQuerySet(ScopedQuerySet["UatCase"]):
    """Cases with their results."""

    engagement_path = "round__cell__engagement_id"

    def open(self) -> Self:
        """Keep those without a result."""
        return self.filter(outcome=UatCase.Outcome.NONE)

    def not_passed(self) -> Self:
        return self.filter(outcome__in=[UatCase.Outcome.FAIL, UatCase.Outcome.BLOCKED])


class UatCase(models.Model):
    """One thing to try, what is to be seen, and what was. `tested_by_name` tested; `recorded_by` wrote it down."""

    class Outcome(models.TextChoices):
        NONE = "", _("Not tested")
        PASS = "pass", pgettext_lazy("test", "Passed")
        FAIL = "fail", pgettext_lazy("test", "Failed")
        BLOCKED = "blocked", pgettext_lazy("test", "Blocked")

    round = models.ForeignKey(UatRound, on_delete=models.CASCADE, related_name="cases")
    number = models.PositiveSmallIntegerField(_("number"))
    function = models.ForeignKey(
        Function,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="uat_cases",
        verbose_name=_("function"),
    )
    title = models.CharField(_("case"), max_length=200)
    steps = models.TextField(_("steps"), blank=True)
    expected = models.CharField(_("expected"), max_length=500)
    outcome = models.CharField(_("result"), max_length=7, choices=Outcome.choices, default=Outcome.NONE, blank=True)
    note = models.CharField(_("what was seen"), max_length=500, blank=True)
    tested_by_name = models.CharField(_("tested by"), max_length=80, blank=True)
    tested_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    problem = models.ForeignKey(Problem, null=True, blank=True, on_delete=models.SET_NULL, related_name="uat_cases")
    version = models.PositiveIntegerField(default=1)

    objects = UatCaseQuerySet.as_manager()

    class Meta:
        ordering = ["round_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="uat_case_numbered_once"),
            models.CheckConstraint(condition=~Q(title=""), name="uat_case_has_a_title"),
            models.CheckConstraint(
                condition=Q(outcome="", tested_at=None) | (~Q(outcome="") & Q(tested_at__isnull=False)),
                name="uat_case_tested_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CaseEvidenceQuerySet(ScopedQuerySet["CaseEvidence"]):
    """Files behind results; a client sees the cleared ones."""

    engagement_path = "case__round__cell__engagement_id"

    def shared(self) -> Self:
        return self.filter(attachment__in=Attachment.objects.unscoped().shared())


class CaseEvidence(models.Model):
    """A picture or a file that shows what a test showed."""

    case = models.ForeignKey(UatCase, on_delete=models.CASCADE, related_name="evidence")
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    objects = CaseEvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["case_id", "pk"]
        verbose_name_plural = "case evidence"


class ConditionQuerySet(ScopedQuerySet["Condition"]):
    """Conditions of acceptance."""

    engagement_path = "round__cell__engagement_id"

    def in_force(self) -> Self:
        """Keep those of signed rounds, of each cell the newest signed one's: what was accepted later replaces them."""
        newest = UatRound.objects.filter(cell=models.OuterRef("round__cell"), sign_off__signed_at__isnull=False)
        return self.filter(round=models.Subquery(newest.order_by("-number").values("pk")[:1]))

    def open(self) -> Self:
        return self.filter(met_on=None)

    def overdue(self, on: date) -> Self:
        return self.open().filter(due_on__lt=on)


class Condition(models.Model):
    """What has to be done after a conditional acceptance: by whom, by when, and the proof that it was."""

    round = models.ForeignKey(UatRound, on_delete=models.CASCADE, related_name="conditions")
    text = models.CharField(_("condition"), max_length=300)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner_name = models.CharField(_("who sees to it"), max_length=80)
    due_on = models.DateField(_("by"))
    proof = models.CharField(_("proof"), max_length=500, blank=True)
    proof_file = models.ForeignKey(Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    met_on = models.DateField(_("met on"), null=True)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ConditionQuerySet.as_manager()

    class Meta:
        ordering = ["round_id", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="condition_has_a_text"),
            models.CheckConstraint(condition=Q(met_on=None) | ~Q(proof=""), name="condition_met_with_proof"),
        ]

    def __str__(self) -> str:
        return self.text
