"""A page asks the database as often for one row as for thirty."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from standups.models import Acknowledgement, Attendance, Comment, ProblemAnswer, Section
from tests.conftest import SignIn
from tests.factories import LineFactory, MembershipFactory, ProblemFactory, StandUpFactory, UserFactory
from tests.standups.browser import day_url, fields_at, write

# What one save may cost at most, whatever is typed; counted on a draft that exists.
SAVE_QUERIES = 24


def grow(engagement: Engagement, engineer: User, rows: int) -> None:
    """Make everything there is `rows` times: days, lines in each section, people, problems with answers."""
    today = engagement.today()
    for number in range(rows):
        held_on = today - timedelta(days=2 + number)
        stand_up = StandUpFactory(engagement=engagement, held_on=held_on, created_by=engineer)
        problem = ProblemFactory(engagement=engagement, raised_on=held_on, raised_in=stand_up, raised_by=engineer)
        LineFactory(stand_up=stand_up, section=Section.PROBLEM, problem=problem)
    newest = engagement.stand_ups.unscoped().newest_first().first()
    assert newest is not None
    for number in range(rows):
        part = Part.KEY_USER if number % 2 else Part.ENGINEER
        user = UserFactory(role=Role.CLIENT if number % 2 else Role.ENGINEER)
        membership = MembershipFactory(engagement=engagement, user=user, part=part)
        Attendance.objects.create(stand_up=newest, membership=membership)
        Acknowledgement.objects.create(stand_up=newest, user=user, at=timezone.now())
        Comment.objects.create(stand_up=newest, author=user, text="一句")
        for section in Section:
            LineFactory(stand_up=newest, section=section)
    for row in engagement.problems.unscoped():
        ProblemAnswer.objects.create(stand_up=newest, problem=row, author=engineer)


def count(browser: Client, url: str) -> int:
    """Return the queries of the second visit: the first one fills what a process remembers."""
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", ["engineer", "client_pm"])
def test_pages_ask_as_often_for_thirty_rows(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn, who: str
) -> None:
    grow(engagement, engineer, 1)
    today = engagement.today()
    urls = {
        "read": day_url(engagement, today - timedelta(days=2)),
        "list": reverse("standups:list", args=[engagement.pk]),
        "problems": reverse("standups:problems", args=[engagement.pk]),
        "problem": engagement.problems.unscoped().earliest("pk").get_absolute_url(),
    }
    if who == "engineer":
        urls["write"] = day_url(engagement, today)
        urls["correct"] = urls["read"] + "?edit=1"
    browser = sign_in(engineer if who == "engineer" else client_pm)
    before = {name: count(browser, url) for name, url in urls.items()}
    engagement.stand_ups.unscoped().delete()
    engagement.problems.unscoped().delete()
    grow(engagement, engineer, 30)
    urls["problem"] = engagement.problems.unscoped().earliest("pk").get_absolute_url()
    assert {name: count(browser, url) for name, url in urls.items()} == before


def test_the_preview_asks_as_often(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    stand_up = StandUpFactory(engagement=engagement, held_on=engagement.today(), published_at=None)
    browser, url = sign_in(engineer), day_url(engagement, engagement.today(), "preview")
    counts = []
    for number in (1, 29):
        LineFactory.create_batch(number, stand_up=stand_up, section=Section.DONE)
        counts.append(count(browser, url))
    assert counts[0] == counts[1]


def test_a_save_asks_as_often_for_thirty_lines(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """SPEED: logging a stand-up costs a small multiple of a minimal create."""
    browser, url = sign_in(engineer), day_url(engagement, engagement.today())
    fields = fields_at(browser, url)
    write(fields, Section.PLAN, "草稿")
    browser.post(url, fields)
    counts = []
    for number in (1, 29):
        fields = fields_at(browser, url)
        for _ in range(number):
            row = str(uuid4())
            fields["line"].append(row)
            fields |= {f"section-{row}": ["plan"], f"text-{row}": ["新的一句"], f"internal-{row}": ["0"]}
        with CaptureQueriesContext(connection) as captured:
            assert browser.post(url, {**fields, "step": "auto"}).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= SAVE_QUERIES, "\n".join(query["sql"][:150] for query in captured.captured_queries)
