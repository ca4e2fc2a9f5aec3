"""The plan's daily picture, and looking files through and reading them."""

from __future__ import annotations

from celery import shared_task

from engagements.services import forecast, plan
from onsite.core import jobs


@shared_task(name="engagements.take_plan_snapshots")
def take_plan_snapshots() -> None:
    """Keep today's picture of every running plan, by each site's own day, and what it says of the agreed day."""
    plan.take_all_snapshots()
    forecast.refresh_all()


@shared_task(name="engagements.look_through")
def look_through(job_id: int) -> None:
    """Look for what must not be shared in the file of this job."""
    jobs.run(job_id)


@shared_task(name="engagements.mask_file")
def mask_file(job_id: int) -> None:
    """Make the masked copy of the file of this job."""
    jobs.run(job_id)


@shared_task(name="engagements.read_file")
def read_file(job_id: int) -> None:
    """Read what the file of this job says, for the search."""
    jobs.run(job_id)


@shared_task(name="engagements.apply_rules")
def apply_rules(job_id: int) -> None:
    """Bring the standing rule of this job to all it binds."""
    jobs.run(job_id)
