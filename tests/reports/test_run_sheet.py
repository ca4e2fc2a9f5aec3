"""The printed run sheet: what works where no network is, and is entered later (N11)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.formats import date_format

from engagements.models import Engagement
from onsite.accounts.models import User
from reports.building.run_sheet import build_run_sheet
from reports.documents.printing import print_document
from reports.documents.run_sheet import PrintedRunSheet
from standups.models import RunSheet
from standups.services.run_sheet import lay_out_sheet
from tests.conftest import SignIn
from tests.core.test_pdf import text_of
from tests.standups.cutting_over import a_sheet

TODAY = date(2026, 11, 22)
START = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai


def stored() -> RunSheet:
    return RunSheet.objects.unscoped().get()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_sheet_is_printed_with_hours_of_the_site(engagement: Engagement, language: str) -> None:
    """N11: both languages; the hours follow from the start, beyond midnight too."""
    a_sheet(
        engagement, 14, planned_start_at=START, last_rollback_at=START + timedelta(minutes=65), backup="全量备份",
        commander="周院长 138",
    )  # fmt: skip
    printed = build_run_sheet(engagement, stored(), language, TODAY)
    assert [step.hour for step in printed.steps[:2]] == ["22:00", "22:10"]
    assert printed.steps[12].hour == "00:00"
    day = date_format(date(2026, 11, 28), "MONTH_DAY_FORMAT") if language == "en" else "11月28日"
    assert [step.day for step in printed.steps] == ["", *[""] * 11, day, ""], "the day where it changes"
    assert [step.number for step in printed.steps if step.is_last_before_rollback] == [7]
    assert PrintedRunSheet.from_json(printed.to_json()) == printed
    text = text_of(print_document(printed))
    for word in ("全量备份", "周院长 138", "步骤 14", "23:00"):
        assert word in text


def test_no_step_is_torn_between_two_pages(engagement: Engagement, engineer: User) -> None:
    """N11: the usual sheet, and its head on each page."""
    engagement.language = "en"
    engagement.save(update_fields=["language"])
    lay_out_sheet(actor=engineer, engagement=engagement, template=None, version=0)
    pages = text_of(print_document(build_run_sheet(engagement, stored(), "en", TODAY))).split("\f")[:-1]
    assert len(pages) > 1
    assert all("Initials" in page for page in pages[:2])
    assert sum(page.count("Freeze the old system") for page in pages) == 1


def test_both_sides_print_it(
    engagement: Engagement, engineer: User, client_pm: User, client_pm_2: User, sign_in: SignIn
) -> None:
    """N11: as a file for saving, named in full; without steps the page says so; strangers find nothing."""
    url = reverse("reports:run_sheet", args=[engagement.pk])
    assert sign_in(engineer).get(url).status_code == 302
    a_sheet(engagement, 2)
    for user in (engineer, client_pm):
        answer = sign_in(user).get(f"{url}?language=en")
        assert answer.content.startswith(b"%PDF")
        assert f"run-sheet-{engagement.pk}-v1.pdf" in answer["Content-Disposition"]
    assert sign_in(client_pm_2).get(url).status_code == 404
