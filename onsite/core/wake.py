"""Tells a worker that something waits. Losing the call loses nothing: the sweep finds the row."""

from __future__ import annotations

import structlog
from celery import current_app

log = structlog.get_logger(__name__)


def wake(task: str, *args: int | str) -> None:
    """Send the task; an absent broker is logged and never reaches the person who waits for the page."""
    try:
        current_app.send_task(task, args=args, retry=False)
    except Exception as error:
        # Whatever the broker's client raises, the row is written and the sweep will come.
        log.warning("broker_unreachable", task=task, error=str(error))
