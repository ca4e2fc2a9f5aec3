"""An engineer's day: what is theirs to write, answer, check and hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Engagement, FollowUpVisit, Phase, Task
from engagements.services import plan, signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from reports.dashboards.today import load_day
from standups.models import Party, Severity
from tests.conftest import SignIn
from tests.factories import (
    EngagementFactory,
    MembershipFactory,
    ObjectiveFactory,
    ProblemFactory,
    ScopeItemFactory,
    StandUpFactory,
    TaskFactory,
    UserFactory,
)
from tests.world import CANARY_FOREIGN, PNG

pytestmark = pytest.mark.django_db
URL = "/today/"
WEDNESDAY = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def on_wednesday(time_machine: Any) -> None:
    time_machine.move_to(datetime.fromisoformat("2026-11-18T10:00:00+08:00"), tick=False)


def joined(user: User, **fields: Any) -> Engagement:
    """An engagement in execution since 2 November that this person leads."""
    fields = {"start_on": date(2026, 11, 2), "agreed_go_live_on": date(2026, 12, 2), "calendar": "WEEK"} | fields
    engagement: Engagement = EngagementFactory(phase=Phase.EXECUTION, **fields)
    MembershipFactory(engagement=engagement, user=user, part=Part.LEAD)
    return engagement


def everything_published(engagement: Engagement) -> None:
    for ago in range(1, 8):
        StandUpFactory(engagement=engagement, held_on=WEDNESDAY - timedelta(days=ago))


def test_what_became_of_todays_stand_up(sign_in: SignIn) -> None:
    """E1: not yet logged, a draft, published, or none agreed; each with the way to it."""
    engineer = UserFactory()
    engagement = joined(engineer)
    everything_published(engagement)
    url = reverse("standups:day", args=[engagement.pk, WEDNESDAY])
    html = sign_in(engineer).get(URL).content.decode()
    assert "1 stand-up to write today" in html
    assert "Write today&#x27;s stand-up" in html or "Write today's stand-up" in html
    assert f'href="{url}"' in html
    stand_up = StandUpFactory(engagement=engagement, held_on=WEDNESDAY, published_at=None)
    assert "Finish and publish" in sign_in(engineer).get(URL).content.decode()
    stand_up.published_at = datetime.fromisoformat("2026-11-18T09:30:00+08:00")
    stand_up.save()
    day = load_day(engineer)
    assert (day.to_write, day.places[0].standing, day.places[0].missed_on) == (0, "published", [])
    Engagement.objects.filter(pk=engagement.pk).update(stand_up_weekdays=[5])
    stand_up.delete()
    assert load_day(engineer).places[0].standing == "none"


def test_agreed_days_of_the_last_week_that_were_missed() -> None:
    """E1: only agreed days, the newest first; a draft is not held; in the review nothing after go-live is missed."""
    engineer = UserFactory()
    engagement = joined(engineer)
    StandUpFactory(engagement=engagement, held_on=date(2026, 11, 16))
    StandUpFactory(engagement=engagement, held_on=date(2026, 11, 17), published_at=None)
    missed = [date(2026, 11, 17), date(2026, 11, 13), date(2026, 11, 12), date(2026, 11, 11)]
    assert load_day(engineer).places[0].missed_on == missed
    Engagement.objects.filter(pk=engagement.pk).update(go_live_on=date(2026, 11, 12))
    assert load_day(engineer).places[0].missed_on == missed  # the team is still there
    Engagement.objects.filter(pk=engagement.pk).update(phase="review")
    assert load_day(engineer).places[0].missed_on == missed[2:]


def test_the_sites_day_is_the_one_to_write(time_machine: Any) -> None:
    """RULES.md, Zone: at the site it is Thursday already."""
    engineer = UserFactory()
    joined(engineer, time_zone="Pacific/Auckland")
    time_machine.move_to(datetime.fromisoformat("2026-11-18T20:00:00+08:00"), tick=False)
    assert load_day(engineer).places[0].day == date(2026, 11, 19)


def test_problems_of_mine_that_wait_on_us(engagement: Engagement) -> None:
    """SCREENS.md, Engineer: with the vendor, open, critical first, then by day; nobody else's."""
    engineer = UserFactory()
    mine, other = joined(engineer), joined(UserFactory())
    ours = {"engagement": mine, "next_step_with": Party.VENDOR}
    ProblemFactory(**ours, title="无日期")
    ProblemFactory(**ours, title="后天", due_on=WEDNESDAY + timedelta(days=2), is_internal=True)
    ProblemFactory(**ours, title="严重", severity=Severity.CRITICAL)
    ProblemFactory(**ours, title="已解决", raised_on=WEDNESDAY, solved_on=WEDNESDAY)
    ProblemFactory(engagement=mine, next_step_with=Party.CLIENT, title="客户的")
    ProblemFactory(engagement=other, next_step_with=Party.VENDOR, title="别人的")
    assert [row.title for row in load_day(engineer).problems] == ["严重", "后天", "无日期"]


def test_visits_and_sheets_that_wait() -> None:
    """R3, RULES.md Signing: visits of the next two weeks, of closed engagements too; sheets another person registered."""
    engineer, colleague = UserFactory(), UserFactory()
    engagement = joined(engineer)
    MembershipFactory(engagement=engagement, user=colleague, part=Part.ENGINEER)
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    text = signing.freeze_goals(actor=engineer, engagement=engagement)
    sheet = signing.register_paper(
        actor=colleague, sign_off=text, part=Part.CLIENT_PM, signer_name="陈镕", signed_on=engagement.today(),
        code=text.code, scan=SimpleUploadedFile("scan.png", PNG),
    )  # fmt: skip
    assert load_day(engineer).sheets == [sheet]
    assert load_day(colleague).sheets == []
    signing.check_paper(actor=engineer, signature=sheet, accepted=True)
    assert load_day(engineer).sheets == []
    closed = joined(engineer, go_live_on=date(2026, 10, 20))
    Engagement.objects.filter(pk=closed.pk).update(phase=Phase.CLOSED)
    near, far = (
        FollowUpVisit.objects.create(
            engagement=closed,
            kind=kind,
            revision=1,
            anchor_on=date(2026, 10, 20),
            due_on=WEDNESDAY + timedelta(days=days),
        )
        for kind, days in (("1m", 14), ("3m", 15))
    )
    assert load_day(engineer).visits == [near]
    assert far not in load_day(engineer).visits
    assert [place.engagement for place in load_day(engineer).places] == [engagement]


def test_the_stages_under_way_are_begun_and_not_done() -> None:
    """P3: what the plan says is going on, late ones too."""
    engineer = UserFactory()
    engagement = joined(engineer)
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    engagement.stages.filter(kind="environment").update(percent=100)
    engagement.stages.filter(kind="migration").update(percent=90)
    assert [stage.kind for stage in load_day(engineer).places[0].stages] == ["migration", "testing"]


def test_tasks_that_are_mine_and_due(sign_in: SignIn) -> None:
    """SCREENS.md, Engineer: tasks due; another's, a finished one, the client's and a later one are not."""
    lead, colleague = UserFactory(), UserFactory()
    engagement = joined(lead)
    MembershipFactory(engagement=engagement, user=colleague, part=Part.ENGINEER)
    plan.lay_out_plan(actor=lead, engagement=engagement)
    stage = engagement.stages.unscoped()[0]

    def task(ends: date, **fields: Any) -> Task:
        made: Task = TaskFactory(stage=stage, start_on=date(2026, 11, 2), finish_on=ends, **fields)
        return made

    mine = task(WEDNESDAY + timedelta(days=7), assignee=lead)
    nobodys, late = task(WEDNESDAY), task(WEDNESDAY - timedelta(days=3), assignee=colleague)
    task(WEDNESDAY + timedelta(days=8), assignee=lead)
    task(WEDNESDAY, assignee=lead, percent=100)
    task(WEDNESDAY, side=Task.Side.CLIENT)
    assert load_day(lead).tasks == [nobodys, mine]
    assert load_day(colleague).tasks == [late]
    html = sign_in(colleague).get(URL).content.decode()
    assert reverse("engagements:task_edit", args=[engagement.pk, late.pk]) in html
    assert "Overdue" in html
    Engagement.objects.filter(pk=engagement.pk).update(phase=Phase.CLOSED)
    assert load_day(lead).tasks == []


def test_a_manager_sees_what_they_run_and_an_empty_day_says_what_comes_first(sign_in: SignIn, manager: User) -> None:
    """SCREENS.md: every list has an empty state."""
    assert "You are in no running engagement" in sign_in(manager).get(URL).content.decode()
    assert "As soon as a delivery manager puts you into one" in sign_in(UserFactory()).get(URL).content.decode()
    own = joined(UserFactory(), created_by=manager)
    joined(UserFactory())
    assert [place.engagement for place in load_day(manager).places] == [own]


def test_nothing_of_another_engagement_and_nothing_for_clients(
    engineer: User, client_pm: User, foreign_engagement: Engagement, sign_in: SignIn
) -> None:
    """The rows start from `visible_to`; a client has no vendor's day."""
    Engagement.objects.filter(pk=foreign_engagement.pk).update(name=CANARY_FOREIGN)
    ProblemFactory(engagement=foreign_engagement, title=CANARY_FOREIGN)
    assert CANARY_FOREIGN not in sign_in(engineer).get(URL).content.decode()
    assert sign_in(client_pm).get(URL).status_code == 403


def test_the_day_costs_as_many_queries_with_thirty_engagements_as_with_one(sign_in: SignIn) -> None:
    """SPEED.md: one query for each kind of row."""
    engineer = UserFactory()
    browser = sign_in(engineer)
    counts = []
    for more in (1, 29):
        for _number in range(more):
            engagement = joined(engineer)
            plan.lay_out_plan(actor=engineer, engagement=engagement)
            ProblemFactory(engagement=engagement)
            FollowUpVisit.objects.create(
                engagement=engagement, kind="1m", revision=1, anchor_on=WEDNESDAY, due_on=WEDNESDAY
            )
        browser.get(URL)
        with CaptureQueriesContext(connection) as captured:
            browser.get(URL)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 26
