"""TRUST, failpoints: a worker killed by SIGKILL while it prints or packs loses nothing and leaves one file."""

from __future__ import annotations

import signal

import pytest

from tests.installation import Installation

SEED = """
from onsite.accounts.roles import Role
from reports import services
from reports.models import DocumentKind
from tests.factories import EngagementFactory, UserFactory
manager = UserFactory(role=Role.MANAGER, name="王海明")
engagement = EngagementFactory(created_by=manager)
manual = DocumentKind.FIELD_MANUAL
services.save_draft(actor=manager, engagement=engagement, kind=manual, version=0, summary="手册")
services.issue_document(actor=manager, engagement=engagement, kind=manual, language="zh-hans", version=1)
"""
# Reports that are printed already; their export is the only job.
SEED_EXPORT = """
from onsite.accounts.roles import Role
from tests.factories import EngagementFactory, UserFactory
from tests.reports.exporting import export_of, printed_report
manager = UserFactory(role=Role.MANAGER, name="王海明")
engagement = EngagementFactory(created_by=manager)
export_of(manager, *[printed_report(engagement, version=number) for number in (1, 2, 3)])
"""
WORK = "from onsite.core import jobs; from onsite.core.models import Job; jobs.run(Job.objects.get().pk)"
# One process for all that happens afterwards, because starting one costs more than the rest of the test.
AFTERWARDS = """
import hashlib, os, time_machine
from datetime import timedelta
from django.conf import settings
from django.utils import timezone
from onsite.core import jobs
from onsite.core.models import AuditEntry, Job
from reports.models import Document, ReportExport
def files():
    found = []
    for folder, _folders, names in os.walk(settings.MEDIA_ROOT / {folder!r}):
        found += [os.path.join(folder, name) for name in names]
    return found
rows = lambda: [str(row.pdf) for row in Document.objects.unscoped()] if {folder!r} == "documents" else [
    str(row.file) for row in ReportExport.objects.all()]
print(rows())
with time_machine.travel(timezone.now() + jobs.LEASE + timedelta(seconds=1)):
    print(jobs.sweep())
    jobs.run(Job.objects.get().pk)
    jobs.run(Job.objects.get().pk)
job = Job.objects.get()
(path,), (name,) = files(), rows()
print(job.state, job.attempts, str(settings.MEDIA_ROOT / name) == path)
print(AuditEntry.objects.filter(action="document.printed").count())
document = Document.objects.unscoped().first()
with open(path, "rb") as stored:
    content = stored.read()
if {folder!r} == "documents":
    print(hashlib.sha256(content).hexdigest() == document.pdf_hash)
else:
    import io, zipfile
    print(len(zipfile.ZipFile(io.BytesIO(content)).namelist()))
"""


@pytest.mark.parametrize("place", ["document.printed", "document.stored"])
def test_a_worker_killed_while_it_prints(place: str, installation: Installation) -> None:
    """N9, C5: killed with the PDF in its hand, or stored and not yet in the row: one file, the right row, one entry in the
    audit, done at the second try."""
    installation.ask(SEED)
    killed = installation.run(WORK, ONSITE_FAILPOINT=place)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    before, woken, ended, audited, is_whole = installation.ask(AFTERWARDS.format(folder="documents")).splitlines()
    assert before == "['']", "nobody is offered a file meanwhile"
    assert (woken, ended, audited, is_whole) == ("1", "done 2 True", "1", "True")


def test_a_worker_killed_while_it_packs(installation: Installation) -> None:
    """N9, C5: killed with the zip stored and not yet in the row: one zip, with every report, done at the second try."""
    installation.ask(SEED_EXPORT)
    killed = installation.run(WORK, ONSITE_FAILPOINT="export.written")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    before, woken, ended, _audited, inside = installation.ask(AFTERWARDS.format(folder="exports")).splitlines()
    assert before == "['']"
    assert (woken, ended, inside) == ("1", "done 2 True", "3")
