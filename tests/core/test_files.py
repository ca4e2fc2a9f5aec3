"""TRUST 5: a file is judged by its content and by its name, and its name can do no harm."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from onsite.core import files
from onsite.core.errors import DomainError
from onsite.core.files import clean_name, examine

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 32
PDF = b"%PDF-1.7\n" + b"\x00" * 32
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 32
WEBM_OF_LONG_SIZES = (
    b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x32\x42\x82\x01\x00\x00\x00\x00\x00\x00\x04webm" + bytes(32)
)
WEBM = b"\x1a\x45\xdf\xa3\x42\x82\x84webm" + b"\x00" * 32


def refusal(name: str, content: bytes) -> DomainError | None:
    try:
        examine(SimpleUploadedFile(name, content), field="scan")
    except DomainError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("scan.pdf", PDF, "application/pdf"),
        ("SCAN.PDF", PDF, "application/pdf"),
        ("盖章件.png", PNG, "image/png"),
        ("photo.jpg", JPEG, "image/jpeg"),
        ("photo.jpeg", JPEG, "image/jpeg"),
    ],
)
def test_a_scan_is_taken(name: str, content: bytes, media_type: str) -> None:
    upload = SimpleUploadedFile(name, content)
    found = examine(upload, field="scan")
    assert (found.name, found.media_type, found.size_bytes) == (name, media_type, len(content))
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert upload.read() == content, "whoever stores it reads it from the start"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf", PNG),
        ("scan.png", PDF),
        ("scan.jpg", PNG),
        ("scan", PDF),
        ("scan.", PDF),
        ("scan.pdf.exe", PDF),
        ("scan.html", b"<html><script>alert(1)</script>"),
        ("scan.pdf", b"<html><script>alert(1)</script>"),
        ("scan.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("scan.pdf", b"MZ\x90\x00"),
        ("scan.pdf", b"PK\x03\x04" + b"\x00" * 64),
        ("scan.pdf", b"\x00"),
        ("scan. ", PDF),
        (".pdf", PDF),
        ("scan.p\u202edf", PNG),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(name: str, content: bytes) -> None:
    """Content and ending have to agree, and both have to be known."""
    error = refusal(name, content)
    assert error is not None
    assert error.field == "scan"


def test_nothing_and_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    error = refusal("scan.pdf", b"")
    assert error is not None
    assert "empty" in error.message
    monkeypatch.setattr(files, "MOST_BYTES", 1024**2)
    assert refusal("scan.pdf", PDF.ljust(1024**2)) is None
    error = refusal("scan.pdf", PDF.ljust(1024**2 + 1))
    assert error is not None
    assert "larger than 1 MB" in error.message


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("scan.pdf", "scan.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\li\\盖章件 (终).PDF", "盖章件 (终).PDF"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ('a".pdf', "a.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("a\x00b.pdf", "ab.pdf"),
        ("", "file"),
        ("..", "file"),
        ("a.p d/f", "f"),
        ("x" * 300 + ".pdf", "x" * 140 + ".pdf"),
    ],
)
def test_a_name_keeps_what_people_read_and_nothing_else(name: str, expected: str) -> None:
    assert clean_name(name) == expected


@given(name=st.text(max_size=300))
def test_no_name_leaves_its_folder_or_its_header(name: str) -> None:
    """A property: no path, no line break, no quote, not empty, not too long; cleaning twice changes nothing."""
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= 150
    assert not set(cleaned) & set('/\\\r\n\x00"<>:|?*')
    assert cleaned.isprintable()
    assert PurePath(cleaned).name == cleaned
    assert clean_name(cleaned) == cleaned


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("gateway.log", b"GET /plan 200\n", "text/plain"),
        ("gateway.log", "时间 结果\n".encode("gbk"), "text/plain"),
        ("gateway.log", "时间 结果\n".encode("utf-16"), "text/plain"),
        ("dump.sql", b"SELECT 1;", "text/plain"),
        ("answer.json", b'{"a": 1}', "text/plain"),
        ("answer.xml", b"<?xml version='1.0'?><a/>", "text/plain"),
        ("录屏.mp4", MP4, "video/mp4"),
        ("录屏.webm", WEBM, "video/webm"),
        ("录屏.webm", WEBM_OF_LONG_SIZES, "video/webm"),
        ("scan.pdf", PDF, "application/pdf"),
    ],
)
def test_evidence_is_taken(name: str, content: bytes, media_type: str) -> None:
    """Logs of all the encodings that servers in China write, dumps, pictures, recordings."""
    found = examine(SimpleUploadedFile(name, content), field="file", kinds=files.EVIDENCE_FILES)
    assert (found.name, found.media_type) == (name, media_type)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.mov", MP4),
        ("a.mp4", WEBM),
        ("a.log", b"\x00\x01"),
        ("a.html", b"<p>"),
        ("a.svg", b"<svg/>"),
        ("a.log", MP4),
    ],
)
def test_no_other_evidence_is_taken(name: str, content: bytes) -> None:
    with pytest.raises(DomainError, match="recordings"):
        examine(SimpleUploadedFile(name, content), field="file", kinds=files.EVIDENCE_FILES)


def test_a_recording_may_be_larger_than_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (files.MOST_BYTES, files.MOST_RECORDING_BYTES) == (20 * 1024**2, 100 * 1024**2)
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    monkeypatch.setattr(files, "MOST_RECORDING_BYTES", 1024**2)
    taken = examine(SimpleUploadedFile("a.mp4", MP4.ljust(1024**2)), field="file", kinds=files.EVIDENCE_FILES)
    assert taken.size_bytes == 1024**2
    for name, content in (("a.mp4", MP4.ljust(1024**2 + 1)), ("a.log", b"x" * 101)):
        with pytest.raises(DomainError, match="larger"):
            examine(SimpleUploadedFile(name, content), field="file", kinds=files.EVIDENCE_FILES)
    with pytest.raises(DomainError, match="larger"):
        examine(SimpleUploadedFile("a.mp4", MP4.ljust(101)), field="scan", kinds=files.SCANS)
