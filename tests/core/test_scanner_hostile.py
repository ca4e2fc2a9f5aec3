"""Files made to harm, and damaged ones: held back, within limits; nothing is ever raised (TRUST)."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import time
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from onsite.core.scanner import Looked, drawing, look_through, markup, masked_copy
from tests.core.scanner_files import (
    DOCX,
    JPEG,
    MOBILE,
    MP4,
    PDF,
    PNG,
    TEXT,
    XLSX,
    box,
    huge_png,
    pdf,
    picture,
    recording,
    runs,
    saved,
    word,
    zipped,
)

HELD = Looked(is_readable=False, told=(), text="", pages=())
SECONDS = 60  # on a busy machine and watched; else it takes a tenth
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))


def held(content: bytes, media_type: str) -> bool:
    begun = time.monotonic()
    looked = look_through(content, media_type=media_type)
    assert time.monotonic() - begun < SECONDS
    assert masked_copy(content, media_type=media_type) is None or looked.is_readable
    return looked == HELD


def locked_pdf() -> bytes:
    return saved(pdf("secret"), encryption=pikepdf.Encryption(owner="a", user="b"))


def claiming_pages(count: int) -> bytes:
    """Return a PDF whose page tree claims more pages than it has."""
    made = pdf("one")
    made.Root.Pages.Count = count
    return saved(made)


def png_of(width: int, height: int) -> bytes:
    """Return a sound picture of a few kilobytes."""
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


def locked_zip() -> bytes:
    content = bytearray(word(runs("x")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(mark) + offset
        content[place] |= 1
    return bytes(content)


def lying_zip() -> bytes:
    """Return a zip whose part is larger than its head says."""
    content = bytearray(zipped({"word/document.xml": b"<a>" + b" " * 5_000_000 + b"</a>"}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(mark) + offset
        content[place : place + 4] = struct.pack("<I", 1000)
    return bytes(content)


HOSTILE = {
    "an empty file": (b"", PDF),
    "an empty picture": (b"", PNG),
    "an empty office file": (b"", DOCX),
    "a bomb": (zipped({"word/document.xml": b"<a>" + b" " * 50_000_000 + b"</a>"}), DOCX),
    "a bomb beside": (zipped({"word/document.xml": b"<a/>", "word/media/a.png": bytes(80_000_000)}), DOCX),
    "many parts": (zipped({"word/document.xml": b"<a/>", **{f"p{i}": b"" for i in range(6000)}}), DOCX),
    "a lying head": (lying_zip(), DOCX),
    "a password on parts": (locked_zip(), DOCX),
    "a password on the file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), XLSX),
    "entities": (zipped({"word/document.xml": f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a>&l9;</a>'}), DOCX),
    "a file from outside": (
        zipped({"word/document.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}),
        DOCX,
    ),
    "broken XML": (zipped({"word/document.xml": "<a><b></a>"}), DOCX),
    "half an office file": (word(runs("x" * 5000))[:200], DOCX),
    "deep nesting": (zipped({"word/document.xml": "<a>" * 3_000_000}), DOCX),
    "files in files in files": (
        word(runs("x"), **{"word/embeddings/a.docx": word(runs("y"), **{"word/embeddings/a.docx": word(
            runs("z"), **{"word/embeddings/a.docx": word(runs("w"))})})}),
        DOCX,
    ),
    "a missing text of a table": (
        zipped({
            "xl/workbook.xml": '<w xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            '<sheet name="a" r:id="r1"/></w>',
            "xl/_rels/workbook.xml.rels": '<R><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/></R>',
            "xl/s.xml": '<s><row><c t="s"><v>7</v></c></row></s>',
        }),
        XLSX,
    ),
    "a locked PDF": (locked_pdf(), PDF),
    "half a PDF": (saved(pdf("x" * 500))[:300], PDF),
    "no PDF": (b"%PDF-1.7\n" + bytes(range(256)) * 40, PDF),
    "half a JPEG": (picture()[:300], JPEG),
    "half a PNG": (picture("PNG")[:120], PNG),
    "a picture of 60,000 by 60,000": (huge_png(60_000, 60_000), PNG),
    "a picture of a little too much": (png_of(12_000, 11_000), PNG),
    "a picture without its pixels": (huge_png(5_000, 5_000), PNG),
    "a recording that is none": (bytes(64), MP4),
    "half a recording": (recording(place=True)[:150], MP4),
    "a recording whose box is endless": (box(b"ftyp") + struct.pack(">I4sQ", 1, b"moov", 2**63), MP4),
    "text that is none": (b"\x81\xff" * 100, TEXT),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_and_damaged_files_are_held(name: str) -> None:
    assert held(*HOSTILE[name])


@pytest.mark.parametrize("count", [10**6, 10**9])
def test_a_page_tree_that_claims_a_million_pages(count: int) -> None:
    """Either it is held, or only the pages that are there were drawn."""
    begun = time.monotonic()
    looked = look_through(claiming_pages(count), media_type=PDF)
    assert time.monotonic() - begun < SECONDS
    assert len(looked.pages) <= 1


def test_a_huge_page_is_drawn_small() -> None:
    made = pdf("x")
    made.pages[0].MediaBox = pikepdf.Array([0, 0, 14_400, 400_000])
    looked = look_through(saved(made), media_type=PDF)
    assert all(page.width * page.height <= 8_100_000 for page in looked.pages)


def test_too_many_elements_end_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_EVENTS", 50)
    assert held(word(runs("x") * 20), DOCX)
    assert not held(word(runs("x")), DOCX)


@pytest.mark.parametrize(("limit", "value"), [("CPU_SECONDS", 1), ("WALL_SECONDS", 1), ("MEMORY_BYTES", 120 * 2**20)])
def test_a_file_that_costs_too_much_is_held(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    """The child ends, not the worker."""
    made = pdf("x")
    made.pages[0].Contents = pikepdf.Stream(made, b"BT /F 1 Tf " + b"(aaaaaaaaaa) Tj " * 250_000 + b" ET")
    assert not held(saved(made), PDF)
    monkeypatch.setattr(drawing, limit, value)
    assert held(saved(made), PDF)


def test_child_gets_no_secrets_and_loads_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, object]] = []

    def watched(command: list[str], **more: object) -> subprocess.CompletedProcess[bytes]:
        seen.append(more)
        assert command[1] == "-I"
        return subprocess.CompletedProcess(command, 1, b"", b"")

    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@host/db")
    monkeypatch.setattr(subprocess, "run", watched)
    assert held(saved(pdf("x")), PDF)
    assert seen[0]["env"] == {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    loaded = f"import runpy, sys; runpy.run_path({str(drawing.CHILD)!r}); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-I", "-c", loaded], capture_output=True, text=True, check=True).stdout
    assert not {"django", "onsite", "celery", "pypdfium2", "PIL"} & set(modules.split())


def test_what_goes_wrong_is_logged_without_the_files_words(monkeypatch: pytest.MonkeyPatch) -> None:
    from onsite.core.scanner import files

    def failing(content: bytes) -> None:
        raise RuntimeError(content.decode())

    lines: list[dict[str, object]] = []
    monkeypatch.setattr(files, "_KINDS", {TEXT: files._Kind(failing, failing)})  # type: ignore[arg-type]
    monkeypatch.setattr(files.logger, "error", lambda event, **more: lines.append({"event": event, **more}))
    assert held(MOBILE.encode(), TEXT)
    assert lines
    assert MOBILE not in repr(lines)


SOUND = {
    DOCX: word(runs(f"call {MOBILE}")),
    JPEG: picture(gps=True, description="x", orientation=6),
    PNG: picture("PNG", gps=True, text="x"),
    MP4: recording(place=True),
    TEXT: f"手机 {MOBILE}".encode("utf-16"),
}


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(SOUND)), st.integers(0, 3000), st.binary(max_size=8))
def test_damage_anywhere_is_survived(media_type: str, place: int, damage: bytes) -> None:
    """Whatever stands in a file, it is read or held."""
    content = SOUND[media_type]
    place %= len(content)
    broken = content[:place] + damage + content[place + len(damage) :]
    assert isinstance(look_through(broken, media_type=media_type), Looked)
    copy = masked_copy(broken, media_type=media_type)
    assert copy is None or not look_through(copy, media_type=media_type).told


def test_a_picture_in_memory_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking at a picture starts two children: one reads it, one draws it."""
    tasks: list[str] = []
    ask = drawing._ask

    def counted(task: str, *more: Any, **rest: Any) -> Any:
        tasks.append(task)
        return ask(task, *more, **rest)

    monkeypatch.setattr(drawing, "_ask", counted)
    look_through(picture(), media_type=JPEG)
    assert tasks == ["look_at_pictures", "draw_picture"]
