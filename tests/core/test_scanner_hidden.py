"""Words where programs show none: what was once taken for clean (issue 4, N3)."""

from __future__ import annotations

from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from onsite.core.scanner import look_through, mask_text, masked_copy, scan_text
from tests.core.scanner_files import (
    DOCX,
    ID_NUMBER,
    JPEG,
    MOBILE,
    PASSWORD,
    PDF,
    PNG,
    XLSX,
    part,
    pdf,
    picture,
    runs,
    saved,
    word,
    zipped,
)  # fmt: skip


def kinds(content: bytes, media_type: str) -> set[str]:
    looked = look_through(content, media_type=media_type)
    assert looked.is_readable
    return {one.kind for one in looked.told}


@pytest.mark.parametrize(
    "name",
    [
        *("word/media/image1.emf", "word/media/image1.wmf", "word/media/image1.tiff", "word/media/image1.gif"),
        *("xl/worksheets/sheet2.bin", "xl/model/item.data", "word/foo/data.zip", "word/theme/a.zip", "word/a.rtf"),
        *("word/afchunk.mhtml", "word/media/thumbnail.emf", "word/unknown"),
    ],
)
def test_part_that_is_not_known_holds_the_file(name: str) -> None:
    assert not look_through(word(runs("x"), **{name: MOBILE.encode("utf-16-le")}), media_type=DOCX).is_readable


@pytest.mark.parametrize(
    "name",
    ["xl/printerSettings/printerSettings1.bin", "word/fonts/font1.odttf", "docProps/thumbnail.emf", "word/dir/"],
)
def test_part_without_words_does_not(name: str) -> None:
    assert kinds(word(runs("x"), **{name: b"" if name.endswith("/") else b"\x00\x01"}), DOCX) == set()


def test_drawings_and_pages_inside_are_read() -> None:
    drawing = f"<svg xmlns='http://www.w3.org/2000/svg'><text>{MOBILE}</text></svg>"
    content = word(runs(MOBILE), **{"word/media/image1.svg": drawing})
    copy = masked_copy(content, media_type=DOCX)
    assert copy is not None
    assert MOBILE.encode() not in part(copy, "word/media/image1.svg")
    hidden = "".join(f"&#{ord(char)};" for char in MOBILE)
    assert kinds(word(runs("x"), **{"word/afchunk.xhtml": f"<p>{hidden}</p>"}), DOCX) == {"mobile"}


@pytest.mark.parametrize(
    "tag",
    [
        f"<w:listItem w:displayText='{MOBILE}'/>",
        f"<w:listItem w:value='{MOBILE}'/>",
        f"<w:default w:val='{MOBILE}'/>",
        f"<w:statusText w:val='{MOBILE}'/>",
        f"<w:alias w:val='{MOBILE}'/>",
        f"<!-- {MOBILE} -->",
        f"<?x {MOBILE}?>",
    ],
)
def test_attributes_and_remarks_of_word_count(tag: str) -> None:
    assert kinds(word(f"{runs('x')}{tag}"), DOCX) == {"mobile"}


@pytest.mark.parametrize(
    "tag",
    [
        f"<filter val='{MOBILE}'/>",
        f"<inputCells val='{MOBILE}'/>",
        f"<scenario comment='{MOBILE}'/>",
        f"<i c='{MOBILE}'/>",
        f"<cfRule text='{MOBILE}'/>",
        f"<!-- {MOBILE} -->",
    ],
)
@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "xl/tables/table1.xml"])
def test_attributes_and_remarks_of_workbooks_count(tag: str, name: str) -> None:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheet = {"xl/worksheets/sheet1.xml": "<worksheet><sheetData/></worksheet>", name: f"<worksheet>{tag}</worksheet>"}
    content = zipped(
        {
            "xl/workbook.xml": f"<workbook xmlns:r='{office}'><sheets><sheet name='S' r:id='a'/></sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships><Relationship Id='a' Type='{office}/worksheet'"
            " Target='worksheets/sheet1.xml'/></Relationships>",
            **sheet,
        }
    )
    assert kinds(content, XLSX) == {"mobile"}


def test_packed_queries_and_attributes_in_another_encoding_hold_the_file() -> None:
    packed = word(runs("x"), **{"customXml/item1.xml": "<DataMashup>cGFzc3dvcmQ=</DataMashup>"})
    assert not look_through(packed, media_type=DOCX).is_readable
    wide = f"<a name='{MOBILE}'/>".encode("utf-16")
    assert not look_through(word(runs("x"), **{"customXml/item1.xml": wide}), media_type=DOCX).is_readable


def _file(made: pikepdf.Pdf, name: str) -> Any:
    file = Stream(made, f"password: {PASSWORD}".encode())
    return made.make_indirect(
        Dictionary(Type=Name.Filespec, F=String(name), EF=Dictionary(F=made.make_indirect(file)))
    )


def test_file_pinned_to_a_page_is_read_with_its_name() -> None:
    made = pdf("nothing")
    note = Dictionary(
        Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[1, 1, 9, 9], FS=_file(made, f"{MOBILE}.txt")
    )  # fmt: skip
    made.pages[0].Annots = Array([made.make_indirect(note)])
    told = look_through(saved(made), media_type=PDF).told
    assert {(one.kind, one.where["part"]) for one in told} == {("password", "attached"), ("mobile", "metadata")}


@pytest.mark.parametrize("key", ["V", "DV", "TU"])
def test_field_without_a_place_on_a_page_is_read(key: str) -> None:
    made = pdf("nothing")
    field = made.make_indirect(Dictionary({"/FT": Name.Tx, "/T": String("a"), f"/{key}": String(MOBILE)}))
    made.Root.AcroForm = Dictionary(Fields=Array([field]))
    assert kinds(saved(made), PDF) == {"mobile"}


@pytest.mark.parametrize("key", ["Alt", "ActualText"])
def test_what_is_said_instead_of_a_picture_is_read(key: str) -> None:
    made = pdf("nothing")
    made.Root.StructTreeRoot = made.make_indirect(
        Dictionary(Type=Name.StructTreeRoot, K=Dictionary({"/S": Name.Figure, f"/{key}": String(MOBILE)}))
    )
    assert kinds(saved(made), PDF) == {"mobile"}


def test_form_or_script_of_its_own_holds_a_pdf() -> None:
    scripted, formed = pdf("nothing"), pdf("nothing")
    scripted.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("1"))
    formed.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Stream(formed, b"<xdp/>"))
    assert not look_through(saved(scripted), media_type=PDF).is_readable
    assert not look_through(saved(formed), media_type=PDF).is_readable


@pytest.mark.parametrize(("media_type", "form"), [(JPEG, "JPEG"), (PNG, "PNG")])
def test_what_follows_a_picture_is_told(media_type: str, form: str) -> None:
    content = picture(form)
    assert kinds(content + b"\x00\x00\r\n", media_type) == set()
    (one,) = look_through(content + MOBILE.encode(), media_type=media_type).told
    assert dict(one.where) == {"part": "metadata"}
    copy = masked_copy(content + MOBILE.encode(), media_type=media_type)
    assert copy is not None
    assert MOBILE.encode() not in copy


@pytest.mark.parametrize("colon", "\u2236\ufe55\ufe30")
def test_colons_of_all_kinds(colon: str) -> None:
    assert PASSWORD not in mask_text(f"密码{colon}{PASSWORD}")


@pytest.mark.parametrize("between", ["\ufe0f", "\ufe0f\u20e3", "\u034f", "\u3164"])
def test_marks_inside_a_number_are_passed_over(between: str) -> None:
    assert [one.kind for one in scan_text(between.join(MOBILE))] == ["mobile"]


@pytest.mark.parametrize("gap", "·/_～\u301c\u2028")
def test_signs_between_the_groups_of_a_number(gap: str) -> None:
    assert [one.kind for one in scan_text(gap.join((MOBILE[:3], MOBILE[3:7], MOBILE[7:])))] == ["mobile"]
    card = gap.join(("6222", "0210", "0111", "9998", "885"))
    assert [one.kind for one in scan_text(card)] == ["bank_card"]
    assert [one.kind for one in scan_text(gap.join((ID_NUMBER[:6], ID_NUMBER[6:14], ID_NUMBER[14:])))] == ["id_number"]


def test_columns_of_a_table_are_not_put_together() -> None:
    assert not scan_text("139\t2023\t2024")
    assert [one.kind for one in scan_text(f"{ID_NUMBER[:6]}\t{ID_NUMBER[6:]}")] == ["id_number"]
    assert [one.kind for one in scan_text("11010519491231002\u0425")] == ["id_number"]
