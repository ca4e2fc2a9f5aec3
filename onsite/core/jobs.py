"""Long work as rows: the row is the truth, a task only carries its id, the sweep finds what was lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from onsite.core.errors import DomainError
from onsite.core.models import Job
from onsite.core.wake import wake

if TYPE_CHECKING:
    from onsite.accounts.models import User

LEASE = timedelta(minutes=3)
Progress = Callable[[int], None]
log = structlog.get_logger(__name__)

_kinds: dict[str, tuple[str, Callable[[int, Progress], None]]] = {}


def register(kind: str, *, task: str, run: Callable[[int, Progress], None]) -> None:
    """Say what a kind of job does: `run(subject_id, progress)` in a worker, started by the Celery task named `task`."""
    _kinds[kind] = (task, run)


def start(*, kind: str, subject_id: int, actor: User | None) -> Job:
    """Create a waiting job in the caller's transaction and wake a worker after the commit."""
    job = Job.objects.create(kind=kind, subject_id=subject_id, started_by=actor)
    transaction.on_commit(lambda: wake(_kinds[kind][0], job.pk))
    return job


def run(job_id: int) -> None:
    """Claim the job and do it; a second delivery of a running or finished job does nothing."""
    now = timezone.now()
    claimed = Job.objects.filter(
        Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, lease_until__lt=now),
        pk=job_id,
        attempts__lt=Job.MOST_ATTEMPTS,
    ).update(state=Job.State.RUNNING, attempts=F("attempts") + 1, lease_until=now + LEASE, percent=0)
    if not claimed:
        return
    job = Job.objects.get(pk=job_id)
    try:
        _kinds[job.kind][1](job.subject_id, lambda percent: _progress(job, percent))
    except DomainError as error:
        _finish(job, Job.State.FAILED, error.message)
    except Exception as error:
        log.exception("job_failed", job=job.pk, kind=job.kind)
        if job.attempts >= Job.MOST_ATTEMPTS:
            _finish(job, Job.State.FAILED, str(error)[:2000])
        else:
            waits = {"state": Job.State.WAITING, "error": str(error)[:2000], "lease_until": None}
            Job.objects.filter(pk=job.pk).update(**waits)
    else:
        _finish(job, Job.State.DONE, "")


def cancel(*, job: Job) -> bool:
    """Cancel a job that no worker has taken yet; return whether it was in time."""
    return bool(
        Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(
            state=Job.State.CANCELLED, finished_at=timezone.now()
        )
    )


def sweep() -> int:
    """Wake workers for the jobs that wait or whose worker died; fail those out of attempts. Returns how many woke."""
    now = timezone.now()
    lost = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now, attempts__gte=Job.MOST_ATTEMPTS)
    lost.update(state=Job.State.FAILED, finished_at=now, error="worker lost")
    stuck = Job.objects.filter(
        Q(state=Job.State.WAITING, created_at__lt=now - timedelta(seconds=20))
        | Q(state=Job.State.RUNNING, lease_until__lt=now)
    )
    # A kind that no app of this version knows must not keep the others waiting.
    found = list(stuck.filter(kind__in=_kinds).order_by("pk").values_list("pk", "kind")[:100])
    for pk, kind in found:
        wake(_kinds[kind][0], pk)
    return len(found)


def _progress(job: Job, percent: int) -> None:
    Job.objects.filter(pk=job.pk).update(percent=percent, lease_until=timezone.now() + LEASE)


def _finish(job: Job, state: Job.State, error: str) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=state,
        error=error,
        finished_at=timezone.now(),
        lease_until=None,
        percent=100 if state == Job.State.DONE else F("percent"),
    )
