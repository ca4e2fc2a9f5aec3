"""What comes of document requests (P2): handed in signed in, by mailed link or by hand, and read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engagements.models import Attachment, DocumentRequest, Engagement, MailedLink, Phase, ReceivedFile
from engagements.services import receipts
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.engagements.asking import fresh, link_in, mailed
from tests.engagements.conftest import a_scan
from tests.engagements.filing import body_of

ASKED, RECEIVED, REVIEWED = (
    DocumentRequest.State.ASKED,
    DocumentRequest.State.RECEIVED,
    DocumentRequest.State.REVIEWED,
)


def word_file(name: str = "手册.docx") -> SimpleUploadedFile:
    parts = (b"[Content_Types].xml", b"_rels/.rels", b"word/document.xml")
    body = b"".join(b"PK\x03\x04" + b"\x00" * 26 + part + b"\x00" * 8 for part in parts)
    return SimpleUploadedFile(name, body)


# --- handing in ------------------------------------------------------------------------------------------------------


def test_a_link_shows_by_get_and_is_used_up_by_post(asked: DocumentRequest, client_pm: User, engineer: User) -> None:
    """TRUST 9: mail scanners open links; nothing more of the engagement stands on the page."""
    Engagement.objects.filter(pk=asked.engagement_id).update(purpose="secret-purpose", site="secret-site")
    url = link_in(mailed()[0].body)
    browser = Client()
    for _i in range(3):
        page = browser.get(url)
        assert page.status_code == 200
        assert asked.title in page.content.decode()
        assert "secret-" not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    done = browser.post(url, {"uploads": [a_scan("一.png"), word_file()], "note": "第三章已过期"})
    assert done.status_code == 200
    row = fresh(asked)
    assert (row.state, row.received_way, row.received_from, row.recorded_by) == (RECEIVED, "link", client_pm, None)
    assert row.received_note == "第三章已过期"
    assert [file.attachment.name for file in row.files.unscoped()] == ["一.png", "手册.docx"]
    assert all(not one.is_internal and one.uploaded_by == client_pm for one in Attachment.objects.unscoped())
    assert browser.post(url, {"uploads": [a_scan()]}).status_code == 410
    assert browser.get(url).status_code == 410
    assert fresh(asked).files.count() == 2
    assert [one.to for one in mailed()] == [[engineer.email]]


@pytest.mark.parametrize(
    ("upload", "why"),
    [
        (SimpleUploadedFile("x.exe", b"MZ\x00\x01"), "a program"),
        (SimpleUploadedFile("x.pdf", b"MZ\x00\x01"), "a program by another name"),
        (SimpleUploadedFile("x.docm", word_file().read()), "macros"),
        (SimpleUploadedFile("x.pdf", b""), "nothing"),
        (SimpleUploadedFile("x.html", b"<script>"), "a page"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refused_file_leaves_link_and_note(upload: SimpleUploadedFile, why: str, asked: DocumentRequest) -> None:
    """TRUST 13: a sentence beside the field, what was typed stays, and the link still works."""
    url = link_in(mailed()[0].body)
    page = Client().post(url, {"uploads": [a_scan(), upload], "note": "见附件"})
    assert page.status_code == 200
    assert "invalid-feedback" in page.content.decode()
    assert "见附件" in page.content.decode()
    assert not ReceivedFile.objects.exists()
    assert fresh(asked).state == ASKED
    assert Client().post(url, {"uploads": [a_scan()]}).status_code == 200
    assert fresh(asked).state == RECEIVED


def test_no_file_is_a_sentence(asked: DocumentRequest) -> None:
    url = link_in(mailed()[0].body)
    assert "invalid-feedback" in Client().post(url, {"note": "x"}).content.decode()
    assert "invalid-feedback" in Client().post(url, {"uploads": "text", "note": "x"}).content.decode()
    assert fresh(asked).state == ASKED


def test_at_most_twenty_files_are_kept(engagement: Engagement, client_pm: User, asked: DocumentRequest) -> None:
    receipts.give_documents(actor=client_pm, request=asked, uploads=[a_scan(f"{i}.png") for i in range(19)])
    with pytest.raises(DomainError) as refused:
        receipts.give_documents(actor=client_pm, request=asked, uploads=[a_scan(), a_scan()])
    assert refused.value.field == "uploads"
    receipts.give_documents(actor=client_pm, request=asked, uploads=[a_scan()])
    assert fresh(asked).files.count() == 20


@pytest.mark.parametrize("change", ["expired", "left", "over", "unknown", "other purpose"])
def test_a_link_that_no_longer_works_says_so(
    change: str, asked: DocumentRequest, client_pm: User, engagement: Engagement
) -> None:
    """TRUST 9: one honest page, 410, that names nothing."""
    url = link_in(mailed()[0].body)
    match change:
        case "expired":
            MailedLink.objects.update(expires_at=timezone.now())
        case "left":
            engagement.memberships.filter(user=client_pm).update(ended_at=timezone.now())
        case "over":
            Engagement.objects.update(phase=Phase.CANCELLED)
        case "unknown":
            url = url[:-3] + "x/"
        case _:
            url = url.replace("/document/", "/interview/")
    for answer in (Client().get(url), Client().post(url, {"uploads": [a_scan()]})):
        assert answer.status_code == 410
        assert asked.title not in answer.content.decode()
    assert not ReceivedFile.objects.exists()


def test_guessing_links_is_slowed_down(asked: DocumentRequest) -> None:
    """TRUST 9: after thirty unknown links a machine waits. A right one always opens: behind one router sit many."""
    url = link_in(mailed()[0].body)
    browser = Client()
    for i in range(30):
        assert browser.get(f"/links/document/guess{i}/").status_code == 410
    assert browser.get("/links/document/guess/").status_code == 429
    assert browser.get(url).status_code == 200


def test_the_machine_that_guesses_is_told_by_the_proxy(asked: DocumentRequest, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for i in range(30):
        Client(headers={"x-forwarded-for": "1.1.1.1, 10.9.9.9"}).get(f"/links/document/guess{i}/")
    for machine, status in (("10.9.9.9", 429), ("10.9.9.8", 410)):
        assert Client(headers={"x-forwarded-for": machine}).get("/links/document/guess/").status_code == status


def test_the_page_speaks_the_persons_language(asked: DocumentRequest, client_pm: User) -> None:
    url = link_in(mailed()[0].body)
    assert 'lang="en"' in Client(HTTP_ACCEPT_LANGUAGE="zh-hans").get(url).content.decode()
    User.objects.filter(pk=client_pm.pk).update(language="zh-hans")
    assert 'lang="zh-Hans"' in Client(HTTP_ACCEPT_LANGUAGE="en").get(url).content.decode()


def test_a_signed_in_client_hands_in_and_the_link_ends(
    engagement: Engagement, asked: DocumentRequest, key_user: User, client_pm: User, sign_in: SignIn
) -> None:
    url = link_in(mailed()[0].body)
    give = reverse("engagements:document_request_give", args=[engagement.pk, asked.pk])
    assert sign_in(key_user).post(give, {"uploads": [a_scan()], "note": ""}).status_code == 302
    row = fresh(asked)
    assert (row.state, row.received_way, row.received_from) == (RECEIVED, "page", key_user)
    assert Client().get(url).status_code == 410
    file = reverse("engagements:attachment", args=[engagement.pk, row.files.unscoped()[0].attachment_id])
    answer = sign_in(client_pm).get(file)
    assert answer.status_code == 200
    body_of(answer)


def test_a_vendor_records_under_their_own_name_and_never_as_the_client(
    engagement: Engagement, asked: DocumentRequest, engineer: User, client_pm: User
) -> None:
    """RULES: a vendor person registers, and the page says so."""
    with pytest.raises(PermissionDenied):
        receipts.give_documents(actor=engineer, request=asked, uploads=[a_scan()])
    for way in ("page", "link", ""):
        with pytest.raises(DomainError):
            receipts.record_receipt(actor=engineer, request=asked, way=way, received_from=None, uploads=[])
    receipts.record_receipt(
        actor=engineer, request=asked, way="paper", received_from=client_pm, uploads=[], note="一册"
    )
    row = fresh(asked)
    assert (row.received_way, row.received_from, row.recorded_by) == ("paper", client_pm, engineer)
    assert AuditEntry.objects.get(action="document.received").actor_id == engineer.pk


# --- reading ---------------------------------------------------------------------------------------------------------


def test_findings_of_a_read_document_stay_with_the_vendor(
    engagement: Engagement, asked: DocumentRequest, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    receipts.give_documents(actor=client_pm, request=asked, uploads=[a_scan()])
    receipts.review_document(actor=engineer, request=asked, findings="排产规则有矛盾", is_enough=True, files_seen=1)
    url = reverse("engagements:document_request_list", args=[engagement.pk])
    assert "排产规则有矛盾" in sign_in(engineer).get(url).content.decode()
    assert "排产规则有矛盾" not in sign_in(client_pm).get(url).content.decode()
    assert fresh(asked).state == REVIEWED
    with pytest.raises(DomainError):
        receipts.give_documents(actor=client_pm, request=asked, uploads=[a_scan()])


def test_what_is_not_enough_is_asked_again_with_the_reason(
    engagement: Engagement, asked: DocumentRequest, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """P2: a new round, a new link, a new day; then the findings are the explanation to the client."""
    receipts.give_documents(actor=client_pm, request=asked, uploads=[a_scan()])
    for lacking, field in ({"findings": "", "due_on": engagement.today()}, "findings"), (
        {"findings": "缺第三章", "due_on": None}, "due_on",
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            receipts.review_document(actor=engineer, request=asked, is_enough=False, files_seen=1, **lacking)
        assert refused.value.field == field
    again_by = engagement.today() + timedelta(days=9)
    mailed()
    receipts.review_document(
        actor=engineer, request=asked, findings="缺第三章", is_enough=False, files_seen=1, due_on=again_by
    )
    row = fresh(asked)
    assert (row.state, row.round, row.due_on) == (ASKED, 2, again_by)
    (again,) = mailed()
    assert "缺第三章" in again.body
    assert "缺第三章" in Client().get(link_in(again.body)).content.decode()
    url = reverse("engagements:document_request_list", args=[engagement.pk])
    assert "缺第三章" in sign_in(client_pm).get(url).content.decode()
    receipts.give_documents(actor=client_pm, request=row, uploads=[a_scan()])
    assert [file.round for file in row.files.unscoped()] == [1, 2]
    assert "缺第三章" not in sign_in(client_pm).get(url).content.decode()


def test_files_that_came_while_reading_are_not_overlooked(
    asked: DocumentRequest, engineer: User, client_pm: User
) -> None:
    receipts.give_documents(actor=client_pm, request=asked, uploads=[a_scan()])
    receipts.give_documents(actor=client_pm, request=asked, uploads=[a_scan("二.png")])
    with pytest.raises(DomainError):
        receipts.review_document(actor=engineer, request=asked, findings="", is_enough=True, files_seen=1)
    assert fresh(asked).state == RECEIVED
