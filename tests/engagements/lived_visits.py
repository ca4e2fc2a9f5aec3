"""An engagement that went live on Tuesday 10 March 2026; its visits are due on Friday 10 April and Wednesday 10 June."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from icalendar import Calendar

from engagements.models import Engagement, FollowUpVisit, Phase
from engagements.services import followups
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from tests.factories import (
    EngagementFactory,
    MembershipFactory,
    go_decision_of,
)

LIVE_ON = date(2026, 3, 10)  # A Tuesday; the visits are due on Friday 10 April and Wednesday 10 June.
AT_GO_LIVE = "2026-03-10T04:00Z"


@pytest.fixture
def live(manager: User) -> Engagement:
    """An engagement that went live, Monday to Friday without holidays, with a lead and a client PM."""
    engagement = EngagementFactory(phase=Phase.EXECUTION, calendar="WEEK", created_by=manager, start_on=date(2026, 1, 5),
                                   agreed_go_live_on=LIVE_ON)  # fmt: skip
    MembershipFactory(engagement=engagement, part=Part.LEAD, user__name="李喆")
    MembershipFactory(
        engagement=engagement, part=Part.CLIENT_PM, user__role=Role.CLIENT, user__name="陈镕", user__language="en"
    )
    go_decision_of(engagement, go_live_on=LIVE_ON)
    with time_machine.travel(AT_GO_LIVE):
        followups.record_go_live(actor=manager, engagement=engagement, on=LIVE_ON)
    return engagement


def person(engagement: Engagement, part: Part) -> User:
    return engagement.memberships.unscoped().get(part=part).user


def first(engagement: Engagement) -> FollowUpVisit:
    return engagement.visits.unscoped().open().get(kind="1m")


def entries(mailoutbox: list[Any], to: User) -> list[Any]:
    """Return the calendar's entries that this person was mailed, in turn."""
    mails = [mail for mail in mailoutbox if mail.to == [to.email]]
    parts = [part for mail in mails for part in mail.message().walk() if part.get_content_type() == "text/calendar"]
    found = [Calendar.from_ical(part.get_payload(decode=True)) for part in parts]
    seen: dict[tuple[str, int], Any] = {}
    for calendar in found:
        [event] = calendar.walk("VEVENT")
        seen[str(calendar["METHOD"]), int(event.decoded("SEQUENCE"))] = calendar
    return list(seen.values())
