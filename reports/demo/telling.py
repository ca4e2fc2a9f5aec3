"""What is known while a story is told: its engagement, its days, and who everybody is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engagements.models import Engagement, Membership
from onsite.accounts.models import User
from reports.demo.calendar import StoryDays
from reports.demo.story import Story
from standups.models import Problem


@dataclass
class Telling:
    """One story being told; `began` is when, so that rows stamped since then can be put back to their own day."""

    story: Story
    engagement: Engagement
    days: StoryDays
    people: dict[str, User]
    began: datetime
    seats: dict[str, Membership] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)

    @property
    def manager(self) -> User:
        """The person who runs it."""
        return self.engagement.created_by

    @property
    def lead(self) -> User:
        """The person who leads it on site."""
        return self.people[self.story.lead]
