"""The pages of an export: what is offered, what is chosen, how far it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import Job
from reports import exports
from reports.models import Document, DocumentKind, ReportExport
from tests.conftest import SignIn
from tests.factories import EngagementFactory
from tests.reports.exporting import export_address as address
from tests.reports.exporting import export_of, printed_report, worked

pytestmark = pytest.mark.django_db
PAGE = "/exports/"


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    """Ids repeat from test to test, and with them the folders."""
    settings.MEDIA_ROOT = tmp_path


def test_the_newest_printed_version_of_each_is_offered(engagement: Engagement, manager: User, sign_in: SignIn) -> None:
    printed_report(engagement, version=1)
    newest = printed_report(engagement, version=2)
    Document.objects.create(
        engagement=engagement, kind=DocumentKind.CLOSING_REPORT, version=3, language="en", snapshot={},
        snapshot_hash="0" * 64, issued_by=manager, issued_at=timezone.now(),
    )  # fmt: skip
    printed_report(engagement, kind=DocumentKind.FIELD_MANUAL)
    printed_report(engagement, kind=DocumentKind.APPENDIX)
    assert [row.pk for row in sign_in(manager).get(PAGE).context["rows"]] == [newest.pk]


def test_the_list_is_narrowed_down(
    engagement: Engagement, foreign_engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    """By client, phase and days of issue; a day nobody means is said beside its field."""
    old = printed_report(engagement, issued_at=timezone.now() - timedelta(days=40))
    new = printed_report(foreign_engagement)
    Engagement.objects.filter(pk=foreign_engagement.pk).update(phase=Phase.CLOSED)
    browser = sign_in(manager)
    today = timezone.localdate().isoformat()
    for query, expected in [
        ("", [new, old]),
        (f"client={engagement.client_id}", [old]),
        ("phase=closed", [new]),
        (f"since={today}", [new]),
        (f"until={(timezone.localdate() - timedelta(days=2)).isoformat()}", [old]),
        (f"client={engagement.client_id}&phase=closed", []),
        ("since=nonsense&client=x", [new, old]),
    ]:
        response = browser.get(f"{PAGE}?{query}")
        assert response.status_code == 200
        assert [row.pk for row in response.context["rows"]] == [row.pk for row in expected], query


def test_all_listed_ones_are_taken_at_once(
    engagement: Engagement, foreign_engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    """Without a script: one button takes what the filter lists, no more."""
    wanted = printed_report(engagement)
    printed_report(foreign_engagement)
    response = sign_in(manager).post(f"{PAGE}?client={engagement.client_id}", {"everything": "1"})
    export = ReportExport.objects.get()
    assert response["Location"] == address("export", export)
    assert export.documents == [wanted.pk]


@pytest.mark.parametrize("fields", [{}, {"documents": ["x"]}, {"documents": ["987654"]}, {"documents": ["9" * 30]}])
def test_a_choice_of_nothing_is_said(
    fields: dict[str, Any], engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    printed_report(engagement)
    response = sign_in(manager).post(PAGE, fields)
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()


def test_an_empty_list_says_what_to_do(manager: User, sign_in: SignIn) -> None:
    assert "No closing report is issued yet" in sign_in(manager).get(PAGE).content.decode()


def test_more_than_fit_are_refused(engagement: Engagement, manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_DOCUMENTS", 1)
    with pytest.raises(DomainError, match="At most 1"):
        export_of(manager, printed_report(engagement), printed_report(engagement, version=2))


def test_the_list_costs_the_same_at_1_and_at_30_rows(manager: User, sign_in: SignIn) -> None:
    browser = sign_in(manager)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(PAGE).status_code == 200
        return len(captured)

    export_of(manager, printed_report(EngagementFactory(created_by=manager)))
    browser.get(PAGE)
    at_one = cost()
    for _number in range(29):
        export_of(manager, printed_report(EngagementFactory(created_by=manager)))
    assert cost() == at_one


def test_the_progress_can_be_left_and_is_polled_as_a_part(
    engagement: Engagement, manager: User, sign_in: SignIn
) -> None:
    """SCREENS.md: a bar that can be left; htmx gets the part, a plain browser the page, the list leads back."""
    export = export_of(manager, printed_report(engagement))
    Job.objects.update(state="running", percent=40)
    browser = sign_in(manager)
    part = browser.get(address("export", export), headers={"HX-Request": "true"})
    assert 'value="40"' in part.content.decode()
    assert address("export_cancel", export) in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]
    assert 'value="40"' in browser.get(address("export", export)).content.decode()
    assert address("export", export) in browser.get(PAGE).content.decode()
    Job.objects.update(state="waiting", percent=0)
    worked(export)
    done = browser.get(address("export", export), headers={"HX-Request": "true"}).content.decode()
    assert address("export_zip", export) in done
    assert "hx-get" not in done
