"""C4, TRUST failpoints: killed by SIGKILL while visits, reminders and invitations run: nothing lost, no visit twice."""

from __future__ import annotations

import signal

import pytest

from tests.installation import Installation
from tests.mail_server import MailServer

# A hand-over, so that no Go decision is needed; Monday to Friday without holidays. Due on 10 April and 10 June.
SEED = """
from datetime import date
from engagements.models import Client, Engagement
from onsite.accounts.models import User
manager = User.objects.create_user("manager@x.example", name="王海明", role="manager", language="en")
Engagement.objects.create(
    client=Client.objects.create(name="江海银行", short_name="江海", industry="banking"), name="贷款", site="外滩",
    core_task="improve", phase="execution", calendar="WEEK", created_by=manager, start_on=date(2026, 1, 5),
    agreed_go_live_on=date(2026, 3, 10),
)
"""
AT = """
import time_machine
from datetime import date, datetime, timedelta, timezone
from engagements.models import Engagement, FollowUpVisit
from engagements.services import followups, visits
from onsite.accounts.models import User
from onsite.notifications.models import Message
from onsite.notifications.services import LEASE, sweep
manager, engagement = User.objects.get(), Engagement.objects.unscoped().get()
def first():
    return FollowUpVisit.objects.unscoped().open().get(kind="1m")
def at(text):
    return time_machine.travel(datetime.fromisoformat(text))
"""
GO_LIVE = (
    AT
    + """
with at("2026-03-10T04:00:00+00:00"):
    followups.record_go_live(actor=manager, engagement=engagement, on=date(2026, 3, 10))
"""
)
MOVE = (
    AT
    + """
with at("2026-03-10T05:00:00+00:00"):
    followups.record_go_live(actor=manager, engagement=engagement, on=date(2026, 3, 9))
"""
)
APPOINT = (
    AT
    + """
with at("2026-03-10T06:00:00+00:00"):
    visits.appoint_visit(
        actor=manager, visit=first(), appointed_at=engagement.local(first().due_on, followups.REMIND_AT),
        channel="phone", place="5160 5160", holder=manager, invited=[],
    )
"""
)
RECORD = (
    AT
    + """
from engagements.services.new_needs import Need
from reports.visits.recording import record_visit
with at("2026-04-10T04:00:00+00:00"):
    record_visit(actor=manager, visit=first(), held_on=date(2026, 4, 10), channel="phone", condition="well",
                 how_it_runs="稳定", needs=[Need("报表", manager)])
"""
)
COUNT = (
    AT
    + """
from engagements.models import NewNeed
rows = FollowUpVisit.objects.unscoped()
print(rows.standing().count(), rows.exclude(superseded_at=None).count(), rows.exclude(held_on=None).count(),
      Message.objects.waiting().count(), NewNeed.objects.unscoped().count(), engagement.go_live_revision)
"""
)


@pytest.mark.parametrize(
    ("before", "action", "place", "nothing", "done"),
    [
        ([], GO_LIVE, "visits.planned", "0 0 0 0 0 0", "2 0 0 6 0 1"),
        ([GO_LIVE], MOVE, "visits.planned", "2 0 0 6 0 1", "2 2 0 6 0 2"),
        ([GO_LIVE], APPOINT, "visit.appointed", "2 0 0 6 0 1", "2 0 0 7 0 1"),
        ([GO_LIVE], RECORD, "visit.recorded", "2 0 0 6 0 1", "2 0 1 3 1 1"),
    ],
    ids=["go-live", "moved go-live", "appointment", "recorded visit"],
)
def test_killed_before_the_commit_it_happens_wholly_or_not_at_all(
    installation: Installation, before: list[str], action: str, place: str, nothing: str, done: str
) -> None:
    """Standing, replaced and held visits, waiting messages, new needs, the go-live's revision: none, then all, once."""
    for script in (SEED, *before):
        installation.ask(script)
    assert installation.run(action, ONSITE_FAILPOINT=place).returncode == -signal.SIGKILL
    assert installation.ask(COUNT) == nothing
    installation.ask(action)
    assert installation.ask(COUNT) == done


@pytest.mark.parametrize("place", ["outbox.claimed", "outbox.sent"])
def test_a_killed_worker_loses_no_reminder_and_no_escalation(
    installation: Installation, mail_server: MailServer, place: str
) -> None:
    """The worker dies at each message in turn: a week before, on the day, three working days late. All arrive; what was
    in flight after the server's 250 arrives twice with one Message-ID, and no visit is there twice."""
    installation.ask(SEED)
    installation.ask(GO_LIVE)
    for moment in ("2026-04-03T02:00:00+00:00", "2026-04-10T02:00:00+00:00", "2026-04-15T02:00:00+00:00"):
        sweeping = AT + f'\nwith at("{moment}"):\n    sweep()\n'
        assert installation.run(sweeping, ONSITE_FAILPOINT=place).returncode == -signal.SIGKILL
        later = f'datetime.fromisoformat("{moment}") + LEASE + timedelta(seconds=1)'
        installation.ask(AT + f"\nwith time_machine.travel({later}):\n    sweep(), sweep()\n")
    assert len(set(mail_server.message_ids)) == 3
    assert len(mail_server.received) == (6 if place == "outbox.sent" else 3)
    subjects = {str(mail["Subject"]).partition(":")[0] for mail in mail_server.received}
    assert subjects == {"Follow-up visit on 10 April 2026", "Overdue"}
    assert installation.ask(COUNT).startswith("2 0 0 ")
