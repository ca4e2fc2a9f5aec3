"""What the hand-over to operations demands before the review begins, and before the end."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engagements.models import Engagement, SignOff
from onsite.core.errors import Obstacle
from standups.models import HandOver

MISSING = "handover.missing"
NOT_RETURNED = "access.outstanding"
NOT_CONFIRMED = "access.unconfirmed"


def before_review(engagement: Engagement) -> Sequence[Obstacle]:
    """The hand-over is signed, or a day for it is agreed that has not passed."""
    if is_handed_over(engagement) or _is_dated(engagement):
        return []
    text = _("The hand-over to operations is neither signed nor dated.")
    return [Obstacle(MISSING, text, reverse("standups:first_weeks", args=[engagement.pk]))]


def before_closing(engagement: Engagement) -> Sequence[Obstacle]:
    """All that was lent to the team is back, and somebody of the client's says so: whoever took each thing back, or whoever
    signed the sheet that lists nothing."""
    url = reverse("standups:hand_over", args=[engagement.pk]) + "#access"
    lent = engagement.returned_access.unscoped()
    count = lent.outstanding().count()
    if count:
        text = ngettext(
            "%(count)s access or device is not handed back.",
            "%(count)s accesses or devices are not handed back.",
            count,
        )
        return [Obstacle(NOT_RETURNED, text % {"count": count}, url)]
    if lent.exists() or is_handed_over(engagement):
        return []
    text = _("Nobody confirmed that access was handed back: note what was, or let the hand-over sheet be signed.")
    return [Obstacle(NOT_CONFIRMED, text, url)]


def is_handed_over(engagement: Engagement) -> bool:
    """Say whether a hand-over sheet was signed. Freezing a newer one takes nothing back: operations have it."""
    texts = engagement.sign_offs.unscoped().filter(kind=SignOff.Kind.HANDOVER)
    return texts.exclude(signed_at=None).exists()


def _is_dated(engagement: Engagement) -> bool:
    rows = HandOver.objects.unscoped().filter(engagement=engagement)
    return rows.filter(planned_on__gte=engagement.today()).exists()
