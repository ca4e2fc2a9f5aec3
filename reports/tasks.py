"""Printing, in the worker of its own queue."""

from __future__ import annotations

from celery import shared_task

from onsite.core import jobs


@shared_task(name="reports.render")
def render(job_id: int) -> None:
    """Print the document of this job."""
    jobs.run(job_id)
