"""The public page that tells whether a document is genuine, and nothing else."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement
from onsite.accounts.models import User
from reports import verification
from reports.models import Document, DocumentKind
from reports.views.verify import MOST_MISSES
from tests.reports.exporting import printed_report

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 issued \x00\xff"
SHA256 = hashlib.sha256(PDF).hexdigest()
PAGE = "/verify/"


@pytest.fixture
def document(engagement: Engagement) -> Document:
    return printed_report(engagement, body=PDF)


@pytest.fixture
def stranger() -> Client:
    """Nobody signed in, in English."""
    return Client(headers={"Accept-Language": "en"})


def page_of(document: Document) -> str:
    return reverse("reports:verify_code", args=[document.code])


def told(response: Any) -> str:
    """The words of the card, without tags."""
    card = re.search(r'<section class="card">(.*?)</section>', response.content.decode(), re.DOTALL)
    assert card
    return " ".join(re.sub(r"<[^>]+>", " ", card[1]).split())


def sent(body: bytes = PDF) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("copy.pdf", body, "application/pdf")}


def test_a_code_tells_version_and_day_and_nothing_else(
    document: Document, stranger: Client, engagement: Engagement
) -> None:
    """N9: what a stranger learns from the QR code, and that no name of anybody is on the page, its head or its headers."""
    response = stranger.get(page_of(document))
    assert response.status_code == 200
    words = told(response)
    assert "A document with this code was issued." in words
    assert "Version 1" in words
    assert "20" in words and "2026" in words
    whole = response.content.decode() + str(response.headers)
    for secret in (
        engagement.name, engagement.client.name, engagement.client.short_name, engagement.site, "losing report",
        engagement.created_by.name, document.pdf_hash, document.snapshot_hash, f"engagements/{engagement.pk}",
    ):  # fmt: skip
        assert secret not in whole, secret
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]


def test_neither_a_newer_version_nor_one_in_print_is_told(document: Document, stranger: Client) -> None:
    """N9: genuine or not, version and day; whether the engagement was reported on again is nobody's business."""
    before = told(stranger.get(page_of(document)))
    later = printed_report(document.engagement, version=2)
    assert told(stranger.get(page_of(document))) == before
    assert "Version 2" in told(stranger.get(page_of(later)))
    Document.objects.filter(pk=later.pk).update(pdf="", pdf_hash="")
    assert stranger.get(page_of(later)).status_code == 404


@pytest.mark.parametrize("kind", [*DocumentKind])
def test_every_kind_can_be_verified(kind: DocumentKind, engagement: Engagement, stranger: Client) -> None:
    period = "2026-W47" if kind == DocumentKind.WEEKLY_REPORT else ""
    found = printed_report(engagement, kind=kind, period=period, body=PDF)
    assert stranger.get(page_of(found)).status_code == 200
    assert "✓ Genuine." in told(stranger.post(PAGE, sent()))


def test_an_unknown_code_is_a_404_and_guessing_ends(document: Document, stranger: Client) -> None:
    """N5: misses are counted by machine; whoever guesses by the dozen waits, also for what exists."""
    for number in range(MOST_MISSES):
        response = stranger.get(f"/verify/GUESS{number}/")
        assert response.status_code == 404
        assert "No document has this code." in told(response)
    assert stranger.get("/verify/GUESS/").status_code == 429
    assert stranger.get(page_of(document)).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.7").get(page_of(document)).status_code == 200


def test_wrong_hashes_are_counted_as_guesses(document: Document, stranger: Client) -> None:
    for number in range(MOST_MISSES):
        assert stranger.post(PAGE, {"sha256": f"{number:064x}"}).status_code == 200
    assert stranger.post(PAGE, {"sha256": SHA256}).status_code == 429


def test_looking_at_what_exists_is_not_counted(document: Document, stranger: Client) -> None:
    for _look in range(MOST_MISSES + 2):
        assert stranger.get(page_of(document)).status_code == 200
        assert stranger.get(PAGE).status_code == 200


@pytest.mark.parametrize("on_its_page", [False, True])
@pytest.mark.parametrize("fields", [sent, lambda: {"sha256": SHA256}, lambda: {"sha256": f" {SHA256.upper()} "}])
def test_the_issued_file_is_genuine(on_its_page: bool, fields: Any, document: Document, stranger: Client) -> None:
    """N9: as a file, as the hash that the browser computes, as a hash typed in; with and without the code."""
    words = told(stranger.post(page_of(document) if on_its_page else PAGE, fields()))
    assert "✓ Genuine. This file is what was issued, byte for byte." in words
    assert "Version 1" in words


@pytest.mark.parametrize("place", range(len(PDF)))
def test_a_one_byte_change_is_detected(place: int, document: Document, stranger: Client) -> None:
    """N9: at any place."""
    changed = PDF[:place] + bytes([PDF[place] ^ 1]) + PDF[place + 1 :]
    words = told(stranger.post(page_of(document), sent(changed)))
    assert "✗ Not genuine." in words
    assert "Version 1" not in words


@given(body=st.binary(max_size=200))
def test_only_the_issued_bytes_are_genuine(body: bytes, document: Document) -> None:
    """N9: the lookup by hash."""
    assert (verification.by_hash(hashlib.sha256(body).hexdigest()) is not None) == (body == PDF)


def test_a_file_of_another_code_is_told_apart(document: Document, engagement: Engagement, stranger: Client) -> None:
    """N9: who scans version 2 and holds version 1 learns that."""
    other = printed_report(engagement, version=2)
    words = told(stranger.post(page_of(other), sent()))
    assert "belongs to another code" in words
    assert "Version 1" in words


@pytest.mark.parametrize("typed", ["{}", "  {} ", "lower", "spaced", "dashed"])
def test_a_code_is_found_however_it_is_typed(typed: str, document: Document, stranger: Client) -> None:
    code = document.code
    forms = {"lower": code.lower(), "spaced": f"{code[:4]} {code[4:8]} {code[8:]}", "dashed": f"{code[:6]}-{code[6:]}"}
    response = stranger.post(PAGE, {"code": forms.get(typed, typed.format(code))}, follow=True)
    assert response.status_code == 200
    assert "A document with this code was issued." in told(response)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose the PDF, or type its SHA-256 or the code."),
        ({"sha256": "abc"}, "A SHA-256 has 64 digits"),
        ({"sha256": "\x00" * 64}, "A SHA-256 has 64 digits"),
        ({"code": "喆堃"}, "A code has twelve letters and digits."),
        ({"code": "A" * 41}, "A code has twelve letters and digits."),
        ({"file": SimpleUploadedFile("empty.pdf", b"")}, "empty"),
    ],
)
def test_bad_input_is_said_beside_the_field(
    fields: dict[str, Any], sentence: str, document: Document, stranger: Client
) -> None:
    response = stranger.post(PAGE, fields)
    assert response.status_code == 422
    assert sentence in told(response)


def test_a_huge_file_is_read_but_never_kept(
    document: Document, stranger: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """N5: nothing of an upload reaches the disk, of whatever size; above the limit it is refused."""
    monkeypatch.setattr(verification, "MOST_BYTES", 3 * 1024 * 1024)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))  # a temporary file would fail loudly
    response = stranger.post(PAGE, sent(b"x" * (3 * 1024 * 1024 + 1)))
    assert response.status_code == 422
    assert "too large to be one of ours" in told(response)
    assert "✗ Not genuine." in told(stranger.post(PAGE, sent(b"x" * 3 * 1024 * 1024)))


def test_the_token_of_the_form_is_asked_for(document: Document) -> None:
    """N5: the handler is set before the form is read, and the check still runs."""
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(PAGE, {"sha256": SHA256}).status_code == 403
    page = browser.get(PAGE).content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[-1]
    assert browser.post(PAGE, {"sha256": SHA256, "csrfmiddlewaretoken": token}).status_code == 200
    assert browser.post(PAGE, {**sent(), "csrfmiddlewaretoken": token}).status_code == 200


def test_the_page_costs_one_query(document: Document, stranger: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        stranger.get(page_of(document))
    with django_assert_num_queries(0):
        stranger.get(PAGE)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(method: str, stranger: Client) -> None:
    assert getattr(stranger, method)(PAGE).status_code == 405


def test_the_page_of_a_version_names_its_code(document: Document, engineer: User) -> None:
    """C3: whoever has the document on screen can hand the code on."""
    browser = Client()
    browser.force_login(engineer)
    page = browser.get(reverse("reports:document", args=[document.engagement_id, document.pk])).content.decode()
    assert page_of(document) in page
