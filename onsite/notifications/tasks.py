"""Sending what is due."""

from __future__ import annotations

from celery import shared_task

from onsite.notifications import services


@shared_task(name="notifications.sweep")
def sweep() -> None:
    """Send everything that is due."""
    services.sweep()
