"""From a story's working days to dates and hours, so that the demo never ages."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from engagements.models import Engagement
from onsite.core.calendar import WorkingCalendar
from reports.demo.story import Story, TodayIs, WentLive


class StoryDays:
    """A story's own calendar: working day n ↔ date."""

    def __init__(self, story: Story, calendar: WorkingCalendar, today: date) -> None:
        self._calendar = calendar
        # The demo lives on the latest working day: on a Sunday it shows Friday's stand-ups.
        self.today = today
        self.newest = today if calendar.is_working(today) else calendar.shift(today, -1)
        self.start = self._start(story.anchor)
        self.newest_number = calendar.working_days_between(self.start, self.newest) + 1

    def _start(self, anchor: TodayIs | WentLive) -> date:
        if isinstance(anchor, TodayIs):
            return self._calendar.shift(self.newest, 1 - anchor.day)
        went_live = self.today - timedelta(days=anchor.days_ago)
        if not self._calendar.is_working(went_live):
            went_live = self._calendar.shift(went_live, -1)
        return self._calendar.shift(went_live, 1 - anchor.day)

    def on(self, number: int) -> date:
        """Return the date of working day `number`."""
        return self._calendar.shift(self.start, number - 1)

    def at(self, engagement: Engagement, number: int, hour: time) -> datetime:
        """Return that hour of the day at the site, or this moment where the hour is still to come."""
        return min(engagement.local(self.on(number), hour), timezone.now())
