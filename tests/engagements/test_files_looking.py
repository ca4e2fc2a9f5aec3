"""Issue 4 (Files): every upload that a client will see is looked through once, whoever dies meanwhile (TRUST, N3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from engagements.models import Attachment, Engagement, Preview, Scan
from engagements.services import files
from engagements.tasks import look_through as task
from onsite.accounts.models import User
from onsite.core import jobs
from onsite.core.models import AuditEntry, Job
from onsite.notifications.models import Message
from tests.conftest import InParallel
from tests.engagements.asking import mailed
from tests.engagements.filing import (
    LEAKY_LOG,
    LOCKED_PDF,
    SECRET,
    a_log,
    a_picture,
    a_recording,
    evidence,
    fresh,
    looked_through,
    work,
)


def job_of(row: Attachment) -> Job:
    job = files.job_of(row)
    assert job is not None
    return job


def lose_the_worker(job: Job, attempts: int = 1) -> None:
    """As after a SIGKILL in mid-scan: the row says running, and its lease has run out."""
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, attempts=attempts, percent=5, lease_until=timezone.now() - timedelta(seconds=1)
    )


def test_it_waits_until_a_worker_came(engagement: Engagement, engineer: User) -> None:
    row = evidence(engineer, engagement)
    assert (row.scan, row.is_cleared, job_of(row).state) == (Scan.WAITING, False, "waiting")
    task(job_of(row).pk)
    row = fresh(row)
    assert (row.scan, row.is_cleared, row.findings) == (Scan.CLEAN, True, [])
    assert row.scanned_at is not None
    assert "412 ms" in row.text_excerpt
    assert (job_of(row).state, job_of(row).percent) == ("done", 100)


def test_what_is_found_is_told_without_the_secret(engagement: Engagement, engineer: User) -> None:
    """N3: kind, place and a masked sample are kept, in no language; the secret itself nowhere."""
    row = looked_through(engineer, engagement, a_log(LEAKY_LOG))
    [finding] = row.findings
    assert (row.scan, finding["kind"], finding["where"]) == (Scan.FOUND, "password", {"line": 3})
    assert SECRET not in str(row.findings) + row.text_excerpt
    for entry in AuditEntry.objects.all():
        assert SECRET not in str(entry.data)


def test_what_cannot_be_read_is_held(engagement: Engagement, engineer: User) -> None:
    row = looked_through(engineer, engagement, SimpleUploadedFile("合同.pdf", LOCKED_PDF))
    assert (row.scan, row.is_held) == (Scan.UNREADABLE, True)


def test_a_secret_in_a_name_is_one(engagement: Engagement, engineer: User) -> None:
    """The name stands on the client's page: it is looked through as the content is."""
    row = looked_through(engineer, engagement, a_picture(name="password=Zk8#pq2-Lm4v.png"))
    [finding] = row.findings
    assert (row.scan, finding["where"]) == (Scan.FOUND, {"part": "file_name"})
    other = evidence(engineer, engagement, a_picture(name="登录页.png"))
    assert other.scan == Scan.CLEAN, "the same picture by a harmless name"


def test_a_picture_gets_a_preview_and_a_recording_none(engagement: Engagement, engineer: User) -> None:
    picture = looked_through(engineer, engagement, a_picture())
    [page] = picture.previews.unscoped()
    with page.image.open() as stored:
        assert stored.read(2) == b"\xff\xd8"
    assert (page.number, page.width > 0, page.height > 0) == (1, True, True)
    recording = looked_through(engineer, engagement, a_recording())
    assert (recording.scan, recording.previews.count()) == (Scan.CLEAN, 0)


# --- a job is a row ---------------------------------------------------------------------------------------------------


def test_a_worker_that_dies_in_the_middle_is_followed_by_another(engagement: Engagement, engineer: User) -> None:
    """TRUST: the sweep resumes it; meanwhile the file stays held back."""
    row = evidence(engineer, engagement, a_log(LEAKY_LOG))
    lose_the_worker(job_of(row))
    assert fresh(row).scan == Scan.WAITING
    assert jobs.sweep() == 1
    task(job_of(row).pk)
    assert (fresh(row).scan, job_of(row).state, job_of(row).attempts) == (Scan.FOUND, "done", 2)


def test_a_file_that_kills_every_worker_is_held(engagement: Engagement, engineer: User) -> None:
    """Nothing waits for ever: after the last attempt a person has to look."""
    row = evidence(engineer, engagement)
    lose_the_worker(job_of(row), attempts=Job.MOST_ATTEMPTS)
    jobs.sweep()
    assert (fresh(row).scan, job_of(row).state) == (Scan.UNREADABLE, "failed")
    assert Message.objects.filter(kind="file_held").count() == 1


def test_a_file_whose_bytes_are_lost_is_held_after_the_last_attempt(engagement: Engagement, engineer: User) -> None:
    row = evidence(engineer, engagement)
    row.file.storage.delete(str(row.file.name))
    for attempt in range(1, Job.MOST_ATTEMPTS + 1):
        assert fresh(row).scan == Scan.WAITING
        task(job_of(row).pk)
        assert job_of(row).attempts == attempt
    assert (fresh(row).scan, job_of(row).state) == (Scan.UNREADABLE, "failed")


def test_a_second_delivery_changes_nothing(engagement: Engagement, engineer: User) -> None:
    row = evidence(engineer, engagement, a_log(LEAKY_LOG))
    for _delivery in range(3):
        task(job_of(row).pk)
    assert AuditEntry.objects.filter(action="file.held").count() == 1
    assert fresh(row).scan == Scan.FOUND


def test_a_late_worker_overrules_nobody(engagement: Engagement, engineer: User) -> None:
    """The lead has released it, or another worker was quicker: the conditional update finds nothing to write."""
    row = looked_through(engineer, engagement, a_log(LEAKY_LOG))
    files.release(actor=engineer, row=row, engagement=engagement, reason="测试数据")
    files.look_through(row.pk, lambda percent: None)
    files.give_up(row.pk)
    assert fresh(row).scan == Scan.RELEASED


def test_a_file_that_is_rolled_back_has_no_job(engagement: Engagement, engineer: User) -> None:

    with pytest.raises(RuntimeError), transaction.atomic():
        evidence(engineer, engagement)
        raise RuntimeError
    assert not Attachment.objects.exists()
    assert not Job.objects.exists()


def test_two_workers_at_once_write_it_once(
    engagement: Engagement, engineer: User, postgresql: None, in_parallel: InParallel
) -> None:
    """A slow worker whose lease ran out and its successor: one result, one set of pages, one message, one entry."""
    for number in range(4):
        colour = ("red", "green", "blue", "black")[number]
        row = evidence(engineer, engagement, a_picture(name=f"password=Zk8#pq2-Lm4v{number}.png", colour=colour))
        results = in_parallel(*[lambda row=row: files.look_through(row.pk, lambda percent: None)] * 2)
        assert results == [None, None]
        assert fresh(row).scan == Scan.FOUND
        assert Preview.objects.filter(attachment=row).count() == 1
        assert AuditEntry.objects.filter(action="file.held", target=f"engagements.attachment:{row.pk}").count() == 1


# --- the lead is told -------------------------------------------------------------------------------------------------


def test_the_lead_is_told_once_of_a_held_file(engagement: Engagement, engineer: User, colleague: User) -> None:
    row = looked_through(colleague, engagement, a_log(LEAKY_LOG))
    [mail] = mailed()
    assert mail.to == [engineer.email]
    assert f"/engagements/{engagement.pk}/files/{row.pk}/about/" in mail.body
    assert colleague.name in mail.body
    assert "Password" in mail.body
    assert SECRET not in mail.body + mail.subject
    work()
    assert mailed() == []


def test_nobody_is_told_of_a_clean_file(engagement: Engagement, engineer: User) -> None:
    looked_through(engineer, engagement)
    assert mailed() == []


@pytest.mark.parametrize("way", ["released", "masked"])
def test_nothing_is_told_where_it_was_cleared_meanwhile(way: str, engagement: Engagement, engineer: User) -> None:
    row = looked_through(engineer, engagement, a_log(LEAKY_LOG))
    if way == "released":
        files.release(actor=engineer, row=row, engagement=engagement, reason="测试数据")
    else:
        files.mask(actor=engineer, attachment=row)
    assert mailed() == []


def test_without_a_lead_the_manager_is_told(engagement: Engagement, manager: User) -> None:
    looked_through(manager, engagement, a_log(LEAKY_LOG))
    assert [mail.to for mail in mailed()] == [[manager.email]]


def test_a_lead_who_left_is_told_nothing(engagement: Engagement, engineer: User, manager: User) -> None:
    looked_through(manager, engagement, a_log(LEAKY_LOG))
    engineer.memberships.unscoped().update(ended_at=timezone.now())
    assert mailed() == []


def test_an_unreadable_file_is_told_as_such(engagement: Engagement, engineer: User) -> None:
    looked_through(engineer, engagement, SimpleUploadedFile("合同.pdf", LOCKED_PDF))
    [mail] = mailed()
    assert "could not read it" in mail.body
