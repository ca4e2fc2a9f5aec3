"""C5, RULES (Machinery): long work is a row. One worker does it, progress is kept, a lost worker loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from onsite.core import jobs
from onsite.core.errors import DomainError
from onsite.core.jobs import Progress
from onsite.core.models import Job
from onsite.core.tasks import sweep_jobs
from tests.conftest import InParallel

Work = Callable[[int, Progress], None]


class Bench:
    """Does what the test says and counts how often."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.work: Work = lambda subject_id, progress: None

    def __call__(self, subject_id: int, progress: Progress) -> None:
        self.done.append(subject_id)
        self.work(subject_id, progress)


@pytest.fixture
def bench() -> Iterator[Bench]:
    found = Bench()
    jobs.register("test", task="test.work", run=found)
    yield found
    for known in (jobs._kinds, jobs._given_up, jobs._leases):
        del known["test"]


@pytest.fixture
def job(bench: Bench, db: None) -> Job:
    return jobs.start(kind="test", subject_id=7, actor=None)


def fails(error: Exception) -> Work:
    def work(subject_id: int, progress: Progress) -> None:
        raise error

    return work


def lose_the_worker(job: Job) -> None:
    """As after a SIGKILL: the row says running, and its lease runs out."""
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, attempts=job.attempts + 1, lease_until=timezone.now() - timedelta(seconds=1)
    )
    job.refresh_from_db()


def test_a_job_is_done_once(job: Job, bench: Bench) -> None:
    """A broker delivers at least once: the second delivery does nothing."""
    for _delivery in range(3):
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.percent, job.attempts, job.error) == ("done", 100, 1, "")
    assert job.finished_at is not None
    assert not job.is_open
    assert bench.done == [7]


def test_progress_is_kept_while_it_runs(job: Job, bench: Bench) -> None:
    """And each step prolongs the lease, so that long work is not taken for lost."""
    seen: list[tuple[str, int]] = []

    def work(subject_id: int, progress: Progress) -> None:
        for percent in (10, 60):
            with time_machine.travel(timezone.now() + timedelta(minutes=percent), tick=False):
                progress(percent)
                job.refresh_from_db()
                assert job.lease_until == timezone.now() + jobs.LEASE
            seen.append((job.state, job.percent))

    bench.work = work
    jobs.run(job.pk)
    assert seen == [("running", 10), ("running", 60)]


def test_a_percentage_stays_one(job: Job) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.update(percent=101)


def test_a_refusal_is_final_and_says_why(job: Job, bench: Bench) -> None:
    bench.work = fails(DomainError("该版本已作废"))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "该版本已作废")
    assert job.finished_at is not None
    jobs.run(job.pk)
    assert len(bench.done) == 1


def test_an_unexpected_error_is_tried_again_then_given_up(job: Job, bench: Bench) -> None:
    bench.work = fails(OSError("disk full"))
    states = []
    for _try in range(Job.MOST_ATTEMPTS + 2):
        jobs.run(job.pk)
        job.refresh_from_db()
        states.append((job.state, job.attempts))
    assert states == [("waiting", 1), ("waiting", 2), ("failed", 3), ("failed", 3), ("failed", 3)]
    assert job.error == "disk full"
    assert job.finished_at is not None


def test_a_second_try_that_works_forgets_the_error(job: Job, bench: Bench) -> None:
    bench.work = fails(OSError("disk full"))
    jobs.run(job.pk)
    bench.work = lambda subject_id, progress: None
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == ("done", "", 2)


def test_a_job_whose_worker_was_lost_is_done_by_another(job: Job, bench: Bench) -> None:
    jobs.run(987654)
    lose_the_worker(job)
    assert jobs.sweep() == 1
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_a_job_that_runs_is_left_alone(job: Job, bench: Bench) -> None:
    Job.objects.update(state=Job.State.RUNNING, lease_until=timezone.now() + timedelta(seconds=30), attempts=1)
    jobs.run(job.pk)
    assert jobs.sweep() == 0
    assert bench.done == []


def test_a_job_that_kills_its_workers_is_given_up(job: Job, bench: Bench) -> None:
    for _worker in range(Job.MOST_ATTEMPTS):
        lose_the_worker(job)
    jobs.run(job.pk)
    assert bench.done == [], "a late delivery, before the sweep came"
    assert jobs.sweep() == 0
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.finished_at is not None
    jobs.run(job.pk)
    assert bench.done == []


def test_a_job_whose_call_was_lost_is_found(job: Job) -> None:
    """Redis forgot it, or was away: the row waits, the sweep calls again."""
    assert jobs.sweep() == 0
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        assert jobs.sweep() == 1
        sweep_jobs()


def test_a_kind_nobody_knows_does_not_stop_the_others(job: Job) -> None:
    Job.objects.create(kind="of-another-version", subject_id=1)
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        assert jobs.sweep() == 1


def test_a_job_nobody_has_begun_can_be_cancelled(job: Job, bench: Bench) -> None:
    assert jobs.cancel(job=job)
    assert not jobs.cancel(job=job)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, bench.done) == ("cancelled", [])
    assert job.finished_at is not None


def test_a_job_that_runs_stops_at_its_next_step_when_it_is_cancelled(job: Job, bench: Bench) -> None:
    """C5: what was cancelled does not go on, and is never said to be done or failed."""
    steps: list[int] = []

    def work(subject_id: int, progress: Progress) -> None:
        for percent in (10, 20, 30):
            progress(percent)
            steps.append(percent)
            if percent == 20:
                assert jobs.cancel(job=job)
                assert not jobs.cancel(job=job), "once"

    bench.work = work
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (steps, job.state, job.percent, job.error) == ([10, 20], "cancelled", 20, "")
    assert job.finished_at is not None
    assert jobs.sweep() == 0


@pytest.mark.parametrize("end", [None, OSError("disk full"), DomainError("no")])
def test_a_job_that_was_cancelled_stays_so_however_it_ends(end: Exception | None, job: Job, bench: Bench) -> None:
    """C5: cancelled after its last step, it ends neither done nor failed nor waiting for another try."""

    def work(subject_id: int, progress: Progress) -> None:
        jobs.cancel(job=job)
        if end is not None:
            raise end

    bench.work = work
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("cancelled", "")


def test_a_job_that_ended_can_not_be_cancelled(job: Job, bench: Bench) -> None:
    jobs.run(job.pk)
    assert not jobs.cancel(job=job)
    job.refresh_from_db()
    assert job.state == "done"


def test_of_done_and_cancelled_one_wins(bench: Bench, postgresql: None, in_parallel: InParallel) -> None:
    """A race on the end: whoever was told that it is cancelled never finds it done."""

    def step_by_step(_subject_id: int, progress: Progress) -> None:
        for percent in range(5):
            progress(percent)

    bench.work = step_by_step
    for _round in range(10):
        job = jobs.start(kind="test", subject_id=7, actor=None)
        _ran, in_time = in_parallel(lambda pk=job.pk: jobs.run(pk), lambda row=job: jobs.cancel(job=row))
        job.refresh_from_db()
        assert job.state == ("cancelled" if in_time else "done")


def test_a_job_of_a_change_that_is_rolled_back_is_none(bench: Bench, db: None) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        jobs.start(kind="test", subject_id=7, actor=None)
        raise RuntimeError
    assert not Job.objects.exists()


def test_one_of_many_workers_takes_the_job(bench: Bench, transactional_db: None, in_parallel: InParallel) -> None:
    """A race on the claim: one conditional update."""
    job = jobs.start(kind="test", subject_id=7, actor=None)
    assert in_parallel(*[lambda: jobs.run(job.pk)] * 4) == [None] * 4
    assert bench.done == [7]
    assert Job.objects.get().attempts == 1


def test_the_sweep_leaves_what_was_finished_or_taken_on_meanwhile(bench: Bench, db: None) -> None:
    """Slow workers that were not dead, between the sweep's look and its word."""
    first, done, alive = [jobs.start(kind="test", subject_id=number, actor=None) for number in (1, 2, 3)]
    given_up: list[int] = []

    def meanwhile(subject_id: int) -> None:
        given_up.append(subject_id)
        Job.objects.filter(pk=done.pk).update(state=Job.State.DONE, lease_until=None)
        Job.objects.filter(pk=alive.pk).update(lease_until=timezone.now() + jobs.LEASE)

    jobs.register("test", task="test.work", run=bench, given_up=meanwhile)
    over = {"state": Job.State.RUNNING, "attempts": Job.MOST_ATTEMPTS}
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1), **over)
    jobs.sweep()
    states = [Job.objects.get(pk=row.pk).state for row in (first, done, alive)]
    assert (states, given_up) == (["failed", "done", "running"], [1])


def test_a_worker_that_was_taken_for_lost_stops_no_other(job: Job, bench: Bench) -> None:
    """Its lease ran out and another took over: what it says of progress or failure no longer counts."""

    def overtaken(subject_id: int, progress: Progress) -> None:
        lose_the_worker(job)
        bench.work = lambda subject_id, progress: None
        jobs.run(job.pk)
        progress(40)
        raise OSError("too late")

    bench.work = overtaken
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.percent, job.error) == ("done", 100, "")


def test_a_kind_of_long_steps_has_a_longer_lease(job: Job, bench: Bench) -> None:
    jobs.register("test", task="test.work", run=bench, lease=timedelta(minutes=12))
    leases: list[timedelta] = []

    def work(subject_id: int, progress: Progress) -> None:
        for percent in (0, 50):
            if percent:
                progress(percent)
            leases.append((Job.objects.get(pk=job.pk).lease_until or timezone.now()) - timezone.now())

    bench.work = work
    with time_machine.travel(timezone.now(), tick=False):
        jobs.run(job.pk)
    assert leases == [timedelta(minutes=12)] * 2
