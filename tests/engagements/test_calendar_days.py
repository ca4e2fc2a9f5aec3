"""A changed day of a calendar: open visits without an agreed hour move, no agreed plan does, and all of it is told first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from engagements.days_off import Effect, effect_of
from engagements.models import BaselineStage, Engagement, FollowUpVisit, Phase, Stage
from engagements.services import calendar_days, followups, plan
from onsite.accounts.models import User
from onsite.core import audit, calendars
from onsite.core.calendar import WorkingCalendar, follow_up_day
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry, CalendarDay
from onsite.notifications.models import Message
from tests.engagements.changed_days import turn, turn_back
from tests.engagements.visiting import appoint, hold
from tests.factories import EngagementFactory, TaskFactory, UserFactory, go_decision_of

# One and three months after Tuesday 10 March 2026, by a calendar without holidays.
ONE_MONTH, THREE_MONTHS = date(2026, 4, 10), date(2026, 6, 10)
MONDAY = date(2026, 4, 13)


@pytest.fixture
def live(manager: User) -> Engagement:
    """It went live on 10 March 2026; two visits are open."""
    row = EngagementFactory(phase=Phase.EXECUTION, calendar="WEEK", created_by=manager, start_on=date(2026, 1, 5),
                            agreed_go_live_on=date(2026, 12, 1))  # fmt: skip
    go_decision_of(row, go_live_on=row.agreed_go_live_on)
    with time_machine.travel("2026-03-10T04:00Z"):
        followups.record_go_live(actor=manager, engagement=row, on=date(2026, 3, 10))
    return row


def due(engagement: Engagement) -> dict[str, date]:
    return dict(engagement.visits.unscoped().open().values_list("kind", "due_on"))


def visit_of(engagement: Engagement, kind: str) -> FollowUpVisit:
    return engagement.visits.unscoped().select_related("engagement").get(kind=kind)


def told(user: User, days: list[date], *, works: bool = False) -> Effect:
    after = calendars.with_changes(calendars.load("WEEK"), dict.fromkeys(days, works))
    return effect_of(user, "WEEK", after, days)


@time_machine.travel("2026-03-20T04:00Z")
def test_a_visit_moves_off_a_day_off_and_back(live: Engagement, manager: User) -> None:
    """RULES: unconfirmed visits are re-rolled, with their reminders and an entry in the engagement's chain."""
    turn(manager, ONE_MONTH)
    assert due(live) == {"1m": MONDAY, "3m": THREE_MONTHS}
    entry = AuditEntry.objects.get(action="visit.rerolled")
    assert (entry.chain_id, entry.actor) == (live.audit_chain, manager)
    assert (entry.data["from"], entry.data["to"]) == (str(ONE_MONTH), str(MONDAY))
    waiting = Message.objects.waiting().filter(kind="visit_reminder", dedupe_key__contains=str(MONDAY))
    assert waiting.exists()
    turn_back(manager, ONE_MONTH)
    assert due(live) == {"1m": ONE_MONTH, "3m": THREE_MONTHS}
    actions = AuditEntry.objects.filter(chain=audit.COMPANY, action__startswith="calendar.").order_by("number")
    assert [row.action for row in actions] == ["calendar.changed", "calendar.taken_back"]
    assert audit.first_broken(audit.COMPANY) is audit.first_broken(live.audit_chain) is None


@time_machine.travel("2026-03-20T04:00Z")
def test_a_saturday_that_is_worked_on_takes_a_visit(live: Engagement, manager: User) -> None:
    turn(manager, ONE_MONTH)
    turn(manager, ONE_MONTH + timedelta(days=1), works=True)
    assert due(live)["1m"] == ONE_MONTH + timedelta(days=1)


@time_machine.travel("2026-04-10T04:00Z")
def test_what_was_agreed_on_or_held_stays(live: Engagement, manager: User) -> None:
    hold(visit_of(live, "1m"), manager)
    appoint(visit_of(live, "3m"), manager)
    for day in (ONE_MONTH, THREE_MONTHS):
        assert told(manager, [day]).engagements == ()
        turn(manager, day)
    assert visit_of(live, "1m").due_on == ONE_MONTH
    assert visit_of(live, "3m").due_on == THREE_MONTHS
    assert not AuditEntry.objects.filter(action="visit.rerolled").exists()


@time_machine.travel("2026-03-20T04:00Z")
def test_visits_of_a_closed_engagement_move_and_those_by_another_calendar_stay(
    live: Engagement, manager: User
) -> None:
    """RULES: follow-up visits go on after closing."""
    Engagement.objects.filter(pk=live.pk).update(phase=Phase.CLOSED)
    assert [one.engagement for one in told(manager, [ONE_MONTH]).engagements] == [live]
    turn(manager, ONE_MONTH, code="CN")
    assert due(live)["1m"] == ONE_MONTH
    turn(manager, ONE_MONTH)
    assert due(live)["1m"] == MONDAY


@time_machine.travel("2026-03-02T04:00Z")
def test_no_plan_and_no_baseline_moves(engagement: Engagement, manager: User) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(calendar="WEEK")
    engagement.refresh_from_db()
    plan.lay_out_plan(actor=manager, engagement=engagement)
    plan.take_baseline(actor=manager, engagement=engagement, reason="签署")
    first = engagement.stages.unscoped().order_by("position")[0]

    def days() -> list[tuple[object, ...]]:
        stages, agreed = Stage.objects.unscoped(), BaselineStage.objects.unscoped()
        fields = ("start_on", "finish_on")
        return [*stages.order_by("pk").values_list(*fields), *agreed.order_by("pk").values_list(*fields)]

    before = days()
    turn(manager, first.finish_on)
    assert days() == before


def test_it_tells_what_begins_or_ends_on_a_day_off(engagement: Engagement, manager: User) -> None:
    """Of running engagements by this calendar, without what is done, and of a stage with tasks only these."""
    Engagement.objects.filter(pk=engagement.pk).update(calendar="WEEK")
    off, later = date(2026, 4, 14), date(2026, 4, 20)
    alone = Stage.objects.create(engagement=engagement, kind="testing", position=1, start_on=off, finish_on=later)
    holding = Stage.objects.create(engagement=engagement, kind="training", position=2, start_on=off, finish_on=off)
    TaskFactory(stage=holding, name="试点", start_on=off, finish_on=off)
    TaskFactory(stage=holding, name="收尾", start_on=MONDAY, finish_on=off)
    TaskFactory(stage=holding, name="跨过", start_on=MONDAY, finish_on=later)
    TaskFactory(stage=holding, name="做完", start_on=off, finish_on=off, percent=100)
    closed = EngagementFactory(phase=Phase.CLOSED, calendar="WEEK", created_by=manager)
    Stage.objects.create(engagement=closed, position=1, kind="testing", start_on=off, finish_on=later)
    effect = told(manager, [off])
    assert effect.running == 1
    (only,) = effect.engagements
    assert only.plan == [
        f"“{alone}” begins on 14 April 2026.",
        "“试点” falls on 14 April 2026.",
        "“收尾” ends on 14 April 2026.",
    ]
    assert told(manager, [date(2026, 4, 18)], works=True).engagements == ()


def test_it_is_told_of_what_a_person_may_see(live: Engagement, manager: User, administrator: User) -> None:
    """The administrator reads no engagement; the visits move all the same."""
    assert told(manager, [ONE_MONTH]).engagements
    seen = told(administrator, [ONE_MONTH])
    assert (seen.running, seen.engagements) == (0, ())
    with time_machine.travel("2026-03-20T04:00Z"):
        turn(administrator, ONE_MONTH)
    assert due(live)["1m"] == MONDAY


def test_nothing_is_saved_that_was_not_told(live: Engagement, manager: User) -> None:
    """Decision 6: the hour of a visit was agreed on after the page was opened."""
    seen = told(manager, [ONE_MONTH]).mark
    with time_machine.travel("2026-03-20T04:00Z"):
        appoint(visit_of(live, "1m"), manager)
    with pytest.raises(StaleError):
        calendar_days.change_days(
            actor=manager, calendar="WEEK", first_on=ONE_MONTH, last_on=None, is_working=False, reason="", seen=seen
        )
    assert not CalendarDay.objects.exists()
    turn(manager, ONE_MONTH)
    with pytest.raises(StaleError):
        calendar_days.take_back(actor=manager, row=CalendarDay.objects.get(), seen=seen)
    assert CalendarDay.objects.exists()


@pytest.mark.parametrize("who", ["engineer", "client"])
def test_nobody_else_changes_a_day(who: str, manager: User) -> None:
    turn(manager, ONE_MONTH)
    person = UserFactory(role=who)
    with pytest.raises(PermissionDenied):
        turn(person, MONDAY)
    with pytest.raises(PermissionDenied):
        turn_back(person, ONE_MONTH)
    assert [row.day for row in CalendarDay.objects.all()] == [ONE_MONTH]


def test_a_day_is_taken_back_once(manager: User) -> None:
    turn(manager, ONE_MONTH)
    row = CalendarDay.objects.get()
    turn_back(manager, ONE_MONTH)
    with pytest.raises(DomainError, match="took this back"):
        calendar_days.take_back(actor=manager, row=row, seen="")


def test_what_is_so_anyway_is_left_out(manager: User) -> None:
    """A Friday to a Monday off: two rows. Once more: nothing is left, and the company did it."""
    assert turn(manager, ONE_MONTH, MONDAY) == [ONE_MONTH, MONDAY]
    assert {row.day for row in CalendarDay.objects.all()} == {ONE_MONTH, MONDAY}
    with pytest.raises(DomainError, match="changed already") as refused:
        turn(manager, ONE_MONTH, MONDAY)
    assert refused.value.field == "first_on"
    with pytest.raises(DomainError, match="changed already"):
        turn(manager, ONE_MONTH, works=True)
    with pytest.raises(DomainError, match="says so already"):
        turn(manager, date(2026, 4, 11), date(2026, 4, 12))


@given(
    first_on=st.dates(date(2024, 1, 1), date(2026, 12, 1)),
    length=st.integers(0, 30),
    is_working=st.booleans(),
    own=st.dictionaries(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.booleans(), max_size=5),
)
def test_a_stretch_becomes_what_was_asked(
    first_on: date, length: int, is_working: bool, own: dict[date, bool]
) -> None:
    """Every day of it, by changes that are all needed; nothing outside of it; taken back, all is as before."""
    before = WorkingCalendar(country="CN", overrides=own)
    last_on = first_on + timedelta(days=length)
    asked = [first_on + timedelta(days=number) for number in range(length + 1)]
    try:
        days = calendars.days_to_change(before, first_on, last_on, is_working=is_working)
    except DomainError:
        needed = [day for day in asked if before.is_working(day) != is_working]
        assert not needed or own.keys() & set(needed)
        return
    after = calendars.with_changes(before, dict.fromkeys(days, is_working))
    assert {after.is_working(day) for day in asked} == {is_working}
    assert all(before.is_working(day) != is_working for day in days)
    around = [first_on - timedelta(days=number) for number in range(1, 30)]
    around += [last_on + timedelta(days=number) for number in range(1, 30)]
    assert [after.is_working(day) for day in around] == [before.is_working(day) for day in around]
    for day in days:
        after = calendars.without_change(after, day)
    assert after == before


@given(
    kind=st.sampled_from(["1m", "3m"]),
    anchor_on=st.dates(date(2025, 1, 1), date(2026, 6, 1)),
    off=st.sets(st.integers(0, 12), max_size=10),
)
def test_a_visit_is_told_for_the_next_day_that_the_site_works(kind: str, anchor_on: date, off: set[int]) -> None:
    """By a plain search from the day it falls on; a visit that needn't move is not named."""
    usual = WorkingCalendar()
    visit = FollowUpVisit(kind=kind, anchor_on=anchor_on)
    visit.due_on = follow_up_day(anchor_on, FollowUpVisit.MONTHS[kind], usual)
    days = [visit.due_on + timedelta(days=number) for number in off]
    after = calendars.with_changes(usual, dict.fromkeys(days, False))
    plainly = visit.due_on
    while plainly.weekday() > 4 or plainly in days:
        plainly += timedelta(days=1)
    moved = followups.rerolled([visit], after)
    assert [move.due_on for move in moved] == ([plainly] if plainly != visit.due_on else [])
