"""What the portfolio's table holds beside health, its filters, its Excel file, and the reports chosen in it."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from engagements.models import Engagement, FollowUpVisit, Phase, SignOff, Waiver
from engagements.services import signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from reports.dashboards import portfolio_file
from reports.dashboards.gating import gating_rules
from reports.dashboards.portfolio import Wanted, load_portfolio
from reports.models import ReportExport
from standups.models import Severity
from tests.conftest import SignIn
from tests.engagements.ruling import begin, promote
from tests.factories import (
    EngagementFactory,
    MembershipFactory,
    ObjectiveFactory,
    ProblemFactory,
    ScopeItemFactory,
    StandUpFactory,
    UserFactory,
)
from tests.reports.exporting import printed_report
from tests.reports.test_portfolio import row_of, running

pytestmark = pytest.mark.django_db
URL, FILE = "/portfolio/", "/portfolio/export/"


@pytest.fixture(autouse=True)
def in_english(settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def on_wednesday(time_machine: Any) -> None:
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:00:00+08:00"), tick=False)


def test_what_waits_for_a_signature_and_the_next_visit(manager: User, sign_in: SignIn) -> None:
    """SCREENS.md, Manager: each text is a link; a text that all signed, or of a closed engagement, waits for nobody."""
    engagement = running(manager)
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    text = signing.freeze_goals(actor=manager, engagement=engagement)
    SignOff.objects.filter(pk=text.pk).update(frozen_at=datetime.fromisoformat("2026-11-13T12:00:00+08:00"))
    for kind, due_on in (("3m", date(2027, 2, 18)), ("1m", date(2026, 12, 18))):
        FollowUpVisit.objects.create(
            engagement=engagement, kind=kind, revision=1, anchor_on=date(2026, 11, 18), due_on=due_on
        )
    row = row_of(engagement, manager)
    assert [(waiting.text, waiting.days) for waiting in row.waiting] == [(text, 3)]
    assert row.visit is not None
    assert row.visit.due_on == date(2026, 12, 18)
    html = sign_in(manager).get(URL).content.decode()
    assert reverse("engagements:sign_off", args=[engagement.pk, text.pk]) in html
    assert row.visit.get_absolute_url() in html
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CLOSED)
    assert row_of(engagement, manager).waiting == []


def test_each_reason_has_its_rule_beside_it(manager: User, sign_in: SignIn) -> None:
    """Health as a computed state with its reasons in words and the rule beside it."""
    ProblemFactory(engagement=running(manager), severity=Severity.CRITICAL)
    html = sign_in(manager).get(URL).content.decode()
    assert 'href="/health/#critical" title="Off track: a critical problem is open"' in html
    assert 'href="/health/#stand-ups" title="Off track: 3 agreed days or more in a row' in html


def test_days_without_a_stand_up_are_told_of_those_on_site(manager: User) -> None:
    engagement = running(manager)
    StandUpFactory(engagement=engagement, held_on=date(2026, 11, 16))
    assert row_of(engagement, manager).days_without_stand_up == 1
    Engagement.objects.filter(pk=engagement.pk).update(go_live_on=date(2026, 11, 17))
    assert row_of(engagement, manager).days_without_stand_up is None


def test_filters_of_health_and_of_whose(manager: User, sign_in: SignIn) -> None:
    """In the address; nonsense is as if it were not there."""
    fine, off = running(manager), running(UserFactory(role=Role.MANAGER))
    StandUpFactory(engagement=fine, held_on=date(2026, 11, 17))
    risky = EngagementFactory(created_by=UserFactory(role=Role.MANAGER), start_on=date(2026, 12, 1))
    joined = EngagementFactory(created_by=UserFactory(role=Role.MANAGER), start_on=date(2026, 12, 1))
    MembershipFactory(engagement=joined, user=manager, part=Part.LEAD)
    browser = sign_in(manager)
    for query, expected in [
        ("?health=bad", {off}),
        ("?health=warn", {risky}),
        ("?health=ok", {fine, joined}),
        ("?whose=mine", {fine, joined}),
        ("?whose=mine&health=bad", set()),
        ("?health=nonsense", {fine, off, risky, joined}),
        ("?whose=nobody", {fine, off, risky, joined}),
    ]:
        rows = browser.get(URL + query).context["rows"]
        assert {row.engagement for row in rows} == expected, query


def test_the_file_holds_what_the_address_asks_for(manager: User, sign_in: SignIn, monkeypatch: Any) -> None:
    """One row for each engagement, on all pages of the list; text stays text; too many are refused with a sentence."""
    off, other = running(manager, name="=cmd()|'/c calc'!A1"), running(manager)
    ProblemFactory(engagement=off, severity=Severity.CRITICAL)
    StandUpFactory(engagement=other, held_on=date(2026, 11, 17))
    monkeypatch.setattr("reports.dashboards.portfolio.ROWS_PER_PAGE", 1)
    browser = sign_in(manager)
    for query, count in (("", 2), ("?health=bad", 1), ("?phase=review", 0)):
        sheet = load_workbook(BytesIO(browser.get(FILE + query).content)).active
        assert sheet is not None
        rows = list(sheet.iter_rows(min_row=2))
        assert len(rows) == count, query
        heads = [cell.value for cell in sheet[1]]
        if rows:
            cells = dict(zip(heads, rows[0], strict=True))
            assert (cells["Engagement"].value, cells["Engagement"].data_type) == (off.name, "s")
            assert cells["Engagement"].quotePrefix
            assert cells["Health"].value == "Off track"
            assert str(cells["Reasons"].value).startswith("1 critical problem open, No stand-up for 12 agreed days")
    monkeypatch.setattr("reports.views.portfolio.MOST_ENGAGEMENTS", 1)
    response = browser.get(FILE + "?phase=execution", follow=True)
    assert response.redirect_chain == [(URL + "?phase=execution", 302)]
    assert "A file holds at most 1 engagements." in response.content.decode()


def test_ticked_reports_become_a_zip(manager: User, sign_in: SignIn) -> None:
    """SCREENS.md, Manager: one click to the PDF; many at once as a zip with a progress bar. Without one, no form."""
    engagement = running(manager)
    browser = sign_in(manager)
    assert "zip-reports" not in browser.get(URL).content.decode()
    report = printed_report(engagement)
    html = browser.get(URL).content.decode()
    assert reverse("reports:document_pdf", args=[engagement.pk, report.pk]) in html
    assert f'name="documents" value="{report.pk}" form="zip-reports"' in html
    response = browser.post(reverse("reports:exports"), {"documents": [report.pk]})
    export = ReportExport.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, reverse("reports:export", args=[export.pk]))
    assert export.documents == [report.pk]


def test_lessons_and_what_they_gate(manager: User, sign_in: SignIn) -> None:
    """SCREENS.md, Manager: a rule that holds a running engagement back, with its gate; none that is fulfilled, waived or of
    an engagement that is over."""
    browser = sign_in(manager)
    assert "No standing rule waits" in browser.get(URL).content.decode()
    rule = promote(manager, form="checklist")
    engagement = begin(manager)
    (found,) = gating_rules(manager)
    assert (found.rule, engagement in found.engagements) == (rule, True)
    html = browser.get(URL).content.decode()
    assert rule.get_absolute_url() in html
    assert reverse("lessons:requirements", args=[engagement.pk]) in html
    assert "before “Execution”" in html
    waiver = {"reason": "x", "due_on": date(2026, 11, 30), "granted_by": manager, "before_phase": "execution"}
    for held in found.engagements:
        Waiver.objects.create(engagement=held, obstacle=f"rule.{rule.pk}", obstacle_text="x", **waiver)
    assert gating_rules(manager) == []
    Waiver.objects.unscoped().delete()
    Engagement.objects.unscoped().update(phase=Phase.CLOSED)
    assert gating_rules(manager) == []


def test_a_page_and_a_file_hold_the_same_rows(manager: User) -> None:
    for _number in range(3):
        running(manager)
    rows = load_portfolio(manager, Wanted()).rows
    sheet = portfolio_file.sheet(rows)
    assert len(list(sheet.rows)) == 3
    assert len(sheet.columns) == len(sheet.widths)
