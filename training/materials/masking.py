"""What follows where something was found in a picture or a video and a masked copy was made."""

from __future__ import annotations

from engagements.models import Attachment
from training.models import GuidePicture, Video


def take_masked(original: Attachment, copy: Attachment) -> None:
    """Let the masked copy stand where the original stood."""
    GuidePicture.objects.unscoped().filter(attachment=original).update(attachment=copy)
    Video.objects.unscoped().filter(attachment=original).update(attachment=copy)
