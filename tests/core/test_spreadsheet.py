"""Excel files that people fill in: what is written comes back, in both languages, from LibreOffice too."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils.translation import gettext_lazy, override
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from onsite.core.errors import DomainError
from onsite.core.fields import FIRST_DAY, LAST_DAY
from onsite.core.spreadsheet import Row, Sheet, as_text, meaning, read, write
from onsite.core.spreadsheet.writing import LEADS_A_FORMULA
from tests.core.workbooks import COLUMNS, MAIN, SAMPLES, XML, cell, parts, row, upload

TEXTS = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"],
        exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff",
    )
    | st.sampled_from("\n\t=+-@＝＋－＠_x005F"),
    min_size=1,
    max_size=60,
).filter(str.strip)
NUMBERS = st.decimals(min_value=-(10**10), max_value=10**10, places=2, allow_nan=False, allow_infinity=False)
DAYS = st.dates(FIRST_DAY, LAST_DAY)


def _back(*rows: tuple[object, ...]) -> list[tuple[object, ...]]:
    content = write([Sheet("Sheet", ("Text", "Number", "Day"), rows)])
    found = read(upload(content), field="file", sheets={"Sheet": ("Text", "Number", "Day")})
    return [tuple(row.values.values()) for row in found]


@given(st.lists(st.tuples(TEXTS, st.none() | NUMBERS, st.none() | DAYS), max_size=5))
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_back(rows: list[tuple[object, ...]]) -> None:
    """P2, P3: any text, decimal and day comes back as it was."""
    assert _back(*rows) == rows


@pytest.mark.parametrize("lead", LEADS_A_FORMULA)
def test_what_looks_like_a_formula_stays_text(lead: str) -> None:
    """TRUST: a cell that a stranger filled in never computes, in no spreadsheet, and reads back unchanged."""
    text = f"{lead}cmd|' /C calc'!A0"
    content = write([Sheet("Sheet", ("Text",), [(text,)])])
    written = load_workbook(BytesIO(content))["Sheet"]["A2"]
    assert (written.data_type, written.quotePrefix) == ("s", True)
    expected = text.replace("\r", "\n")
    assert read(upload(content), field="file", sheets={"Sheet": ("Text",)})[0].values["Text"] == expected


def test_the_first_row_stays_in_sight_and_days_are_days() -> None:
    """P2: a file to work with."""
    content = write([Sheet("Sheet", ("Text", "Day"), [("a", date(2026, 11, 22))], words={"Text": ["a", "b"]})])
    found = load_workbook(BytesIO(content))["Sheet"]
    assert (found.freeze_panes, found["A1"].font.bold, found["A2"].alignment.wrap_text) == ("A2", True, True)
    assert (found["B2"].is_date, found["B2"].number_format) == (True, "yyyy-mm-dd")
    assert found.data_validations.dataValidation[0].formula1 == '"a,b"'


def test_a_file_written_by_libreoffice_opens() -> None:
    """Issue 3: shared strings, its own number formats, rows of its own."""
    columns = ("模块", "功能", "谁", "起始日", "天数")
    found = read(upload((SAMPLES / "libreoffice.xlsx").read_bytes()), field="file", sheets={"functions": columns})
    assert [list(row.values.values()) for row in found] == [
        ["生产计划 / 排产", "排产计划编制", "计划员\n每天", date(2026, 11, 22), Decimal("12.5")],
        ["采购", "＝不是公式", "  前后空格  ", "1999/12/31", Decimal("0.3")],
    ]


def test_kinds_of_cells_that_other_programs_write() -> None:
    """Issue 3: text by formula's kind, rich text, missing addresses, binary fractions, Chinese day formats, no size."""
    styles = f'{XML}<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>' \
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="31"/></cellXfs></styleSheet>'  # fmt: skip
    strings = f'{XML}<sst xmlns="{MAIN}"><si><r><t>排产</t></r><r><t>计划</t></r><rPh><t>x</t></rPh></si></sst>'
    rows = (
        row(2, cell("A2", "0", "s"), cell("B2", "46348", style=1))
        + row(3, cell("A3", "a_x000D_&#10;b", "str"), cell("B3", "46348.75", style=2))
        + '<row><c t="inlineStr"><is><t xml:space="preserve"> c </t></is></c><c><v>0.30000000000000004</v></c></row>'
        + row(1048576, '<c r="A1048576" s="1"/>')
    )
    content = parts(rows, **{"xl/styles.xml": styles, "xl/sharedStrings.xml": strings})
    assert read(upload(content), field="file", sheets=COLUMNS) == [
        Row("Plan", 2, {"Name": "排产计划", "Days": date(2026, 11, 22)}),
        Row("Plan", 3, {"Name": "a\nb", "Days": date(2026, 11, 22)}),
        Row("Plan", 4, {"Name": " c ", "Days": Decimal("0.3")}),
    ]


def test_titles_are_known_in_both_languages() -> None:
    """P2: exported by a Chinese reader, imported by an English one; what nobody asked for is not read."""
    sheet, column = gettext_lazy("Objectives"), gettext_lazy("Unit")
    with override("zh-hans"):
        content = write([Sheet(str(sheet), (str(column), "？"), [("人", 1)]), Sheet("其他", ("x",))])
    with override("en"):
        found = read(upload(content), field="file", sheets={sheet: (column,)})
    assert found == [Row("Objectives", 2, {"Unit": "人"})]


def test_a_word_is_understood_in_both_languages() -> None:
    """P2: "high" or "高"."""
    choices = [("unit", gettext_lazy("Unit")), ("due", gettext_lazy("Due"))]
    with override("zh-hans"):
        chinese = str(choices[1][1])
    assert (meaning(chinese, choices), meaning(" due ", choices), meaning("x", choices)) == ("due", "due", None)
    assert (as_text(Decimal("5E+3")), as_text(None), as_text(date(2026, 1, 2))) == ("5000", "", "2026-01-02")


@pytest.mark.parametrize(
    ("sheets", "word"),
    [
        ({"Tasks": ("Name",)}, "no sheet named “Tasks”"),
        ({"Plan": ("Name", "Effort", "Owner")}, "lacks these columns in its first row: Effort, Owner"),
    ],
)
def test_a_missing_sheet_or_column_is_named(sheets: dict[str, tuple[str, ...]], word: str) -> None:
    """P2: what is missing is said by name."""
    with pytest.raises(DomainError, match=word):
        read(upload(parts()), field="file", sheets=sheets)


def test_a_column_that_stands_twice_is_refused() -> None:
    """P2: nobody guesses which of two columns counts."""
    content = parts()
    content["xl/worksheets/sheet1.xml"] = content["xl/worksheets/sheet1.xml"].replace(">Days<", ">Name<")
    with pytest.raises(DomainError, match="the column “Name” twice"):
        read(upload(content), field="file", sheets=COLUMNS)
