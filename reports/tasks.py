"""Printing, in the worker of its own queue."""

from __future__ import annotations

from celery import shared_task

from onsite.core import jobs
from reports import exports
from reports.dashboards import standings


@shared_task(name="reports.render")
def render(job_id: int) -> None:
    """Do this job: print a document, or pack many into a zip."""
    jobs.run(job_id)


@shared_task(name="reports.forget_exports")
def forget_exports() -> None:
    """Delete the zips of long ago."""
    exports.forget_old()


@shared_task(name="reports.judge_portfolio")
def judge_portfolio() -> None:
    """Judge anew which engagements need somebody, where what is kept holds no more."""
    standings.refresh_all()
