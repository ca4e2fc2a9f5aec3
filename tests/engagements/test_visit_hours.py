"""R3, C4: an hour both sides agree on, in a window, with entries for their calendars; who is told when nobody calls."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from engagements.models import Engagement, FollowUpVisit
from engagements.services import followups, lifecycle, visits
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core.errors import DomainError, StaleError
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.engagements.lived_visits import AT_GO_LIVE, entries, first, live, person
from tests.engagements.visiting import appoint, hold, hour_of
from tests.factories import (
    MembershipFactory,
    UserFactory,
)

__all__ = ["live"]


@pytest.mark.parametrize(
    ("days", "field"),
    [(-22, "appointed_at"), (22, "appointed_at"), (-40, "appointed_at"), (1, "reason"), (-1, "reason")],
)
def test_an_hour_lies_in_the_window_and_another_day_has_a_reason(
    live: Engagement, manager: User, days: int, field: str
) -> None:
    with time_machine.travel(AT_GO_LIVE), pytest.raises(DomainError) as refused:
        appoint(first(live), manager, appointed_at=hour_of(first(live), days), all_the_same=True)
    assert refused.value.field == field


@pytest.mark.parametrize("days", [-21, 21, 0])
@time_machine.travel(AT_GO_LIVE)
def test_the_ends_of_the_window_are_in_it(live: Engagement, manager: User, days: int) -> None:
    row = appoint(
        first(live), manager, appointed_at=hour_of(first(live), days), reason="出差" if days else "", all_the_same=True
    )
    row.refresh_from_db()
    assert row.day() == row.due_on + timedelta(days=days)


@time_machine.travel("2026-07-01T04:00Z")
def test_an_overdue_visit_can_still_be_agreed_on(live: Engagement, manager: User) -> None:
    visit = first(live)
    at = live.local(date(2026, 7, 6), followups.REMIND_AT)
    appoint(visit, manager, appointed_at=at, reason="客户搬迁")
    with pytest.raises(DomainError):
        appoint(visit, manager, appointed_at=at + timedelta(days=30), reason="客户搬迁")


@time_machine.travel(AT_GO_LIVE)
def test_a_day_off_is_asked_about_and_a_past_hour_refused(live: Engagement, manager: User) -> None:
    saturday = hour_of(first(live), 1)
    with pytest.raises(DomainError) as refused:
        appoint(first(live), manager, appointed_at=saturday, reason="周末才有空")
    assert refused.value.field == "all_the_same"
    appoint(first(live), manager, appointed_at=saturday, reason="周末才有空", all_the_same=True)
    with pytest.raises(DomainError) as refused:
        appoint(first(live), manager, appointed_at=datetime(2026, 3, 10, 3, tzinfo=ZoneInfo("UTC")))
    assert refused.value.field == "appointed_at"


@time_machine.travel(AT_GO_LIVE)
def test_only_people_of_this_engagement_hold_it_or_are_invited(live: Engagement, manager: User) -> None:
    stranger, client_pm = UserFactory(role=Role.CLIENT), person(live, Part.CLIENT_PM)
    for agreed, field in (({"holder": UserFactory()}, "holder"), ({"holder": client_pm}, "holder"),
                          ({"invited": [stranger]}, "invited"), ({"invited": [manager]}, "invited")):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            appoint(first(live), manager, **agreed)
        assert refused.value.field == field
    with pytest.raises(PermissionDenied):
        appoint(first(live), client_pm)
    with pytest.raises(StaleError):
        appoint(first(live), manager, was="0" * 64)


def test_invited_moved_and_taken_back_in_everybodys_calendar(
    live: Engagement, manager: User, mailoutbox: list[Any]
) -> None:
    """R3: an iCal invitation; what moves keeps its UID and gets a higher SEQUENCE (RFC 5545), a cancellation comes once."""
    pm = person(live, Part.CLIENT_PM)
    with time_machine.travel(AT_GO_LIVE):
        appoint(first(live), manager, invited=[pm], reason="canary")
        sweep()
        moved = hour_of(first(live), 3)
        appoint(first(live), manager, invited=[pm], appointed_at=moved, reason="canary: ours")
        sweep()
        for _again in range(2):
            followups.drop_visits(live)
            sweep()
    for reader in (pm, manager):
        asked, again, off = entries(mailoutbox, reader)
        events = [calendar.walk("VEVENT")[0] for calendar in (asked, again, off)]
        assert [str(calendar["METHOD"]) for calendar in (asked, again, off)] == ["REQUEST", "REQUEST", "CANCEL"]
        assert len({str(event["UID"]) for event in events}) == 1
        assert [int(event["SEQUENCE"]) for event in events] == [2, 4, 5]
        assert events[1].decoded("DTSTART") == moved.astimezone(ZoneInfo("UTC"))
        assert events[1].decoded("DTEND") - events[1].decoded("DTSTART") == FollowUpVisit.LASTS
        assert str(events[2]["STATUS"]) == "CANCELLED"
        assert str(events[0]["ATTENDEE"]) == f"mailto:{reader.email}"
    assert not any("canary" in str(mail.message()) + mail.body for mail in mailoutbox if mail.to == [pm.email])
    assert "meet.example/huifang" in next(mail.body for mail in mailoutbox if mail.to == [pm.email])


@time_machine.travel(AT_GO_LIVE)
def test_a_page_opened_before_leaves_nobody_out_and_takes_no_other_hour_back(live: Engagement, manager: User) -> None:
    client_pm, owner = person(live, Part.CLIENT_PM), MembershipFactory(engagement=live, part=Part.BUSINESS_OWNER).user
    visit = appoint(first(live), manager)
    was = first(live).fingerprint
    appoint(visit, manager, invited=[client_pm])
    with pytest.raises(StaleError):
        appoint(visit, manager, invited=[owner], was=was)
    with pytest.raises(StaleError):
        visits.withdraw_appointment(actor=manager, visit=visit, was=was)
    assert set(first(live).invited.all()) == {client_pm}
    visits.withdraw_appointment(actor=manager, visit=visit, was=first(live).fingerprint)


def test_nobody_is_told_off_who_was_never_asked(live: Engagement, manager: User, mailoutbox: list[Any]) -> None:
    """An invitation that still waits is withdrawn with its reason, and nobody reads of a visit they never heard of."""
    pm = person(live, Part.CLIENT_PM)
    with time_machine.travel(AT_GO_LIVE):
        appoint(first(live), manager, invited=[pm])
        visits.withdraw_appointment(actor=manager, visit=first(live))
        sweep()
        assert not mailoutbox
        appoint(first(live), manager, invited=[pm])
        sweep()
        appoint(first(live), manager, invited=[])
        sweep()
        sweep()
    assert [str(calendar["METHOD"]) for calendar in entries(mailoutbox, pm)] == ["REQUEST", "CANCEL"]
    assert [str(calendar["METHOD"]) for calendar in entries(mailoutbox, manager)] == ["REQUEST"]


def test_an_invited_person_who_left_gets_no_mail(live: Engagement, manager: User, mailoutbox: list[Any]) -> None:
    pm = person(live, Part.CLIENT_PM)
    with time_machine.travel(AT_GO_LIVE):
        appoint(first(live), manager, invited=[pm])
        lifecycle.end_membership(actor=manager, membership=live.memberships.unscoped().get(user=pm))
        sweep()
    assert not [mail for mail in mailoutbox if mail.to == [pm.email]]


def test_held_before_the_hour_takes_it_back_and_after_it_does_not(
    live: Engagement, manager: User, mailoutbox: list[Any]
) -> None:
    pm = person(live, Part.CLIENT_PM)
    with time_machine.travel("2026-04-08T04:00Z"):
        appoint(first(live), manager, invited=[pm])
        sweep()
        hold(first(live), manager)
        sweep()
    assert [str(one["METHOD"]) for one in entries(mailoutbox, pm)] == ["REQUEST", "CANCEL"]
    later = live.visits.unscoped().open().get(kind="3m")
    mailoutbox.clear()
    with time_machine.travel("2026-06-01T04:00Z"):
        appoint(later, manager, invited=[pm])
        sweep()
    with time_machine.travel("2026-06-10T04:00Z"):
        hold(later, manager)
        sweep()
    assert [str(one["METHOD"]) for one in entries(mailoutbox, pm)] == ["REQUEST"]


def test_reminders_follow_the_agreed_day_and_its_holder(live: Engagement, manager: User) -> None:
    holder = MembershipFactory(engagement=live, part=Part.ENGINEER).user
    with time_machine.travel(AT_GO_LIVE):
        visit = appoint(first(live), manager, appointed_at=hour_of(first(live), 4), reason="出差", holder=holder)
        waiting = Message.objects.waiting().filter(kind="visit_reminder", payload__visit=visit.pk)
        days = {message.due_at.astimezone(ZoneInfo("Asia/Shanghai")).date() for message in waiting}
        assert days == {date(2026, 4, 7), date(2026, 4, 14)}
        assert holder.pk in set(waiting.values_list("recipient", flat=True))
        visits.withdraw_appointment(actor=manager, visit=visit)
        days = {message.due_at.astimezone(ZoneInfo("Asia/Shanghai")).date() for message in waiting.all()}
        assert days == {date(2026, 4, 3), date(2026, 4, 10)}
        assert holder.pk not in set(waiting.values_list("recipient", flat=True))


def test_another_calendar_leaves_what_was_agreed_on(live: Engagement, manager: User) -> None:
    """RULES: an imported calendar re-rolls unconfirmed visits only."""
    with time_machine.travel("2026-01-20T04:00Z"):
        Engagement.objects.filter(pk=live.pk).update(go_live_on=None)
        live.refresh_from_db()
        # One and three months after 1 February: in China 1 March is a Sunday, and 1 May a holiday until the 5th.
        followups.record_go_live(actor=manager, engagement=live, on=date(2026, 2, 1))
        late = live.visits.unscoped().open().get(kind="3m")
        appoint(late, manager)
        lifecycle.change_engagement(actor=manager, engagement=live, calendar="CN")
        assert Message.objects.waiting().filter(kind="visit_invitation").exists()
    late.refresh_from_db()
    assert late.day() == late.due_on == date(2026, 5, 1)


def test_overdue_by_three_working_days_its_manager_is_told_once(
    live: Engagement, manager: User, mailoutbox: list[Any]
) -> None:
    """Due on Friday 10 April: on Wednesday 15 April at nine, not on Tuesday; again only for another day."""

    def told() -> int:
        return sum(mail.subject.startswith("Overdue") for mail in mailoutbox)

    for at, count in (
        ("2026-04-14T02:00Z", 0),
        ("2026-04-15T00:59Z", 0),
        ("2026-04-15T01:01Z", 1),
        ("2026-04-20T02:00Z", 1),
    ):
        with time_machine.travel(at):
            sweep()
            assert told() == count, at
    assert next(mail for mail in mailoutbox if mail.subject.startswith("Overdue")).to == [manager.email]
    with time_machine.travel("2026-04-20T02:00Z"):
        appoint(first(live), manager, appointed_at=live.local(date(2026, 4, 22), followups.REMIND_AT), reason="出差")
    for at, count in (("2026-04-24T02:00Z", 1), ("2026-04-27T02:00Z", 2), ("2026-04-30T02:00Z", 2)):
        with time_machine.travel(at):
            sweep()
            assert told() == count, at


@pytest.mark.parametrize("settled_by", ["held", "superseded", "cancelled"])
def test_a_settled_visit_is_not_escalated(
    live: Engagement, manager: User, mailoutbox: list[Any], settled_by: str
) -> None:
    with time_machine.travel("2026-04-13T04:00Z"):
        if settled_by == "held":
            hold(first(live), manager)
        elif settled_by == "superseded":
            followups.record_go_live(actor=manager, engagement=live, on=date(2026, 4, 10))
        else:
            followups.drop_visits(live)
    with time_machine.travel("2026-04-20T04:00Z"):
        sweep()
    assert not [mail for mail in mailoutbox if mail.subject.startswith("Overdue")]


@time_machine.travel(AT_GO_LIVE)
def test_the_database_keeps_an_hour_to_a_person(live: Engagement) -> None:
    """HOUSE: what must never be false is a constraint."""
    rows = FollowUpVisit.objects.filter(pk=first(live).pk)
    for never in ({"appointed_at": hour_of(first(live))}, {"satisfaction": 6}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**never)
