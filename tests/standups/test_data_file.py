"""N11: counts and mappings by Excel file: out, filled in beside the database, and back; all or nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from openpyxl import Workbook, load_workbook

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.core.spreadsheet import Fault, FaultsError, write
from standups.data.file import sheets
from standups.models import CountLine, LoadRound, Mapping
from standups.services import data_checks
from standups.services.data_import import Imported, import_data
from tests.conftest import SignIn
from tests.engagements.conftest import sign
from tests.standups.checking import FIELDS, counted, entry, fresh, frozen, line_of, loaded, patients

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent / "samples"
Fill = Callable[[Workbook], None]


def export(engagement: Engagement, *, language: str = "en", for_client: bool = False) -> Workbook:
    with override(language):
        content = write(sheets(engagement.data_objects.unscoped(), for_client=for_client))
    return load_workbook(BytesIO(content))


def upload(book: Workbook) -> SimpleUploadedFile:
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("data.xlsx", out.getvalue())


def bring(actor: User, engagement: Engagement, fill: Fill) -> Imported:
    """Import the export with these changes."""
    book = export(engagement)
    fill(book)
    return import_data(actor=actor, engagement=engagement, file=upload(book))


def faults(actor: User, engagement: Engagement, fill: Fill) -> tuple[Fault, ...]:
    with pytest.raises(FaultsError) as refused:
        bring(actor, engagement, fill)
    assert not AuditEntry.objects.filter(action="data_checks.imported").exists()
    return refused.value.faults


def count_row(*cells: Any) -> Fill:
    return lambda book: book["Counts"].append(cells)


def mapping_row(*cells: Any) -> Fill:
    return lambda book: book["Mapping"].append(cells)


def both(*fills: Fill) -> Fill:
    def fill(book: Workbook) -> None:
        for one in fills:
            one(book)

    return fill


@pytest.fixture
def row(engagement: Engagement, engineer: User) -> LoadRound:
    """Round 1 of the patients, with a difference."""
    found = loaded(engineer, engagement)
    counted(engineer, found, entry("过敏记录", 1000, 812, "=测试数据", unit="条"), entry("余额", 12))
    return fresh(found)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_export_comes_back_unchanged(engagement: Engagement, engineer: User, row: LoadRound, language: str) -> None:
    """In either language, whatever the reader's own is; no round opens, and the text stays as it is."""
    file = upload(export(engagement, language=language))
    assert import_data(actor=engineer, engagement=engagement, file=file) == Imported(0, 0, 2)
    assert (LoadRound.objects.count(), fresh(row).version) == (1, row.version)


def test_counts_are_new_or_changed_and_an_empty_cell_changes_nothing(
    engagement: Engagement, engineer: User, row: LoadRound
) -> None:
    def fill(book: Workbook) -> None:
        sheet = book["Counts"]
        sheet["F2"], sheet["G2"] = 1000, None
        sheet["F3"] = "12.50"
        sheet.append(["患者主数据", "患者总数", "Control sum", "人", 5, 5])

    assert bring(engineer, engagement, fill) == Imported(0, 3, 0)
    assert (line_of(row, "过敏记录").unit, line_of(row, "过敏记录").explanation) == ("条", "")
    assert [str(line_of(row, name).target_value) for name in ("过敏记录", "余额", "患者总数")] == [
        "1000.00",
        "12.50",
        "5.00",
    ]
    assert line_of(row, "患者总数").kind == CountLine.Kind.SUM
    assert fresh(row).version == row.version + 1


def test_a_changed_mapping_opens_a_round_and_old_counts_do_not_pass_for_new(
    engagement: Engagement, engineer: User, row: LoadRound
) -> None:
    """The numbers that the file was downloaded with were counted before: only what was typed since goes to the new round."""

    def fill(book: Workbook) -> None:
        book["Mapping"]["C2"] = "allergy_code"
        book["Counts"]["F3"] = 12

    assert bring(engineer, engagement, fill) == Imported(1, 1, 1)
    second = LoadRound.objects.unscoped().get(number=2)
    assert [(line.name, line.source_value, line.target_value) for line in second.lines.unscoped()] == [
        ("过敏记录", Decimal(1000), None), ("余额", Decimal(12), Decimal(12)),
    ]  # fmt: skip
    assert (line_of(row, "过敏记录").target_value, line_of(row, "余额").target_value) == (Decimal(812), None)
    assert Mapping.objects.count() == 2


def test_a_file_for_what_was_never_loaded_opens_round_one(engagement: Engagement, engineer: User) -> None:
    patients(engineer, engagement)
    patients(engineer, engagement, name="供应商")
    fill = both(
        mapping_row("患者主数据", "NAME", "name"), count_row("患者主数据", "患者总数", None, None, 5, 5),
        count_row("供应商", "供应商总数", "count", None, "1,250", "1250"),
    )  # fmt: skip
    assert bring(engineer, engagement, fill) == Imported(1, 2, 0)
    assert [(found.data_object.name, found.number) for found in LoadRound.objects.unscoped()] == [
        ("患者主数据", 1), ("供应商", 1),
    ]  # fmt: skip


def test_every_fault_is_named_and_nothing_is_imported(engagement: Engagement, engineer: User, row: LoadRound) -> None:
    """A word that is none, numbers that are none, an object that is none, rows that are there twice, half a line."""
    found = faults(
        engineer, engagement,
        both(
            count_row("患者主数据", "甲", "Weight", None, "12e5", "1.234"), count_row("病人", "甲"),
            count_row("患者主数据", "余额", None, None, 5), count_row("患者主数据", None, None, None, 99999999999999),
            mapping_row("患者主数据", "NAME", None), mapping_row("患者主数据", "PAT_NAME", "name"),
        ),
    )  # fmt: skip
    assert [(one.sheet, one.row, one.column) for one in found] == [
        ("Mapping", 4, "Field of the target"), ("Mapping", 5, "Field of the source"),
        ("Counts", 4, "Kind"), ("Counts", 4, "In the source"), ("Counts", 4, "In the target"),
        ("Counts", 5, "Data object"), ("Counts", 6, "What is counted"), ("Counts", 7, "What is counted"),
        ("Counts", 7, "In the source"),
    ]  # fmt: skip
    assert all(one.reason for one in found)
    assert CountLine.objects.count() == 2 and Mapping.objects.count() == 1


def test_a_formula_is_no_number(engagement: Engagement, engineer: User, row: LoadRound) -> None:
    def fill(book: Workbook) -> None:
        book["Counts"]["F2"] = "=E2"

    (found,) = faults(engineer, engagement, fill)
    assert (found.sheet, found.row, found.column) == ("Counts", 2, "In the target")


def test_what_somebody_changed_since_is_not_overwritten(
    engagement: Engagement, engineer: User, colleague: User, row: LoadRound
) -> None:
    """Neither a count nor a mapping; the same numbers as the colleague's are no conflict."""
    book = export(engagement)
    book["Counts"]["F2"], book["Counts"]["F3"], book["Mapping"]["D2"] = 900, 12, "直接搬运"
    counted(colleague, row, entry("过敏记录", 1000, 950, pk=line_of(row, "过敏记录").pk),
            entry("余额", 12, 12, pk=line_of(row, "余额").pk))  # fmt: skip
    data_checks.save_mapping(actor=colleague, data_object=row.data_object, was=1, lines=FIELDS[:1])
    with pytest.raises(FaultsError) as refused:
        import_data(actor=engineer, engagement=engagement, file=upload(book))
    assert {(one.sheet, one.row, one.column) for one in refused.value.faults} == {
        ("Mapping", 2, "State (leave as it is)"), ("Mapping", 3, "State (leave as it is)"),
        ("Counts", 2, "State (leave as it is)"), ("Counts", 3, "State (leave as it is)"),
    }  # fmt: skip


def test_an_explanation_does_not_pass_to_another_difference(
    engagement: Engagement, engineer: User, row: LoadRound
) -> None:
    """N11: an emptied cell beside a new number leaves it unexplained; with the number as it was, it says nothing."""

    def fill(book: Workbook) -> None:
        book["Counts"]["F2"], book["Counts"]["G2"] = 100, None

    assert bring(engineer, engagement, lambda book: book["Counts"].__setitem__("G2", None)) == Imported(0, 0, 2)
    assert bring(engineer, engagement, fill) == Imported(0, 1, 1)
    assert (line_of(row, "过敏记录").explanation, line_of(row, "过敏记录").is_open) == ("", True)


def test_a_row_that_does_not_say_what_it_was_made_from_overwrites_nothing(
    engagement: Engagement, engineer: User, row: LoadRound
) -> None:
    """N11: what was typed by hand for a line that is there, and a mapping of which no row is the stored one's."""

    def fill(book: Workbook) -> None:
        book["Counts"]["F2"], book["Counts"]["H2"], book["Counts"]["H3"] = 1000, None, None
        for cell in ("C2", "E2", "E3"):
            book["Mapping"][cell] = "allergy_code" if cell == "C2" else None

    found = faults(engineer, engagement, fill)
    assert [(one.sheet, one.row, one.column) for one in found] == [
        ("Mapping", 2, "State (leave as it is)"), ("Counts", 2, "State (leave as it is)"),
    ]  # fmt: skip
    assert bring(engineer, engagement, mapping_row("患者主数据", "NEW", "new")).rounds == 1


def test_a_row_too_many_is_named(
    engagement: Engagement, engineer: User, row: LoadRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MOST_LINES", "MOST_FIELDS"):
        monkeypatch.setattr(f"standups.services.data_import.{name}", 3)
    lines = [mapping_row("患者主数据", f"F{number}", "f") for number in range(3)]
    counts = [count_row("患者主数据", f"第 {number} 行", None, None, 5) for number in range(3)]
    found = faults(engineer, engagement, both(*lines, *counts))
    assert [(one.sheet, one.row) for one in found] == [("Mapping", 5), ("Counts", 5)]
    assert "at most" in found[0].reason and "at most" in found[1].reason


def test_a_line_that_was_renamed_since_is_not_added_again(
    engagement: Engagement, engineer: User, row: LoadRound
) -> None:
    book = export(engagement)
    counted(engineer, row, entry("账户余额", 12, pk=line_of(row, "余额").pk))
    with pytest.raises(FaultsError, match="Nothing was imported"):
        import_data(actor=engineer, engagement=engagement, file=upload(book))


def test_a_signed_round_takes_no_file_and_a_frozen_text_is_taken_back(
    engagement: Engagement, engineer: User, key_user: User
) -> None:
    waiting = frozen(engineer, engagement, name="供应商")
    sign(frozen(engineer, engagement), key_user)
    (fault,) = faults(engineer, engagement, lambda book: book["Counts"].__setitem__("F3", 5))
    assert (fault.row, fault.column) == (3, "What is counted") and "signed" in fault.reason
    assert bring(engineer, engagement, lambda book: book["Counts"].__setitem__("F2", 5)) == Imported(0, 1, 1)
    waiting.refresh_from_db()
    assert waiting.superseded_at is not None


def test_only_the_vendors_people_import(engagement: Engagement, client_pm: User, row: LoadRound) -> None:
    with pytest.raises(PermissionDenied):
        bring(client_pm, engagement, lambda book: None)


def test_what_is_no_such_file(engagement: Engagement, engineer: User, row: LoadRound, sign_in: SignIn) -> None:
    """A zip that is no workbook, no zip at all, a workbook without our sheets, one without rows."""
    zipped = BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    empty = export(engagement)
    for title in ("Counts", "Mapping"):
        empty[title].delete_rows(2, 9)
    for file in (
        SimpleUploadedFile("a.xlsx", zipped.getvalue()), SimpleUploadedFile("a.xlsx", b"no zip"), upload(Workbook()),
        upload(empty),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            import_data(actor=engineer, engagement=engagement, file=file)
        assert refused.value.field == "file"


def test_the_page_names_sheet_row_column_and_reason(
    engagement: Engagement, engineer: User, row: LoadRound, sign_in: SignIn
) -> None:
    book = export(engagement)
    book["Counts"]["F2"] = "viele"
    browser = sign_in(engineer)
    address = reverse("standups:data_import", args=[engagement.pk])
    page = browser.post(address, {"file": upload(book)})
    assert page.status_code == 422 and "In the target" in page.content.decode()
    page = browser.post(address, {"file": upload(export(engagement))}, follow=True)
    assert "2 stayed." in page.content.decode()


def test_a_client_gets_the_file_without_what_only_an_import_needs(
    engagement: Engagement, client_pm: User, row: LoadRound, sign_in: SignIn
) -> None:
    response = sign_in(client_pm).get(reverse("standups:data_export", args=[engagement.pk]))
    book = load_workbook(BytesIO(response.content))
    assert [sheet.max_column for sheet in book.worksheets[:2]] == [7, 4]
    assert book["Counts"]["E2"].value == 1000


def test_a_file_that_libreoffice_wrote(engagement: Engagement, engineer: User) -> None:
    """samples/data_checks.xlsx: our empty export, filled in and saved by LibreOffice. What it brings goes out and back."""
    patients(engineer, engagement)
    patients(engineer, engagement, name="供应商")
    content = (SAMPLES / "data_checks.xlsx").read_bytes()
    file = SimpleUploadedFile("data_checks.xlsx", content)
    assert import_data(actor=engineer, engagement=engagement, file=file) == Imported(1, 4, 0)
    lines = CountLine.objects.unscoped().order_by("pk")
    assert [(line.name, line.kind, str(line.source_value), str(line.target_value)) for line in lines] == [
        ("患者总数", "count", "482113.00", "482113.00"),
        ("过敏记录", "count", "100000.00", "99812.00"),
        ("预交金余额合计", "sum", "1250000.75", "1250000.75"),
        ("供应商总数", "count", "318.00", "318.00"),
    ]
    assert lines[1].explanation == "=188 条测试数据，不迁移"
    again = import_data(actor=engineer, engagement=engagement, file=upload(export(engagement)))
    assert again == Imported(0, 0, 4)
    with pytest.raises(FaultsError):
        hostile = (SAMPLES / "data_checks_hostile.xlsx").read_bytes()
        import_data(actor=engineer, engagement=engagement, file=SimpleUploadedFile("a.xlsx", hostile))
