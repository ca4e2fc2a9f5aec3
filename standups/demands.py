"""What the days on site demand before a phase may begin."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import ngettext

from engagements import gates
from engagements.models import Engagement, Phase
from onsite.core.errors import Obstacle

CRITICAL = "problems.critical"


def no_critical_problem(engagement: Engagement) -> Sequence[Obstacle]:
    """No critical problem is open when the review begins."""
    count = engagement.problems.open().critical().count()
    if not count:
        return []
    text = ngettext("%(count)s critical problem is open.", "%(count)s critical problems are open.", count)
    url = reverse("standups:problems", args=[engagement.pk]) + "?severity=critical"
    return [Obstacle(CRITICAL, text % {"count": count}, url)]


def register_all() -> None:
    """Called once when the apps are ready."""
    gates.register(Phase.REVIEW, no_critical_problem)
