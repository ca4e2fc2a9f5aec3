"""PDF files: read page by page, shown and copied without what was found (issue 4, N3)."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest
from PIL import Image

from onsite.core.pdf import render_pdf
from onsite.core.scanner import look_through, masked_copy
from onsite.core.scanner.drawing import PREVIEW_PAGES
from tests.core.scanner_files import CARD, ID_NUMBER, MOBILE, PASSWORD, PDF, pdf, saved


def told(content: bytes) -> list[tuple[str, dict[str, Any]]]:
    looked = look_through(content, media_type=PDF)
    assert looked.is_readable
    return [(one.kind, dict(one.where)) for one in looked.told]


def blackness(image: bytes, box: tuple[float, float, float, float]) -> float:
    """Return the share of black in a part of a page; the box in hundredths of its sides."""
    drawn = Image.open(io.BytesIO(image)).convert("L")
    across, down = drawn.size
    left, top, right, bottom = (part * side / 100 for part, side in zip(box, (across, down) * 2, strict=True))
    cut = drawn.crop((int(left), int(top), int(right), int(bottom)))
    return sum(cut.histogram()[:40]) / (cut.width * cut.height)


def test_pages_properties_and_bookmarks_are_looked_through() -> None:
    made = pdf("nothing here", f"call {MOBILE}\nid {ID_NUMBER}", Title=f"password: {PASSWORD}")
    with made.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(f"card {CARD}", 0))
    assert told(saved(made)) == [
        ("mobile", {"page": 2}),
        ("id_number", {"page": 2}),
        ("password", {"part": "metadata"}),
        ("bank_card", {"part": "metadata"}),
    ]


def test_notes_fields_and_links_count() -> None:
    made = pdf("nothing")
    rect = [40, 40, 200, 60]
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=rect, Contents=f"call {MOBILE}")
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=f"http://admin:{PASSWORD}@10.0.0.1/")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=rect, A=action)
    made.pages[0].Annots = pikepdf.Array([made.make_indirect(note), made.make_indirect(link)])
    assert {kind for kind, _where in told(saved(made))} == {"mobile", "connection"}


def test_enclosed_text_is_read_and_other_files_hold_it() -> None:
    made = pdf("nothing")
    made.attachments["a.json"] = f'{{"password":"{PASSWORD}"}}'.encode()
    assert told(saved(made)) == [("password", {"part": "attached"})]
    made.attachments["b.zip"] = b"PK\x03\x04"
    assert not look_through(saved(made), media_type=PDF).is_readable


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_picture_of_a_page_is_black_where_something_was_found(rotate: int) -> None:
    (page,) = look_through(saved(pdf(MOBILE, rotate=rotate)), media_type=PDF).pages
    # The number begins at a tenth of the width and two thirds of the height, before the page is turned.
    box = {0: (11, 29, 28, 33), 90: (67, 11, 71, 28), 180: (72, 67, 89, 71), 270: (29, 72, 33, 89)}[rotate]
    assert blackness(page.image, box) > 0.97
    assert blackness(page.image, (0, 0, 100, 100)) < 0.1
    (clean,) = look_through(saved(pdf("13912345678901", rotate=rotate)), media_type=PDF).pages
    assert blackness(clean.image, box) < 0.6


def test_drawn_form_fields_are_black_too() -> None:
    made = pdf("nothing")
    font = made.pages[0].Resources.Font
    look = pikepdf.Stream(made, f"BT /F 14 Tf 2 5 Td ({MOBILE}) Tj ET".encode())
    look.Type, look.Subtype, look.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, pikepdf.Array([0, 0, 200, 20])
    look.Resources = pikepdf.Dictionary(Font=font)
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[40, 40, 240, 60], F=4, Contents="x",
        AP=pikepdf.Dictionary(N=look), DA="/F 14 Tf",
    )  # fmt: skip
    made.pages[0].Annots = pikepdf.Array([made.make_indirect(note)])
    looked = look_through(saved(made), media_type=PDF)
    assert [one.kind for one in looked.told] == ["mobile"]
    assert blackness(looked.pages[0].image, (12, 82, 28, 84)) > 0.97


def test_number_broken_over_two_lines_is_found_and_black() -> None:
    looked = look_through(saved(pdf(f"id {ID_NUMBER[:11]}\n{ID_NUMBER[11:]} end")), media_type=PDF)
    assert [one.kind for one in looked.told] == ["id_number"]
    assert ID_NUMBER not in looked.excerpt
    assert blackness(looked.pages[0].image, (16, 30, 32, 33)) > 0.97
    assert blackness(looked.pages[0].image, (11, 36, 22, 40)) > 0.97


def test_a_rare_character_stays_whole() -> None:
    """It takes two places of the page's text, and is one character for whoever reads the excerpt."""
    made = render_pdf(
        f"<p>𠮷田健一 {MOBILE}</p>", title="x", language="zh-Hans", created=datetime(2026, 11, 20, tzinfo=UTC)
    )
    looked = look_through(made, media_type=PDF)
    assert "𠮷" in looked.excerpt
    assert "\ufffd" not in looked.excerpt
    assert [one.kind for one in looked.told] == ["mobile"]


def test_previews_are_the_first_pages() -> None:
    looked = look_through(saved(pdf(*(f"page {number}" for number in range(PREVIEW_PAGES + 3)))), media_type=PDF)
    assert len(looked.pages) == PREVIEW_PAGES
    assert {(page.width, page.height) for page in looked.pages} == {(1100, 825)}
    assert all(Image.open(io.BytesIO(page.image)).format == "JPEG" for page in looked.pages)


def test_masked_copy_is_pictures_and_nothing_else() -> None:
    content = saved(pdf(f"call {MOBILE}", "second page", Title=f"password: {PASSWORD}", Author="Wang"))
    copy = masked_copy(content, media_type=PDF)
    assert copy is not None
    assert look_through(copy, media_type=PDF).told == ()
    with pikepdf.open(io.BytesIO(copy)) as opened:
        assert len(opened.pages) == 2
        assert not dict(opened.docinfo)
        assert "/Metadata" not in opened.Root
        assert [float(part) for part in opened.pages[0].MediaBox] == [0, 0, 400, 300]
        assert not opened.pages[0].Resources.get("/Font")
    page, second = look_through(copy, media_type=PDF).pages
    assert blackness(page.image, (20, 29, 36, 33)) > 0.97
    assert 0.01 < blackness(second.image, (10, 28, 32, 35)) < 0.5, "the second page is still legible"
    assert copy == masked_copy(content, media_type=PDF)
