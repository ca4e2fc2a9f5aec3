"""What the hand-over to operations demands before the review begins."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from engagements.models import Engagement, SignOff
from onsite.core.errors import Obstacle
from standups.models import HandOver

MISSING = "handover.missing"


def before_review(engagement: Engagement) -> Sequence[Obstacle]:
    """The hand-over is signed, or a day for it is agreed that has not passed."""
    if is_handed_over(engagement) or _is_dated(engagement):
        return []
    text = _("The hand-over to operations is neither signed nor dated.")
    return [Obstacle(MISSING, text, reverse("standups:first_weeks", args=[engagement.pk]))]


def is_handed_over(engagement: Engagement) -> bool:
    """Say whether a hand-over sheet was signed. Freezing a newer one takes nothing back: operations have it."""
    texts = engagement.sign_offs.unscoped().filter(kind=SignOff.Kind.HANDOVER)
    return texts.exclude(signed_at=None).exists()


def _is_dated(engagement: Engagement) -> bool:
    rows = HandOver.objects.unscoped().filter(engagement=engagement)
    return rows.filter(planned_on__gte=engagement.today()).exists()
