"""Emergencies in what is read across: the first line of the dashboards, and the closing report. (P4, R1, C2)"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement, Invocation, Phase
from engagements.services import contingency
from onsite.accounts.models import User
from reports.building.snapshots import build
from reports.documents.chapters import chapters
from reports.documents.closing_report import ClosingReport
from reports.documents.printing import render_html
from reports.figures import Emergency, emergency_figures
from reports.models import DocumentKind, Draft
from tests.conftest import SignIn
from tests.factories import ContingencyPlanFactory
from tests.reports.pages import words_of

BEGIN = datetime.fromisoformat("2026-11-18T10:00:00+08:00")
SINCE = "Emergency since 18 Nov 2026 10:00: 车间断网."


@pytest.fixture
def at_ten(time_machine: Any) -> Any:
    time_machine.move_to(BEGIN, tick=False)
    return time_machine


def happened(engagement: Engagement, actor: User, clock: Any, minutes: int, **fields: Any) -> Invocation:
    """An emergency that was responded to after so many minutes, and ended."""
    clock.move_to(BEGIN, tick=False)
    row = contingency.invoke(actor=actor, plan=ContingencyPlanFactory(engagement=engagement, **fields))
    clock.move_to(BEGIN + timedelta(minutes=minutes), tick=False)
    contingency.respond(actor=actor, invocation=row)
    return contingency.end(actor=actor, invocation=row, cause=f"原因{minutes}")


def report_of(engagement: Engagement, language: str = "en") -> ClosingReport:
    row = Engagement.objects.unscoped().select_related("client", "created_by").get(pk=engagement.pk)
    built = build(row, DocumentKind.CLOSING_REPORT, Draft(), language)
    assert isinstance(built, ClosingReport)
    return built


# --- The figures ------------------------------------------------------------------------------------------------------


def test_the_figures_by_table() -> None:
    """P4: what nobody responded to yet is neither kept nor missed."""
    found = emergency_figures(
        [
            Emergency("network", 10, 10),
            Emergency("other", 5, 6),
            Emergency("network", 10, 3),
            Emergency("network", 1, None),
        ]
    )
    assert (found.total.invoked, found.total.answered, found.total.kept, found.total.longest_minutes) == (4, 3, 2, 10)
    assert [(row.kind, row.invoked, row.kept, row.longest_minutes) for row in found.by_kind] == [
        ("network", 3, 2, 10), ("other", 1, 0, 6),
    ]  # fmt: skip
    assert emergency_figures([]).total.longest_minutes is None


emergencies = st.builds(
    Emergency, kind=st.sampled_from("abc"), limit_minutes=st.integers(1, 60), minutes=st.none() | st.integers(0, 90)
)


@given(st.lists(emergencies))
def test_the_kinds_add_up_to_the_whole(rows: list[Emergency]) -> None:
    """P4: nothing is counted twice or lost."""
    found = emergency_figures(rows)
    for name in ("invoked", "answered", "kept"):
        assert sum(getattr(row, name) for row in found.by_kind) == getattr(found.total, name)
    longest = [row.longest_minutes for row in found.by_kind if row.longest_minutes is not None]
    assert found.total.longest_minutes == max(longest, default=None)
    assert found.total.kept <= found.total.answered <= found.total.invoked == len(rows)


# --- The closing report -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_report_without_emergencies_is_the_same_to_the_byte(engagement: Engagement, engineer: User) -> None:
    """R1: what was issued before this chapter existed can be read back, and its printed hash still holds."""
    ContingencyPlanFactory(engagement=engagement)
    report = report_of(engagement)
    assert report.emergencies is None
    assert "emergencies" not in json.loads(report.to_json())
    assert ClosingReport.from_json(report.to_json()).sha256 == report.sha256
    assert "contingency" not in {chapter.anchor for chapter in chapters(report)}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_chapter_tells_how_often_and_how_fast(
    language: str, engagement: Engagement, engineer: User, foreign_engagement: Engagement, manager: User, at_ten: Any
) -> None:
    """P4: counts, limits kept, the longest response, every cause; nothing of another client."""
    happened(engagement, engineer, at_ten, 4)
    happened(engagement, engineer, at_ten, 12)
    happened(engagement, engineer, at_ten, 2, emergency="permission")
    happened(foreign_engagement, manager, at_ten, 50)
    report = report_of(engagement, language)
    told = report.emergencies
    assert told is not None
    assert (told.total.invoked, told.total.kept, told.total.answered, told.total.longest_minutes) == (3, 2, 3, 12)
    assert [(row.invoked, row.kept) for row in told.by_kind] == [(2, 1), (1, 1)]
    assert [(case.cause, case.is_kept) for case in told.cases] == [("原因4", True), ("原因12", False), ("原因2", True)]
    assert ClosingReport.from_json(report.to_json()) == report
    html = render_html(report)
    assert "原因12" in html
    assert "原因50" not in html


@pytest.mark.django_db
def test_the_chapters_day_is_the_sites(engagement: Engagement, engineer: User, at_ten: Any) -> None:
    """P4: an emergency at one in the morning is of that day, not of the day before in UTC."""
    night = datetime.fromisoformat("2026-11-18T01:00:00+08:00")
    at_ten.move_to(night, tick=False)
    contingency.invoke(actor=engineer, plan=ContingencyPlanFactory(engagement=engagement))
    told = report_of(engagement).emergencies
    assert told is not None
    (case,) = told.cases
    assert str(case.on) == "2026-11-18"
    assert (case.response_minutes, case.cause) == (None, "")
    assert "still running" in render_html(report_of(engagement))


@pytest.mark.django_db
def test_the_draft_page_says_it_in_a_line(
    engagement: Engagement, engineer: User, sign_in: SignIn, at_ten: Any
) -> None:
    """P4: the writer sees the numbers before issuing."""
    url = reverse("reports:draft", args=[engagement.pk, "closing_report"])
    assert "response limit kept" not in sign_in(engineer).get(url).content.decode()
    happened(engagement, engineer, at_ten, 12)
    assert "1, response limit kept in 0 of 1" in sign_in(engineer).get(url).content.decode()


# --- The first line of the day ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_running_emergency_is_the_first_line(
    engagement: Engagement, engineer: User, client_pm: User, client_pm_2: User, foreign_engagement: Engagement,
    outsider_engineer: User, sign_in: SignIn, at_ten: Any,
) -> None:  # fmt: skip
    """C2, E1: the client's dashboard and the vendor's Today, while it runs; nobody else's."""
    running = contingency.invoke(actor=engineer, plan=ContingencyPlanFactory(engagement=engagement, title="车间断网"))
    assert SINCE in words_of(sign_in(client_pm), engagement)
    assert SINCE not in words_of(sign_in(client_pm_2), foreign_engagement)
    today = reverse("reports:today")
    assert "车间断网" in sign_in(engineer).get(today).content.decode()
    assert "车间断网" not in sign_in(outsider_engineer).get(today).content.decode()
    contingency.end(actor=engineer, invocation=running, cause="光缆")
    assert "Emergency since" not in words_of(sign_in(client_pm), engagement)
    assert "车间断网" not in sign_in(engineer).get(today).content.decode()


@pytest.mark.django_db
def test_a_cancelled_engagement_alarms_nobody(
    engagement: Engagement, engineer: User, manager: User, sign_in: SignIn, at_ten: Any
) -> None:
    """E1: nobody can end it any more, and nobody has to."""
    contingency.invoke(actor=engineer, plan=ContingencyPlanFactory(engagement=engagement))
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CANCELLED)
    engagement.refresh_from_db()
    assert "Emergency since" not in words_of(sign_in(manager), engagement)
