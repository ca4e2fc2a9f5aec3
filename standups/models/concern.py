"""The answers to a client's concern, and the evidence behind them (E3, N3)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models import CLEARED, Attachment, Scan, Scanned
from onsite.accounts.access import InternalRowsQuerySet, ScopedQuerySet
from onsite.accounts.models import User
from standups.models.choices import Party
from standups.models.problem import Problem


class ReplyQuerySet(ScopedQuerySet["Reply"]):
    """Answers to concerns; a client sees those that were given, to concerns they see."""

    engagement_path = "problem__engagement_id"

    def shared(self) -> Self:
        return self.given().filter(problem__is_internal=False)

    def given(self) -> Self:
        return self.exclude(answered_at=None)

    def drafts(self) -> Self:
        return self.filter(answered_at=None)


class Reply(models.Model):
    """One answer to a concern: a draft until it is given, then what the client confirms or sends back.

    A concern that was sent back gets a new round. `verdict_recorded_by` is the vendor's person who wrote down what the
    client said outside OnSite; without one the client said it here.
    """

    class Verdict(models.TextChoices):
        NONE = "", _("Not said yet")
        CONFIRMED = "confirmed", pgettext_lazy("answer", "Confirmed")
        REOPENED = "reopened", _("Not settled yet")

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="replies")
    round = models.PositiveSmallIntegerField(default=1)
    acknowledgement = models.TextField(_("acknowledgement"), blank=True)
    facts = models.TextField(_("facts"), blank=True)
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=9, choices=Verdict.choices, default=Verdict.NONE, blank=True)
    verdict_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    verdict_by_name = models.CharField(max_length=80, blank=True)
    verdict_at = models.DateTimeField(null=True)
    verdict_note = models.CharField(_("what the client said"), max_length=300, blank=True)
    verdict_recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ReplyQuerySet.as_manager()

    class Meta:
        ordering = ["problem_id", "round"]
        constraints = [
            models.UniqueConstraint(fields=["problem", "round"], name="reply_round_once"),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(answered_at__isnull=False), name="reply_judged_after_it_was_given"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | (~Q(acknowledgement="") & ~Q(facts="") & Q(answered_by__isnull=False)),
                name="reply_given_whole",
            ),
        ]

    @property
    def is_given(self) -> bool:
        return self.answered_at is not None


class RemedyQuerySet(ScopedQuerySet["Remedy"]):
    """Proposed measures; a client sees those of answers that were given."""

    engagement_path = "reply__problem__engagement_id"

    def shared(self) -> Self:
        return self.filter(reply__answered_at__isnull=False, reply__problem__is_internal=False)


class Remedy(models.Model):
    """A measure that an answer proposes: what, by when, and whose it is."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="remedies")
    text = models.CharField(_("measure"), max_length=300)
    party = models.CharField(_("done by"), max_length=11, choices=Party.choices, default=Party.VENDOR)
    due_on = models.DateField(_("by"))
    done_on = models.DateField(_("done on"), null=True, blank=True)

    objects = RemedyQuerySet.as_manager()

    class Meta:
        ordering = ["reply_id", "due_on", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="remedy_has_text")]


class EvidenceQuerySet(InternalRowsQuerySet["Evidence"]):
    """Evidence; a client sees what is meant for them and was cleared, of problems they see."""

    engagement_path = "problem__engagement_id"

    def shared(self) -> Self:
        return super().shared().cleared().filter(problem__is_internal=False)

    def cleared(self) -> Self:
        """Keep what was looked through, the text and the file alike."""
        return self.filter(Q(attachment=None) | Q(attachment__scan__in=CLEARED), scan__in=CLEARED)


class Evidence(Scanned):
    """A fact behind an answer: a file, a query with its result and plan, or where on site the thing lies.

    `taken_at` is when it was taken, `environment` where. `sha256` is that of the file's bytes; of a query's canonical
    JSON; of the thing on site, as its keeper told it.
    """

    class Kind(models.TextChoices):
        FILE = "file", _("File")
        QUERY = "query", _("Query with its result")
        REFERENCE = "reference", _("Kept on site")

    TYPED = ("title", "environment", "query", "result", "plan", "place", "keeper")

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    title = models.CharField(_("what it shows"), max_length=200)
    environment = models.CharField(_("environment"), max_length=120)
    taken_at = models.DateTimeField(_("taken at"))
    attachment = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="evidence")
    query = models.TextField(_("query"), blank=True)
    result = models.TextField(_("result"), blank=True)
    plan = models.TextField(_("query plan"), blank=True)
    place = models.CharField(_("where it lies"), max_length=200, blank=True)
    keeper = models.CharField(_("who keeps it"), max_length=120, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    is_internal = models.BooleanField(_("internal"), default=False)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta(Scanned.Meta):
        ordering = ["problem_id", "pk"]
        verbose_name_plural = "evidence"
        constraints = [
            *Scanned.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="file", attachment__isnull=False)
                | (Q(kind="query", attachment=None) & ~Q(query="") & ~Q(result=""))
                | (Q(kind="reference", attachment=None) & ~Q(place="") & ~Q(keeper="")),
                name="evidence_holds_what_its_kind_says",
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="evidence_has_its_hash"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("standups:evidence", args=[self.problem.engagement_id, self.pk])

    @property
    def is_for_client(self) -> bool:
        """Whether the client sees it, as far as it depends on this row: shared and cleared, its file too."""
        return not self.is_internal and self.is_cleared and (self.attachment is None or self.attachment.is_cleared)

    @property
    def is_being_checked(self) -> bool:
        """Whether nobody knows yet what is in it."""
        return Scan.WAITING in {self.scan, self.attachment.scan if self.attachment else ""}

    @property
    def is_file_held(self) -> bool:
        """Whether something must be masked in the file."""
        return self.attachment is not None and self.attachment.is_held

    def texts(self) -> dict[str, str]:
        """Return what was typed, by field: all of it is looked through before a client reads it."""
        return {name: getattr(self, name) for name in self.TYPED if getattr(self, name)}
