"""Tasks of the floor that knows no domain."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from onsite.core import idempotency, incoming, jobs
from onsite.core.models import Heartbeat


@shared_task(name="core.beat")
def beat(queue: str) -> None:
    """Write that this queue moves."""
    Heartbeat.objects.update_or_create(queue=queue, defaults={"at": timezone.now()})


@shared_task(name="core.sweep_jobs")
def sweep_jobs() -> None:
    """Wake workers for the jobs whose message or worker was lost."""
    jobs.sweep()


@shared_task(name="core.forget_answers")
def forget_answers() -> None:
    """Delete the remembered answers of long ago."""
    idempotency.forget_old()


@shared_task(name="core.forget_incoming")
def forget_incoming() -> None:
    """Delete what arrived in pieces and nobody took."""
    incoming.forget_old()
