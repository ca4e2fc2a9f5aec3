"""E1: an agreed day without a published stand-up reminds the lead, two hours after its hour at the site, and once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from celery import current_app
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as cases
from hypothesis import strategies as st

from engagements.models import Engagement, Membership, Phase
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from standups.services.reminding import missed_from, remind_of_missed_days
from tests.conftest import InParallel, SignIn
from tests.factories import EngagementFactory, MembershipFactory, StandUpFactory, UserFactory

THURSDAY = date(2026, 3, 12)
FRIDAY = date(2026, 3, 13)
ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "Pacific/Auckland",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
]


def run_at(moment: datetime) -> list[date]:
    """Let the beat pass at this moment; return the days of all messages there are."""
    with time_machine.travel(moment, tick=False):
        remind_of_missed_days()
    return sorted(date.fromisoformat(row.payload["day"]) for row in Message.objects.all())


def send_at(moment: datetime) -> int:
    with time_machine.travel(moment, tick=False):
        return sweep()


@pytest.fixture
def site(engagement: Engagement, engineer: User) -> Engagement:
    """On site since the Monday of that week, at 09:00 in Shanghai; led by the engineer since then."""
    return settle(engagement, "Asia/Shanghai")


def settle(engagement: Engagement, zone: str, **fields: object) -> Engagement:
    changed: dict[str, object] = {"start_on": date(2026, 3, 9), "time_zone": zone, "stand_up_at": time(9), **fields}
    for name, value in changed.items():
        setattr(engagement, name, value)
    engagement.save()
    Membership.objects.unscoped().update(joined_at=datetime(2025, 1, 1, tzinfo=UTC))
    return Engagement.objects.unscoped().get(pk=engagement.pk)


def local(site: Engagement, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), site.zone)


@pytest.mark.parametrize("zone", ZONES)
def test_two_hours_after_the_hour_of_the_site(engagement: Engagement, engineer: User, zone: str) -> None:
    """Whatever the zone of the server or of the lead."""
    site = settle(engagement, zone, start_on=THURSDAY)
    assert run_at(local(site, THURSDAY, 10, 59)) == []
    assert run_at(local(site, THURSDAY, 11)) == [THURSDAY]
    row = Message.objects.get()
    assert (row.recipient, row.due_at) == (engineer, local(site, THURSDAY, 11))


def test_once_a_day_however_often_the_beat_comes(site: Engagement) -> None:
    for minute in (0, 5, 10, 59):
        run_at(local(site, FRIDAY, 14, minute))
    assert run_at(local(site, FRIDAY, 23)) == [THURSDAY, FRIDAY]
    assert Message.objects.count() == 2


@pytest.mark.parametrize(("zone", "day", "utc_hour"), [
    ("America/New_York", date(2026, 3, 6), 16), ("America/New_York", date(2026, 3, 9), 15),
    ("Europe/Berlin", date(2026, 10, 23), 9), ("Europe/Berlin", date(2026, 10, 26), 10),
])  # fmt: skip
def test_the_clock_change_moves_it_with_the_site(
    engagement: Engagement, engineer: User, zone: str, day: date, utc_hour: int
) -> None:
    """09:00 stays 09:00 there, before and after the weekend on which the clocks change."""
    settle(engagement, zone, start_on=day, calendar="WEEK")
    due_at = datetime.combine(day, time(utc_hour), UTC)
    assert run_at(due_at - timedelta(minutes=1)) == []
    assert run_at(due_at) == [day]


def test_the_night_of_the_clock_change_takes_two_hours_that_pass(engagement: Engagement, engineer: User) -> None:
    """In New York 02:00 is followed by 03:00 on Sunday 8 March 2026: two hours after 01:30 it is 04:30."""
    site = settle(engagement, "America/New_York", stand_up_at=time(1, 30))
    assert missed_from(site, date(2026, 3, 8)).astimezone(site.zone).time() == time(4, 30)


def test_no_reminder_on_days_that_nobody_agreed_on(site: Engagement) -> None:
    """Sunday, a statutory holiday, a weekday outside the rhythm; the make-up Saturday is a working day."""
    assert run_at(local(site, date(2026, 3, 15), 15)) == []
    assert run_at(local(site, date(2026, 4, 6), 15)) == []
    site.stand_up_weekdays = [1, 3, 5]
    site.save()
    assert run_at(local(site, THURSDAY, 8)) == [date(2026, 3, 11)]
    assert run_at(local(site, THURSDAY, 15)) == [date(2026, 3, 11)]


def test_a_make_up_saturday_counts(site: Engagement) -> None:
    site.start_on, site.stand_up_weekdays = date(2026, 2, 14), [1, 2, 3, 4, 5, 6]
    site.save()
    assert run_at(local(site, date(2026, 2, 14), 12)) == [date(2026, 2, 14)]


def test_after_a_long_silence_only_yesterday_is_told(site: Engagement) -> None:
    """Everything was down since Monday."""
    assert run_at(local(site, FRIDAY, 8)) == [THURSDAY]


def test_a_published_day_reminds_nobody_and_a_draft_does(site: Engagement, engineer: User) -> None:
    StandUpFactory(engagement=site, held_on=THURSDAY, created_by=engineer)
    StandUpFactory(engagement=site, held_on=FRIDAY, created_by=engineer, published_at=None)
    assert run_at(local(site, FRIDAY, 12)) == [FRIDAY]
    assert send_at(local(site, FRIDAY, 12)) == 1
    assert "There is a draft" in mail.outbox[0].body


def test_the_mail_says_what_is_missing_and_where(site: Engagement, engineer: User) -> None:
    run_at(local(site, FRIDAY, 8))
    assert send_at(local(site, FRIDAY, 8, 1)) == 1
    (sent,) = mail.outbox
    assert sent.to == [engineer.email]
    assert "Nothing is written yet" in sent.body
    assert "09:00" in sent.body
    assert settings.BASE_URL + reverse("standups:day", args=[site.pk, THURSDAY]) in sent.body


@pytest.mark.parametrize("event", ["published", "left", "handed over", "closed", "stale"])
def test_what_is_settled_meanwhile_is_not_sent(site: Engagement, engineer: User, event: str) -> None:
    """It is written when it is sent: a day published since, a lead who left, work that ended, or days ago."""
    run_at(local(site, THURSDAY, 11))
    assert Message.objects.waiting().count() == 2
    if event == "published":
        StandUpFactory(engagement=site, held_on=THURSDAY, created_by=engineer)
        StandUpFactory(engagement=site, held_on=date(2026, 3, 11), created_by=engineer)
    elif event == "left":
        Membership.objects.unscoped().filter(user=engineer).update(ended_at=local(site, THURSDAY, 11))
    elif event == "handed over":
        MembershipFactory(engagement=site, user=engineer, part=Part.ENGINEER)
        lead = Membership.objects.unscoped().filter(user=engineer, part=Part.LEAD)
        lead.update(ended_at=local(site, THURSDAY, 11))
    elif event == "closed":
        Engagement.objects.filter(pk=site.pk).update(phase=Phase.CANCELLED)
    later = local(site, date(2026, 3, 16), 9) if event == "stale" else local(site, THURSDAY, 11, 1)
    assert send_at(later) == 0
    assert (mail.outbox, Message.objects.cancelled().count()) == ([], 2)


@pytest.mark.parametrize("phase", [Phase.REVIEW, Phase.CLOSED, Phase.CANCELLED])
def test_only_where_work_goes_on(site: Engagement, phase: Phase) -> None:
    Engagement.objects.filter(pk=site.pk).update(phase=phase, go_live_on=FRIDAY)
    assert run_at(local(site, FRIDAY, 12)) == []


def test_who_leads_only_now_hears_only_of_now(site: Engagement, engineer: User, colleague: User) -> None:
    """A new lead is not told of what was another's; without a lead nobody is."""
    Membership.objects.unscoped().filter(user=engineer).update(ended_at=local(site, FRIDAY, 10))
    assert run_at(local(site, FRIDAY, 10)) == []
    row = MembershipFactory(engagement=site, user=colleague, part=Part.LEAD)
    Membership.objects.unscoped().filter(pk=row.pk).update(joined_at=local(site, FRIDAY, 10))
    assert run_at(local(site, FRIDAY, 12)) == [FRIDAY]
    assert Message.objects.get().recipient == colleague


def test_no_client_learns_of_it(site: Engagement, client_pm: User, sign_in: SignIn) -> None:
    """RULES: missed stand-ups are the vendor's."""
    run_at(local(site, FRIDAY, 12))
    assert not Message.objects.filter(recipient=client_pm).exists()
    with time_machine.travel(local(site, FRIDAY, 12), tick=False):
        page = sign_in(client_pm).get(reverse("standups:list", args=[site.pk])).content.decode()
    assert "Missed" not in page


def test_many_engagements_cost_as_many_queries_as_one(site: Engagement) -> None:
    """Once everything is queued, each pass of the beat only reads."""
    moment = local(site, FRIDAY, 12)
    run_at(moment)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            run_at(moment)
        return len(captured)

    before = queries()
    for number in range(10):
        more = EngagementFactory(start_on=date(2026, 3, 9), name=f"现场 {number}")
        MembershipFactory(engagement=more, user=UserFactory(), part=Part.LEAD)
    Membership.objects.unscoped().update(joined_at=datetime(2025, 1, 1, tzinfo=UTC))
    assert len(run_at(moment)) == 22
    assert queries() == before


def test_the_beat_knows_the_task() -> None:
    names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    current_app.loader.import_default_modules()
    assert "standups.remind_of_missed_days" in names & set(current_app.tasks)


@cases(max_examples=60)
@given(
    zone=st.sampled_from(ZONES),
    hour=st.times().map(lambda found: found.replace(second=0, microsecond=0)),
    weekdays=st.sets(st.integers(1, 7), min_size=1),
    moment=st.datetimes(datetime(2026, 1, 5), datetime(2026, 12, 20), timezones=st.just(UTC)),
)
def test_a_day_is_told_exactly_while_it_is_missed(
    engagement: Engagement, engineer: User, zone: str, hour: time, weekdays: set[int], moment: datetime
) -> None:
    """Against a plain second reading of the rule, with the site's own clock; and running again changes nothing."""
    Message.objects.all().delete()
    settle(
        engagement, zone, stand_up_at=hour, stand_up_weekdays=sorted(weekdays), calendar="WEEK",
        start_on=date(2026, 1, 1),
    )  # fmt: skip
    today = moment.astimezone(ZoneInfo(zone)).date()
    agreed = [
        day
        for day in (today - timedelta(days=1), today)
        if day.isoweekday() in weekdays and day.isoweekday() <= 5
        and (moment - datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)).total_seconds() >= 7200
    ]  # fmt: skip
    assert run_at(moment) == agreed
    assert run_at(moment) == agreed
    assert {row.due_at <= moment for row in Message.objects.all()} <= {True}


@pytest.mark.usefixtures("postgresql")
def test_two_beats_at_once_queue_one_message(site: Engagement, in_parallel: InParallel) -> None:
    with time_machine.travel(local(site, FRIDAY, 12), tick=False):
        results = in_parallel(*[remind_of_missed_days] * 8)
    assert [found for found in results if isinstance(found, Exception)] == []
    assert Message.objects.count() == 2
