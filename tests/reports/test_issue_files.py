"""Issued documents: their printing, who finds them, and the files. What stands in real PDFs: test_issue_printed.py."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engagements.models import Engagement, SignOff
from engagements.services import plan, signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Permission
from onsite.core import jobs
from onsite.core.models import AuditEntry, Job
from reports import services
from reports.models import Document, Draft
from tests.conftest import SignIn
from tests.factories import EngagementFactory, MembershipFactory, ObjectiveFactory, ScopeItemFactory, UserFactory
from tests.reports.exporting import change_a_byte
from tests.reports.issuing import MANUAL, draft, issue, printed, status, url

pytestmark = pytest.mark.django_db


# --- Printing ------------------------------------------------------------------------------------------------------------------


def test_issued_bytes_never_change(engagement: Engagement, engineer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """N9: a second delivery prints nothing, and a worker that comes too late keeps nothing."""
    document = issue(engineer, engagement)
    late = Document.objects.unscoped().select_related("engagement", "issued_by").get(pk=document.pk)
    first = printed(document)
    Document.objects.filter(pk=document.pk).update(snapshot={})  # a second printing would stumble over it
    services.render_document(document.pk, lambda percent: None)
    stored = set(default_storage.listdir(f"documents/{document.pk}")[1]) if _has_folder(document) else set()
    services._keep(late, b"%PDF-1.7 another")
    again = Document.objects.unscoped().get(pk=document.pk)
    assert (again.pdf.name, again.pdf_hash) == (first.pdf.name, first.pdf_hash)
    assert set(default_storage.listdir(f"documents/{document.pk}")[1]) == stored
    assert not AuditEntry.objects.filter(action="document.printed").exists()


def _has_folder(document: Document) -> bool:
    return default_storage.exists(f"documents/{document.pk}")


def test_a_snapshot_that_was_tampered_with_is_not_printed(engagement: Engagement, engineer: User) -> None:
    """N9: the data must match the hash in the audit; the job fails for good and says why."""
    document = issue(engineer, engagement)
    for snapshot in ({**document.snapshot, "title": "换了"}, {}, {"kind": "field_manual"}):
        Document.objects.filter(pk=document.pk).update(snapshot=snapshot)
        Job.objects.update(state="waiting", attempts=0)
        job = services.job_of(document)
        assert job is not None
        jobs.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.error) == ("failed", "The frozen data doesn't match its hash; nothing was printed.")


def test_a_failed_printing_says_why_and_can_be_repeated_by_those_who_issue(
    engagement: Engagement, engineer: User, colleague: User, client_pm: User, sign_in: SignIn
) -> None:
    """SCREENS.md: long work can be left and fails in words. While one is under way nothing is started twice."""
    document = issue(engineer, engagement)
    again = url("document_print", engagement, document.pk)
    sign_in(engineer).post(again)
    assert Job.objects.count() == 1
    Job.objects.update(state="failed", error="Die Druckerei brennt")
    page = url("document", engagement, document.pk)
    assert "Die Druckerei brennt" in sign_in(colleague).get(page).content.decode()
    assert again in sign_in(engineer).get(page).content.decode()
    assert again not in sign_in(colleague).get(page).content.decode()
    assert sign_in(colleague).post(again).status_code == 403
    assert sign_in(client_pm).post(again).status_code == 404
    assert sign_in(engineer).get(again).status_code == 405
    sign_in(engineer).post(again)
    assert list(Job.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "waiting"]
    printed(document)
    Job.objects.update(state="done")
    sign_in(engineer).post(again)
    assert Job.objects.count() == 2


def test_the_progress_is_polled_as_a_part_and_works_without_a_script(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """SCREENS.md: a progress bar that can be left; htmx gets the part, a plain browser the page."""
    document = issue(engineer, engagement)
    Job.objects.update(state="running", percent=25)
    page = url("document", engagement, document.pk)
    browser = sign_in(engineer)
    part = browser.get(page, headers={"HX-Request": "true"})
    assert 'value="25"' in part.content.decode()
    assert f'hx-get="{page}"' in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]
    whole = browser.get(page).content.decode()
    assert "<html" in whole
    assert 'value="25"' in whole
    printed(document)
    done = browser.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in done
    assert url("document_pdf", engagement, document.pk) in done


# --- Who ---------------------------------------------------------------------------------------------------------------------------


def test_who_may_write_and_who_may_issue(
    engagement: Engagement, manager: User, engineer: User, colleague: User, client_pm: User, outsider_engineer: User
) -> None:
    """HOUSE.md: services check again, whatever the page allowed."""
    trainer = UserFactory()
    MembershipFactory(engagement=engagement, user=trainer, part=Part.TRAINER)
    may: dict[User, tuple[bool, bool]] = {
        manager: (True, True), engineer: (True, True), colleague: (True, False), trainer: (False, False),
        client_pm: (False, False), outsider_engineer: (False, False),
    }  # fmt: skip
    newest = issue(manager, engagement)
    for user, (writes, issues) in may.items():
        Draft.objects.unscoped().delete()
        assert _passes(lambda user=user: draft(user, engagement)) is writes
        version = services.next_version(engagement, MANUAL)
        assert _passes(lambda user=user, version=version: issue(user, engagement, version=version)) is issues
        assert _passes(lambda user=user: services.print_again(actor=user, document=newest)) is issues
        assert (Permission.ISSUE_DOCUMENT in engagement.permissions_of(user)) is issues


def _passes(action: Any) -> bool:
    try:
        action()
    except PermissionDenied:
        return False
    return True


def test_a_client_finds_only_what_is_ready(
    engagement: Engagement, engineer: User, client_pm: User, client_pm_2: User, sign_in: SignIn
) -> None:
    """C3: before the file is there the document is absent for them; another client's stays absent."""
    document = issue(engineer, engagement)
    page, pdf = url("document", engagement, document.pk), url("document_pdf", engagement, document.pk)
    for address in (page, pdf):
        assert status(sign_in(client_pm), address) == 404
    assert status(sign_in(engineer), pdf) == 404
    assert status(sign_in(engineer), page) == 200
    assert "Version 1" not in sign_in(client_pm).get(url("documents", engagement)).content.decode()
    printed(document)
    for address in (page, pdf):
        assert status(sign_in(client_pm), address) == 200
        assert status(sign_in(client_pm_2), address) == 404
    shown = sign_in(client_pm).get(url("documents", engagement)).content.decode()
    assert "Version 1" in shown
    assert "/draft/" not in shown


def test_the_list_says_how_each_version_stands(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """SCREENS.md: a word beside the colour; newest first."""
    first, second, third = (issue(engineer, engagement, version=number) for number in (1, 2, 3))
    printed(first)
    Job.objects.filter(subject_id=second.pk).update(state="failed")
    html = sign_in(engineer).get(url("documents", engagement)).content.decode()
    assert html.index("Version 3") < html.index("Version 2") < html.index("Version 1")
    assert html.count("Being printed") == 1
    assert html.count("Printing failed") == 1
    assert html.count(url("document_pdf", engagement, first.pk)) == 1
    assert third.snapshot_hash[:12] in html


# --- Files --------------------------------------------------------------------------------------------------------------------------


def test_the_pdf_is_saved_and_can_run_nothing(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """TRUST.md 5, 12: attachment, nosniff, sandbox; a name for old clients and one in full."""
    Engagement.objects.filter(pk=engagement.pk).update(name='计划 "A"/B\\..')
    document = printed(issue(engineer, engagement), b"%PDF-1.7 exactly these bytes")
    response = sign_in(engineer).get(url("document_pdf", engagement, document.pk))
    assert b"".join(response) == b"%PDF-1.7 exactly these bytes"
    assert response["Content-Type"] == "application/pdf"
    disposition = response["Content-Disposition"]
    assert disposition.startswith(f"attachment; filename=\"field_manual-{engagement.pk}-v1.pdf\"; filename*=UTF-8''")
    full = disposition.partition("UTF-8''")[2]
    assert "%E8%AE%A1%E5%88%92" in full
    assert not set(full) & set('"/\\;\r\n')
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


def test_a_file_that_is_gone_is_said(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """No 500 where the storage lost a file, and no pretending that there was none."""
    document = printed(issue(engineer, engagement))
    default_storage.delete(str(document.pdf))
    response = sign_in(engineer).get(url("document_pdf", engagement, document.pk))
    assert response.status_code == 409
    assert "missing on the server" in response.content.decode()


@pytest.mark.parametrize("role", ["engineer", "client_pm"])
def test_a_file_that_was_changed_by_one_byte_is_not_handed_out(
    role: str,
    engagement: Engagement,
    engineer: User,
    client_pm: User,
    sign_in: SignIn,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """N9: what was issued is served unchanged or not at all; the page says so, and the log for whoever must act."""
    document = printed(issue(engineer, engagement))
    address = url("document_pdf", engagement, document.pk)
    browser = sign_in({"engineer": engineer, "client_pm": client_pm}[role])
    response = browser.get(address)
    assert hashlib.sha256(b"".join(response)).hexdigest() == document.pdf_hash
    change_a_byte(document)
    with caplog.at_level("ERROR"):
        response = browser.get(address)
    assert (response.status_code, response.streaming) == (409, False)
    assert "no longer the one that was issued" in response.content.decode()
    assert b"%PDF" not in response.content
    assert "issued_file_changed" in caplog.text
    assert document.pdf_hash in caplog.text


def test_a_replaced_text_has_no_sheet(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """RULES.md, Signing: the code of a stale version is refused, so its sheet is not printed either."""
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    text: SignOff = signing.freeze_goals(actor=engineer, engagement=engagement)
    SignOff.objects.filter(pk=text.pk).update(superseded_at=timezone.now())
    response = sign_in(engineer).get(url("sign_off_sheet", engagement, text.pk))
    assert (response.status_code, response["Location"]) == (302, f"/engagements/{engagement.pk}/sign-offs/{text.pk}/")
    assert sign_in(client_pm).get(url("sign_off_sheet", engagement, text.pk)).status_code == 403


# --- Cost ----------------------------------------------------------------------------------------------------------------------------


def test_the_list_costs_as_many_queries_at_thirty_versions_as_at_one(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """SPEED.md: one query for the versions, one for their jobs."""
    browser: Client = sign_in(engineer)
    counts = []
    now = datetime.fromisoformat("2026-11-18T10:00:00+08:00")
    for numbers in (range(1, 2), range(2, 31)):
        for number in numbers:
            row = Document.objects.create(
                engagement=engagement, kind=MANUAL, version=number, language="en", snapshot={}, snapshot_hash="0" * 64,
                issued_by=UserFactory(), issued_at=now,
            )  # fmt: skip
            Job.objects.create(kind="document", subject_id=row.pk)
        browser.get(url("documents", engagement))
        with CaptureQueriesContext(connection) as captured:
            browser.get(url("documents", engagement))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_another_engagements_document_is_absent_under_ones_own(
    engagement: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    """Foreign equals absent, crossed ids too, for a manager as well."""
    other = EngagementFactory(created_by=manager)
    document = printed(issue(manager, other))
    for name in ("document", "document_pdf"):
        assert status(sign_in(manager), url(name, engagement, document.pk)) == 404
        assert status(sign_in(manager), url(name, other, document.pk)) == 200
    assert sign_in(manager).post(url("document_print", engagement, document.pk)).status_code == 404
