"""The weekly report as a Word file, made of the same frozen snapshot and the same blocks as the PDF.

A copy to go on working with: what was issued, and can be verified, is the PDF.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from onsite.core import company
from onsite.core.charts.text import printable
from onsite.core.errors import DomainError
from reports.documents.weekly_page import (
    Block,
    Row,
    weekly_blocks,
    weekly_facts,
    weekly_lead,
    weekly_span,
    weekly_title,
)
from reports.documents.weekly_report import WeeklyReport

# Fonts that Windows brings along; LibreOffice and macOS put their own in their place.
LATIN, EAST_ASIAN = "Calibri", "Microsoft YaHei"
QUIET = RGBColor(0x6B, 0x77, 0x81)
PAGE_MM, MARGIN_MM = (210, 297), 20
ROOM_MM = PAGE_MM[0] - 2 * MARGIN_MM
LONGEST_PROPERTY = 255
_LANGUAGES = {"zh-hans": "zh-CN", "en": "en-GB"}
# What XML can't hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def word_of(report: WeeklyReport) -> bytes:
    """Return the report as a .docx of A4 pages, in the snapshot's language."""
    with override(report.language):
        document = Document()
        _lay_out(document, report)
        _front(document, report)
        for block in weekly_blocks(report):
            document.add_heading(_clean(block.title), level=1)
            if block.rows:
                _table(document, block, _accent(report))
            else:
                document.add_paragraph(_clean(block.empty))
        _verification(document, report)
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()


def _accent(report: WeeklyReport) -> RGBColor:
    return RGBColor.from_string((report.accent or company.OWN_ACCENT)[1:].upper())


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)


# --- The page ------------------------------------------------------------------------------------------------------------


def _lay_out(document: WordDocument, report: WeeklyReport) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN_MM)
    _style(document, "Normal", size=10.5)
    _style(document, "Title", size=20, color=None)
    _style(document, "Subtitle", size=11, color=_accent(report))
    _style(document, "Heading 1", size=13, color=_accent(report), before=14)
    _style(document, "List Bullet", size=10.5)
    _style(document, "Caption", size=8.5, color=QUIET)
    for name in ("Header", "Footer"):
        _style(document, name, size=8.5, color=QUIET)
        # The template's own stops are those of another paper.
        stops = document.styles[name].paragraph_format.tab_stops
        stops.clear_all()
        stops.add_tab_stop(Mm(ROOM_MM), WD_TAB_ALIGNMENT.RIGHT)
    _speak(document, _LANGUAGES.get(report.language, report.language))
    moment = datetime.combine(report.issued_on, time(), UTC)
    about = document.core_properties
    about.title = _clean(printable(f"{report.title} {report.week}"))[:LONGEST_PROPERTY]
    about.author = _clean(printable(report.vendor_name))[:LONGEST_PROPERTY]
    about.created = about.modified = moment
    about.last_modified_by, about.comments = "OnSite", report.sha256
    about.language = _LANGUAGES.get(report.language, report.language)
    _running(section.header.paragraphs[0], f"{report.client_name} · {report.title}", report.vendor_name)
    edition = _("Weekly report %(week)s · version %(version)s · %(day)s") % {
        "week": report.week, "version": report.version, "day": report.issued_on,
    }  # fmt: skip
    _page_numbers(_running(section.footer.paragraphs[0], edition, ""))


def _style(
    document: WordDocument, name: str, *, size: float, color: RGBColor | None = None, before: float | None = None
) -> None:
    """Give a built-in style our fonts. Word picks the Chinese one from w:eastAsia, which python-docx doesn't set; the
    template's theme fonts would win over both."""
    style: Any = document.styles[name]
    style.font.name, style.font.size, style.font.italic = LATIN, Pt(size), False
    if color is not None:
        style.font.color.rgb = color
    elif name == "Title":
        style.font.color.rgb = RGBColor(0x17, 0x21, 0x2B)
    if before is not None:
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(4)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), EAST_ASIAN)
    fonts.set(qn("w:cs"), LATIN)


def _speak(document: WordDocument, language: str) -> None:
    """Say in which language the text is, so that no speller marks all of it."""
    properties = document.styles["Normal"].element.get_or_add_rPr()
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), language if language != "zh-CN" else "en-GB")
    lang.set(qn("w:eastAsia"), "zh-CN")
    properties.append(lang)


def _running(paragraph: Paragraph, left: str, right: str) -> Paragraph:
    """Write a running line with something at either end."""
    paragraph.add_run(f"{_clean(left)}\t{_clean(right)}")
    return paragraph


def _page_numbers(paragraph: Paragraph) -> None:
    _field(paragraph, "PAGE")
    paragraph.add_run(" / ")
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Paragraph, name: str) -> None:
    """Add what Word counts itself."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


# --- What it says --------------------------------------------------------------------------------------------------------


def _front(document: WordDocument, report: WeeklyReport) -> None:
    _logo(document, report)
    document.add_paragraph(f"{_('Weekly report')} · {weekly_title(report)}", style="Subtitle")
    document.add_paragraph(_clean(report.title), style="Title")
    document.add_paragraph(_clean(f"{report.engagement_name} · {weekly_span(report)}"))
    pairs = (
        (_("Client"), report.client_name),
        (_("Vendor"), report.vendor_name),
        (_("Client project manager"), report.client_pm_name),
        (_("On-site lead"), report.lead_name),
    )
    table = document.add_table(rows=2, cols=len(pairs))
    for place, (label, value) in enumerate(pairs):
        table.cell(0, place).paragraphs[0].style = document.styles["Caption"]
        table.cell(0, place).paragraphs[0].add_run(label)
        table.cell(1, place).paragraphs[0].add_run(_clean(value))
    document.add_heading(_("In short"), level=1)
    for paragraph in weekly_lead(report):
        document.add_paragraph(_clean(paragraph))
    for fact in weekly_facts(report):
        document.add_paragraph(_clean(fact), style="List Bullet")


def _logo(document: WordDocument, report: WeeklyReport) -> None:
    """Begin with the logo. Without its file the copy goes without: what was issued is the PDF."""
    if report.logo:
        with suppress(DomainError):
            document.add_picture(BytesIO(company.logo_bytes(report.logo)), height=Mm(12))


def _table(document: WordDocument, block: Block, accent: RGBColor) -> None:
    table = document.add_table(rows=1, cols=len(block.columns), style="Table Grid")
    table.autofit = False
    widths = [100 - sum(block.percents), *block.percents]
    head = table.rows[0]
    for cell, label in zip(head.cells, block.columns, strict=True):
        cell.paragraphs[0].add_run(_clean(label)).bold = True
    _mark_row(head, "w:tblHeader")
    for row in block.rows:
        _write_row(table.add_row(), row, accent)
    for place, percent in enumerate(widths):
        width = Mm(ROOM_MM * percent / 100)
        # Word goes by the cells, LibreOffice and WPS by the grid.
        table.columns[place].width = width
        for cell in table.columns[place].cells:
            cell.width = width
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _write_row(target: Any, row: Row, accent: RGBColor) -> None:
    first, *others = target.cells
    paragraph = first.paragraphs[0]
    paragraph.add_run(_clean(row.text))
    if row.tag:
        tag = paragraph.add_run(f"  {_clean(row.tag)}")
        tag.font.size, tag.font.color.rgb = Pt(8.5), accent
    if row.note:
        note = first.add_paragraph().add_run(_clean(row.note))
        note.font.size, note.font.color.rgb = Pt(9), QUIET
    for cell, text in zip(others, row.cells, strict=True):
        cell.paragraphs[0].add_run(_clean(text))
    _mark_row(target, "w:cantSplit")


def _mark_row(row: Any, name: str) -> None:
    """Say that the row stays whole, or that it is repeated on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _verification(document: WordDocument, report: WeeklyReport) -> None:
    document.add_heading(_("Verification"), level=1)
    document.add_paragraph(
        _(
            "This Word file can be changed by anyone. The report that was issued is the PDF; its page tells how to check it."
        )
    )
    for label, value in (
        (_("Verification page"), report.verify_url),
        (_("SHA-256 of this document's data"), report.sha256),
    ):
        document.add_paragraph(f"{label}: {value}", style="Caption")
