"""What the days on site count, for objectives to be measured by. Only shared problems: both sides read one number."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _

from engagements import measures
from engagements.models import Engagement
from standups.rollout.matrix import accepted_share


def open_critical_problems(engagement: Engagement) -> Decimal:
    """Return how many critical problems are open now."""
    return Decimal(engagement.problems.shared().open().critical().count())


def days_without_critical_problem(engagement: Engagement) -> Decimal | None:
    """Return the calendar days since a critical problem was last open, or since the first day on site where there never
    was one; 0 while one is open, None before the first day."""
    today = engagement.today()
    if today < engagement.start_on:
        return None
    known = (
        engagement.problems.shared()
        .critical()
        .aggregate(open=Count("pk", filter=Q(solved_on=None)), last=Max("solved_on"))
    )
    if known["open"]:
        return Decimal(0)
    return Decimal(max(0, (today - (known["last"] or engagement.start_on)).days))


def accepted_cells(engagement: Engagement) -> Decimal | None:
    """Return how many cells of the acceptance matrix the client accepted; None where there are none to accept."""
    accepted, required = accepted_share(engagement)
    return Decimal(accepted) if required else None


def accepted_percent(engagement: Engagement) -> Decimal | None:
    """Return how much of the acceptance matrix the client accepted, in percent with one digit, of what was not descoped;
    None where there are no cells. Cut, not rounded: 100 is all of it."""
    accepted, required = accepted_share(engagement)
    return Decimal(1000 * accepted // required) / 10 if required else None


def register_all() -> None:
    """Called once when the apps are ready."""
    measures.register("problems.critical", _("open critical problems"), _("problems"), open_critical_problems)
    measures.register(
        "problems.days_without_critical",
        _("days without a critical problem"),
        _("days"),
        days_without_critical_problem,
    )
    measures.register("rollout.accepted_percent", _("accepted cells of the acceptance matrix"), "%", accepted_percent)
    measures.register("rollout.accepted", _("accepted cells"), _("cells"), accepted_cells)
