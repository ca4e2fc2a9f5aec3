"""An article's first text from what a sharing session says."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from training.models import Sharing


def article_text(sharing: Sharing) -> str:
    """Return Markdown in the language of the engagement's documents: a chapter for each part that says something."""
    with override(sharing.engagement.language):
        parts = [
            (_("Typical scene"), sharing.scene),
            (_("Breakthrough"), sharing.breakthrough),
            (_("Dealing with the client"), sharing.client_dealings),
            (_("What was said about it"), sharing.minutes),
        ]
    return "\n\n".join(f"## {heading}\n\n{text.strip()}" for heading, text in parts if text.strip())
