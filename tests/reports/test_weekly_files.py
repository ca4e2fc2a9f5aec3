"""The PDF and the Word file say the same, in both languages, with real headings, tables and fonts."""

from __future__ import annotations

import re
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from defusedxml.ElementTree import fromstring
from docx import Document as open_word
from docx.oxml.ns import qn

from onsite.core.charts.text import printable
from reports.documents.printing import print_document
from reports.documents.weekly_report import (
    Concerns,
    LateStage,
    OpenItem,
    PlannedWork,
    Present,
    SolvedItem,
    WeekLine,
    WeeklyReport,
)
from reports.documents.word import EAST_ASIAN, word_of

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 20)
REPORT = WeeklyReport(
    language="zh-hans", title="ERP 生产计划模块上线", engagement_name="华东机械集团 · 系统上线", client_name="华东机械集团",
    vendor_name="明远软件", version="2", issued_on=FRIDAY, week="2026-W47", first_on=MONDAY, last_on=date(2026, 11, 22),
    as_of_on=FRIDAY, client_pm_name="陈镕", lead_name="李喆", summary="本周完成接口联调。\n下周开始 UAT。",
    position="第 14 个工作日，共 23 个。", verify_url="https://onsite.example/engagements/1/documents/4/", audit_head="a" * 64,
    held_on=(MONDAY, TUESDAY),
    done=(WeekLine(text="联调接口 𠮷喆堃", days=(MONDAY, TUESDAY)),),
    next=(WeekLine(text="用户验收测试", days=(FRIDAY,)),),
    planned=(PlannedWork(name="上线演练", start_on=FRIDAY, finish_on=FRIDAY, is_milestone=True),),
    open_items=(
        OpenItem(
            title="提供历史工单", side="client", severity="critical", raised_on=MONDAY, due_on=TUESDAY, owner="信息部",
            next_step="导出 2025 年数据",
        ),
        OpenItem(title="排产相差 3%", side="vendor", severity="minor", raised_on=TUESDAY, due_on=None),
    ),
    solved=(SolvedItem(title="重复工单", raised_on=MONDAY, solved_on=TUESDAY),),
    late_stages=(LateStage(stage="系统测试", days=2, baseline_on=MONDAY, finish_on=FRIDAY),),
    concerns=Concerns(waiting=1, answered=0, settled=2),
    people=(Present(name="陈镕", side="client", days=(MONDAY,)),),
)  # fmt: skip
TOLD = """
    ERP生产计划模块上线 华东机械集团 明远软件 陈镕 李喆 本周完成接口联调。 下周开始UAT。 第14个工作日，共23个。 联调接口𠮷喆堃 用户验收测试
    上线演练 提供历史工单 信息部 导出2025年数据 排产相差3% 重复工单 系统测试 2026-11-17 https://onsite.example/engagements/1/documents/4/
"""


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def pdf_text(report: WeeklyReport) -> str:
    pdf = print_document(report)
    command = ["pdftotext", "-layout", "-enc", "UTF-8", "-", "-"]
    return squeezed(subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode())


def parts_of(word: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(word)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def word_text(report: WeeklyReport) -> str:
    parts = parts_of(word_of(report))
    texts = (
        fromstring(parts[name]).itertext() for name in ("word/document.xml", "word/header1.xml", "word/footer1.xml")
    )
    return squeezed("".join(part for text in texts for part in text))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_both_files_tell_everything(language: str) -> None:
    report = replace(REPORT, language=language)
    pdf, word = pdf_text(report), word_text(report)
    for said in [*TOLD.split(), report.sha256]:
        assert said in pdf, said
        assert said in word, said


def test_the_pdf_is_a4_tagged_and_carries_its_data() -> None:
    with pikepdf.open(BytesIO(print_document(REPORT))) as opened:
        assert str(opened.Root.Lang) == "zh-Hans"
        assert opened.attachments["snapshot.json"].get_file().read_bytes() == REPORT.to_json()
        box = [round(float(side)) for side in opened.pages[0].mediabox]
        assert box == [0, 0, 595, 842]


def test_the_same_snapshot_prints_the_same_bytes() -> None:
    assert print_document(REPORT) == print_document(REPORT)


def test_word_has_headings_tables_and_an_a4_page() -> None:
    document = open_word(BytesIO(word_of(REPORT)))
    headings = [row.text for row in document.paragraphs if row.style and row.style.name == "Heading 1"]
    assert len(headings) == 10
    # The parties, then a table for each heading but the first and the last.
    assert len(document.tables) == 1 + len(headings) - 2
    assert [row.text for row in document.paragraphs if row.style and row.style.name == "Title"] == [REPORT.title]
    section = document.sections[0]
    assert section.page_width is not None and section.page_height is not None
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)


def test_word_repeats_a_tables_head_and_splits_no_row() -> None:
    document = open_word(BytesIO(word_of(REPORT)))
    for table in document.tables[1:]:
        head, *rows = table.rows
        assert head._tr.trPr is not None and head._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rows)
        widths = [cell.width.mm for cell in head.cells]
        assert round(sum(widths)) == 170
        # Word goes by the cells, LibreOffice and WPS by the grid.
        assert [column.width.mm for column in table.columns if column.width] == widths


@pytest.mark.parametrize(
    "name", ["Normal", "Title", "Subtitle", "Heading 1", "Caption", "Header", "Footer", "List Bullet"]
)
def test_word_names_a_chinese_font_for_every_style(name: str) -> None:
    """Without w:eastAsia, or with a theme font beside it, Word sets Chinese in whatever it finds."""
    style: Any = open_word(BytesIO(word_of(REPORT))).styles[name]
    fonts = style.element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == EAST_ASIAN
    assert not [key for key in fonts.attrib if "Theme" in key or "theme" in key]


def test_word_counts_its_pages_and_names_both_parties() -> None:
    document = open_word(BytesIO(word_of(REPORT)))
    section = document.sections[0]
    footer = section.footer.paragraphs[0]
    fields = [field.get(qn("w:instr")) for field in footer._p.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]
    header = section.header.paragraphs[0].text
    assert REPORT.client_name in header and REPORT.vendor_name in header
    stops = [stop for stop in section.header.paragraphs[0].style.paragraph_format.tab_stops]
    assert [round(stop.position.mm) for stop in stops] == [170]


def test_word_speaks_the_documents_language() -> None:
    for language, said in (("en", "en-GB"), ("zh-hans", "zh-CN")):
        document = open_word(BytesIO(word_of(replace(REPORT, language=language))))
        style: Any = document.styles["Normal"]
        lang = style.element.rPr.find(qn("w:lang"))
        assert (lang.get(qn("w:eastAsia")), document.core_properties.language) == ("zh-CN", said)
        assert document.core_properties.comments == replace(REPORT, language=language).sha256


@pytest.mark.parametrize("hostile", ["a\x00b\x0b", "<w:t>&amp;</w:t>", "]]>", "=cmd|' /C calc'!A0", "𠮷🙂", "\ufffe"])
def test_word_takes_any_text(hostile: str) -> None:
    """XML knows no control characters, and markup in a text is text."""
    report = replace(REPORT, summary=hostile, done=(WeekLine(text=hostile, days=(MONDAY,)),), title=hostile)
    text = "\n".join(row.text for row in open_word(BytesIO(word_of(report))).paragraphs)
    wanted = printable(hostile).replace(" ", "").replace("\ufffe", "")
    assert wanted in squeezed(text)


def test_an_empty_week_says_so_in_both_files() -> None:
    empty = replace(
        REPORT, language="en", summary="", done=(), next=(), planned=(), open_items=(), solved=(), late_stages=(),
        concerns=None, people=(),
    )  # fmt: skip
    for text in (pdf_text(empty), word_text(empty)):
        assert "Nothingwasreportedasdone." in text
        assert "Nothingwaitsonyourside." in text
        assert "Nocriticaloroverdueproblem" in text
