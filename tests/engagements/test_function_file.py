"""Functions by Excel file: out, filled in on a train, and back; all or nothing (P2)."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from engagements.function_file import sheets
from engagements.function_tree import branches
from engagements.models import Engagement, Function, Module
from engagements.services import functions
from engagements.services.function_import import Imported, import_functions
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.core.spreadsheet import Fault, FaultsError, write
from tests.conftest import SignIn
from tests.factories import FunctionFactory, ModuleFactory

Fill = Callable[[Worksheet], None]


def _file(engagement: Engagement, fill: Fill = lambda sheet: None, *, language: str = "en") -> SimpleUploadedFile:
    """The export of the engagement, filled in by `fill`."""
    with override(language):
        tree = branches(engagement.modules.unscoped(), engagement.functions.unscoped())
        book = load_workbook(BytesIO(write(sheets(tree, for_client=False))))
    sheet = book.worksheets[0]
    fill(sheet)
    return _upload(book)


def _upload(book: Workbook) -> SimpleUploadedFile:
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("functions.xlsx", out.getvalue())


def _column(sheet: Worksheet, title: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == title)


def _row(module: str, name: str, **cells: str) -> Fill:
    """Add a row; cells by title, with "_" for a space."""

    def fill(sheet: Worksheet) -> None:
        row = sheet.max_row + 1
        sheet.cell(row, 1, module)
        sheet.cell(row, 2, name)
        for title, value in cells.items():
            sheet.cell(row, _column(sheet, title.replace("_", " ")), value)

    return fill


def _all(*fills: Fill) -> Fill:
    def fill(sheet: Worksheet) -> None:
        for one in fills:
            one(sheet)

    return fill


@pytest.fixture
def function(engagement: Engagement) -> Function:
    outer = ModuleFactory(engagement=engagement, name="生产计划")
    inner = ModuleFactory(engagement=engagement, parent=outer, name="排产")
    return FunctionFactory(
        module=inner, name="周计划", who="计划员\r\n主任", rules="=超产能须审批", risk="high", frequency="daily"
    )


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_export_comes_back_unchanged(
    engagement: Engagement, engineer: User, function: Function, language: str
) -> None:
    """P2: in either language, whatever the reader's own is."""
    FunctionFactory(module=function.module, name="@插单")
    done = import_functions(actor=engineer, engagement=engagement, file=_file(engagement, language=language))
    assert done == Imported(created=0, changed=0, unchanged=2)


def test_new_modules_and_functions_are_made_and_known_ones_changed(
    engagement: Engagement, engineer: User, function: Function
) -> None:
    """P2: by the way of modules and the name; an empty cell changes nothing."""

    def change(sheet: Worksheet) -> None:
        sheet.cell(2, _column(sheet, "What"), "编制周计划")
        sheet.cell(2, _column(sheet, "Who"), None)

    fill = _all(
        change,
        _row("生产计划 / 排产", "插单", Used="DAILY", Compliance_risk="HIGH"),
        _row(" 仓库/入库 ", "扫码", Who="仓管员"),
    )
    done = import_functions(actor=engineer, engagement=engagement, file=_file(engagement, fill))
    assert done == Imported(created=2, changed=1, unchanged=0)
    assert str(done) == "2 functions are new. 1 was changed. 0 stayed."
    row = Function.objects.unscoped().get(pk=function.pk)
    assert (row.what, row.who) == ("编制周计划", "计划员\r\n主任")
    urgent = Function.objects.unscoped().get(name="插单")
    assert (urgent.frequency, urgent.risk, urgent.module) == ("daily", "high", function.module)
    paths = [branch.path for branch in branches(engagement.modules.unscoped())]
    assert paths == ["生产计划", "生产计划 / 排产", "仓库", "仓库 / 入库"]
    entry = AuditEntry.objects.get(action="functions.imported")
    assert entry.data == {"created": 2, "changed": 1, "unchanged": 0}


def test_every_bad_row_is_named_and_nothing_is_imported(
    engagement: Engagement, engineer: User, function: Function
) -> None:
    """P2: by sheet, row, column and reason."""
    fill = _all(
        _row("仓库", "好的", Who="仓管员"),
        _row("仓库", "词错", Priority="urgent", Used="yearly"),
        _row("", "没有模块"),
        _row("仓库", "好的"),
        _row("a/b/c/d/e", "太深"),
        _row("仓库", "长" * 121),
        _row("仓库", "太长", Who="长" * 2001),
    )
    before = (Function.objects.count(), Module.objects.count(), AuditEntry.objects.count())
    with pytest.raises(FaultsError) as caught:
        import_functions(actor=engineer, engagement=engagement, file=_file(engagement, fill))
    assert [(fault.sheet, fault.row, fault.column) for fault in caught.value.faults] == [
        ("Functions", 4, "Priority"), ("Functions", 4, "Used"), ("Functions", 5, "Module"), ("Functions", 6, "Function"),
        ("Functions", 7, "Module"), ("Functions", 8, "Function"), ("Functions", 9, "Who"),
    ]  # fmt: skip
    assert "must, should, could" in caught.value.faults[0].reason
    assert "stands in row 3" in caught.value.faults[3].reason
    assert (Function.objects.count(), Module.objects.count(), AuditEntry.objects.count()) == before


def test_words_written_meanwhile_are_not_overwritten(
    engagement: Engagement, engineer: User, function: Function
) -> None:
    """P2: the train had no network; the office went on writing."""

    def change(sheet: Worksheet) -> None:
        sheet.cell(2, _column(sheet, "Who"), "火车上写的")

    file = _file(engagement, change)
    functions.save_function(actor=engineer, engagement=engagement, function=function, who="办公室写的")
    with pytest.raises(FaultsError) as caught:
        import_functions(actor=engineer, engagement=engagement, file=file)
    (fault,) = caught.value.faults
    assert (fault.row, fault.column) == (2, "State (leave as it is)")
    assert Function.objects.unscoped().get(pk=function.pk).who == "办公室写的"


def test_a_formula_is_refused_by_its_cell(engagement: Engagement, engineer: User, function: Function) -> None:
    """TRUST: no formula comes in."""
    with pytest.raises(FaultsError) as caught:
        import_functions(actor=engineer, engagement=engagement, file=_file(engagement, _row("仓库", "算", Who="=1+1")))
    assert caught.value.faults == (Fault("Functions", 3, "Who", "This is a formula. Please paste its value instead."),)


def test_an_empty_file_is_refused(engagement: Engagement, engineer: User) -> None:
    """P2: the empty template brings nothing."""
    with pytest.raises(DomainError, match="no function in this file"):
        import_functions(actor=engineer, engagement=engagement, file=_file(engagement))


def test_five_hundred_functions_take_few_queries(
    engagement: Engagement, engineer: User, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    """SPEED: rows are written in batches."""
    fill = _all(*(_row("生产计划", f"功能{i}", Who="计划员") for i in range(500)))
    file = _file(engagement, fill)
    with django_assert_max_num_queries(30):  # type: ignore[attr-defined]
        done = import_functions(actor=engineer, engagement=engagement, file=file)
    assert done.created == 500


def test_the_page_exports_and_imports(
    engagement: Engagement, engineer: User, function: Function, sign_in: SignIn
) -> None:
    """P2: the way of a person, with the faults as a table."""
    browser = sign_in(engineer)
    answer = browser.get(reverse("engagements:function_export", args=[engagement.pk]))
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer["Cache-Control"] == "private, no-store"
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["Functions", "Allowed words"]
    url = reverse("engagements:function_import", args=[engagement.pk])
    bad = browser.post(url, {"file": _file(engagement, _row("仓库", "词错", Priority="urgent"))}).text
    assert "Nothing was imported: 1 cell must be mended" in bad
    assert "Please choose one of: must, should, could." in bad
    good = browser.post(url, {"file": _file(engagement, _row("仓库", "扫码"))}, follow=True).text
    assert "1 function is new." in good
    assert "扫码" in good


def test_a_client_takes_away_only_what_is_shared(
    engagement: Engagement, client_pm: User, function: Function, sign_in: SignIn
) -> None:
    """P2: no pain points, no reason of a risk, nothing to bring back."""
    Function.objects.filter(pk=function.pk).update(pain_points="秘密", risk_reason="秘密")
    browser = sign_in(client_pm)
    answer = browser.get(reverse("engagements:function_export", args=[engagement.pk]))
    told = [cell.value for sheet in load_workbook(BytesIO(answer.content)) for row in sheet for cell in row]
    assert "周计划" in told
    assert "秘密" not in told
    assert not {"Pain points", "Why this risk", "State (leave as it is)"} & set(told)
    assert browser.get(reverse("engagements:function_import", args=[engagement.pk])).status_code == 403
