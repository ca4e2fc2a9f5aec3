"""The sample data on any day of the year: holidays, make-up working days, leap days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from engagements.models import Engagement, Phase
from onsite.core.calendar import WorkingCalendar
from reports.demo.calendar import StoryDays
from reports.demo.seeding import seed
from reports.demo.stories import EXPENSES, STORIES
from reports.demo.story import Story, WentLive

CHINA = WorkingCalendar("CN")
STORY = st.sampled_from(STORIES)
ANY_DAY = st.dates(date(2024, 1, 1), date(2029, 12, 31))


@pytest.mark.parametrize(
    "now",
    [
        "2026-02-23T01:00:00Z",  # in the Spring Festival
        "2026-10-09T01:00:00Z",  # after the National Day week and its make-up working days
        "2028-03-01T18:30:00Z",  # after a leap day, already the next day at the site
    ],
)
def test_the_demo_never_ages(now: str, db: None, tmp_path: Any, settings: Any) -> None:
    """Issue 2: dates are relative to today, whatever day that is."""
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(now, tick=True):
        seed()
        for engagement in Engagement.objects.unscoped():
            newest = engagement.stand_ups.unscoped().newest_first().first()
            assert newest is None or newest.held_on <= engagement.today()
        assert Engagement.objects.unscoped().get(name=EXPENSES.name).phase == Phase.CLOSED


@given(STORY, ANY_DAY)
def test_a_storys_days_fit_any_calendar(story: Story, today: date) -> None:
    days = StoryDays(story, CHINA, today)
    assert days.on(1) == days.start and CHINA.is_working(days.start)
    assert days.on(days.newest_number) == days.newest <= today
    assert days.on(0) < days.start < days.on(2)
    if isinstance(story.anchor, WentLive):
        told_until = max([move.day for move in story.moves] + [day.number for day in story.days])
        assert days.newest_number >= max(told_until, story.review_on or 0, story.closed_on or 0, story.review.last_day)
