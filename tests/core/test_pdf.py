"""HTML to PDF: archivable, marked, the same bytes every time, every glyph there, and nothing from outside."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.utils import translation

from onsite.core.errors import DomainError
from onsite.core.pdf import (
    Attachment,
    RenderFailed,
    check_environment,
    missing_glyphs,
    render_pdf,
    renderer_fingerprint,
)
from onsite.core.pdf.fonts import font_environment, printing_fonts
from onsite.core.pdf.render import LARGEST_HTML_BYTES, Limits

CREATED = datetime(2027, 1, 18, 8, 30, tzinfo=UTC)
RARE = "喆堃镕㛃𠮷"
PAGE = f"""<!doctype html><html lang="zh-Hans"><title>x</title>
<style>html {{ font-family: "Noto Sans CJK SC" }}</style>
<h1>驻场总结报告</h1><h2 id="a">目标</h2><p>{RARE} Łódź ≤ 5 ✓ ⚠ 😀 <b>粗体</b></p><p><a href="#a">目标</a></p>
<svg viewBox="0 0 10 10" role="img"><title>chart</title><rect width="9" height="9" fill="#0a6a68"/></svg>"""


def render(html: str, limits: Limits | None = None) -> bytes:
    data = [Attachment("snapshot.json", b'{"a":1}', "The data")]
    return render_pdf(
        html, title="生产计划模块上线", language="zh-Hans", created=CREATED, attachments=data, limits=limits
    )


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The messages that are looked for are English, whatever the product's default language."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render(PAGE)


@pytest.fixture
def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def embedded_fonts(opened: pikepdf.Pdf) -> set[str]:
    named = (item.get("/BaseFont") for item in opened.objects if isinstance(item, pikepdf.Dictionary))
    return {str(name).split("+")[-1] for name in named if name is not None}


def test_the_same_document_gives_the_same_bytes(pdf: bytes) -> None:
    """N9: an issued document can be printed again without a difference."""
    assert render(PAGE) == pdf


def test_document_is_marked_as_archivable_and_accessible(opened: pikepdf.Pdf) -> None:
    xmp = opened.Root.Metadata.read_bytes().decode()
    assert re.search(r'pdfaid:part="3"', xmp) and re.search(r'pdfaid:conformance="U"', xmp)
    assert re.search(r'pdfuaid:part="1"', xmp) and "pdfaExtension:schemas" in xmp
    assert bool(opened.Root.MarkInfo.Marked)
    assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
    assert str(opened.Root.Lang) == "zh-Hans"
    assert "/StructTreeRoot" in opened.Root
    assert str(opened.docinfo.Title) == "生产计划模块上线"
    assert str(opened.docinfo.CreationDate) == "D:20270118083000Z"


def test_document_carries_its_colours_and_fonts(opened: pikepdf.Pdf) -> None:
    """PDF/A: an output intent with its profile, every font inside the file and with a map to Unicode (the "u"), nothing
    that runs."""
    (intent,) = opened.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    assert len(intent.DestOutputProfile.read_bytes()) > 100
    found = [item for item in opened.objects if isinstance(item, pikepdf.Dictionary)]
    descriptors = [item for item in found if item.get("/Type") == "/FontDescriptor"]
    assert descriptors
    assert all("/FontFile2" in item or "/FontFile3" in item for item in descriptors)
    composite = [item for item in found if item.get("/Subtype") == "/Type0"]
    assert composite
    assert all("/ToUnicode" in item for item in composite)
    assert not any("/JavaScript" in item or item.get("/S") in ("/JavaScript", "/Launch") for item in found)


def test_a_font_that_crept_in_fails_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """N9: what was used is read from the finished PDF. Here a page that needs the symbols' font, which is not listed."""
    allowed = tuple(font for font in printing_fonts() if font.family == "Noto Sans CJK SC")
    assert len(allowed) < len(printing_fonts())
    monkeypatch.setattr("onsite.core.pdf.render.printing_fonts", lambda: allowed)
    with pytest.raises(RenderFailed, match="font that is not allowed"):
        render(PAGE)
    assert render('<style>html { font-family: "Noto Sans CJK SC" }</style><p>喆').startswith(b"%PDF")


def test_figures_and_links_are_tagged(opened: pikepdf.Pdf) -> None:
    elements = [item for item in opened.objects if isinstance(item, pikepdf.Dictionary) and "/S" in item]
    figures = [item for item in elements if item.S == "/Figure"]
    assert [str(figure.Alt) for figure in figures] == ["chart"]
    assert any(item.S == "/Link" for item in elements)
    assert all(page.Tabs == "/S" for page in opened.pages if "/Annots" in page)


def test_attachment_is_inside_once_with_its_date(opened: pikepdf.Pdf) -> None:
    assert opened.attachments["snapshot.json"].get_file().read_bytes() == b'{"a":1}'
    (attached,) = opened.Root.AF
    assert attached.AFRelationship == "/Source"
    assert str(attached.EF.F.Params.ModDate) == "D:20270118083000Z"


def test_headings_become_bookmarks(opened: pikepdf.Pdf) -> None:
    with opened.open_outline() as outline:
        assert [(item.title, [child.title for child in item.children]) for item in outline.root] == [
            ("驻场总结报告", ["目标"])
        ]


def test_rare_characters_print_and_extract(pdf: bytes, opened: pikepdf.Pdf) -> None:
    text = text_of(pdf)
    assert all(char in text for char in RARE + "✓⚠😀Ł")
    assert embedded_fonts(opened) <= {
        *("Noto-Sans-CJK-SC", "Noto-Sans-CJK-SC-Bold", "Noto-Sans", "Noto-Sans-Symbols2"),
        *("Noto-Sans-Math", "Symbola", "Symbola-Semi-Condensed"),
    }
    assert {"Noto-Sans-CJK-SC", "Noto-Sans-CJK-SC-Bold"} <= embedded_fonts(opened)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (RARE + "王海明 Łódź × → ≤ ✓ ◐ ● ⚠ ☎ 😀 👍", []),
        ("a\tb\r\n\u200b\u200f\ufe0f\u3000", []),
        ("\U0010fffd and \ue000 and \ud800, twice \ue000", ["\ud800", "\ue000", "\U0010fffd"]),
        ("", []),
    ],
)
def test_missing_glyphs_are_found_before_printing(text: str, missing: list[str]) -> None:
    assert missing_glyphs(text) == missing


@pytest.mark.parametrize(
    "outside",
    [
        '<img src="file:///etc/passwd">',
        '<img src="data:image/png;base64,AAAA">',
        '<base href="file:///etc/"><img src="passwd">',
        '<style>@import "http://192.0.2.1/a.css";</style>',
        "<style>@font-face { font-family: x; src: url(file:///etc/passwd) }</style>",
        '<svg viewBox="0 0 9 9"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
    ],
)
def test_nothing_outside_the_document_is_read(outside: str) -> None:
    """TRUST 6: no file://, no network; the document fails instead of printing a hole."""
    with pytest.raises(RenderFailed, match="outside itself"):
        render(PAGE + outside)


def test_no_connection_is_made() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        with pytest.raises(RenderFailed, match="outside itself"):
            render(f'{PAGE}<img src="http://127.0.0.1:{server.getsockname()[1]}/a.png">')
        with pytest.raises(TimeoutError):
            server.accept()


def test_child_inherits_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@host/db")
    assert not {"DATABASE_URL", "SECRET_KEY"} & font_environment().keys()
    assert "secret" not in " ".join(font_environment().values())


@pytest.mark.parametrize(
    ("html", "limits", "reason"),
    [
        ('<table><td colspan="99999999" rowspan="99999999">', Limits(memory_bytes=400 * 2**20), "memory or time"),
        ("<p>x</p>" * 50_000, Limits(cpu_seconds=1), "memory or time"),
        ("<p>x</p>" * 50_000, Limits(wall_seconds=1), "too long"),
        ("x" * (LARGEST_HTML_BYTES + 1), None, "too long"),
        ("a lone surrogate \ud800", None, "could not be printed"),
        ('<p style="font-size: 1e9px">x', None, "could not be printed"),
    ],
)
def test_absurd_documents_fail_with_a_reason(html: str, limits: Limits | None, reason: str) -> None:
    """Bad input: a sentence, never a dead worker."""
    with pytest.raises(RenderFailed, match=reason):
        render(html, limits)


def test_failure_is_a_domain_error() -> None:
    assert issubclass(RenderFailed, DomainError)


def test_this_machine_can_print() -> None:
    assert check_environment() == []


def test_problems_of_the_machine_name_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onsite.core.pdf.environment.printing_fonts", lambda: ())
    problems = check_environment()
    assert len(problems) == 2
    assert all("fonts-noto-cjk" in problem for problem in problems)


def test_fingerprint_is_json_and_names_every_font() -> None:
    fingerprint = renderer_fingerprint()
    assert json.loads(json.dumps(fingerprint)) == fingerprint
    assert all(fingerprint[part] for part in ("weasyprint", "pikepdf", "pango", "harfbuzz"))
    assert {font["name"] for font in fingerprint["fonts"]} == {font.path.name for font in printing_fonts()}


def test_only_the_listed_fonts_are_seen() -> None:
    """Another font of the machine must not stand in: the same snapshot would print differently elsewhere."""
    families = {font.family for font in printing_fonts()}
    assert "Noto Sans CJK SC" in families
    assert not [family for family in families if "CJK" in family and family != "Noto Sans CJK SC"]
    assert "DejaVu Sans" not in families
    assert all(Path(font.path).is_file() for font in printing_fonts())
    assert os.environ.get("FONTCONFIG_FILE") is None, "the product itself must not change FontConfig"
