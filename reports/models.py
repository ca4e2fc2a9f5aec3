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


class DraftQuerySet(ScopedQuerySet["Draft"]):
    """Drafts are vendor only."""

    def shared(self) -> Self:
        return self.none()


class Draft(models.Model):
    """The words a person writes for a document; every number is computed when it is issued."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=14, choices=DocumentKind.choices)
    summary = models.TextField(_("conclusion in a few sentences"), blank=True)
    proposals = models.TextField(_("proposals, one per line"), blank=True)
    changes = models.CharField(_("what changed since the version before"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField(auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engagement", "kind"], name="draft_one_per_kind")]


class DocumentQuerySet(ScopedQuerySet["Document"]):
    """Issued documents; a client sees those whose PDF is ready."""

    def shared(self) -> Self:
        return self.exclude(pdf="")

    def of_kind(self, kind: DocumentKind) -> Self:
        return self.filter(kind=kind)


class Document(models.Model):
    """A frozen snapshot and the PDF printed from it. Neither changes; a correction is a new version."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=14, choices=DocumentKind.choices)
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
        ordering = ["engagement_id", "kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "kind", "version"], name="document_version_once"),
            models.CheckConstraint(
                condition=models.Q(pdf="", pdf_hash="") | ~models.Q(pdf="") & ~models.Q(pdf_hash=""),
                name="document_printed_with_its_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} v{self.version}"

    @property
    def is_ready(self) -> bool:
        return bool(self.pdf)
