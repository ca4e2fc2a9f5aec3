"""Excel files made to harm: refused with a sentence, within limits of time and memory (issue 3, TRUST)."""

from __future__ import annotations

import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onsite.core.errors import DomainError
from onsite.core.spreadsheet import Fault, FaultsError, read, reading
from onsite.core.spreadsheet import archive as limits
from onsite.core.spreadsheet.cells import Cell, cells_of
from tests.core.workbooks import COLUMNS, HEAD, MAIN, XML, cell, parts, rels, row, sheet, upload, zipped

SECONDS = 60  # on a loaded machine and watched; else it takes a tenth
MEGABYTES = 150
NOISE = "".join(f"{i * 7919 % 99991:x}" for i in range(80_000))  # packs badly, so that the ratio is not what refuses


def _refused(content: bytes | dict[str, str], name: str = "plan.xlsx") -> DomainError:
    """Return the refusal, having watched what it cost."""
    file = upload(content, name)
    tracemalloc.start()
    begun = time.monotonic()
    try:
        with pytest.raises(DomainError) as caught:
            read(file, field="file", sheets=COLUMNS)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.monotonic() - begun < SECONDS
    assert peak < MEGABYTES * 1024**2
    assert caught.value.field == "file"
    return caught.value


def _strings(text: str, *, doctype: str = "") -> dict[str, str]:
    return parts(row(2, cell("A2", 0, "s")), **{"xl/sharedStrings.xml": f"{XML}{doctype}{text}"})


def _laughs() -> dict[str, str]:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    doctype = f'<!DOCTYPE sst [<!ENTITY l0 "lol">{entities}]>'
    return _strings(f'<sst xmlns="{MAIN}"><si><t>&l9;</t></si></sst>', doctype=doctype)


def _quadratic() -> dict[str, str]:
    doctype = f'<!DOCTYPE sst [<!ENTITY a "{NOISE[:50_000]}">]>'
    return _strings(f'<sst xmlns="{MAIN}"><si><t>{"&a;" * 30_000}</t></si></sst>', doctype=doctype)


def _external() -> dict[str, str]:
    doctype = '<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return _strings(f'<sst xmlns="{MAIN}"><si><t>&x;</t></si></sst>', doctype=doctype)


def _utf_16_entities() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in _quadratic().items():
            text = text.replace("UTF-8", "UTF-16")
            target.writestr(name, text.encode("utf-16"))
    return out.getvalue()


@pytest.mark.parametrize("build", [_laughs, _quadratic, _external, _utf_16_entities])
def test_entities_are_refused(build: Callable[[], bytes | dict[str, str]]) -> None:
    """Billion laughs, quadratic growth, foreign files: no document type is read, in no encoding."""
    assert "damaged" in _refused(build()).message


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    """300 MB of spaces in 300 KB; the sheet with them is not the one asked for."""
    content = zipped(parts() | {"xl/worksheets/sheet2.xml": " " * 300_000_000})
    assert len(content) < limits.MOST_BYTES
    assert "unpacks to more" in _refused(content).message


def test_a_lying_size_does_not_help() -> None:
    """The size in the directory says 100 bytes: no more is unpacked."""
    content = bytearray(zipped(parts() | {"xl/sharedStrings.xml": "<sst>" + " " * 3_000_000 + "</sst>"}))
    at = content.rindex(b"xl/sharedStrings.xml") - 46
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert "damaged" in _refused(bytes(content)).message


def test_half_a_million_texts_are_refused() -> None:
    """Elements are counted while they come, so the parser stops at the limit."""
    content = _strings(f'<sst xmlns="{MAIN}">{"<si/>" * 500_000}<!--{NOISE}--></sst>')
    assert "unpacks to more" in _refused(content).message


def test_one_text_told_a_million_times_is_refused() -> None:
    """A long text of the shared table, in every row."""
    content = parts(
        "".join(row(i, cell(f"A{i}", 0, "s")) for i in range(2, 4000)),
        **{"xl/sharedStrings.xml": f'{XML}<sst xmlns="{MAIN}"><si><t>{"长" * 30_000}</t></si></sst>'},
    )
    assert "unpacks to more" in _refused(content).message


def test_too_many_rows_are_refused_where_the_limit_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    """100,000 rows: reading ends at row 5,002, whatever the sheet says of its own size."""
    seen: list[int] = []

    def watched(*args: Any) -> Iterator[tuple[int, list[Cell]]]:
        for number, cells in cells_of(*args):
            seen.append(number)
            yield number, cells

    monkeypatch.setattr(reading, "cells_of", watched)
    rows = "".join(row(i, cell(f"A{i}", i), cell(f"B{i}", i * 7919 % 99991)) for i in range(2, 100_002))
    content = parts()
    content["xl/worksheets/sheet1.xml"] = sheet(HEAD + rows, dimension='<dimension ref="A1:B2"/>')
    assert "more than 5,000 rows" in _refused(content).message
    assert seen[-1] == 5002


def test_too_many_columns_are_refused() -> None:
    """A value far to the right is not fetched along."""
    assert "more than 200 columns" in _refused(parts(row(2, cell("XFD2", 1)))).message


def test_nesting_without_end_is_refused() -> None:
    """Depth is no way around the limit of elements."""
    depth = 700_000
    assert _refused(parts(row(2, "<c>" * depth + "</c>" * depth)))


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        (b"", "plan.xlsx", "empty"),
        (b"a" * (limits.MOST_BYTES + 1), "plan.xlsx", "larger than 5 MB"),
        (OLD, "plan.xls", "old Excel file"),
        (OLD + "EncryptedPackage".encode("utf-16-le"), "plan.xlsx", "password"),
        (b"name;days\na;1\n", "plan.csv", "not an Excel file"),
        (zipped({"a.txt": "a"}), "plan.xlsx", "not an Excel file"),
        (zipped({"_rels/.rels": rels(officeDocument="../../etc/passwd")}), "plan.xlsx", "not an Excel file"),
        (zipped(parts())[:-40], "plan.xlsx", "not an Excel file"),
        (zipped(parts() | {"xl/vbaProject.bin": "x"}), "plan.xlsm", "macros"),
        (zipped(parts() | {"xl/externalLinks/externalLink1.xml": "<a/>"}), "plan.xlsx", "links to other files"),
        (zipped(parts() | {f"x{i}": "" for i in range(600)}), "plan.xlsx", "unpacks to more"),
        (zipped(parts() | {"xl/workbook.xml": "<workbook"}), "plan.xlsx", "damaged"),
        (zipped(parts(row(2, cell("A2", "a\x00b", "str")))), "plan.xlsx", "damaged"),
        (zipped(parts() | {"xl/workbook.xml": '<?xml version="1.0" encoding="no-such"?><a/>'}), "plan.xlsx", "damaged"),
    ],
    ids=["empty", "large", "xls", "locked", "csv", "zip", "elsewhere", "cut", "macros", "links", "parts", "xml", "nul", "code"],
)  # fmt: skip
def test_what_is_no_sane_workbook_is_refused(content: bytes, name: str, word: str) -> None:
    """Each with the sentence that says what to do."""
    assert word in _refused(content, name).message


def test_a_broken_part_is_refused() -> None:
    """Bits that fell over inside the zip."""
    content = bytearray(zipped(parts(row(2, cell("A2", 1)) * 50)))
    at = content.index(b"xl/worksheets/sheet1.xml") + 60
    content[at : at + 20] = b"\xff" * 20
    assert "damaged" in _refused(bytes(content)).message


FORMULA = "<f>SUM(A1:A9)</f><v>3</v>"


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        (f'<c r="B2">{FORMULA}</c>', "This is a formula"),
        ('<c r="B2"><f t="shared" si="0"/><v>3</v></c>', "This is a formula"),
        (cell("B2", "NaN"), "number can't be read"),
        (cell("B2", "INF"), "number can't be read"),
        (cell("B2", "1E400"), "number can't be read"),
        (cell("B2", "9" * 5000), "number can't be read"),
        (cell("B2", 1, "b"), "neither a text, a number nor a day"),
        (cell("B2", "#N/A", "e"), "neither a text, a number nor a day"),
        (cell("B2", "1850-01-01T00:00:00", "d"), "between 2000 and 2099"),
        (cell("B2", "soon", "d"), "between 2000 and 2099"),
        (cell("B2", -40, style=1), "between 2000 and 2099"),
        (cell("B2", "0.5", style=1), "between 2000 and 2099"),
        (cell("B2", "99999999999", style=1), "between 2000 and 2099"),
        (cell("B2", 7, "s"), "text is missing"),
        (cell("B2", -1, "s"), "text is missing"),
        (cell("B2", "a_x0000_b", "str"), "hidden control characters"),
        (cell("B2", "a_xD83D_b", "str"), "hidden control characters"),
        (cell("B2", "a\u202eb", "str"), "hidden control characters"),
        (cell("B2", "a" * 40_000, "str"), "too long"),
    ],
)
def test_a_bad_cell_is_named(inside: str, reason: str) -> None:
    """By sheet, row, column and reason."""
    styles = f'{XML}<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    error = _refused(parts(row(2, cell("A2", "x", "str"), inside), **{"xl/styles.xml": styles}))
    assert isinstance(error, FaultsError)
    (fault,) = error.faults
    assert (fault.sheet, fault.row, fault.column) == ("Plan", 2, "Days")
    assert reason in fault.reason


def test_all_faults_are_named_but_not_without_end() -> None:
    """Every one of three; of thousands the first 200."""
    three = _refused(parts("".join(row(i, cell(f"A{i}", 1, "b")) for i in (2, 5, 9))))
    assert isinstance(three, FaultsError)
    reason = "This is neither a text, a number nor a day."
    assert three.faults == tuple(Fault("Plan", i, "Name", reason) for i in (2, 5, 9))
    many = _refused(parts("".join(row(i, cell(f"A{i}", 1, "b")) for i in range(2, 4000))))
    assert isinstance(many, FaultsError)
    assert len(many.faults) == 200


SOUND = parts(
    row(2, cell("A2", 0, "s"), cell("B2", "46348", style=1)) + row(3, cell("A3", "x", "str"), cell("B3", "1.5")),
    **{
        "xl/sharedStrings.xml": f'{XML}<sst xmlns="{MAIN}"><si><t>排产</t></si></sst>',
        "xl/styles.xml": f'{XML}<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    },
)


@given(st.sampled_from(sorted(SOUND)), st.integers(0, 400), st.integers(0, 12), st.text(max_size=6))
@settings(max_examples=150, deadline=None)
def test_whatever_is_damaged_ends_in_a_sentence_or_in_rows(name: str, at: int, cut: int, put: str) -> None:
    """A part with something taken out and something else put in: never an error that is no refusal."""
    text = SOUND[name]
    damaged = SOUND | {name: text[:at] + put.encode(errors="ignore").decode() + text[at + cut :]}
    try:
        read(upload(damaged), field="file", sheets=COLUMNS)
    except DomainError as error:
        assert error.message
