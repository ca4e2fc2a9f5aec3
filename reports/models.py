"""Issued documents and the words that people add to them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from onsite.accounts.access import ScopedQuerySet
from onsite.accounts.models import User


class DocumentKind(models.TextChoices):
    """What is printed."""

    FIELD_MANUAL = "field_manual", _("Field manual")
    CLOSING_REPORT = "closing_report", _("Closing report")
    WEEKLY_REPORT = "weekly_report", _("Weekly report")


# Only a weekly report tells of a week, and each one does.
_WEEK_OR_NONE = models.Q(kind="weekly_report", period__regex=r"^[0-9]{4}-W[0-9]{2}$") | (
    ~models.Q(kind="weekly_report") & models.Q(period="")
)


class DraftQuerySet(ScopedQuerySet["Draft"]):
    """Drafts are vendor only."""

    def shared(self) -> Self:
        return self.none()


class Draft(models.Model):
    """The words a person writes for a document; every number is computed when it is issued.

    `period` is the week a weekly report tells of (ISO 8601, such as 2026-W47), "" for the other kinds.
    """

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=14, choices=DocumentKind.choices)
    period = models.CharField(max_length=8, blank=True)
    summary = models.TextField(_("conclusion in a few sentences"), blank=True)
    proposals = models.TextField(_("proposals, one per line"), blank=True)
    changes = models.CharField(_("what changed since the version before"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "kind", "period"], name="draft_one_per_kind"),
            models.CheckConstraint(condition=_WEEK_OR_NONE, name="draft_of_a_week_or_none"),
        ]


class DocumentQuerySet(ScopedQuerySet["Document"]):
    """Issued documents; a client sees those whose PDF is ready."""

    def shared(self) -> Self:
        return self.exclude(pdf="")

    def of_kind(self, kind: DocumentKind) -> Self:
        return self.filter(kind=kind)


class Document(models.Model):
    """A frozen snapshot and the PDF printed from it. Neither changes; a correction is a new version.

    `period` as in `Draft`: the versions of each week's report are counted by themselves.
    """

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=14, choices=DocumentKind.choices)
    period = models.CharField(max_length=8, blank=True)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    snapshot = models.JSONField()
    snapshot_hash = models.CharField(max_length=64)
    pdf = models.FileField(upload_to="documents/%Y/%m", max_length=200, blank=True)
    pdf_hash = models.CharField(max_length=64, blank=True)
    renderer = models.JSONField(default=dict)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["engagement_id", "kind", "-period", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "kind", "period", "version"], name="document_version_once"),
            models.CheckConstraint(
                condition=models.Q(pdf="", pdf_hash="") | ~models.Q(pdf="") & ~models.Q(pdf_hash=""),
                name="document_printed_with_its_hash",
            ),
            models.CheckConstraint(condition=_WEEK_OR_NONE, name="document_of_a_week_or_none"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"

    @property
    def title(self) -> str:
        """Return what it is, and of which week."""
        return f"{self.get_kind_display()} {self.period}".rstrip()

    @property
    def is_ready(self) -> bool:
        return bool(self.pdf)
