"""Workbooks for the tests, sane and hostile, built part by part.

`samples/libreoffice.xlsx` was written by LibreOffice 7.4 from a CSV of two rows:
`soffice --headless --convert-to xlsx --infilter="CSV:44,34,76,1" functions.csv`
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

SAMPLES = Path(__file__).parent / "samples"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c><c r="B1" t="inlineStr"><is><t>Days</t></is></c></row>'
)
COLUMNS = {"Plan": ("Name", "Days")}


def rels(**targets: str) -> str:
    links = "".join(
        f'<Relationship Id="{kind}" Type="{LINKS}/{kind}" Target="{target}"/>' for kind, target in targets.items()
    )
    return f'{XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'


def sheet(rows: str, *, dimension: str = "") -> str:
    return f'{XML}<worksheet xmlns="{MAIN}">{dimension}<sheetData>{rows}</sheetData></worksheet>'


def parts(rows: str = "", **more: str) -> dict[str, str]:
    """Return the parts of a workbook whose sheet "Plan" has the columns Name and Days and these rows."""
    book = '<sheets><sheet name="Plan" sheetId="1" r:id="worksheet"/></sheets>'
    return {
        "_rels/.rels": rels(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{book}</workbook>',
        "xl/_rels/workbook.xml.rels": rels(
            worksheet="worksheets/sheet1.xml", sharedStrings="sharedStrings.xml", styles="styles.xml"
        ),
        "xl/worksheets/sheet1.xml": sheet(HEAD + rows),
        **more,
    }


def zipped(content: dict[str, str]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return out.getvalue()


def upload(content: bytes | dict[str, str], name: str = "plan.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else zipped(content))


def cell(address: str, value: object, kind: str = "", style: int = 0) -> str:
    return f'<c r="{address}"{f" t={chr(34)}{kind}{chr(34)}" if kind else ""} s="{style}"><v>{value}</v></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'
