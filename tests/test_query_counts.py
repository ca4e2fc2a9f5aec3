"""A page asks the database as often at thirty rows as at one. The numbers stand here, so that a new query is noticed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Attachment, Dependency, Engagement, ReceivedFile
from engagements.services import contingency, plan
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from standups.models import Section
from tests.conftest import SignIn
from tests.factories import (
    ChangeRequestFactory,
    ClientFactory,
    ContingencyPlanFactory,
    DocumentRequestFactory,
    EngagementFactory,
    FunctionFactory,
    InterviewFactory,
    LineFactory,
    MembershipFactory,
    ModuleFactory,
    ObjectiveFactory,
    ProblemFactory,
    ScopeItemFactory,
    StandUpFactory,
    TaskFactory,
    UserFactory,
)

MANY = 30


def _fill(engagement: Engagement, lead: User, rows: int) -> None:
    """Bring every kind of row of the engagement up to `rows`."""
    today = engagement.today()
    for _i in range(rows):
        ObjectiveFactory(engagement=engagement)
        ScopeItemFactory(engagement=engagement)
        FunctionFactory(module=ModuleFactory(engagement=engagement))
        ChangeRequestFactory(engagement=engagement, raised_by=lead)
        _add_documents(engagement, lead)
        ProblemFactory(engagement=engagement, raised_on=today - timedelta(days=3), raised_by=lead)
        contingency.invoke(actor=lead, plan=ContingencyPlanFactory(engagement=engagement, owner=lead))
        for stage in engagement.stages.unscoped()[:1]:
            task, after = TaskFactory(stage=stage, assignee=lead), TaskFactory(stage=stage)
            Dependency.objects.create(task=task, after=after)
    known = engagement.stand_ups.count()
    for i in range(known, known + rows):
        StandUpFactory(engagement=engagement, held_on=today - timedelta(days=i), created_by=lead)
    newest = engagement.stand_ups.unscoped().newest_first()[0]
    for section in Section:
        for _i in range(rows):
            LineFactory(stand_up=newest, section=section)


def _add_documents(engagement: Engagement, lead: User) -> None:
    """One document asked for, one that came with a file, and an interview."""
    texts = {"engagement": engagement, "asked_at": timezone.now(), "round": 1, "asked_of": lead}
    DocumentRequestFactory(state="asked", **texts)
    came = DocumentRequestFactory(state="received", received_way="page", received_from=lead, **texts)
    attachment = Attachment.objects.create(
        engagement=engagement,
        name="手册.pdf",
        media_type="application/pdf",
        size_bytes=1,
        sha256="0",
        uploaded_by=lead,
    )
    ReceivedFile.objects.create(request=came, attachment=attachment, round=1)
    InterviewFactory(engagement=engagement, held_by=lead)


def _add_engagements(manager: User, lead: User, rows: int) -> None:
    client = ClientFactory()
    for _i in range(rows):
        engagement = EngagementFactory(client=client, created_by=manager)
        MembershipFactory(engagement=engagement, user=lead, part=Part.LEAD)
        plan.lay_out_plan(actor=manager, engagement=engagement)
        StandUpFactory(engagement=engagement, created_by=lead)
        ProblemFactory(engagement=engagement, raised_by=lead, severity="critical")
        contingency.invoke(actor=lead, plan=ContingencyPlanFactory(engagement=engagement, owner=lead))


def _count(browser: Client, url: str) -> tuple[int, list[str]]:
    browser.get(url)  # The first request of a session may write it.
    with CaptureQueriesContext(connection) as queries:
        response = browser.get(url)
    assert response.status_code == 200, url
    return len(queries), [query["sql"][:160] for query in queries]


@pytest.fixture
def same_at_thirty(sign_in: SignIn) -> Callable[..., None]:
    """Assert that the page asks equally often after `grow`, and at most `most` times."""

    def check(user: User, url: str, grow: Callable[[], None], most: int) -> None:
        browser = sign_in(user)
        few, _sql = _count(browser, url)
        grow()
        many, sql = _count(browser, url)
        assert many == few, "\n".join(sql)
        assert many <= most, "\n".join(sql)

    return check


INSIDE = [
    ("reports:dashboard", "client_pm", 27),
    ("engagements:detail", "engineer", 42),
    ("engagements:prepare", "engineer", 11),
    ("engagements:function_list", "engineer", 6),
    ("engagements:plan", "engineer", 14),
    ("engagements:plan_export", "engineer", 5),
    ("engagements:change_list", "client_pm", 5),
    ("engagements:contingency_list", "client_pm", 7),
    ("engagements:team", "engineer", 6),
    ("engagements:document_request_list", "client_pm", 7),
    ("engagements:interview_list", "engineer", 6),
    ("engagements:file_list", "engineer", 7),
    ("standups:list", "engineer", 9),
    ("standups:problems", "client_pm", 9),
    ("standups:problem_export", "engineer", 9),
    ("reports:documents", "client_pm", 5),
]


@pytest.mark.parametrize(("route", "role", "most"), INSIDE, ids=[row[0] for row in INSIDE])
def test_pages_of_an_engagement(
    route: str, role: str, most: int, engagement: Engagement, engineer: User, client_pm: User,
    same_at_thirty: Callable[..., None],
) -> None:  # fmt: skip
    """SPEED: constant query counts."""
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    _fill(engagement, engineer, 1)
    user = {"client_pm": client_pm, "engineer": engineer}[role]
    url = reverse(route, args=[engagement.pk])
    same_at_thirty(user, url, lambda: _fill(engagement, engineer, MANY - 1), most)


def test_the_stand_up_page(engagement: Engagement, engineer: User, same_at_thirty: Callable[..., None]) -> None:
    """SPEED: the page of a day, with thirty lines a section and thirty problems to answer."""
    _fill(engagement, engineer, 1)
    url = reverse("standups:day", args=[engagement.pk, engagement.today()]) + "?edit=1"
    same_at_thirty(engineer, url, lambda: _fill(engagement, engineer, MANY - 1), 13)


@pytest.mark.parametrize(
    ("route", "most"), [("reports:portfolio", 30), ("engagements:list", 7), ("reports:today", 26)]
)
def test_pages_of_the_company(route: str, most: int, manager: User, same_at_thirty: Callable[..., None]) -> None:
    """SPEED: portfolio, list and Today, at two and at thirty engagements: with a single one the portfolio also asks for the
    steps that lead to it."""
    lead = UserFactory()
    _add_engagements(manager, lead, 2)
    user = lead if route == "reports:today" else manager
    same_at_thirty(user, reverse(route), lambda: _add_engagements(manager, lead, MANY - 2), most)
