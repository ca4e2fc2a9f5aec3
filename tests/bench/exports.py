"""The figures of printing and exporting many reports, by real workers of the document queue, and of the public page."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core import jobs
from onsite.core.models import Job
from reports.building.snapshots import build, sealed
from reports.exports import ask_export, job_of
from reports.models import Document, DocumentKind, Draft
from tests.bench.data import Lived
from tests.bench.figures import ROUNDS, WARM_UP, read, signed_in
from tests.bench.timing import Figure, medians
from tests.factories import EngagementFactory

REPORTS = 100
# A worker that stops is to end the run, not to hold it.
MOST_SECONDS = 900
ROOT = Path(__file__).resolve().parent.parent.parent


def verify_figures(lived: Lived) -> Iterator[Figure]:
    """The public verification page against a bare signed-in page."""
    (document,) = issued(lived.engagement, lived.lead, 1)
    Document.objects.filter(pk=document.pk).update(pdf="absent.pdf", pdf_hash="0" * 64)
    page, bare = reverse("reports:verify_code", args=[document.code]), reverse("bench-bare")
    nobody, client = Client(), signed_in(lived.client_pm)
    found = medians(
        {"bare": lambda: read(client, bare), "verify": lambda: read(nobody, page)}, rounds=ROUNDS, warm_up=WARM_UP
    )
    yield Figure("verification page ÷ bare signed-in page", found["verify"] / found["bare"], 2)


def export_figures(lived: Lived) -> Iterator[Figure]:
    """Reports of a short engagement printed by one worker, then by two; and all of one's reports packed into a zip.

    The rates are taken between the first and the last printed one, so that starting a worker does not count.
    """
    lead = lived.lead
    with TemporaryDirectory() as var_dir:
        with workers(1, var_dir) as pids:
            documents = start_printing(lead)
            wait_for(documents, 1)
            first = memory_of(pids)
            wait_for(documents, REPORTS)
            yield Figure(f"worker's memory after {REPORTS} reports ÷ after the first", memory_of(pids) / first, 1.1)
            one = seconds_a_report(documents)
            before = memory_of(pids)
            export_all(documents)
            yield Figure(f"worker's memory after a zip of {REPORTS} reports ÷ before", memory_of(pids) / before, 1.1)
        with workers(2, var_dir):
            documents = start_printing(lead)
            wait_for(documents, REPORTS)
            two = seconds_a_report(documents)
    yield Figure(f"{REPORTS} reports: seconds by two workers ÷ by one", two / one, 1 / 1.7)


def start_printing(lead: User) -> list[Document]:
    """Issue the reports of a new engagement and wake the workers."""
    engagement = EngagementFactory(phase="review")
    documents = issued(engagement, lead, REPORTS)
    for document in documents:
        jobs.start(kind="document", subject_id=document.pk, actor=lead)
    return documents


def issued(engagement: Engagement, lead: User, count: int) -> list[Document]:
    """Freeze as many versions of the closing report, each with its own code."""
    draft = Draft(engagement=engagement, kind=DocumentKind.CLOSING_REPORT, summary="按期上线，两项目标都已达成。")
    snapshot = build(engagement, DocumentKind.CLOSING_REPORT, draft, "zh-hans")
    rows = []
    for number in range(1, count + 1):
        row = Document(
            engagement=engagement, kind=DocumentKind.CLOSING_REPORT, version=number, language="zh-hans",
            issued_by=lead, issued_at=timezone.now(),
        )  # fmt: skip
        final = sealed(
            snapshot, version=number, verify_url=f"https://onsite.example/verify/{row.code}/", audit_head=""
        )
        row.snapshot, row.snapshot_hash = json.loads(final.to_json()), final.sha256
        rows.append(row)
    return Document.objects.bulk_create(rows)


def export_all(documents: list[Document]) -> None:
    manager = documents[0].engagement.created_by
    export = ask_export(actor=manager, documents=[document.pk for document in documents])
    job = job_of(export)
    assert job is not None
    _until(lambda: Job.objects.filter(pk=job.pk, state=Job.State.DONE).exists())


def wait_for(documents: list[Document], count: int) -> None:
    """Wait until so many of the documents are printed."""
    ids = [document.pk for document in documents]
    _until(lambda: Document.objects.unscoped().filter(pk__in=ids).printed().count() >= count)


def _until(holds: Callable[[], bool]) -> None:
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > MOST_SECONDS:
            raise RuntimeError("the workers stopped")
        time.sleep(0.1)


def seconds_a_report(documents: list[Document]) -> float:
    """Return the time between the first and the last end, over the reports in between."""
    ids = [document.pk for document in documents]

    def ended() -> bool:
        return Job.objects.filter(kind="document", subject_id__in=ids, state=Job.State.DONE).count() == len(ids)

    _until(ended)
    found = Job.objects.filter(kind="document", subject_id__in=ids).values_list("finished_at", flat=True)
    ends = sorted(at for at in found if at is not None)
    taken = ends[-1] - ends[0]
    return taken.total_seconds() / (len(ids) - 1)


@contextmanager
def workers(count: int, var_dir: str) -> Iterator[list[int]]:
    """Run as many workers of the document queue, as docker-compose.yml does, on the database of this run."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = {**os.environ, "DATABASE_URL": urlunsplit(url), "ONSITE_VAR_DIR": var_dir}
    command = [
        sys.executable, "-m", "celery", "--app=onsite.celery:app", "--quiet", "worker", "--queues=pdf",
        "--concurrency=1", "--loglevel=ERROR",
    ]  # fmt: skip
    running = [
        subprocess.Popen([*command, f"--hostname=bench{number}@%h"], env=environment, cwd=ROOT)
        for number in range(count)
    ]
    try:
        yield [process.pid for process in running]
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(timeout=60)


def memory_of(pids: list[int]) -> int:
    """Return the resident memory of the workers and their pools in bytes, without the renderers they start."""
    total = 0
    for pid in pids:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (str(pid), *children):
            total += int(Path(f"/proc/{each}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    return total
