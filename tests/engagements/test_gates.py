"""P1: phases change through one gate; every refusal names what is missing and links to it; a waiver lets pass."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import resolve

from engagements import gates
from engagements.models import Engagement, FollowUpVisit, Phase, SignOff, Stage, Waiver
from engagements.services import followups, goals, plan, signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core import audit
from onsite.core.errors import DomainError, RefusedError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from standups.models import Severity
from tests.engagements.conftest import register, sign
from tests.engagements.visiting import hold
from tests.factories import EngagementFactory, ObjectiveFactory, ProblemFactory, ScopeItemFactory
from tests.ready import make_ready_for_closing, make_ready_for_execution, make_ready_for_review

DUE = timedelta(days=14)


def codes_before(engagement: Engagement, phase: Phase) -> set[str]:
    return {standing.obstacle.code for standing in gates.standing_before(engagement, phase) if standing.blocks}


def refuse(engagement: Engagement, manager: User, phase: Phase) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        gates.change_phase(actor=manager, engagement=engagement, to=phase)
    engagement.refresh_from_db()
    assert engagement.phase != phase
    return refused.value


def test_an_empty_engagement_is_told_everything_at_once(engagement: Engagement, manager: User) -> None:
    refused = refuse(engagement, manager, Phase.EXECUTION)
    assert [obstacle.code for obstacle in refused.obstacles] == [
        "team.lead", "plan.missing", "goals.missing", "scope.missing", "goals.frozen", "functions.missing",
        "contingency.network", "contingency.permission", "contingency.interface", "field_manual.missing",
    ]  # fmt: skip
    for obstacle in refused.obstacles:
        assert resolve(obstacle.url).namespace in {"engagements", "reports"}


def test_each_thing_mended_uncovers_the_next(
    engagement: Engagement, manager: User, engineer: User, client_pm: User, business_owner: User
) -> None:
    make_ready_for_execution(engagement, engineer)
    assert codes_before(engagement, Phase.EXECUTION) == {
        "plan.missing",
        "goals.missing",
        "scope.missing",
        "goals.frozen",
    }
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)
    assert codes_before(engagement, Phase.EXECUTION) == {"plan.baseline", "goals.frozen"}
    sign_off = signing.freeze_goals(actor=engineer, engagement=engagement)
    assert codes_before(engagement, Phase.EXECUTION) == {
        "plan.baseline",
        "goals.signed.client_pm",
        "goals.signed.business_owner",
    }
    sign(sign_off, client_pm)
    assert codes_before(engagement, Phase.EXECUTION) == {"plan.baseline", "goals.signed.business_owner"}
    sign(sign_off, business_owner)
    gates.change_phase(actor=manager, engagement=engagement, to=Phase.EXECUTION)
    assert Engagement.objects.unscoped().get(pk=engagement.pk).phase == Phase.EXECUTION


def test_what_changed_after_freezing_must_be_frozen_again(
    engagement: Engagement, sign_off: SignOff, engineer: User, client_pm: User, business_owner: User
) -> None:
    """Signatures hold for the words that were signed, not for those that stand there now."""
    sign(sign_off, client_pm)
    sign(sign_off, business_owner)
    make_ready_for_execution(engagement, engineer)
    goals.save_scope_item(actor=engineer, engagement=engagement, is_included=True, text="成本核算")
    assert codes_before(engagement, Phase.EXECUTION) == {"goals.changed"}


def test_a_registered_sheet_counts_only_after_the_check(
    engagement: Engagement, sign_off: SignOff, engineer: User, colleague: User
) -> None:
    signature = register(sign_off, engineer)
    assert "goals.signed.client_pm" in codes_before(engagement, Phase.EXECUTION)
    signing.check_paper(actor=colleague, signature=signature, accepted=True)
    assert "goals.signed.client_pm" not in codes_before(engagement, Phase.EXECUTION)


def test_review_waits_for_the_day_and_for_critical_problems(in_execution: Engagement, manager: User) -> None:
    ProblemFactory(engagement=in_execution, severity=Severity.CRITICAL)
    missing = {"go_live.missing", "go.signed", "handover.missing", "problems.critical"}
    assert codes_before(in_execution, Phase.REVIEW) == missing
    make_ready_for_review(in_execution)
    followups.record_go_live(actor=manager, engagement=in_execution, on=in_execution.today() + timedelta(days=1))
    assert codes_before(in_execution, Phase.REVIEW) == {"go_live.missing", "problems.critical"}
    followups.record_go_live(actor=manager, engagement=in_execution, on=in_execution.today())
    in_execution.problems.update(solved_on=in_execution.today())
    gates.change_phase(actor=manager, engagement=in_execution, to=Phase.REVIEW)


@pytest.mark.parametrize("core_task", ["improve", "fix"])
def test_other_tasks_speak_of_the_hand_over(in_execution: Engagement, core_task: str) -> None:
    in_execution.core_task = core_task
    in_execution.save()
    found = {row.obstacle.code: row.obstacle.text for row in gates.standing_before(in_execution, Phase.REVIEW)}
    assert set(found) == {"go_live.missing", "handover.missing"}
    assert "hand-over" in found["go_live.missing"]


@pytest.mark.parametrize("origin", list(Phase))
@pytest.mark.parametrize("to", list(Phase))
def test_only_the_steps_of_the_table_exist(manager: User, origin: Phase, to: Phase) -> None:
    engagement = EngagementFactory(phase=origin, created_by=manager)
    if to in gates.TRANSITIONS[origin]:
        return
    expected: type[Exception] = DomainError if engagement.is_running else PermissionDenied
    with pytest.raises(expected):
        gates.change_phase(actor=manager, engagement=engagement, to=to)
    engagement.refresh_from_db()
    assert engagement.phase == origin


def test_a_page_that_is_behind_moves_nothing(in_execution: Engagement, manager: User) -> None:
    """The engagement was moved after this page was opened."""
    in_execution.phase = Phase.PREPARATION
    with pytest.raises(DomainError, match="Execution"):
        gates.change_phase(actor=manager, engagement=in_execution, to=Phase.EXECUTION)
    assert AuditEntry.objects.filter(action="phase.changed").count() == 1


@pytest.mark.parametrize("who", ["engineer", "client_pm", "administrator"])
def test_only_a_manager_moves_and_waives(
    who: str, engagement: Engagement, sign_off: SignOff, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        gates.change_phase(actor=user, engagement=engagement, to=Phase.CANCELLED)
    with pytest.raises(PermissionDenied):
        give_waiver(engagement, user)
    assert not Waiver.objects.exists()


def give_waiver(
    engagement: Engagement, actor: User, obstacle: str = "goals.signed.client_pm", **fields: object
) -> Waiver:
    given = {"reason": "签署流程进行中", "due_on": engagement.today() + DUE} | fields
    return gates.waive(actor=actor, engagement=engagement, obstacle=obstacle, **given)  # type: ignore[arg-type]


def test_work_may_start_before_the_ink_is_dry(engagement: Engagement, sign_off: SignOff, manager: User) -> None:
    make_ready_for_execution(engagement, manager)
    give_waiver(engagement, manager)
    give_waiver(engagement, manager, "goals.signed.business_owner")
    gates.change_phase(actor=manager, engagement=engagement, to=Phase.EXECUTION)
    owed = {standing.obstacle.code for standing in gates.still_owed(engagement)}
    assert owed == {"goals.signed.client_pm", "goals.signed.business_owner"}
    entry = AuditEntry.objects.filter(action="gate.waived").first()
    assert entry is not None
    assert entry.data["reason"] == "签署流程进行中"
    assert audit.first_broken(engagement.audit_chain) is None


@pytest.mark.parametrize("obstacle", ["team.lead", "plan.missing", "goals.missing", "goals.frozen", "no.such.thing"])
def test_what_a_manager_must_not_waive(
    obstacle: str, engagement: Engagement, manager: User, request: pytest.FixtureRequest
) -> None:
    if obstacle == "goals.frozen":
        ObjectiveFactory(engagement=engagement)
    with pytest.raises(DomainError):
        give_waiver(engagement, manager, obstacle)
    assert not Waiver.objects.exists()


def test_changed_goals_are_not_waived(engagement: Engagement, sign_off: SignOff, manager: User) -> None:
    ScopeItemFactory(engagement=engagement)
    with pytest.raises(DomainError):
        give_waiver(engagement, manager, "goals.changed")


def test_a_missing_go_live_day_is_not_waived(in_execution: Engagement, manager: User) -> None:
    with pytest.raises(DomainError):
        give_waiver(in_execution, manager, "go_live.missing")


def test_a_signature_that_is_there_needs_no_waiver(
    engagement: Engagement, sign_off: SignOff, manager: User, client_pm: User
) -> None:
    sign(sign_off, client_pm)
    with pytest.raises(DomainError):
        give_waiver(engagement, manager)


def test_a_waiver_is_given_once_and_for_a_day_to_come(
    engagement: Engagement, sign_off: SignOff, manager: User
) -> None:
    with pytest.raises(DomainError) as refused:
        give_waiver(engagement, manager, due_on=engagement.today() - timedelta(days=1))
    assert refused.value.field == "due_on"
    give_waiver(engagement, manager, due_on=engagement.today())
    with pytest.raises(DomainError):
        give_waiver(engagement, manager)
    assert Waiver.objects.count() == 1


def test_no_client_ever_sees_a_waiver(
    engagement: Engagement, sign_off: SignOff, manager: User, engineer: User, client_pm: User
) -> None:
    give_waiver(engagement, manager)
    assert Waiver.objects.visible_to(engineer).count() == 1
    assert Waiver.objects.visible_to(client_pm).count() == 0


def test_manager_and_lead_are_reminded_at_nine_of_their_own_day(
    engagement: Engagement, sign_off: SignOff, manager: User, engineer: User
) -> None:
    """RULES: a user's own zone serves their reminders."""
    User.objects.filter(pk=engineer.pk).update(time_zone="America/New_York")
    waiver = give_waiver(engagement, manager)
    due = {message.recipient_id: message.due_at for message in Message.objects.filter(kind="waiver_due")}
    assert due == {
        manager.pk: datetime.combine(waiver.due_on, followups.REMIND_AT, tzinfo=ZoneInfo("Asia/Shanghai")),
        engineer.pk: datetime.combine(waiver.due_on, followups.REMIND_AT, tzinfo=ZoneInfo("America/New_York")),
    }


@pytest.mark.parametrize("meanwhile", ["still missing", "signed", "cancelled"])
def test_the_reminder_is_sent_only_while_it_is_missing(
    engagement: Engagement,
    sign_off: SignOff,
    manager: User,
    client_pm: User,
    mailoutbox: list[Any],
    meanwhile: str,
) -> None:
    waiver = give_waiver(engagement, manager)
    if meanwhile == "signed":
        sign(sign_off, client_pm)
    if meanwhile == "cancelled":
        gates.change_phase(actor=manager, engagement=engagement, to=Phase.CANCELLED)
    mailoutbox.clear()
    with time_machine.travel(engagement.local(waiver.due_on, followups.REMIND_AT), tick=False):
        sweep()
    reminders = [mail for mail in mailoutbox if mail.subject.startswith("Still missing")]
    assert len(reminders) == (2 if meanwhile == "still missing" else 0)


def close(engagement: Engagement, manager: User) -> None:
    """Take an engagement in execution to its end."""
    make_ready_for_review(engagement)
    followups.record_go_live(actor=manager, engagement=engagement, on=engagement.today())
    gates.change_phase(actor=manager, engagement=engagement, to=Phase.REVIEW)
    make_ready_for_closing(engagement)
    gates.change_phase(actor=manager, engagement=engagement, to=Phase.CLOSED)


def test_the_client_reads_along_until_the_last_visit(in_execution: Engagement, manager: User, client_pm: User) -> None:
    """RULES: the client keeps read access after closing until the last follow-up visit is done."""
    close(in_execution, manager)
    mine = Engagement.objects.visible_to(client_pm)
    for visit in FollowUpVisit.objects.unscoped():
        assert mine.exists()
        with time_machine.travel(in_execution.local(visit.due_on, followups.REMIND_AT)):
            hold(visit, manager, held_on=visit.due_on)
    assert not mine.exists()
    assert in_execution.memberships.active().with_part(Part.LEAD).exists()


def test_cancelling_drops_the_visits_and_their_reminders(
    in_execution: Engagement, manager: User, client_pm: User
) -> None:
    make_ready_for_review(in_execution)
    followups.record_go_live(actor=manager, engagement=in_execution, on=in_execution.today())
    assert Message.objects.waiting().filter(kind="visit_reminder").exists()
    gates.change_phase(actor=manager, engagement=in_execution, to=Phase.CANCELLED)
    assert not FollowUpVisit.objects.unscoped().open().exists()
    assert not Message.objects.waiting().filter(kind="visit_reminder").exists()
    assert not Engagement.objects.visible_to(client_pm).exists()


def test_nothing_is_written_when_a_step_is_refused(engagement: Engagement, manager: User) -> None:
    before = AuditEntry.objects.count()
    refuse(engagement, manager, Phase.EXECUTION)
    assert AuditEntry.objects.count() == before
    assert not Stage.objects.exists()
