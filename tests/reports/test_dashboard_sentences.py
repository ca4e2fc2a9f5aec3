"""Where an engagement stands, in whole sentences: each case has its own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from engagements.models import CoreTask, Engagement, Phase
from engagements.services import plan
from onsite.accounts.models import User
from tests.conftest import SignIn
from tests.factories import ProblemFactory
from tests.reports.pages import url_of, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(engagement: Engagement, engineer: User) -> Engagement:
    """In execution on working days, from Monday 2 November 2026 to the agreed 2 December, planned to end on it."""
    Engagement.objects.filter(pk=engagement.pk).update(
        calendar="WEEK", start_on=date(2026, 11, 2), agreed_go_live_on=date(2026, 12, 2), phase=Phase.EXECUTION
    )
    row = Engagement.objects.unscoped().get(pk=engagement.pk)
    plan.lay_out_plan(actor=engineer, engagement=row)
    assert row.stages.unscoped().filter(kind="go_live", finish_on=date(2026, 12, 2)).exists()
    plan.take_baseline(actor=engineer, engagement=row, reason="签署")
    return row


def move_end(engagement: Engagement, finish_on: date) -> None:
    engagement.stages.filter(kind="go_live").update(finish_on=finish_on)


def test_a_plan_that_nobody_agreed_to_is_not_early(
    planned: Engagement, client_pm: User, sign_in: SignIn, time_machine: Any
) -> None:
    """C2: before the signatures the client reads what is planned, and no promise."""
    time_machine.move_to(datetime.fromisoformat("2026-11-18T09:00:00+08:00"), tick=False)
    move_end(planned, date(2026, 12, 1))
    planned.baselines.unscoped().delete()
    told = words_of(sign_in(client_pm), planned)
    assert "The draft plan goes live on 1 December (agreed: 2 December)." in told
    assert "early" not in told


SENTENCES: list[tuple[str, dict[str, Any], str, str]] = [
    ("2026-11-18", {}, "2026-12-02", "Working day 13 of 23, in the stage System test. Go-live is planned for 2 December, as agreed."),
    ("2026-11-18", {}, "2026-12-03", "1 working day late: go-live is now planned for 3 December (agreed: 2 December)."),
    ("2026-11-18", {}, "2026-12-07", "3 working days late: go-live is now planned for 7 December (agreed: 2 December)."),
    ("2026-11-18", {}, "2026-12-01", "1 working day early: go-live is now planned for 1 December (agreed: 2 December)."),
    ("2026-11-18", {"core_task": CoreTask.FIX}, "2026-12-04", "2 working days late: the hand-over is now planned for"),
    ("2026-11-18", {"core_task": CoreTask.IMPROVE}, "2026-12-02", "The hand-over is planned for 2 December, as agreed."),
    ("2026-12-04", {}, "2026-12-08", "Working day 25, where 23 were agreed, in the stage Go-live."),
    ("2026-12-04", {}, "2026-12-02", "Go-live was planned for 2 December (agreed: 2 December) and is not recorded yet."),
    ("2026-10-29", {}, "2026-12-02", "Work on site begins on 2 November, in 4 days. Go-live is planned for"),
    ("2026-11-01", {}, "2026-12-02", "Work on site begins on 2 November, in 1 day."),
    ("2026-12-10", {"go_live_on": date(2026, 12, 4)}, "2026-12-02", "Live since 4 December, 2 working days after the agreed day."),
    ("2026-12-10", {"go_live_on": date(2026, 12, 1)}, "2026-12-02", "Live since 1 December, 1 working day before the agreed day."),
    ("2026-12-10", {"go_live_on": date(2026, 12, 2), "core_task": CoreTask.FIX}, "2026-12-02", "Handed over on 2 December, the agreed day."),
    ("2026-12-10", {"go_live_on": date(2026, 12, 2), "phase": Phase.CLOSED}, "2026-12-02", "Live since 2 December, the agreed day. The engagement is closed."),
    ("2026-12-10", {"phase": Phase.CANCELLED}, "2026-12-02", "This engagement was cancelled."),
]  # fmt: skip


@pytest.mark.parametrize(("today", "fields", "finish_on", "sentence"), SENTENCES)
def test_one_sentence_tells_where_we_stand(
    today: str, fields: dict[str, Any], finish_on: str, sentence: str,
    planned: Engagement, client_pm: User, sign_in: SignIn, time_machine: Any,
) -> None:  # fmt: skip
    """C2: working days of the site, the stage, the slip against the agreed day, in whole sentences with plurals."""
    move_end(planned, date.fromisoformat(finish_on))
    Engagement.objects.filter(pk=planned.pk).update(**fields)
    time_machine.move_to(datetime.fromisoformat(f"{today}T10:00:00+08:00"), tick=False)
    assert sentence in words_of(sign_in(client_pm), planned)


def test_without_a_plan_the_agreed_day_stands(
    engagement: Engagement, client_pm: User, sign_in: SignIn, time_machine: Any
) -> None:
    """C2: nothing is made up where nothing is planned."""
    Engagement.objects.filter(pk=engagement.pk).update(
        calendar="WEEK", start_on=date(2026, 11, 2), agreed_go_live_on=date(2026, 12, 2)
    )
    time_machine.move_to(datetime.fromisoformat("2026-11-04T10:00:00+08:00"), tick=False)
    words = words_of(sign_in(client_pm), engagement)
    assert "Working day 3 of 23. There is no dated plan yet; go-live is agreed for 2 December." in words


def test_the_site_says_which_day_it_is(
    planned: Engagement, client_pm: User, sign_in: SignIn, time_machine: Any
) -> None:
    """RULES.md: an engagement's pages use the site's zone, whatever the reader's is."""
    User.objects.filter(pk=client_pm.pk).update(time_zone="America/Los_Angeles")
    time_machine.move_to(datetime.fromisoformat("2026-11-17T16:30:00+00:00"), tick=False)
    assert "Working day 13 of 23" in words_of(sign_in(client_pm), planned)


@pytest.mark.parametrize(("due", "is_overdue"), [(17, True), (18, False)])
def test_what_should_have_come_says_so(
    due: int, is_overdue: bool, planned: Engagement, client_pm: User, sign_in: SignIn, time_machine: Any
) -> None:
    """C2: a day that has passed is not only a colour or a reckoning left to the reader."""
    time_machine.move_to(datetime.fromisoformat("2026-11-18T09:00:00+08:00"), tick=False)
    ProblemFactory(engagement=planned, severity="critical", due_on=date(2026, 11, due))
    page = sign_in(client_pm).get(url_of(planned)).content.decode()
    part = page.split("What would keep the date")[1].split("</section>")[0]
    assert ("Overdue" in part) == is_overdue
