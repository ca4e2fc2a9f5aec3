"""Long work as rows: the row is the truth, a task only carries its id, the sweep finds what was lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
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
_given_up: dict[str, Callable[[int], None]] = {}
_leases: dict[str, timedelta] = {}


class JobCancelled(Exception):
    """Somebody cancelled the job while it ran: raised where it tells its progress, so that it ends there."""


def register(
    kind: str,
    *,
    task: str,
    run: Callable[[int, Progress], None],
    given_up: Callable[[int], None] = lambda subject_id: None,
    lease: timedelta = LEASE,
) -> None:
    """Say what a kind of job does: `run(subject_id, progress)` in a worker, started by the Celery task named `task`.

    `given_up(subject_id)` is called when a job of this kind has failed for good, for what must not wait for ever, in
    the transaction that says so. `lease` is longer than the work can take between two calls of `progress`: when it has
    run out, the worker is taken for lost. `progress` raises JobCancelled where the job was cancelled meanwhile.
    """
    _kinds[kind] = (task, run)
    _given_up[kind] = given_up
    _leases[kind] = lease


def start(*, kind: str, subject_id: int, actor: User | None) -> Job:
    """Create a waiting job in the caller's transaction and wake a worker after the commit."""
    job = Job.objects.create(kind=kind, subject_id=subject_id, started_by=actor)
    transaction.on_commit(lambda: wake(_kinds[kind][0], job.pk))
    return job


def run(job_id: int) -> None:
    """Claim the job and do it; a second delivery of a running or finished job does nothing."""
    job = _claim(job_id)
    if job is None:
        return
    try:
        _kinds[job.kind][1](job.subject_id, lambda percent: _progress(job, percent))
    except JobCancelled:
        log.info("job_cancelled", job=job.pk, kind=job.kind)
    except DomainError as error:
        _fail(job, error.message)
    except Exception as error:
        log.exception("job_failed", job=job.pk, kind=job.kind)
        if job.attempts >= Job.MOST_ATTEMPTS:
            _fail(job, str(error)[:2000])
        else:
            _claimed(job).update(state=Job.State.WAITING, error=str(error)[:2000], lease_until=None)
    else:
        # Done is done, also where its lease had run out meanwhile; but nobody hears that it was done after cancelling it.
        _finish(Job.objects.filter(pk=job.pk).exclude(state=Job.State.CANCELLED), Job.State.DONE, percent=100)


def cancel(*, job: Job) -> bool:
    """Cancel a job that has not ended; return whether it was in time. One that runs stops at its next step."""
    open_states = (Job.State.WAITING, Job.State.RUNNING)
    return bool(_finish(Job.objects.filter(pk=job.pk, state__in=open_states), Job.State.CANCELLED))


def sweep() -> int:
    """Wake workers for the jobs that wait or whose worker died; fail those out of attempts. Returns how many woke."""
    now = timezone.now()
    lost = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now, attempts__gte=Job.MOST_ATTEMPTS)
    for job in lost:
        _fail(job, "worker lost", lease_until__lt=now)
    stuck = Job.objects.filter(
        Q(state=Job.State.WAITING, created_at__lt=now - timedelta(seconds=20))
        | Q(state=Job.State.RUNNING, lease_until__lt=now)
    )
    # A kind that no app of this version knows must not keep the others waiting.
    found = list(stuck.filter(kind__in=_kinds).order_by("pk").values_list("pk", "kind")[:100])
    for pk, kind in found:
        wake(_kinds[kind][0], pk)
    return len(found)


def _claim(job_id: int) -> Job | None:
    """Return the job where this call took it: one conditional update."""
    found = Job.objects.filter(pk=job_id).first()
    if found is None:
        return None
    now = timezone.now()
    claimed = Job.objects.filter(
        Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, lease_until__lt=now),
        pk=job_id,
        attempts=found.attempts,
        attempts__lt=Job.MOST_ATTEMPTS,
    ).update(state=Job.State.RUNNING, attempts=found.attempts + 1, lease_until=now + _lease_of(found), percent=0)
    return Job.objects.get(pk=job_id) if claimed else None


def _lease_of(job: Job) -> timedelta:
    return _leases.get(job.kind, LEASE)


def _claimed(job: Job) -> QuerySet[Job]:
    """Keep the row while it runs and is this claim's: not one that ended, or that another worker took over."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def _progress(job: Job, percent: int) -> None:
    told = _claimed(job).update(percent=percent, lease_until=timezone.now() + _lease_of(job))
    if not told and Job.objects.filter(pk=job.pk, state=Job.State.CANCELLED).exists():
        raise JobCancelled


@transaction.atomic
def _fail(job: Job, error: str, **still: Any) -> None:
    """Give the job up, and what waits for it, in one transaction; not where it is not `still` so."""
    if _finish(_claimed(job).filter(**still), Job.State.FAILED, error=error) and job.kind in _given_up:
        _given_up[job.kind](job.subject_id)


def _finish(rows: QuerySet[Job], state: Job.State, *, error: str = "", **values: Any) -> int:
    return rows.update(state=state, error=error, finished_at=timezone.now(), lease_until=None, **values)
