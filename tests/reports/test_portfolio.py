"""The manager's portfolio: who needs somebody, why, and at what cost."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from engagements import gates
from engagements.models import Engagement, FollowUpVisit, Phase, SignOff, Waiver
from engagements.services import plan, signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.notifications.models import Message
from reports.dashboards.facts import Facts
from reports.dashboards.judging import Row
from reports.dashboards.portfolio import ROWS_PER_PAGE, Portfolio, load_portfolio
from reports.models import Document
from standups.models import Severity
from tests.conftest import SignIn
from tests.factories import (
    EngagementFactory,
    MembershipFactory,
    ObjectiveFactory,
    ProblemFactory,
    ScopeItemFactory,
    StandUpFactory,
    UserFactory,
)
from tests.world import PNG

pytestmark = pytest.mark.django_db
URL = "/portfolio/"


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


# --- Rows ------------------------------------------------------------------------------------------------------------


def running(manager: User, **fields: Any) -> Engagement:
    """In execution since Monday 2 November 2026, agreed for 2 December, with a lead and a plan that keeps the day."""
    fields = {"start_on": date(2026, 11, 2), "agreed_go_live_on": date(2026, 12, 2), "calendar": "WEEK"} | fields
    engagement: Engagement = EngagementFactory(created_by=manager, phase=Phase.EXECUTION, **fields)
    lead = UserFactory()
    MembershipFactory(engagement=engagement, user=lead, part=Part.LEAD)
    plan.lay_out_plan(actor=lead, engagement=engagement)
    return engagement


def published(engagement: Engagement, day: date) -> None:
    StandUpFactory(engagement=engagement, held_on=day)


def row_of(engagement: Engagement, viewer: User) -> Row:
    (row,) = [row for row in load_portfolio(viewer).rows if row.engagement == engagement]
    return row


def texts(row: Row) -> list[str]:
    return [reason.text for reason in row.reasons]


@pytest.fixture
def on_wednesday(time_machine: Any) -> date:
    """Wednesday 18 November 2026, ten in the morning at the site: working day 13."""
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:00:00+08:00"), tick=False)
    return date(2026, 11, 18)


def test_an_engagement_as_planned_needs_nobody(manager: User, on_wednesday: date) -> None:
    """The control for every test below."""
    engagement = running(manager)
    published(engagement, date(2026, 11, 17))
    row = row_of(engagement, manager)
    assert (row.state.day, row.state.total, row.state.slip) == (13, 23, 0)
    assert (texts(row), row.needs_attention) == ([], False)
    assert load_portfolio(manager).needing == 0


@pytest.mark.parametrize(
    ("last", "weekdays", "expected"),
    [
        (date(2026, 11, 17), [1, 2, 3, 4, 5], 0),
        (date(2026, 11, 16), [1, 2, 3, 4, 5], 1),
        (date(2026, 11, 12), [1, 2, 3, 4, 5], 3),  # Friday, Monday, Tuesday: no weekend, and today is not over
        (date(2026, 11, 12), [5], 1),
        (date(2026, 11, 13), [5], 0),
        (None, [1, 2, 3, 4, 5], 12),
    ],
)
def test_only_agreed_days_can_be_missed(
    last: date | None, weekdays: list[int], expected: int, manager: User, on_wednesday: date
) -> None:
    """RULES.md: stand-up days follow the engagement's own rhythm; drafts don't count as held."""
    engagement = running(manager, stand_up_weekdays=weekdays)
    if last is not None:
        published(engagement, last)
    StandUpFactory(engagement=engagement, held_on=on_wednesday, published_at=None)
    assert Facts(manager, [engagement]).missed_days(engagement, engagement.today()) == expected


def test_what_is_over_is_not_missed(manager: User, on_wednesday: date) -> None:
    """After go-live, and before the first day on site, nobody misses a stand-up, and slip is history."""
    live = running(manager, go_live_on=date(2026, 11, 17), agreed_go_live_on=date(2026, 11, 12))
    ahead = running(manager, start_on=date(2026, 11, 23), agreed_go_live_on=date(2026, 12, 30))
    assert texts(row_of(live, manager)) == []
    assert row_of(live, manager).state.slip == 3
    assert texts(row_of(ahead, manager)) == []


def test_slip_critical_and_overdue_rows(manager: User, on_wednesday: date) -> None:
    """Late by n days; critical problems, internal ones too, for this is the vendor's page; a visit that was due."""
    late = running(manager)
    published(late, date(2026, 11, 17))
    late.stages.filter(kind="go_live").update(finish_on=date(2026, 12, 4))
    ProblemFactory(engagement=late, severity=Severity.CRITICAL, is_internal=True)
    ProblemFactory(engagement=late, severity=Severity.CRITICAL, raised_on=on_wednesday, solved_on=on_wednesday)
    assert texts(row_of(late, manager)) == ["1 critical problem open", "2 working days late"]
    closed = running(manager, go_live_on=date(2026, 10, 17), start_on=date(2026, 9, 7))
    Engagement.objects.filter(pk=closed.pk).update(phase=Phase.CLOSED)
    visit = FollowUpVisit.objects.create(
        engagement=closed, kind="1m", revision=1, anchor_on=date(2026, 10, 17), due_on=date(2026, 11, 17)
    )
    row = row_of(closed, manager)
    assert (row.phase, texts(row)) == ("follow_up", ["Follow-up visit overdue by 1 day"])
    assert load_portfolio(manager).visits == [visit]
    FollowUpVisit.objects.filter(pk=visit.pk).update(held_on=on_wednesday)
    assert closed not in [row.engagement for row in load_portfolio(manager).rows]


def test_a_signature_is_waited_for_in_working_days(manager: User, on_wednesday: date) -> None:
    """RULES.md: chops take weeks; the portfolio says so after five working days."""
    engagement = running(manager)
    published(engagement, date(2026, 11, 17))
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    text = signing.freeze_goals(actor=manager, engagement=engagement)
    for day, expected in ((12, []), (11, ["A signature has waited 5 working days"])):
        SignOff.objects.filter(pk=text.pk).update(frozen_at=datetime.fromisoformat(f"2026-11-{day}T12:00:00+08:00"))
        assert texts(row_of(engagement, manager)) == expected
    SignOff.objects.filter(pk=text.pk).update(signed_at=timezone.now())
    assert texts(row_of(engagement, manager)) == []


def test_a_waiver_counts_only_while_its_obstacle_stands(manager: User, on_wednesday: date) -> None:
    """RULES.md: the bulk answer is the gate's own answer, obstacle by obstacle."""
    engagement = running(manager)
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    text = signing.freeze_goals(actor=manager, engagement=engagement)
    pm = UserFactory(role=Role.CLIENT)
    MembershipFactory(engagement=engagement, user=pm, part=Part.CLIENT_PM)
    waivers = [
        Waiver.objects.create(
            engagement=engagement, before_phase=phase, obstacle=obstacle, obstacle_text=obstacle, reason="x",
            due_on=on_wednesday - timedelta(days=1), granted_by=manager,
        )
        for phase, obstacle in (
            ("execution", "goals.signed.client_pm"), ("execution", "goals.signed.business_owner"),
            ("review", "problems.critical"), ("closed", "closing_report.missing"),
        )
    ]  # fmt: skip

    def both() -> list[tuple[bool, bool]]:
        facts = Facts(manager, [engagement])
        return [(facts.is_still_missing(waiver), gates.still_stands(waiver)) for waiver in waivers]

    assert both() == [(True, True), (True, True), (False, False), (True, True)]
    signing.register_paper(
        actor=manager,
        sign_off=text,
        part=Part.BUSINESS_OWNER,
        signer_name="周㛃",
        signed_on=engagement.today(),
        code=text.code,
        scan=SimpleUploadedFile("scan.png", PNG),
    )
    assert both()[1] == (True, True)  # not checked by a second person yet
    signing.sign_on_screen(actor=pm, sign_off=text, text_hash=text.text_hash, proof="a-long-test-password")
    ProblemFactory(engagement=engagement, severity=Severity.CRITICAL)
    assert both() == [(False, False), (True, True), (True, True), (True, True)]
    report = Document.objects.create(
        engagement=engagement, kind="closing_report", version=1, language="en", snapshot={}, snapshot_hash="0" * 64,
        issued_by=manager, issued_at=timezone.now(),
    )  # fmt: skip
    assert both()[3] == (True, True)  # still being printed
    Document.objects.filter(pk=report.pk).update(pdf="x.pdf", pdf_hash="0" * 64)
    assert both()[3] == (False, False)
    ObjectiveFactory(engagement=engagement)
    signing.freeze_goals(actor=manager, engagement=engagement)
    assert both()[0] == (True, True)  # a new version is to be signed anew
    assert "Waiver overdue by 1 day" in texts(row_of(engagement, manager))
    Waiver.objects.exclude(obstacle="closing_report.missing").unscoped().delete()
    assert "Waiver overdue by 1 day" not in texts(row_of(engagement, manager))


# --- Page ------------------------------------------------------------------------------------------------------------


def test_the_headline_counts_and_the_table_sorts(manager: User, on_wednesday: date, sign_in: SignIn) -> None:
    """SCREENS.md, Manager: "3 engagements need you", those first."""
    fine = running(manager, name="一切正常")
    published(fine, date(2026, 11, 17))
    silent = running(manager, name="三天没有站会")
    published(silent, date(2026, 11, 12))
    response = sign_in(manager).get(URL)
    html = response.content.decode()
    assert "1 engagement needs you" in html
    assert html.index("三天没有站会") < html.index("一切正常")
    assert "5 days ago" not in html
    assert "6 days ago" in html
    assert "Execution 13/23" in html


def test_filters_stand_in_the_address_and_survive_nonsense(manager: User, on_wednesday: date, sign_in: SignIn) -> None:
    """Bad input: an absurd filter is no error page."""
    first = running(manager, name="生产计划")
    second = running(manager, name="费用报销", site="南京")
    Engagement.objects.filter(pk=second.pk).update(phase=Phase.REVIEW)
    browser = sign_in(manager)
    expected = [
        ("", [first, second]),
        ("?phase=review", [second]),
        ("?phase=execution", [first]),
        ("?phase=follow_up", []),
        ("?q=南京", [second]),
        ("?q=生产&phase=review", []),
        ("?phase=nonsense", [first, second]),
        ("?q=%00", [first, second]),
        (f"?q={'x' * 5000}", [first, second]),
        ("?page=-4", [first, second]),
    ]
    for query, rows in expected:
        response = browser.get(URL + query)
        assert response.status_code == 200
        found = {row.engagement for row in response.context["rows"]}
        assert found == set(rows), query
    assert isinstance(response.context["portfolio"], Portfolio)


def test_dead_letters_show(manager: User, sign_in: SignIn) -> None:
    """TRUST.md 2: dead letters show on the manager's screen."""
    assert "could not be delivered" not in sign_in(manager).get(URL).content.decode()
    now = timezone.now()
    Message.objects.create(kind="joined", recipient=manager, dedupe_key="a", due_at=now, dead_at=now)
    Message.objects.create(kind="joined", recipient=manager, dedupe_key="b", due_at=now)
    html = sign_in(manager).get(URL).content.decode()
    assert "1 message could not be delivered." in html
    assert reverse("notifications:message_list") in html


def test_the_portfolio_is_the_managers_alone(
    manager: User, engineer: User, client_pm: User, administrator: User, sign_in: SignIn
) -> None:
    """Health and slip of all clients are never a client's or an engineer's to read."""
    for user, status in ((manager, 200), (engineer, 403), (client_pm, 403), (administrator, 403)):
        assert sign_in(user).get(URL).status_code == status


def crowded(manager: User, number: int) -> None:
    """Engagements with every kind of row the page reads."""
    for _number in range(number):
        engagement = running(manager)
        published(engagement, date(2026, 11, 12))
        ProblemFactory(engagement=engagement, severity=Severity.CRITICAL)
        ObjectiveFactory(engagement=engagement)
        ScopeItemFactory(engagement=engagement)
        signing.freeze_goals(actor=manager, engagement=engagement)
        Waiver.objects.create(
            engagement=engagement, before_phase="execution", obstacle="goals.signed.client_pm", obstacle_text="x",
            reason="x", due_on=date(2026, 11, 17), granted_by=manager,
        )  # fmt: skip
        FollowUpVisit.objects.create(
            engagement=engagement, kind="1m", revision=1, anchor_on=date(2026, 11, 1), due_on=date(2026, 11, 19)
        )


def test_the_page_costs_as_many_queries_at_thirty_engagements_as_at_two(
    manager: User, on_wednesday: date, sign_in: SignIn
) -> None:
    """SPEED.md: one query for each kind of row. With a single one the steps to the first engagement are asked for, too."""
    browser = sign_in(manager)
    counts = []
    for more in (2, 28):
        crowded(manager, more)
        browser.get(URL)
        with CaptureQueriesContext(connection) as captured:
            response = browser.get(URL)
        counts.append(len(captured))
    assert (response.context["portfolio"].count, len(response.context["rows"])) == (30, ROWS_PER_PAGE)
    assert counts[0] == counts[1]
    assert counts[0] <= 32, "\n".join(query["sql"][:120] for query in captured)
