"""Looking through real files, and masked copies in which nothing is found any more (issue 4, N3)."""

from __future__ import annotations

import io
from typing import Any

import docx
import openpyxl
import pytest
from openpyxl.comments import Comment
from PIL import Image

from onsite.core.scanner import FindingKind, Looked, look_through, masked_copy
from tests.core.scanner_files import (
    CARD,
    DOCX,
    ID_NUMBER,
    JPEG,
    MOBILE,
    MP4,
    PASSWORD,
    PNG,
    PPTX,
    TEXT,
    WEBM,
    XLSX,
    part,
    picture,
    recording,
    runs,
    slides,
    word,
    zipped,
)  # fmt: skip


def told(content: bytes, media_type: str) -> list[tuple[str, dict[str, Any]]]:
    looked = look_through(content, media_type=media_type)
    assert looked.is_readable
    return [(one.kind, dict(one.where)) for one in looked.told]


def masked(content: bytes, media_type: str) -> bytes:
    """Return the masked copy, in which nothing is found."""
    copy = masked_copy(content, media_type=media_type)
    assert copy is not None
    assert look_through(copy, media_type=media_type).told == ()
    return copy


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be", "utf-16-le"])
def test_text_is_read_and_masked_in_its_own_encoding(encoding: str) -> None:
    text = f"值班表\r\n张三,{MOBILE}\r\n密码：{PASSWORD}\r\n"
    content = text.encode(encoding)
    assert told(content, TEXT) == [("mobile", {"line": 2}), ("password", {"line": 3})]
    assert masked(content, TEXT) == text.replace(MOBILE, "139****5678").replace(PASSWORD, "*" * len(PASSWORD)).encode(
        encoding
    )


def test_excerpt_is_the_beginning_and_masked() -> None:
    looked = look_through(f"手机 {MOBILE}\n{'字' * 5000}".encode(), media_type=TEXT)
    assert len(looked.excerpt) == 4000
    assert looked.excerpt.startswith("手机 139****5678\n字")


def test_excerpt_never_ends_within_a_secret() -> None:
    looked = look_through(f"{'字' * 3990}，{MOBILE}".encode(), media_type=TEXT)
    assert MOBILE[:8] not in looked.excerpt


def test_many_findings_are_told_in_few_lines() -> None:
    looked = look_through(f"电话 {MOBILE}\n".encode() * 500, media_type=TEXT)
    assert len(looked.told) <= 202
    assert sum(one.count for one in looked.told) == 500
    assert looked.told[-1].where == {}


def test_word_is_looked_through_everywhere() -> None:
    document = docx.Document()
    document.core_properties.subject = f"密码：{PASSWORD}"
    document.core_properties.author = "王海明"
    document.add_paragraph("会议纪要")
    document.add_paragraph(f"联系人 {MOBILE}")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        [*table.rows[0].cells, *table.rows[1].cells], ["账号", "密码", "admin", "lilili"], strict=True
    ):
        cell.text = text
    document.sections[0].header.paragraphs[0].text = f"身份证 {ID_NUMBER}"
    document.add_comment(document.paragraphs[0].runs, text=f"卡号 {CARD}")
    out = io.BytesIO()
    document.save(out)
    found = told(out.getvalue(), DOCX)
    assert ("mobile", {"paragraph": 2}) in found
    assert ("password", {"paragraph": 6}) in found
    assert ("id_number", {"part": "header"}) in found
    assert ("bank_card", {"part": "comment"}) in found
    assert ("password", {"part": "metadata"}) in found
    assert len(found) == 5
    copy = docx.Document(io.BytesIO(masked(out.getvalue(), DOCX)))
    assert [paragraph.text for paragraph in copy.paragraphs] == ["会议纪要", "联系人 139****5678"]
    assert copy.tables[0].cell(1, 1).text == "******"
    assert copy.core_properties.author == "王海明"


def test_finding_across_runs_is_masked_and_all_else_stays_the_same_bytes() -> None:
    body = runs("电话 139", "1234", "5678 &amp; 密&#30721;：Abc", "@1234") + '<w:p w:rsidR="00A1"><w:r/></w:p >'
    content = word(body, **{"word/fontTable.xml": b"x" * 300})
    assert [kind for kind, _where in told(content, DOCX)] == ["mobile", "password"]
    copy = masked(content, DOCX)
    expected = body.replace("1234<", "****<", 1).replace("Abc", "***").replace("@1234", "*****")
    assert part(copy, "word/document.xml") == part(content, "word/document.xml").replace(
        body.encode(), expected.encode()
    )
    assert part(copy, "word/fontTable.xml") == b"x" * 300


def test_links_fields_and_deleted_text_count() -> None:
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a"'
        ' Type="hyperlink"'
        ' Target="http://admin:S3cret99@10.0.0.1/?a=1&amp;b=2" TargetMode="External"/></Relationships>'
    )
    deleted = f"<w:p><w:del><w:r><w:delText>{MOBILE}</w:delText></w:r></w:del></w:p>"
    content = word(deleted, word___rels__document_xml_rels=links).replace(b"document_xml_rels", b"document.xml.rels")
    assert {kind for kind, _where in told(content, DOCX)} == {"mobile", "connection"}
    copy = masked(content, DOCX)
    assert b"http://admin:********@10.0.0.1/?a=1&amp;b=2" in part(copy, "word/_rels/document.xml.rels")


def test_thumbnail_goes_with_the_first_masked_character() -> None:
    parts = {"docProps/thumbnail.jpeg": picture()}
    assert part(masked(word(runs(MOBILE), **parts), DOCX), "docProps/thumbnail.jpeg") == b""
    assert part(masked(word(runs("nothing"), **parts), DOCX), "docProps/thumbnail.jpeg") == picture()


def test_pictures_and_files_inside_are_looked_through() -> None:
    inner = word(runs(MOBILE))
    content = word(runs("x"), **{"word/media/image1.jpg": picture(gps=True), "word/embeddings/a.docx": inner})
    assert told(content, DOCX) == [("mobile", {"part": "attached"}), ("location", {"part": "other"})]
    assert MOBILE.encode() not in part(part(masked(content, DOCX), "word/embeddings/a.docx"), "word/document.xml")


def test_what_nobody_can_read_inside_holds_the_file() -> None:
    assert not look_through(word(runs("x"), **{"word/embeddings/oleObject1.bin": b"x"}), media_type=DOCX).is_readable
    assert not look_through(word(runs("x"), **{"word/vbaProject.bin": b"x"}), media_type=DOCX).is_readable


def workbook() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "人员"
    sheet.append(["姓名", "手机", "身份证", "密码", "金额"])
    sheet.append(["张三", int(MOBILE), ID_NUMBER, "zhang88", 13_912_345])
    sheet.append(["李四", 1.3812345678e10, int("110101199003077758"), 445566, 0.5])
    return book


def stored(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_workbook_is_looked_through_with_numbers_and_titles() -> None:
    content = stored(workbook())
    second, third = {"sheet": "人员", "row": 2}, {"sheet": "人员", "row": 3}
    assert told(content, XLSX) == [
        *(("mobile", second), ("id_number", second), ("password", second)),
        *(("mobile", third), ("id_number", third), ("password", third)),
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(masked(content, XLSX)))["人员"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["张三", "139****5678", "110***********7758", "*******", 13_912_345],
        ["李四", "138****5678", "110***********7803", "******", 0.5],
    ]


def test_comments_and_hidden_sheets_count() -> None:
    book = workbook()
    book.active.delete_rows(1, 5)  # type: ignore[union-attr]
    hidden = book.create_sheet("tmp")
    hidden.sheet_state = "veryHidden"
    hidden["B7"] = f"redis://:{PASSWORD}@10.0.0.9:6379/0"
    hidden["B7"].comment = Comment(f"打这个电话 {MOBILE}", "王")
    content = stored(book)
    assert told(content, XLSX) == [("connection", {"sheet": "tmp", "row": 7}), ("mobile", {"part": "comment"})]
    assert (
        openpyxl.load_workbook(io.BytesIO(masked(content, XLSX)))["tmp"]["B7"].comment.text == "打这个电话 139****5678"
    )


def test_formula_and_sheet_name_cannot_be_masked() -> None:
    book = workbook()
    book.active.delete_rows(1, 5)  # type: ignore[union-attr]
    book.active["A1"] = f'="密码：{PASSWORD}"'  # type: ignore[index]
    assert [kind for kind, _where in told(stored(book), XLSX)] == ["password"]
    assert masked_copy(stored(book), media_type=XLSX) is None
    named = openpyxl.Workbook()
    named.active.title = f"张三{MOBILE}"  # type: ignore[union-attr]
    assert [kind for kind, _where in told(stored(named), XLSX)] == ["mobile"]
    assert masked_copy(stored(named), media_type=XLSX) is None


def test_slides_are_counted_as_they_are_shown() -> None:
    content = slides(f"手机 {MOBILE}", f"密码：{PASSWORD}", f"卡号 {CARD}")
    assert told(content, PPTX) == [
        ("mobile", {"slide": 1}),
        ("bank_card", {"slide": 1, "part": "note"}),
        ("password", {"slide": 2}),
    ]
    assert b"139****5678" in part(masked(content, PPTX), "ppt/slides/slide2.xml")


@pytest.mark.parametrize(("media_type", "form"), [(JPEG, "JPEG"), (PNG, "PNG")])
def test_metadata_of_pictures_is_read_and_taken_out(media_type: str, form: str) -> None:
    content = picture(form, gps=True, description=f"call {MOBILE}", text=f"password={PASSWORD}", orientation=6)
    assert {kind for kind, _where in told(content, media_type)} == {"location", "mobile", "password"}
    copy = masked(content, media_type)
    before, after = Image.open(io.BytesIO(content)), Image.open(io.BytesIO(copy))
    assert after.tobytes() == before.tobytes()
    assert dict(after.getexif()) == {0x0112: 6}
    for secret in (MOBILE, PASSWORD):
        assert secret.encode() not in copy


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_preview_is_upright_small_and_says_nothing(form: str) -> None:
    looked = look_through(picture(form, gps=True, orientation=6), media_type=f"image/{form.lower()}")
    (page,) = looked.pages
    preview = Image.open(io.BytesIO(page.image))
    assert preview.format == "JPEG"
    assert preview.size == (page.width, page.height) == (40, 80)  # turned by a quarter
    assert preview.getpixel((20, 10))[0] > 200  # type: ignore[index]
    assert preview.getpixel((20, 70))[2] > 200  # type: ignore[index]
    assert not dict(preview.getexif())


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "LA", "I;16", "1"])
def test_every_kind_of_picture_has_a_preview(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (3000, 10)).save(out, "PNG")
    (page,) = look_through(out.getvalue(), media_type=PNG).pages
    assert (page.width, page.height) == (1600, 5)


def test_what_follows_a_picture_is_cut_off() -> None:
    copy = masked(picture(gps=True) + f"MotionPhoto {MOBILE}".encode(), JPEG)
    assert copy.endswith(b"\xff\xd9")
    assert MOBILE.encode() not in copy


def test_place_of_a_recording_is_found_and_emptied() -> None:
    content = recording(place=True)
    assert told(content, MP4) == [("location", {"part": "metadata"})]
    copy = masked(content, MP4)
    assert len(copy) == len(content)
    assert b"+31.2304" not in copy
    assert told(recording(place=False), MP4) == []
    assert masked(recording(place=False), MP4) == recording(place=False)


def test_webm_is_taken_as_it_is() -> None:
    assert look_through(b"\x1a\x45\xdf\xa3" + bytes(100), media_type=WEBM) == Looked(True, (), "", ())


@pytest.mark.parametrize("media_type", ["application/msword", "application/vnd.ms-excel", "application/zip", ""])
def test_old_and_unknown_kinds_are_held(media_type: str) -> None:
    assert look_through(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", media_type=media_type) == Looked(False, (), "", ())
    assert masked_copy(b"x", media_type=media_type) is None


def test_office_file_without_its_text_is_not_readable() -> None:
    assert not look_through(zipped({"a.xml": "<a/>"}), media_type=DOCX).is_readable


def test_kinds_are_those_that_can_be_told() -> None:
    assert {kind.value for kind in FindingKind} == {
        *("id_number", "mobile", "bank_card", "password", "key", "connection", "location"),
    }
