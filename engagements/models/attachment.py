"""Files of an engagement: private, served by one view."""

from __future__ import annotations

from typing import Any, Self

from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement
from engagements.models.scanned import CLEARED, HELD, Scan, Scanned
from onsite.accounts.access import InternalRowsQuerySet, Row, ScopedQuerySet
from onsite.accounts.models import User
from onsite.core.files import has_text, is_picture, is_recording


class AttachmentQuerySet(InternalRowsQuerySet["Attachment"]):
    """Files of engagements; a client sees those that are meant for them and were cleared."""

    def shared(self) -> Self:
        return super().shared().filter(scan__in=CLEARED)

    def held(self) -> Self:
        """Keep what somebody has to mask or release: held back, and no masked copy stands in its place."""
        return self.filter(scan__in=HELD, masked_copies=None)

    def by_urgency(self) -> Self:
        """What is held first, then what is being checked, then the rest, newest first."""
        is_masked = models.Exists(self.model.objects.filter(masked_from=models.OuterRef("pk")))
        is_held = models.Q(scan__in=HELD) & ~models.Q(is_masked=True)
        rank = models.Case(models.When(is_held, then=0), models.When(scan=Scan.WAITING, then=1), default=2)
        return self.annotate(is_masked=is_masked).annotate(rank=rank).order_by("rank", "-uploaded_at", "-pk")


class Attachment(Scanned):
    """One stored file, unchanged, with its hash. Rows of the same bytes in one engagement share one stored file.

    A file that belongs to another row (evidence) is internal here and goes to a client through that row's own page,
    because only that row knows who may see it. `masked_from` is the original of a masked copy; `text_excerpt` the
    beginning of what it says, already masked.
    """

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(_("file name"), max_length=200)
    file = models.FileField(upload_to="attachments/%Y/%m", max_length=200)
    media_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    is_internal = models.BooleanField(_("internal"), default=False)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    masked_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="masked_copies")
    text_excerpt = models.TextField(blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta(Scanned.Meta):
        indexes = [models.Index(fields=["engagement", "sha256"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return is_picture(self.media_type)

    @property
    def is_recording(self) -> bool:
        return is_recording(self.media_type)

    @property
    def has_text(self) -> bool:
        return has_text(self.media_type)

    @property
    def full_text(self) -> str:
        """What it says, masked; its beginning where it was looked through before texts were kept whole."""
        kept = getattr(self, "kept_text", None)
        return kept.text if kept else self.text_excerpt

    def stored_bytes(self) -> Any:
        """Open the stored file for reading."""
        return default_storage.open(str(self.file.name))


class OfFileQuerySet(ScopedQuerySet[Row]):
    """What was read from files; visible as its file is."""

    engagement_path = "attachment__engagement_id"

    def shared(self) -> Self:
        return self.filter(attachment__is_internal=False, attachment__scan__in=CLEARED)


class AttachmentTextQuerySet(OfFileQuerySet["AttachmentText"]):
    """Texts of files."""


class AttachmentText(models.Model):
    """All that a file says, masked, for whoever searches: beside the file's row, because it may be long."""

    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="kept_text")
    text = models.TextField()

    objects = AttachmentTextQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.attachment)


class PreviewQuerySet(OfFileQuerySet["Preview"]):
    """Pictures of pages."""


class Preview(models.Model):
    """One page of a file as a picture, made on the server: no browser has to open the file itself."""

    attachment = models.ForeignKey(Attachment, on_delete=models.CASCADE, related_name="previews")
    number = models.PositiveSmallIntegerField()
    image = models.FileField(upload_to="previews/%Y/%m", max_length=200)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    objects = PreviewQuerySet.as_manager()

    class Meta:
        ordering = ["attachment_id", "number"]
        constraints = [models.UniqueConstraint(fields=["attachment", "number"], name="preview_page_once")]
