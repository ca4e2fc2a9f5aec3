"""The plan's daily picture."""

from __future__ import annotations

from celery import shared_task

from engagements.services import forecast, plan


@shared_task(name="engagements.take_plan_snapshots")
def take_plan_snapshots() -> None:
    """Keep today's picture of every running plan, by each site's own day, and what it says of the agreed day."""
    plan.take_all_snapshots()
    forecast.refresh_all()
