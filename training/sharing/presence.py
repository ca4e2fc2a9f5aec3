"""Who was at a sharing session."""

from __future__ import annotations

from engagements.models.fingerprint import text_mark
from training.models import Sharing


def presence_mark(sharing: Sharing) -> str:
    """Return the mark of who is invited and who was there: whoever ticks the list shows which one was on the page."""
    rows = sharing.invitations.order_by("pk").values_list("pk", "was_there")
    return text_mark(" ".join(f"{pk}:{was_there}" for pk, was_there in rows))
