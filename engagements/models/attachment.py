"""Files of an engagement: private, served by one view."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement
from onsite.accounts.access import InternalRowsQuerySet
from onsite.accounts.models import User


class AttachmentQuerySet(InternalRowsQuerySet["Attachment"]):
    """Files of engagements."""


class Attachment(models.Model):
    """One stored file, unchanged, with its hash."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(_("file name"), max_length=200)
    file = models.FileField(upload_to="attachments/%Y/%m", max_length=200)
    media_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    is_internal = models.BooleanField(_("internal"), default=False)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = AttachmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def stored_bytes(self) -> Any:
        """Open the stored file for reading."""
        return default_storage.open(str(self.file.name))
