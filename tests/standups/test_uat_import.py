"""E2: cases and results by Excel file: out to the counter and back; all or nothing, every fault with its place.

`samples/uat_cases.xlsx` is the export of the fixture `row`, filled in, and written by LibreOffice (xlsx → ods → xlsx).
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from engagements.models import Attachment, Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.core.spreadsheet import FaultsError, write
from standups.models import Problem, UatRound
from standups.services.uat_import import Imported, import_cases
from standups.uat.file import sheets
from tests.conftest import SignIn
from tests.core.workbooks import upload as zipped
from tests.standups.testing import a_cell, cases_of, current, fresh, judge, opened, record, record_all, sign_on_paper
from tests.world import PNG

SAMPLE = Path(__file__).parent / "samples" / "uat_cases.xlsx"
NUMBER, TITLE, STEPS, EXPECTED, RESULT, SEEN, TESTER, STATE = range(1, 9)

Fill = Callable[[Worksheet], None]


@pytest.fixture
def row(engineer: User, engagement: Engagement) -> UatRound:
    # The drafted words are in the documents' language; the sample's are English.
    Engagement.objects.filter(pk=engagement.pk).update(language="en")
    return fresh(opened(engineer, a_cell(engagement)))


def book_of(row: UatRound, language: str = "en") -> Workbook:
    with override(language):
        return load_workbook(BytesIO(write(sheets(fresh(row), cases_of(row)))))


def saved(book: Workbook) -> SimpleUploadedFile:
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("cases.xlsx", out.getvalue())


def filled(row: UatRound, fill: Fill = lambda sheet: None, language: str = "en") -> SimpleUploadedFile:
    book = book_of(row, language)
    fill(book.worksheets[0])
    return saved(book)


def cell(line: int, column: int, value: str | float | None) -> Fill:
    def fill(sheet: Worksheet) -> None:
        sheet.cell(line, column).value = value

    return fill


def both(*fills: Fill) -> Fill:
    def fill(sheet: Worksheet) -> None:
        for one in fills:
            one(sheet)

    return fill


def result(line: int, word: str, seen: str = "", tester: str = "杜护士长") -> Fill:
    return both(cell(line, RESULT, word), cell(line, SEEN, seen or None), cell(line, TESTER, tester or None))


def take(actor: User, row: UatRound, file: SimpleUploadedFile, **fields: bool) -> Imported:
    return import_cases(actor=actor, row=row, file=file, **fields)


def faults_of(actor: User, row: UatRound, file: SimpleUploadedFile) -> list[tuple[str, int, str, str]]:
    before = [(case.title, case.outcome) for case in cases_of(row)]
    with pytest.raises(FaultsError) as refused:
        take(actor, row, file)
    assert [(case.title, case.outcome) for case in cases_of(row)] == before
    assert fresh(row).version == row.version
    return [(one.sheet, one.row, one.column, one.reason) for one in refused.value.faults]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_was_exported_changes_nothing(engineer: User, row: UatRound, language: str) -> None:
    record(engineer, cases_of(row)[0], "fail", note="卡纸\n第二行")
    assert take(engineer, row, filled(row, language=language)) == Imported(0, 0, 2)


def test_what_libreoffice_wrote_is_read(engineer: User, row: UatRound) -> None:
    """A file that people filled in with LibreOffice: a pass, a failure with words, and a new case."""
    done = take(engineer, row, SimpleUploadedFile("cases.xlsx", SAMPLE.read_bytes()))
    assert done == Imported(1, 2, 0)
    found = [(case.number, case.title, case.outcome, case.note, case.tested_by_name) for case in cases_of(row)]
    assert found == [
        (1, "身份证必填", "pass", "", "杜护士长"),
        (2, "退号须冲正", "fail", "医保未冲正", "杜护士长"),
        (3, "=1+1 复诊挂号", "", "", ""),
    ]
    assert Problem.objects.unscoped().get().symptom == "医保未冲正"
    assert AuditEntry.objects.get(action="uat.imported").data == {"created": 1, "changed": 2, "unchanged": 0}


def test_results_and_new_cases_come_in(engineer: User, row: UatRound) -> None:
    new = both(cell(4, TITLE, "复诊"), cell(4, EXPECTED, "带出病历"), result(4, "Blocked", "接口不通"))
    assert take(engineer, row, filled(row, both(result(2, "Passed"), new))) == Imported(1, 1, 1)
    one, two, three = cases_of(row)
    assert (one.outcome, one.recorded_by, one.version) == ("pass", engineer, 2)
    assert (two.outcome, three.number, three.outcome, three.title) == ("", 3, "blocked", "复诊")
    assert three.problem is not None and fresh(row).version == 2


def test_no_problems_where_none_are_wished(engineer: User, row: UatRound) -> None:
    take(engineer, row, filled(row, result(2, "Failed", "卡纸")), raise_problems=False)
    assert not Problem.objects.unscoped().exists()


def test_an_import_withdraws_the_result_that_waits(engineer: User, row: UatRound) -> None:
    record_all(engineer, row)
    frozen = judge(engineer, row, "accepted")
    take(engineer, row, filled(row, result(2, "Failed", "卡纸")))
    assert current(frozen).superseded_at is not None
    assert fresh(row).sign_off is None


@pytest.mark.parametrize(
    ("fill", "line", "column"),
    [
        (result(2, "perhaps"), 2, "Result"),
        (result(2, "Failed"), 2, "What was seen"),
        (result(2, "Passed", tester=""), 2, "Tested by"),
        (cell(2, SEEN, "只写了看到的"), 2, "Result"),
        (cell(2, NUMBER, 77), 2, "No."),
        (cell(2, NUMBER, 1.5), 2, "No."),
        (cell(2, NUMBER, "eins"), 2, "No."),
        (cell(3, NUMBER, 1), 3, "No."),
        (cell(4, TITLE, "没有预期"), 4, "Expected"),
        (cell(4, EXPECTED, "没有标题"), 4, "Case"),
        (cell(2, TITLE, "长" * 201), 2, "Case"),
        (both(result(2, "Passed"), cell(2, STATE, "#0")), 2, "State (leave as it is)"),
    ],
)
def test_a_bad_row_stops_everything(engineer: User, row: UatRound, fill: Fill, line: int, column: str) -> None:
    found = faults_of(engineer, row, filled(row, both(result(3, "Passed"), fill)))
    assert [(sheet, number, title) for sheet, number, title, _reason in found] == [("Cases", line, column)]


def test_every_fault_is_named_at_once(engineer: User, row: UatRound) -> None:
    found = faults_of(engineer, row, filled(row, both(result(2, "perhaps"), result(3, "Failed", tester=""))))
    assert [(line, column) for _sheet, line, column, _reason in found] == [
        (2, "Result"), (3, "What was seen"), (3, "Tested by"),
    ]  # fmt: skip


def test_a_result_recorded_meanwhile_is_not_overwritten(engineer: User, row: UatRound) -> None:
    file = filled(row, result(2, "Failed", "卡纸"))
    record(engineer, cases_of(row)[0], tested_by_name="别人")
    found = faults_of(engineer, fresh(row), file)
    assert [(line, column) for _sheet, line, column, _reason in found] == [(2, "State (leave as it is)")]


def test_a_file_of_another_round_is_refused(engineer: User, colleague: User, row: UatRound) -> None:
    """Its cases have the same numbers and words, but what was seen then is not what is seen now."""
    file = filled(row, result(2, "Passed"))
    record_all(engineer, row)
    sign_on_paper(judge(engineer, row, "accepted"), engineer, colleague)
    second = fresh(opened(engineer, row.cell))
    assert faults_of(engineer, second, file)[0][2] == "State (leave as it is)"


def test_a_closed_round_takes_no_file(engineer: User, colleague: User, row: UatRound) -> None:
    record_all(engineer, row)
    sign_on_paper(judge(engineer, row, "accepted"), engineer, colleague)
    with pytest.raises(DomainError, match="signed"):
        take(engineer, row, filled(row, result(2, "Failed", "卡纸")))


def test_a_formula_is_refused(engineer: User, row: UatRound) -> None:
    found = faults_of(engineer, row, filled(row, cell(2, RESULT, '=IF(1,"Passed","")')))
    assert [(line, column) for _sheet, line, column, _reason in found] == [(2, "Result")]


def test_a_zip_that_is_no_workbook_is_refused(engineer: User, row: UatRound) -> None:
    with pytest.raises(DomainError):
        take(engineer, row, zipped({"readme.txt": "no workbook"}))
    with pytest.raises(DomainError):
        take(engineer, row, SimpleUploadedFile("cases.xlsx", b"no zip"))


def test_an_empty_file_says_so(engineer: User, row: UatRound) -> None:
    book = book_of(row)
    book.worksheets[0].delete_rows(2, 10)
    with pytest.raises(DomainError, match="no case"):
        take(engineer, row, saved(book))


def test_a_client_takes_it_out_but_does_not_bring_it_in(client_pm: User, row: UatRound, sign_in: SignIn) -> None:
    with pytest.raises(PermissionDenied):
        take(client_pm, row, filled(row))
    address = reverse("standups:uat_export", args=[row.cell.engagement_id, row.pk])
    answer = sign_in(client_pm).get(address)
    assert answer.status_code == 200
    assert load_workbook(BytesIO(answer.content)).worksheets[0].cell(2, TITLE).value == "身份证必填"


def test_faults_stand_on_the_page(engineer: User, row: UatRound, sign_in: SignIn) -> None:
    address = reverse("standups:uat_import", args=[row.cell.engagement_id, row.pk])
    browser = sign_in(engineer)
    answer = browser.post(address, {"file": filled(row, result(2, "perhaps")), "raise_problems": "on"})
    assert answer.status_code == 422
    assert "Please choose one of" in answer.content.decode()
    answer = browser.post(address, {"file": filled(row, result(2, "Passed"))})
    assert answer["Location"] == row.get_absolute_url()
    assert cases_of(row)[0].outcome == "pass"


def test_a_reworded_case_is_tested_anew(engineer: User, row: UatRound) -> None:
    """A result stands for the words that were tested: it goes with them, and so do its pictures."""
    record(engineer, cases_of(row)[0], evidence=[SimpleUploadedFile("a.png", PNG)])
    done = take(engineer, row, filled(row, cell(2, TITLE, "从未测过的用例")))
    found = cases_of(row)[0]
    assert (found.title, found.outcome, found.tested_at, found.tested_by_name) == ("从未测过的用例", "", None, "")
    assert done == Imported(0, 1, 1, 1) and "test it anew" in str(done)
    assert not found.evidence.unscoped().exists() and Attachment.objects.unscoped().get().is_internal


def test_a_reworded_case_with_another_result_keeps_that_one(engineer: User, row: UatRound) -> None:
    record(engineer, cases_of(row)[0])
    done = take(engineer, row, filled(row, both(cell(2, EXPECTED, "退回费用"), result(2, "Failed", "未退费"))))
    assert (cases_of(row)[0].outcome, cases_of(row)[0].note) == ("fail", "未退费")
    assert done.forgotten == 0


def test_each_result_and_wording_is_audited(engineer: User, row: UatRound) -> None:
    new = both(cell(4, TITLE, "复诊"), cell(4, EXPECTED, "带出病历"))
    was = [cases_of(row)[1].title, cases_of(row)[1].steps, cases_of(row)[1].expected]
    take(engineer, row, filled(row, both(result(2, "Failed", "卡纸"), cell(3, TITLE, "窗口退号"), new)))
    assert AuditEntry.objects.get(action="uat.result_recorded").data == {
        "case": 1, "outcome": "fail", "note": "卡纸", "tested_by": "杜护士长", "files": 0,
    }  # fmt: skip
    assert AuditEntry.objects.get(action="uat.case_changed").data == {
        "number": 2, "was": was, "is": ["窗口退号", *was[1:]], "evidence": [],
    }  # fmt: skip
    assert AuditEntry.objects.get(action="uat.case_added").data == {"number": 3, "title": "复诊"}


def test_what_passes_at_last_no_longer_says_what_was_wrong(engineer: User, row: UatRound) -> None:
    record(engineer, cases_of(row)[0], "fail", note="卡纸")
    take(engineer, row, filled(row, result(2, "Passed")))
    assert (cases_of(row)[0].outcome, cases_of(row)[0].note) == ("pass", "")
    take(engineer, fresh(row), filled(row, result(2, "Passed", "第二次才通过")))
    assert cases_of(row)[0].note == "第二次才通过"
