"""R3, C4, TRUST 1: go-live makes two visits in one transaction, exactly once; moving it supersedes them exactly once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from engagements.models import Engagement, FollowUpVisit, Phase
from engagements.services import followups, lifecycle
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.engagements.visiting import hold
from tests.factories import EngagementFactory, MembershipFactory, UserFactory, go_decision_of

NINE = followups.REMIND_AT


@pytest.fixture
def running(manager: User) -> Engagement:
    """An engagement in execution, Monday to Friday without holidays, that has a lead and the client's Go."""
    engagement = EngagementFactory(phase=Phase.EXECUTION, calendar="WEEK", created_by=manager, start_on=date(2026, 1, 5),
                                   agreed_go_live_on=date(2026, 12, 1))  # fmt: skip
    MembershipFactory(engagement=engagement, part=Part.LEAD, user__name="李喆")
    go_decision_of(engagement, go_live_on=engagement.agreed_go_live_on)
    return engagement


def go_live(engagement: Engagement, actor: User, on: date) -> list[FollowUpVisit]:
    return followups.record_go_live(actor=actor, engagement=engagement, on=on)


def standing(engagement: Engagement) -> dict[str, tuple[int, date]]:
    rows = engagement.visits.unscoped().standing()
    return {visit.kind: (visit.revision, visit.due_on) for visit in rows}


@pytest.mark.parametrize(
    ("calendar", "on", "one_month", "three_months"),
    [
        ("WEEK", date(2026, 3, 10), date(2026, 4, 10), date(2026, 6, 10)),
        # Clamped to the month's end, then rolled forward to a working day.
        ("WEEK", date(2026, 1, 31), date(2026, 3, 2), date(2026, 4, 30)),
        ("WEEK", date(2028, 1, 31), date(2028, 2, 29), date(2028, 5, 1)),
        # In mainland China this Saturday is a make-up day, and 1 May a holiday until the 5th.
        ("CN", date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)),
        ("CN", date(2026, 2, 1), date(2026, 3, 2), date(2026, 5, 6)),
    ],
)
def test_the_days_of_the_visits(
    running: Engagement, manager: User, calendar: str, on: date, one_month: date, three_months: date
) -> None:
    running.calendar = calendar
    running.save()
    with time_machine.travel(datetime(on.year, on.month, on.day, 4, tzinfo=ZoneInfo("UTC"))):
        go_live(running, manager, on)
    assert standing(running) == {"1m": (1, one_month), "3m": (1, three_months)}


@time_machine.travel("2026-03-10T04:00Z")
def test_the_same_day_again_changes_nothing(running: Engagement, manager: User) -> None:
    first = go_live(running, manager, date(2026, 3, 10))
    again = go_live(running, manager, date(2026, 3, 10))
    assert [visit.pk for visit in first] == [visit.pk for visit in again]
    assert FollowUpVisit.objects.count() == 2
    assert Message.objects.filter(kind="visit_reminder").count() == 8
    assert AuditEntry.objects.filter(action="go_live.recorded").count() == 1


@time_machine.travel("2026-03-10T04:00Z")
def test_a_moved_day_supersedes_the_undone_visits_exactly_once(running: Engagement, manager: User) -> None:
    go_live(running, manager, date(2026, 3, 10))
    go_live(running, manager, date(2026, 3, 12))
    go_live(running, manager, date(2026, 3, 17))
    assert standing(running) == {"1m": (3, date(2026, 4, 17)), "3m": (3, date(2026, 6, 17))}
    assert FollowUpVisit.objects.count() == 6
    assert FollowUpVisit.objects.exclude(superseded_at=None).count() == 4
    running.refresh_from_db()
    assert (running.go_live_on, running.go_live_revision) == (date(2026, 3, 17), 3)
    assert Message.objects.waiting().filter(kind="visit_reminder").count() == 8


def test_a_held_visit_stays_as_history(running: Engagement, manager: User) -> None:
    with time_machine.travel("2026-03-10T04:00Z"):
        go_live(running, manager, date(2026, 3, 10))
    with time_machine.travel("2026-04-10T04:00Z"):
        hold(running.visits.unscoped().get(kind="1m"), manager)
        go_live(running, manager, date(2026, 3, 20))
    assert standing(running) == {"1m": (1, date(2026, 4, 10)), "3m": (2, date(2026, 6, 22))}
    assert running.visits.unscoped().get(kind="1m").how_it_runs == "稳定"


@time_machine.travel("2026-03-10T04:00Z")
def test_the_database_itself_keeps_a_visit_single(running: Engagement, manager: User) -> None:
    """HOUSE: what must never be false is a constraint."""
    visit = go_live(running, manager, date(2026, 3, 10))[0]
    twin = {"engagement": running, "kind": visit.kind, "anchor_on": visit.anchor_on, "due_on": visit.due_on}
    with pytest.raises(IntegrityError, match=r"visit_one_standing|UNIQUE"), transaction.atomic():
        FollowUpVisit.objects.create(revision=2, **twin)
    with pytest.raises(IntegrityError, match=r"visit_once_per_revision|UNIQUE"), transaction.atomic():
        FollowUpVisit.objects.create(revision=1, superseded_at=timezone.now(), **twin)
    with pytest.raises(IntegrityError, match=r"visit_held_is_history|CHECK"), transaction.atomic():
        FollowUpVisit.objects.create(revision=2, held_on=visit.due_on, superseded_at=timezone.now(), **twin)


@pytest.mark.parametrize("phase", [Phase.PREPARATION, Phase.EXECUTION, Phase.REVIEW])
def test_go_live_is_recorded_in_execution_or_review(running: Engagement, manager: User, phase: Phase) -> None:
    running.phase = phase
    running.save()
    if phase == Phase.PREPARATION:
        with pytest.raises(DomainError):
            go_live(running, manager, running.today())
        assert not FollowUpVisit.objects.exists()
    else:
        assert len(go_live(running, manager, running.today())) == 2


@pytest.mark.parametrize("phase", [Phase.CLOSED, Phase.CANCELLED])
def test_nothing_is_recorded_after_the_end(running: Engagement, manager: User, phase: Phase) -> None:
    running.phase = phase
    running.save()
    with pytest.raises(PermissionDenied):
        go_live(running, manager, running.today())


def test_days_that_can_not_be(running: Engagement, manager: User) -> None:
    for day in (running.start_on - timedelta(days=1), running.today() + timedelta(days=366)):
        with pytest.raises(DomainError) as refused:
            go_live(running, manager, day)
        assert refused.value.field == "on"
    assert len(go_live(running, manager, running.today() + timedelta(days=365))) == 2


def test_only_a_manager_records_it(running: Engagement) -> None:
    lead = running.memberships.unscoped().get().user
    with pytest.raises(PermissionDenied):
        go_live(running, lead, running.today())


@time_machine.travel("2026-03-10T04:00Z")
def test_reminders_come_a_week_before_and_on_the_day_at_nine_of_ones_own_day(
    running: Engagement, manager: User
) -> None:
    """C4, RULES: a user's own zone serves their reminders; daylight saving begins in Los Angeles between the two."""
    lead = running.memberships.unscoped().get().user
    User.objects.filter(pk=lead.pk).update(time_zone="America/Los_Angeles")
    go_live(running, manager, date(2026, 2, 12))
    due = {
        (message.recipient_id, message.payload["days"]): message.due_at
        for message in Message.objects.filter(
            kind="visit_reminder", due_at__lt=datetime(2026, 4, 1, tzinfo=ZoneInfo("UTC"))
        )
    }
    day, week_before = date(2026, 3, 12), date(2026, 3, 5)
    assert due == {
        (manager.pk, 0): datetime.combine(day, NINE, tzinfo=ZoneInfo("Asia/Shanghai")),
        (lead.pk, 0): datetime.combine(day, NINE, tzinfo=ZoneInfo("America/Los_Angeles")),
        # The week before has passed: nobody is reminded of it afterwards.
    }
    assert due[lead.pk, 0] == datetime(2026, 3, 12, 16, tzinfo=ZoneInfo("UTC"))
    assert week_before < timezone.localdate()


@time_machine.travel("2026-06-01T04:00Z")
def test_an_overdue_visit_is_reminded_of_at_once(running: Engagement, manager: User, mailoutbox: list[Any]) -> None:
    go_live(running, manager, date(2026, 4, 1))
    sweep()
    subjects = sorted(mail.subject.partition(":")[0] for mail in mailoutbox)
    assert subjects == ["Follow-up visit on 1 May 2026", "Follow-up visit on 1 May 2026", "Overdue"]


@time_machine.travel("2026-03-10T04:00Z")
def test_a_new_lead_is_reminded_and_the_old_one_is_not(
    running: Engagement, manager: User, mailoutbox: list[Any]
) -> None:
    go_live(running, manager, date(2026, 3, 10))
    membership = running.memberships.unscoped().get()
    newcomer = UserFactory(name="王堃")
    lifecycle.end_membership(actor=manager, membership=membership)
    lifecycle.add_colleague(actor=manager, engagement=running, user=newcomer, part=Part.LEAD)
    with time_machine.travel("2026-04-10T04:00Z"):
        sweep()
    told = {mail.to[0] for mail in mailoutbox if "Follow-up visit on 10 April" in mail.subject}
    assert told == {manager.email, newcomer.email}


@time_machine.travel("2026-03-10T04:00Z")
def test_planning_the_reminders_again_adds_none(running: Engagement, manager: User) -> None:
    go_live(running, manager, date(2026, 3, 10))
    followups.plan_reminders(running)
    followups.plan_reminders(running)
    assert Message.objects.filter(kind="visit_reminder").count() == 8


@time_machine.travel("2026-03-10T04:00Z")
def test_another_calendar_moves_the_open_visits_and_their_reminders(running: Engagement, manager: User) -> None:
    """RULES: an imported calendar re-rolls unconfirmed visits only."""
    go_live(running, manager, date(2026, 2, 1))
    hold(running.visits.unscoped().get(kind="1m"), manager)
    lifecycle.change_engagement(actor=manager, engagement=running, calendar="CN")
    assert standing(running) == {"1m": (1, date(2026, 3, 2)), "3m": (1, date(2026, 5, 6))}
    waiting = Message.objects.waiting().filter(kind="visit_reminder")
    days = sorted({message.due_at.astimezone(ZoneInfo("Asia/Shanghai")).date() for message in waiting})
    assert days == [date(2026, 4, 29), date(2026, 5, 6)]


def test_a_visit_is_written_once(running: Engagement, manager: User) -> None:
    with time_machine.travel("2026-03-10T04:00Z"):
        visit = go_live(running, manager, date(2026, 3, 10))[0]
    with time_machine.travel("2026-04-10T04:00Z"):
        hold(visit, manager)
        with pytest.raises(DomainError):
            hold(visit, manager, how_it_runs="另一次")
    visit.refresh_from_db()
    assert (visit.how_it_runs, visit.held_by) == ("稳定", manager)
    assert not Message.objects.waiting().filter(dedupe_key__startswith=f"visit:{visit.pk}:").exists()
    assert Message.objects.waiting().filter(kind="visit_reminder").count() == 4


def test_a_replaced_visit_is_not_held(running: Engagement, manager: User) -> None:
    with time_machine.travel("2026-03-10T04:00Z"):
        replaced = go_live(running, manager, date(2026, 3, 10))[0]
        go_live(running, manager, date(2026, 3, 11))
    with time_machine.travel("2026-04-13T04:00Z"), pytest.raises(DomainError):
        hold(replaced, manager)


@pytest.mark.parametrize("held_on", [date(2026, 3, 9), date(2026, 4, 11)])
def test_a_visit_lies_between_go_live_and_today(running: Engagement, manager: User, held_on: date) -> None:
    with time_machine.travel("2026-03-10T04:00Z"):
        visit = go_live(running, manager, date(2026, 3, 10))[0]
    with time_machine.travel("2026-04-10T04:00Z"), pytest.raises(DomainError) as refused:
        hold(visit, manager, held_on=held_on)
    assert refused.value.field == "held_on"


def test_a_client_holds_no_visit(running: Engagement, manager: User) -> None:
    pm = UserFactory(role="client")
    MembershipFactory(engagement=running, user=pm, part=Part.CLIENT_PM)
    visit = go_live(running, manager, running.today())[0]
    with pytest.raises(PermissionDenied):
        hold(visit, pm)


def test_the_last_visit_ends_the_clients_access_though_the_page_was_opened_before_the_closing(
    running: Engagement, manager: User
) -> None:
    """The visit was loaded while the engagement was in review."""
    pm = UserFactory(role="client")
    MembershipFactory(engagement=running, user=pm, part=Part.CLIENT_PM)
    visits = go_live(running, manager, running.today())
    FollowUpVisit.objects.filter(pk=visits[0].pk).update(held_on=running.today())
    FollowUpVisit.objects.filter(pk=visits[1].pk).update(due_on=running.today())
    opened = FollowUpVisit.objects.unscoped().select_related("engagement").get(pk=visits[1].pk)
    Engagement.objects.update(phase=Phase.CLOSED)
    hold(opened, manager)
    assert not Engagement.objects.visible_to(pm).exists()
