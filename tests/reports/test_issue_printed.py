"""Three real PDFs, printed once for all tests here: the job that prints them, and what can be read in them."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import reverse

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core import audit, jobs
from onsite.core.models import AuditEntry, Job
from reports import services
from reports.models import Document, DocumentKind
from tests.reports.lived import MARK, lived_through, person_of


@dataclass
class Printed:
    """An engagement with both of its documents, and the sheet of its frozen text."""

    engagement: Engagement
    manager: User
    pm: User
    report: Document
    manual: Document
    sheet: bytes


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Printed]:
    """Issued by the manager and printed by the worker's own function; rolled back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        engagement = lived_through()
        manager, pm = engagement.created_by, person_of(engagement, Part.CLIENT_PM)
        report = _issue(engagement, manager, DocumentKind.CLOSING_REPORT, "en", "喆 堃 镕 㛃 𠮷: live, two days late.")
        manual = _issue(engagement, manager, DocumentKind.FIELD_MANUAL, "zh-hans", "")
        text = engagement.sign_offs.unscoped().get()
        browser = Client()
        browser.force_login(manager)
        sheet = browser.get(reverse("reports:sign_off_sheet", args=[engagement.pk, text.pk]))
        assert sheet.status_code == 200
        yield Printed(engagement, manager, pm, report, manual, sheet.content)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _database(world: Printed, db: None) -> None:
    """Each test may read and write; what it writes is rolled back."""


def _issue(engagement: Engagement, actor: User, kind: DocumentKind, language: str, summary: str) -> Document:
    services.save_draft(
        actor=actor, engagement=engagement, kind=kind, version=0, summary=summary, proposals="先确认权限", changes=""
    )
    document = services.issue_document(actor=actor, engagement=engagement, kind=kind, language=language, version=1)
    job = services.job_of(document)
    assert job is not None
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.percent, job.error) == (Job.State.DONE, 100, "")
    return Document.objects.unscoped().get(pk=document.pk)


def _bytes(document: Document) -> bytes:
    with default_storage.open(str(document.pdf)) as stored:
        return bytes(stored.read())


def _text(pdf: bytes) -> str:
    command = ["pdftotext", "-layout", "-enc", "UTF-8", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def _squeezed(pdf: bytes) -> str:
    return "".join(_text(pdf).split())


def test_the_stored_bytes_are_the_recorded_ones(world: Printed) -> None:
    """N9: the hash of the file stands in the row and in the audit, with what it was printed with."""
    for document in (world.report, world.manual):
        digest = hashlib.sha256(_bytes(document)).hexdigest()
        assert document.pdf_hash == digest
        assert document.renderer["weasyprint"]
        entry = AuditEntry.objects.get(action="document.printed", target=f"reports.document:{document.pk}")
        assert entry.data["pdf"] == digest
    assert audit.first_broken(world.engagement.audit_chain) is None


def test_a_second_delivery_of_the_job_prints_nothing(world: Printed) -> None:
    """TRUST.md 3: at least once delivered, exactly once printed."""
    job = services.job_of(world.report)
    assert job is not None
    jobs.run(job.pk)
    Job.objects.filter(pk=job.pk).update(state="waiting")
    jobs.run(job.pk)
    row = Document.objects.unscoped().get(pk=world.report.pk)
    assert (row.pdf.name, row.pdf_hash) == (world.report.pdf.name, world.report.pdf_hash)
    assert AuditEntry.objects.filter(action="document.printed").count() == 2


def test_the_report_tells_the_client_everything_that_is_theirs(world: Printed) -> None:
    """R1, C3: objectives, course, key problems, stand-ups, remaining issues, proposals, visits, hashes."""
    told = _squeezed(_bytes(world.report))
    for word in (
        "江海银行", "CRM上线", "喆堃镕㛃𠮷:live,twodayslate.", "2/4", "+2", "Notmeasured", "响应时间", "缺少审批权限",
        "签署《权限确认书》", "16stand-upswereheld", "历史标签", "Needsyourside", "报表超时", "先确认权限", "2026-11-16",
        "状态字段映射错误，重新导入", world.report.snapshot_hash, world.report.snapshot["audit_head"],
    ):  # fmt: skip
        assert word in told, word
    assert "驻场执行手册" in _squeezed(_bytes(world.manual))


def test_no_internal_word_is_in_any_pdf(world: Printed) -> None:
    """N4, TRUST.md: neither in the text nor in the attached data. The control: the rows are there."""
    assert world.engagement.problems.unscoped().filter(title=MARK).exists()
    for pdf in (_bytes(world.report), _bytes(world.manual), world.sheet):
        assert MARK not in _squeezed(pdf)
        with pikepdf.open(BytesIO(pdf)) as opened:
            attached = opened.attachments["snapshot.json"].get_file().read_bytes()
        assert MARK not in attached.decode()
        assert json.loads(attached)["client_name"] == "江海银行"


def test_the_attached_data_has_the_printed_hash(world: Printed) -> None:
    """N9: anyone can compute the hash that is printed."""
    for document in (world.report, world.manual):
        pdf = _bytes(document)
        with pikepdf.open(BytesIO(pdf)) as opened:
            attached = opened.attachments["snapshot.json"].get_file().read_bytes()
        assert hashlib.sha256(attached).hexdigest() == document.snapshot_hash
        assert document.snapshot_hash in _squeezed(pdf)


def test_the_sheet_carries_its_code_on_every_page(world: Printed) -> None:
    """RULES.md, Signing: version, code and QR on every page, room for the signatures on the last."""
    text = world.engagement.sign_offs.unscoped().get()
    pages = _text(world.sheet).split("\f")[:-1]
    assert pages
    assert all(text.code in page for page in pages)
    assert "陈镕" in pages[-1]
    assert text.text_hash in "".join(pages[0].split())


def test_the_client_saves_the_very_bytes(world: Printed) -> None:
    """C3: what the client gets is what was issued."""
    browser = Client()
    browser.force_login(world.pm)
    address = reverse("reports:document_pdf", args=[world.engagement.pk, world.report.pk])
    response = browser.get(address)
    assert hashlib.sha256(b"".join(response)).hexdigest() == world.report.pdf_hash
    page = browser.get(reverse("reports:document", args=[world.engagement.pk, world.report.pk]))
    assert f'data-verify="{world.report.pdf_hash}"' in page.content.decode()
