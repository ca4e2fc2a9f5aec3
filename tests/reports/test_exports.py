"""Many reports as one zip: what goes in, who gets it, how it ends. Workers that are killed: test_killed.py."""

from __future__ import annotations

import re
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core import jobs
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry, Job
from reports import exports, issued
from reports.models import Document, DocumentKind, ReportExport
from reports.tasks import forget_exports
from tests.conftest import InParallel, SignIn
from tests.factories import ClientFactory, EngagementFactory, MembershipFactory
from tests.reports.exporting import change_a_byte, export_of, printed_report, worked
from tests.reports.exporting import export_address as address
from tests.reports.issuing import status

pytestmark = pytest.mark.django_db
PAGE = "/exports/"


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    """Ids repeat from test to test, and with them the folders."""
    settings.MEDIA_ROOT = tmp_path


def names_in(export: ReportExport) -> list[str]:
    with default_storage.open(str(export.file)) as stored, zipfile.ZipFile(BytesIO(stored.read())) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def text_in(export: ReportExport) -> str:
    """The list of what was left out."""
    with default_storage.open(str(export.file)) as stored, zipfile.ZipFile(BytesIO(stored.read())) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".txt")]
        told = archive.read(name)
        assert told.startswith(b"\xef\xbb\xbf"), "Windows takes it for another encoding"
        return told.decode("utf-8-sig")


# --- What goes in --------------------------------------------------------------------------------------------------------


def test_the_zip_holds_the_issued_bytes(engagement: Engagement, foreign_engagement: Engagement, manager: User) -> None:
    """R1, N9: byte for byte, under names a person understands; the job ends done, the audit tells who took what."""
    documents = [printed_report(engagement, version=2), printed_report(foreign_engagement)]
    export = export_of(manager, *documents)
    job = worked(export)
    assert (job.state, job.percent, job.error) == ("done", 100, "")
    assert export.skipped == []
    with default_storage.open(str(export.file)) as stored:
        content = stored.read()
    assert export.size_bytes == len(content)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
        assert {member.external_attr >> 16 for member in archive.infolist()} == {0o600}
    assert sorted(found.values()) == sorted(f"%PDF-1.7 {d.engagement_id} {d.version}".encode() for d in documents)
    assert any("华东机械" in name and "驻场总结报告 v2.pdf" in name for name in found)
    entry = AuditEntry.objects.get(action="documents.exported")
    assert (entry.actor, entry.data["documents"]) == (manager, sorted(document.pk for document in documents))


def test_a_second_delivery_changes_nothing(
    engagement: Engagement, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRUST.md 3: delivered at least once, made once; the second opens no report."""
    export = export_of(manager, printed_report(engagement))
    worked(export)
    name = export.file.name
    Job.objects.update(state="waiting")
    monkeypatch.setattr(exports, "open_issued", None)
    assert worked(export).state == "done"
    assert export.file.name == name
    assert default_storage.listdir(f"exports/{export.pk}") == ([], [str(name).rsplit("/", 1)[-1]])


def test_what_is_missing_or_changed_is_left_out_and_listed(engagement: Engagement, manager: User) -> None:
    """N9: no changed byte leaves the house; the list is in the reader's language."""
    good, gone, changed = [printed_report(engagement, version=number) for number in (1, 2, 3)]
    default_storage.delete(str(gone.pdf))
    change_a_byte(changed)
    User.objects.filter(pk=manager.pk).update(language="en")
    export = export_of(manager, good, gone, changed)
    with translation.override("zh-hans"):  # whatever the worker did before
        assert worked(export).state == "done"
    assert len(names_in(export)) == 2
    told = text_in(export)
    assert "missing on the server" in told
    assert "no longer the one that was issued" in told
    assert {row["document"] for row in export.skipped} == {gone.pk, changed.pk}
    page = _browser(manager).get(address("export", export)).content.decode()
    assert "missing on the server" in page


def test_nothing_left_to_put_in_is_a_failure_that_says_why(engagement: Engagement, manager: User) -> None:
    document = printed_report(engagement)
    export = export_of(manager, document)
    default_storage.delete(str(document.pdf))
    job = worked(export)
    assert job.state == "failed"
    assert job.error
    assert not export.file


NAMES = st.text(max_size=120) | st.sampled_from(
    ["CON", "../../etc/passwd", "a/b\\c:d*e?", "报告。", "𠮷" * 60, "x.", "\u202egpj"]
)


@given(names=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=5))
def test_names_are_safe_on_every_system(names: list[tuple[str, str]]) -> None:
    """N5: no path, no device, no forbidden character, at most 255 bytes, no name twice, also where case does not count."""
    made = []
    for number, (client, title) in enumerate(names, start=1):
        engagement = EngagementFactory.build(client=ClientFactory.build(short_name=client), name=title)
        row = Document(engagement=engagement, kind=DocumentKind.CLOSING_REPORT, version=1, language="zh-hans")
        made.append(exports.member_name(number, row))
    for name in made:
        assert name.endswith(".pdf")
        assert len(name.encode()) <= 255
        assert not re.search(r'[<>:"/\\|?*\x00-\x1f\u202e]', name)
        assert not PureWindowsPath(name).is_reserved()
        assert not name.removesuffix(".pdf").endswith((" ", "."))
    assert len({name.casefold() for name in made}) == len(made)


def test_letters_are_written_in_one_way() -> None:
    """macOS takes letters apart: the same name is the same name on every system."""
    engagement = EngagementFactory.build(client=ClientFactory.build(short_name="Cafe\u0301"), name="x")
    row = Document(engagement=engagement, kind=DocumentKind.CLOSING_REPORT, version=1, language="en")
    assert exports.member_name(1, row).startswith("001 Caf\u00e9 x")


# --- Who --------------------------------------------------------------------------------------------------------------------


def test_only_what_one_may_see_can_be_chosen(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    """TRUST.md 4: a foreign report is neither listed nor taken by its number."""
    own, foreign = printed_report(engagement), printed_report(foreign_engagement)
    page = sign_in(engineer).get(PAGE).content.decode()
    assert f'value="{own.pk}"' in page
    assert f'value="{foreign.pk}"' not in page
    response = sign_in(engineer).post(PAGE, {"documents": [own.pk, foreign.pk]})
    assert response.status_code == 422
    assert "checked" in response.content.decode(), "what was ticked stays ticked"
    with pytest.raises(DomainError):
        export_of(engineer, own, foreign)
    assert not ReportExport.objects.exists()
    assert f'value="{foreign.pk}"' in sign_in(manager).get(PAGE).content.decode()


def test_a_person_who_leaves_meanwhile_gets_nothing_more(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    """TRUST.md 4: visibility is asked when the job runs, and again when the zip is saved."""
    MembershipFactory(engagement=foreign_engagement, user=engineer, part=Part.ENGINEER)
    documents = printed_report(engagement), printed_report(foreign_engagement)
    before, after = export_of(engineer, *documents), export_of(engineer, *documents)
    worked(before)
    browser = sign_in(engineer)
    assert status(browser, address("export_zip", before)) == 200
    engineer.memberships.unscoped().filter(engagement=foreign_engagement).update(ended_at=timezone.now())
    assert browser.get(address("export_zip", before)).status_code == 404
    assert "may no longer see every report" in browser.get(address("export", before)).content.decode()
    worked(after)
    assert len(names_in(after)) == 2, "the one report, and the list"
    assert foreign_engagement.name not in text_in(after)
    assert status(browser, address("export_zip", after)) == 200


def test_a_zip_is_its_makers_alone(
    engagement: Engagement, manager: User, other_manager: User, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    export = export_of(manager, printed_report(engagement))
    worked(export)
    for other in (other_manager, engineer, client_pm):
        for name in ("export", "export_zip"):
            assert sign_in(other).get(address(name, export)).status_code == 404
        assert sign_in(other).post(address("export_cancel", export)).status_code == 404
    response = sign_in(manager).get(address("export_zip", export))
    assert b"".join(response).startswith(b"PK")
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    assert sign_in(client_pm).get(PAGE).status_code == 403


# --- Cancelling and forgetting ------------------------------------------------------------------------------------------------


def test_an_export_is_cancelled_while_it_runs(
    engagement: Engagement, manager: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5: the worker stops at the next report, nothing is kept, and nobody reads "done"."""
    export = export_of(manager, *[printed_report(engagement, version=number) for number in range(1, 6)])
    browser, opened = sign_in(manager), []

    def opening(document: Document) -> Any:
        opened.append(document.pk)
        if len(opened) == 2:
            assert browser.post(address("export_cancel", export)).status_code == 302
        return issued.open_issued(document)

    monkeypatch.setattr(exports, "open_issued", opening)
    job = worked(export)
    assert (job.state, len(opened), export.file.name) == ("cancelled", 2, "")
    assert not default_storage.exists(f"exports/{export.pk}")
    assert browser.get(address("export_zip", export)).status_code == 404
    page = browser.get(address("export", export)).content.decode()
    assert "Cancelled" in page


def test_one_that_is_finished_can_not_be_cancelled(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    export = export_of(manager, printed_report(engagement))
    worked(export)
    response = sign_in(manager).post(address("export_cancel", export), follow=True)
    assert "There is nothing left to cancel." in response.content.decode()
    export.refresh_from_db()
    assert export.cancelled_at is None
    assert worked(export).state == "done"


def test_nobody_else_cancels_and_nothing_that_is_there(
    engagement: Engagement, manager: User, other_manager: User
) -> None:
    """The service asks, too: whose it is, and whether the file is there already while the job has not said so yet."""
    export = export_of(manager, printed_report(engagement))
    with pytest.raises(DomainError):
        exports.cancel_export(actor=other_manager, export=export)
    assert worked(export).state == "done"
    Job.objects.update(state="running")
    with pytest.raises(DomainError):
        exports.cancel_export(actor=manager, export=export)
    export.refresh_from_db()
    assert export.cancelled_at is None and Job.objects.get().state == "running"


def test_one_cancelled_at_the_last_moment_leaves_no_file(
    engagement: Engagement, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5: between writing the zip and taking it; a delivery after that opens nothing."""
    export = export_of(manager, printed_report(engagement))
    monkeypatch.setattr(exports, "failpoint", lambda _name: exports.cancel_export(actor=manager, export=export))
    assert (worked(export).state, export.file.name) == ("cancelled", "")
    assert default_storage.listdir(f"exports/{export.pk}") == ([], [])
    monkeypatch.setattr(exports, "open_issued", None)
    exports.make_zip(export.pk, lambda _percent: None)


@pytest.mark.parametrize("is_changed", [False, True])
def test_of_two_workers_the_first_zip_stays(
    is_changed: bool, engagement: Engagement, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRUST.md 3: a worker taken for lost comes back; whichever zip the row took is there whole, and no other."""
    documents = [printed_report(engagement, version=number) for number in (1, 2)]
    export = export_of(manager, *documents)

    def overtaken(_name: str) -> None:
        monkeypatch.setattr(exports, "failpoint", lambda _name: None)
        if is_changed:
            change_a_byte(documents[1])
        exports.make_zip(export.pk, lambda _percent: None)

    monkeypatch.setattr(exports, "failpoint", overtaken)
    assert worked(export).state == "done"
    assert [row["document"] for row in export.skipped] == ([documents[1].pk] if is_changed else [])
    assert default_storage.listdir(f"exports/{export.pk}") == ([], [str(export.file).rsplit("/", 1)[-1]])
    assert len(names_in(export)) == 2


def test_of_keeping_and_cancelling_one_wins(
    engagement: Engagement, manager: User, postgresql: None, in_parallel: InParallel
) -> None:
    """A race on the row: a cancelled export has no zip, and one that has a zip is done."""
    document = printed_report(engagement)
    for _round in range(8):
        export = export_of(manager, document)
        job = exports.job_of(export)
        assert job is not None
        _ran, refused = in_parallel(
            lambda pk=job.pk: jobs.run(pk), lambda row=export: exports.cancel_export(actor=manager, export=row)
        )
        export.refresh_from_db()
        job.refresh_from_db()
        if refused is None:
            assert (job.state, export.file.name) == ("cancelled", "")
            folder = f"exports/{export.pk}"
            assert not default_storage.exists(folder) or default_storage.listdir(folder) == ([], [])
        else:
            assert isinstance(refused, DomainError)
            assert (job.state, bool(export.file)) == ("done", True)


def test_a_zip_is_forgotten_after_seven_days(engagement: Engagement, manager: User) -> None:
    """With what a killed worker left beside it; a younger one stays."""
    old, young = [export_of(manager, printed_report(engagement, version=number)) for number in (1, 2)]
    worked(old)
    default_storage.save(f"exports/{old.pk}/left.zip", ContentFile(b"PK half"))
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        forget_exports()
    assert ReportExport.objects.count() == 2
    ReportExport.objects.filter(pk=young.pk).update(asked_at=timezone.now() + timedelta(days=3))
    with time_machine.travel(timezone.now() + timedelta(days=7, hours=1)):
        forget_exports()
        forget_exports()
    assert [row.pk for row in ReportExport.objects.all()] == [young.pk]
    assert not default_storage.exists(f"exports/{old.pk}")


def _browser(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser
