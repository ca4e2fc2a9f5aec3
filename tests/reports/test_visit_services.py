"""R3: all that a follow-up visit brought is kept, or nothing; and what becomes of a new need."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from engagements.models import Engagement, NewNeed, Phase, Reading, VisitAttempt
from engagements.services import followups, new_needs, visits
from engagements.services.new_needs import Need
from engagements.services.visits import Value
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.services import sweep
from reports.models import VisitIssue
from reports.visits.recording import Issue, record_visit
from standups.models import Problem
from standups.timeline import time_line
from tests.engagements.lived_visits import LIVE_ON, first, live, person
from tests.engagements.visiting import appoint, hold
from tests.factories import (
    MembershipFactory,
    ObjectiveFactory,
    ProblemFactory,
    UserFactory,
)

__all__ = ["live"]


def test_all_that_a_visit_brought(live: Engagement, manager: User, mailoutbox: list[Any]) -> None:
    """R3: values, remaining issues, condition, satisfaction, new needs with an owner, a note of ours."""
    lead = person(live, Part.LEAD)
    objective = ObjectiveFactory(engagement=live)
    counted = ObjectiveFactory(engagement=live, measure="problems.critical")
    solved, left = (ProblemFactory(engagement=live, raised_on=LIVE_ON) for _number in range(2))
    with time_machine.travel("2026-04-13T04:00Z"):
        visit = record_visit(
            actor=manager, visit=first(live), held_on=date(2026, 4, 10), channel="phone", condition="troubled",
            how_it_runs="月结时偏慢", spoke_with="陈镕", satisfaction=4, internal_note="预算十月批",
            values=[Value(objective.pk, Decimal("11.5"), "十月抽样")], needs=[Need("移动端审批", lead)],
            issues=[Issue(solved, "solved", "端口已开"), Issue(left, "worse", "更频繁")],
        )  # fmt: skip
        sweep()
    visit.refresh_from_db()
    assert (visit.condition, visit.satisfaction, visit.held_by) == ("troubled", 4, manager)
    by_hand = Reading.objects.unscoped().get(objective=objective)
    assert (by_hand.visit, by_hand.value, by_hand.measured_on) == (visit, Decimal("11.5"), date(2026, 4, 10))
    assert counted.readings.unscoped().get().evidence.startswith("Counted by OnSite")
    solved.refresh_from_db()
    left.refresh_from_db()
    assert (solved.solved_on, left.solved_on) == (date(2026, 4, 10), None)
    assert "Solved" in {step.title for step in time_line(solved, manager)}
    assert visit.issues.unscoped().count() == 2
    need = NewNeed.objects.unscoped().get()
    assert (need.text, need.owner, need.state) == ("移动端审批", lead, "open")
    assert [mail.to for mail in mailoutbox if "New need" in mail.subject] == [[lead.email]]


@pytest.mark.parametrize("fault", ["foreign objective", "foreign owner", "concern solved", "the day to come"])
def test_all_or_nothing(live: Engagement, manager: User, fault: str) -> None:
    objective = ObjectiveFactory(engagement=live)
    elsewhere = ObjectiveFactory()
    plain, concern = ProblemFactory(engagement=live), ProblemFactory(
        engagement=live, kind="concern", words="太慢", said_by_name="陈镕", said_at=live.local(LIVE_ON, followups.REMIND_AT),
        concern_state="open",
    )  # fmt: skip
    owner = UserFactory() if fault == "foreign owner" else manager
    values = [Value(elsewhere.pk if fault == "foreign objective" else objective.pk, Decimal(1), "抽样")]
    issues = [Issue(plain, "solved"), Issue(concern, "solved" if fault == "concern solved" else "open")]
    held_on = date(2026, 4, 11) if fault == "the day to come" else date(2026, 4, 10)
    with time_machine.travel("2026-04-10T04:00Z"), pytest.raises(DomainError):
        record_visit(
            actor=manager, visit=first(live), held_on=held_on, channel="phone", condition="well", how_it_runs="稳定",
            values=values, issues=issues, needs=[Need("报表", owner)],
        )  # fmt: skip
    assert first(live).is_open
    assert not Reading.objects.unscoped().exists()
    assert not NewNeed.objects.unscoped().exists()
    assert not VisitIssue.objects.unscoped().exists()
    assert Problem.objects.unscoped().get(pk=plain.pk).is_open
    assert not AuditEntry.objects.filter(action="visit.held").exists()


def test_a_visit_is_recorded_after_the_end_too(live: Engagement, manager: User) -> None:
    """RULES: visits go on after closing; what the client calls solved then is solved."""
    problem = ProblemFactory(engagement=live, raised_on=LIVE_ON)
    Engagement.objects.filter(pk=live.pk).update(phase=Phase.CLOSED)
    lead = person(live, Part.LEAD)
    with time_machine.travel("2026-04-10T04:00Z"):
        record_visit(
            actor=lead, visit=first(live), held_on=date(2026, 4, 10), channel="phone", condition="well",
            how_it_runs="稳定", issues=[Issue(problem, "solved")],
        )  # fmt: skip
    problem.refresh_from_db()
    assert problem.solved_on == date(2026, 4, 10)


@time_machine.travel("2026-04-10T04:00Z")
def test_attempts_are_logged_while_it_is_open(live: Engagement, manager: User) -> None:
    visits.log_attempt(actor=manager, visit=first(live), channel="phone", note="无人接听")
    assert VisitAttempt.objects.unscoped().get().note == "无人接听"
    assert not VisitAttempt.objects.visible_to(person(live, Part.CLIENT_PM)).exists()
    visit = first(live)
    hold(visit, manager)
    with pytest.raises(DomainError):
        visits.log_attempt(actor=manager, visit=visit, channel="phone")
    with pytest.raises(DomainError):
        appoint(visit, manager, appointed_at=live.local(date(2026, 4, 13), followups.REMIND_AT), reason="又一次")


@time_machine.travel("2026-04-10T04:00Z")
def test_a_new_need_is_decided_by_its_owner_or_a_manager(
    live: Engagement, manager: User, mailoutbox: list[Any]
) -> None:
    lead, other = person(live, Part.LEAD), MembershipFactory(engagement=live, part=Part.ENGINEER).user
    visit = first(live)
    hold(visit, manager, needs=[Need("移动端审批", lead)])
    need = NewNeed.objects.unscoped().get()
    decided: dict[str, Any] = {"owner": lead, "state": "won", "outcome": "合同已签"}
    with pytest.raises(PermissionDenied):
        new_needs.decide_need(actor=other, need=need, **decided)
    with pytest.raises(DomainError) as refused:
        new_needs.decide_need(actor=lead, need=need, **decided | {"outcome": " "})
    assert refused.value.field == "outcome"
    with pytest.raises(DomainError) as refused:
        new_needs.decide_need(actor=lead, need=need, **decided | {"owner": UserFactory()})
    assert refused.value.field == "owner"
    new_needs.decide_need(actor=lead, need=need, owner=other, state="open", outcome="")
    sweep()
    assert [mail.to for mail in mailoutbox if "New need" in mail.subject] == [[other.email]], (
        "the lead's is not theirs any more"
    )
    for owner in (lead, other):
        new_needs.decide_need(actor=manager, need=need, owner=owner, state="open", outcome="")
        sweep()
    told = [mail.to[0] for mail in mailoutbox if "New need" in mail.subject]
    assert told == [other.email, lead.email, other.email], "whoever gets it back is told again"
    new_needs.decide_need(actor=manager, need=need, **decided)
    need.refresh_from_db()
    assert (need.state, need.outcome, need.decided_at is not None) == ("won", "合同已签", True)
