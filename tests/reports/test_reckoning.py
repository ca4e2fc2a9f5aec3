"""R1: every number of the closing report, computed a second time from raw rows."""

from __future__ import annotations

import pytest

from engagements.models import Engagement, Reading
from onsite.accounts.roles import Part
from reports.building.closing_report import build_closing_report
from reports.models import DocumentKind
from reports.services import draft_of, save_draft
from standups.models import Cell
from tests.factories import CellFactory, FunctionFactory, ModuleFactory
from tests.reports.lived import lived_through, person_of
from tests.reports.reckoning import Reckoning, numbers_of
from tests.reports.reckoning.raw import Numbers

pytestmark = pytest.mark.django_db


def test_a_report_agrees_with_its_raw_rows() -> None:
    """Shared and internal rows mixed, an objective not measured, a Sunday that was worked."""
    engagement = lived_through()
    agrees(engagement)


def test_a_correction_agrees_after_a_visit_too() -> None:
    """N6: the chain's values are printed as texts; they are numbers all the same."""
    engagement = lived_through()
    lead = person_of(engagement, Part.LEAD)
    function = FunctionFactory(module=ModuleFactory(engagement=engagement))
    for state in ("accepted", "live"):
        cell = CellFactory(engagement=engagement, module=function.module)
        Cell.objects.unscoped().filter(pk=cell.pk).update(state=state, live_on=engagement.today())
    visits = {row.kind: row for row in engagement.visits.unscoped()}
    for title, values in {"响应时间": (1, 3), "培训合格": (17, 22), "零错配": (0, 0)}.items():
        objective = engagement.objectives.unscoped().get(title=title)
        function.objectives.add(objective)
        common = {"objective": objective, "recorded_by": lead, "measured_on": engagement.today()}
        for kind, value in zip(("1m", "3m"), values, strict=True):
            if kind == "3m":
                Reading.objects.create(value=values[0], closes=True, **common)
            Reading.objects.create(value=value, visit=visits[kind], **common)
    told = agrees(engagement)
    assert {told[f"goal_chain.rows.{place}.after"][1][1] for place in range(3)} == {"decayed", "improved", "held"}  # type: ignore[index]
    assert told["goal_chain.rows.0.acceptance"] == [[1, 2]]


def agrees(engagement: Engagement) -> Numbers:
    """Compare the report with its raw rows; return its numbers."""
    save_draft(
        actor=engagement.created_by,
        engagement=engagement,
        kind=DocumentKind.CLOSING_REPORT,
        version=0,
        period="",
        summary="结论",
        proposals="一\n二\n",
        changes="",
    )
    draft = draft_of(engagement, DocumentKind.CLOSING_REPORT, "")
    report = build_closing_report(engagement, draft, "zh-hans")
    told = numbers_of(report)
    assert told == Reckoning(engagement.pk, today=engagement.today()).numbers()
    return told
