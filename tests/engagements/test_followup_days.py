"""R3, C4: the days of follow-up visits and of what is told about them, over every zone of the world, 2020 to 2040."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from engagements.models import Engagement, FollowUpVisit, Phase
from engagements.services import followups
from onsite.accounts.models import User
from onsite.notifications.models import Message
from tests.engagements.visiting import hour_of
from tests.factories import EngagementFactory

ZONES = sorted(available_timezones())
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
MONTH_ENDS = DAYS.map(lambda day: day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def plainly(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last: told without a library."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@given(day=DAYS, zone=st.sampled_from(ZONES), reader=st.sampled_from(ZONES), days=st.sampled_from([7, 0]))
def test_an_hour_is_of_its_day_at_the_site_and_a_reminder_at_nine_of_its_reader(
    day: date, zone: str, reader: str, days: int
) -> None:
    """Whatever the zone does to its clocks: the agreed hour stays on its day, and nine o'clock exists every day."""
    engagement = Engagement(time_zone=zone)
    visit = FollowUpVisit(engagement=engagement, due_on=day)
    assert visit.day() == day
    visit.appointed_at = hour_of(visit).astimezone(UTC)
    assert visit.day() == day
    told = followups.moment_for(day - timedelta(days=days), User(time_zone=reader))
    there = told.astimezone(UTC).astimezone(ZoneInfo(reader))
    assert (there.date(), there.time()) == (day - timedelta(days=days), time(9))


@settings(max_examples=30)
@given(on=DAYS | MONTH_ENDS, zone=st.sampled_from(ZONES), reader=st.sampled_from(ZONES))
def test_the_visits_as_they_are_kept(manager: User, on: date, zone: str, reader: str) -> None:
    """The rows and their messages, moved by one day: two visits stand, and each person is told once of each day."""
    User.objects.filter(pk=manager.pk).update(time_zone=reader)
    manager.refresh_from_db()
    engagement = EngagementFactory(
        phase=Phase.EXECUTION, time_zone=zone, created_by=manager, start_on=on, agreed_go_live_on=on
    )
    for revision, day in enumerate((on, on + timedelta(days=1)), start=1):
        visits = followups.keep_go_live(actor=manager, engagement=engagement, on=day)
        standing = engagement.visits.unscoped().standing()
        assert [(visit.kind, visit.revision) for visit in standing] == [("1m", revision), ("3m", revision)]
        assert [visit.due_on for visit in visits] == [
            engagement.working_calendar.next_working(plainly(day, months)) for months in (1, 3)
        ]
    waiting = Message.objects.waiting().filter(payload__visit__in=[visit.pk for visit in visits])
    for visit in visits:
        overdue = waiting.get(kind="visit_overdue", payload__visit=visit.pk)
        late_on = engagement.working_calendar.shift(visit.due_on, 3)
        assert overdue.due_at == datetime.combine(late_on, time(9), tzinfo=ZoneInfo(reader))
    assert waiting.values("dedupe_key").distinct().count() == waiting.count()
