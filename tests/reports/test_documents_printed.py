"""The printed documents: everything in them, in order, verifiable, and nothing from a hostile text."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pikepdf
import pytest
from django.utils import translation

from onsite.core.pdf import RenderFailed
from reports.documents.chapters import chapters
from reports.documents.parts import Plan
from reports.documents.printing import print_document, render_html
from reports.documents.sign_off import TextSection
from reports.documents.snapshot import Snapshot
from tests.reports.test_documents import PLAN, closing_report, field_manual, sign_off_sheet

ENGLISH = closing_report(language="en")
# What has to be read in the PDFs, without their spaces.
IN_THE_REPORT = """
    生产计划模块上线 华东机械集团 明远软件 陈堃 李喆 周㛃、𠮷田、王镕 1/2 +2 4.6 ≥5人 6人 ≤30分钟 42分钟 180.5分钟 Exceeded Notmet
    状态字段映射错误 工单状态错误 重新导入 22stand-upswereheld 12.5minutes 已解决14 真正在帮我们思考。 Needsyourside 信息科
    2027-01-29 datemissing 《权限确认书》 上线后一个月 https://onsite.example.com/verify/7Kq2mXc9
"""
IN_THE_MANUAL = """
    Fieldmanual Agreedgo-live 2026-12-16 苏州3号厂房 +8651255550101 影响上线日期 培训成绩 ≥5人 成本核算 第二期项目 signedonpaper
    signatureunderway version3 5–7days 周一·周三 09:00(Asia/Shanghai) 15minutes 2027-01-01元旦休息。 首次发布
"""


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """The messages that are looked for are English, whatever the product's default language."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def report() -> bytes:
    return print_document(ENGLISH)


@pytest.fixture(scope="module")
def chinese_report() -> bytes:
    return print_document(closing_report())


def pages_of(pdf: bytes) -> list[str]:
    command = ["pdftotext", "-layout", "-enc", "UTF-8", "-", "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def text_of(pdf: bytes) -> str:
    return re.sub(r"\s+", "", "".join(pages_of(pdf)))


def test_closing_report_tells_everything(report: bytes) -> None:
    """R1: objectives, key problems, satisfaction, remaining issues, proposals."""
    text = text_of(report)
    for said in [*IN_THE_REPORT.split(), ENGLISH.sha256, ENGLISH.audit_head]:
        assert said in text, said


def test_chinese_report_prints_every_character(chinese_report: bytes) -> None:
    """R1: Chinese or English, no missing glyph."""
    text = text_of(chinese_report)
    assert all(char in text for char in "喆堃镕㛃𠮷")
    with pikepdf.open(BytesIO(chinese_report)) as opened:
        assert str(opened.Root.Lang) == "zh-Hans"


def test_contents_name_the_right_pages(report: bytes) -> None:
    pages = pages_of(report)
    listed = re.findall(r"^\s*(\d+)\s{2,}(.+?)\s{2,}(\d+)\s*$", pages[1], re.MULTILINE)
    titles = [str(chapter.title) for chapter in chapters(ENGLISH)]
    assert [title for _, title, _ in listed] == titles
    for number, title, page in listed:
        assert re.search(rf"^\s*{number}\s+{re.escape(title)}\s*$", pages[int(page) - 1], re.MULTILINE), title


def test_pdf_can_be_checked_and_navigated(report: bytes) -> None:
    """N9: the printed hash is the attached data's; bookmarks follow the chapters; the chart is no picture."""
    with pikepdf.open(BytesIO(report)) as opened:
        assert opened.attachments["snapshot.json"].get_file().read_bytes() == ENGLISH.to_json()
        with opened.open_outline() as outline:
            titles = [item.title for item in outline.root]
        assert titles == ["Contents", *(f"{n} {chapter.title}" for n, chapter in enumerate(chapters(ENGLISH), 1))]
        images = [o for o in opened.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image"]
        assert not images
        figures = [o for o in opened.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"]
        assert len(figures) == 2 and all("/Alt" in figure for figure in figures)
        assert str(opened.docinfo.CreationDate) == "D:20270118000000Z"


def test_printing_again_gives_the_same_bytes(report: bytes) -> None:
    assert print_document(type(ENGLISH).from_json(ENGLISH.to_json())) == report


def test_running_head_names_party_and_chapter(report: bytes) -> None:
    last = pages_of(report)[-1]
    assert re.search(r"华东机械集团 · 生产计划模块上线\s+Signatures and verification", last)
    assert re.search(r"明远软件 · Closing report · version 1.0 · 2027-01-18\s+(\d+)\s*/\s*\1\s*$", last)


def test_chapters_without_data_are_absent() -> None:
    bare = closing_report(
        objectives=(), plan=Plan(), milestones=(), key_problems=(), problem_counts=(), standups=None, lessons=()
    )
    found = [chapter.anchor for chapter in chapters(bare)]
    assert found == ["conclusion", "satisfaction", "remaining", "follow_ups", "signatures"]


def test_what_was_not_measured_says_so() -> None:
    """N6: unmeasured is neither good nor bad."""
    row = replace(ENGLISH.objectives[0], result=None, verdict="not_measured")
    html = render_html(replace(ENGLISH, satisfaction=None, objectives=(row,), remaining_issues=()))
    assert "Satisfaction was not measured." in html
    assert "No issue remains open." in html
    assert re.search(r'class="muted">Not measured<', html)


@pytest.mark.parametrize(
    ("days", "words"), [(1, "1 working day late"), (-2, "2 working days early"), (0, "on the agreed")]
)
def test_slip_is_said_in_words(days: int, words: str) -> None:
    milestone = replace(ENGLISH.milestones[0], slip_days=days)
    assert words in render_html(replace(ENGLISH, milestones=(milestone,)))


def test_missed_standups_stay_inside() -> None:
    """RULES: missed stand-ups are vendor only, and so is the number of agreed days that would tell them."""
    told = render_html(ENGLISH) + ENGLISH.to_json().decode()
    assert "22 stand-ups were held" in told
    assert "missed_days" not in told and "agreed_days" not in told


HOSTILE = (
    """</style></title><script>alert(1)</script>"'><img src="file:///etc/passwd">{{ doc }}{% now "Y" %}\x00\x0b&"""
)


@pytest.mark.parametrize("kind", ["closing_report", "field_manual", "sign_off"])
def test_hostile_text_stays_text(kind: str) -> None:
    texts = {name: HOSTILE for name in ("title", "client_name", "vendor_name", "engagement_name", "version")}
    snapshot: Snapshot = {
        "closing_report": closing_report(**texts, summary=HOSTILE, client_pm_name=HOSTILE, verify_url=HOSTILE),
        "field_manual": field_manual(**texts, introduction=HOSTILE, calendar_notes=(HOSTILE,)),
        "sign_off": sign_off_sheet(**texts, code=HOSTILE, sections=(TextSection(heading=HOSTILE, points=(HOSTILE,)),)),
    }[kind]
    html = render_html(snapshot)
    assert "<script" not in html and "<img" not in html and "\x00" not in html
    assert "alert(1)" in text_of(print_document(snapshot))


def test_a_character_without_glyph_is_refused_by_name() -> None:
    with pytest.raises(RenderFailed, match=r"U\+E000"):
        print_document(closing_report(summary="A private character: \ue000"))


def test_field_manual_tells_everything() -> None:
    """P5: contacts, goals and scope, plan, stand-ups, calendar; what has no data yet is absent."""
    text = text_of(print_document(field_manual(language="en")))
    for said in IN_THE_MANUAL.split():
        assert said in text, said
    assert "contingency" not in text.lower()


def test_code_stands_on_every_page_of_a_sign_off_sheet() -> None:
    """RULES, Signing: printed with version, code and QR on every page."""
    long = TextSection(heading="约定", paragraphs=("双方每天上午九点召开十五分钟站会。" * 8,) * 25)
    pdf = print_document(sign_off_sheet(language="en", sections=(long,)))
    pages = pages_of(pdf)
    assert len(pages) >= 3
    for number, page in enumerate(pages, 1):
        assert "K7Q2-9XMC" in page and "Version 3 · 2026-11-12" in page and "ab12" * 16 in page
        assert re.search(rf"{number}\s*/\s*{len(pages)}\s", page)
    assert "陈堃" in pages[-1] and "company chop" in pages[-1]
    with pikepdf.open(BytesIO(pdf)) as opened:
        # The QR code is the only thing on these pages that is filled in pure white and pure black.
        assert all(b"1 1 1 rg" in page.Contents.read_bytes() for page in opened.pages)


def test_no_row_of_a_long_table_is_lost() -> None:
    rows = tuple(
        replace(ENGLISH.objectives[0], objective=replace(ENGLISH.objectives[0].objective, title=f"目标{n:03}终"))
        for n in range(90)
    )
    text = text_of(print_document(replace(ENGLISH, objectives=rows, plan=Plan(rows=PLAN.rows * 15))))
    assert all(f"目标{n:03}终" in text for n in range(90))
    assert text.count("数据迁移") >= 15


def test_long_plan_is_cut_into_charts_of_one_scale() -> None:
    html = render_html(replace(ENGLISH, plan=Plan(rows=PLAN.rows * 15)))
    assert html.count("<figure>") == 3
    assert html.count('class="g-bar"') + html.count('class="g-done"') >= 30
    assert len(set(re.findall(r'<line class="g-grid" x1="([\d.]+)"', html))) == html.count('class="g-grid"') / 3


def test_room_for_a_chop_only_where_one_is_used() -> None:
    assert "Client: company chop" in render_html(ENGLISH)
    assert "Vendor: company chop" not in render_html(ENGLISH)


def test_numbers_are_printed_plainly() -> None:
    row = replace(ENGLISH.objectives[0], result=Decimal("1E+3"))
    html = render_html(replace(ENGLISH, objectives=(row,)))
    assert "1,000 人" in html
