"""Issue 6 (Search): a file is found by what stands in it, by those who may read the file and by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from engagements.models import Attachment, AttachmentText, DocumentRequest, Engagement, Scan
from engagements.services import files, receipts
from engagements.tasks import read_file
from onsite.accounts.models import User
from onsite.core import jobs
from onsite.core.files import DOCUMENTS
from onsite.core.models import Job, SearchEntry
from onsite.core.scanner.blocks import MOST_TEXT
from onsite.core.search import index, rebuilding
from onsite.core.search.query import find
from onsite.core.search.question import question_of
from onsite.search.shown import scope_of
from tests.conftest import SignIn
from tests.core.scanner_files import pdf, runs, saved, word
from tests.engagements.filing import LEAKY_LOG, SECRET, a_log, a_picture, evidence, fresh, looked_through, work

UPLOADS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "docx": ("手册.docx", lambda: word(runs("月末先做盘点，", "再关账 TX-7"))),
    "txt": ("说明.txt", lambda: "第一章\n月末先做盘点，再关账 TX-7\n".encode()),
    "pdf": ("manual.pdf", lambda: saved(pdf("Count the stock, then close TX-7"))),
}
WORDS = {"docx": "盘点", "txt": "盘点", "pdf": "TX"}


def an_upload(kind: str) -> SimpleUploadedFile:
    name, content = UPLOADS[kind]
    return SimpleUploadedFile(name, content())


def handed_in(row: DocumentRequest, client_pm: User, upload: SimpleUploadedFile) -> Attachment:
    receipts.give_documents(actor=client_pm, request=row, uploads=[upload])
    return row.files.unscoped().get().attachment


def found_by(user: User, words: str) -> set[tuple[str, int]]:
    return {(hit.kind, hit.object_id) for hit in find(question_of(words), scope_of(user)).all}


@pytest.mark.parametrize("kind", UPLOADS)
def test_what_a_client_hands_in_is_found_by_its_words(
    kind: str, asked: DocumentRequest, client_pm: User, client_pm_2: User, engineer: User, outsider_engineer: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    row = handed_in(asked, client_pm, an_upload(kind))
    assert row.scan == Scan.NOT_NEEDED
    work()
    for user in (engineer, client_pm):
        assert ("file", row.pk) in found_by(user, WORDS[kind])
        page = sign_in(user).get("/search/", {"q": WORDS[kind], "kind": "file"}).content.decode()
        assert f"<mark>{WORDS[kind]}" in page
        assert row.name in page
    for stranger in (client_pm_2, outsider_engineer):
        assert found_by(stranger, WORDS[kind]) == set()
    assert rebuilding.check() == []


def test_a_file_that_is_gone_is_not_found(engagement: Engagement, engineer: User) -> None:
    row = looked_through(engineer, engagement)
    assert ("file", row.pk) in found_by(engineer, "412")
    row.delete()
    assert found_by(engineer, "412") == set()
    assert not AttachmentText.objects.unscoped().exists()


def test_a_file_deleted_before_the_worker_came_is_nothing_to_read(engagement: Engagement, engineer: User) -> None:
    row = unread(engagement, engineer)
    job = Job.objects.get(kind=files.READING)
    row.delete()
    read_file(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE


def test_what_cannot_be_read_is_found_by_its_name(engagement: Engagement, engineer: User) -> None:
    row = unread(engagement, engineer, SimpleUploadedFile("合同.pdf", b"%PDF-1.7\nnobody can read this\n"))
    work()
    assert Job.objects.get(kind=files.READING).state == Job.State.DONE
    assert ("file", row.pk) in found_by(engineer, "合同")
    assert not AttachmentText.objects.unscoped().exists()


def test_the_same_bytes_are_read_once(engagement: Engagement, engineer: User) -> None:
    unread(engagement, engineer)
    work()
    again = unread(engagement, engineer, a_log(name="另一份.txt"))
    assert ("file", again.pk) in found_by(engineer, "412")
    assert Job.objects.filter(kind=files.READING).count() == 1


def test_pictures_start_no_job(engagement: Engagement, engineer: User) -> None:
    unread(engagement, engineer, a_picture())
    assert not Job.objects.filter(kind=files.READING).exists()


def test_a_held_file_is_the_vendors_and_its_secret_nobodys(
    engagement: Engagement, engineer: User, client_pm: User
) -> None:
    held = looked_through(engineer, engagement, a_log(LEAKY_LOG))
    assert ("file", held.pk) in found_by(engineer, "DEBUG")
    assert found_by(client_pm, "DEBUG") == set()
    copy = files.mask(actor=engineer, attachment=held)
    assert found_by(client_pm, "DEBUG") == {("file", copy.pk)}
    assert not AttachmentText.objects.unscoped().filter(text__contains=SECRET).exists()
    assert not SearchEntry.objects.filter(text__contains=SECRET).exists()
    assert rebuilding.check() == []


def test_the_end_of_a_long_file_is_found_and_no_request_waits_for_it(engagement: Engagement, engineer: User) -> None:
    row = evidence(engineer, engagement, a_log("一二三四五六七八九十\n" * 4000 + "最后一页写着鲸鱼\n"))
    work()
    assert len(fresh(row).text_excerpt) == 4000
    assert ("file", row.pk) in found_by(engineer, "鲸鱼")


def test_what_is_kept_of_a_file_is_found_to_its_end() -> None:
    assert MOST_TEXT <= index.MOST_CHUNKS * (index.CHUNK - index.OVERLAP)


def test_nothing_is_read_of_what_was_not_stored(engagement: Engagement, engineer: User) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        unread(engagement, engineer)
        raise ZeroDivisionError
    assert not Job.objects.filter(kind=files.READING).exists()


def test_a_file_whose_bytes_are_lost_is_still_found_by_its_name(engagement: Engagement, engineer: User) -> None:
    row = unread(engagement, engineer)
    row.file.storage.delete(str(row.file.name))
    for _attempt in range(Job.MOST_ATTEMPTS):
        jobs.run(Job.objects.get(kind=files.READING).pk)
    assert Job.objects.get(kind=files.READING).state == Job.State.FAILED
    assert ("file", row.pk) in found_by(engineer, "应用")


def unread(engagement: Engagement, actor: User, upload: Any = None) -> Attachment:
    """Store a file that nobody has to look through, as what a client hands in is stored."""
    return files.store(
        actor=actor, engagement=engagement, upload=upload or a_log(name="应用说明.txt"), field="file", kinds=DOCUMENTS
    )
