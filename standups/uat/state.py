"""What the acceptance tests put against a Go: conditions of acceptance that nobody met yet."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.models import Engagement
from onsite.core.errors import Obstacle
from standups.models import CellState, Condition

OF_CELL = ("round__cell__module", "round__cell__role", "round__cell__stage")


def before_go(engagement: Engagement) -> list[Obstacle]:
    """Return one obstacle for each condition in force that is open. The client may take it as a risk. One query."""
    rows = Condition.objects.unscoped().in_force().open().filter(round__cell__engagement=engagement)
    rows = rows.exclude(round__cell__state=CellState.DESCOPED).select_related(*OF_CELL).order_by("due_on", "pk")
    return [
        Obstacle(
            f"uat.condition.{row.pk}",
            _("%(cell)s: the condition “%(condition)s” is not met yet (%(owner)s, by %(day)s).")
            % {
                "cell": row.round.cell,
                "condition": row.text,
                "owner": row.owner_name,
                "day": date_format(row.due_on),
            },
            f"{reverse('standups:conditions', args=[engagement.pk])}#condition-{row.pk}",
        )
        for row in rows
    ]
