"""Two people at the same moment, on two real connections: one wins, the other is told, nothing happens twice.

With `EngagementQuerySet.lock` taken out, these fail.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist

from engagements import gates
from engagements.models import Engagement, FollowUpVisit, Objective, Phase, Reading, Signature, SignOff, Waiver
from engagements.services import clients, followups, goals, lifecycle, plan, signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from tests.conftest import InParallel
from tests.engagements.conftest import register, sign
from tests.engagements.visiting import hold
from tests.factories import (
    EngagementFactory,
    MembershipFactory,
    ObjectiveFactory,
    ScopeItemFactory,
    UserFactory,
    go_decision_of,
)

pytestmark = pytest.mark.usefixtures("postgresql")
AGAIN = 5  # A race that is there shows within a few rounds.


def told(results: list[Any]) -> list[Any]:
    """Return the refusals; anything else that went wrong fails the test."""
    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, DomainError) for error in errors), errors
    return errors


def fresh(engagement: Engagement) -> Engagement:
    return Engagement.objects.unscoped().get(pk=engagement.pk)


def in_phase(engagement: Engagement, phase: Phase) -> Engagement:
    Engagement.objects.filter(pk=engagement.pk).update(phase=phase)
    if phase == Phase.EXECUTION and not engagement.sign_offs.filter(kind="go").exists():
        go_decision_of(engagement, go_live_on=engagement.today())
    return fresh(engagement)


def test_go_live_recorded_twice_makes_two_visits(
    engagement: Engagement, manager: User, in_parallel: InParallel
) -> None:
    """TRUST 1: exactly once."""
    in_phase(engagement, Phase.EXECUTION)
    today = engagement.today()

    def record() -> object:
        return followups.record_go_live(actor=manager, engagement=fresh(engagement), on=today)

    assert told(in_parallel(*[record] * 4)) == []
    assert FollowUpVisit.objects.count() == 2
    assert AuditEntry.objects.filter(action="go_live.recorded").count() == 1


def test_go_live_moved_to_two_days_at_once_leaves_one_pair_standing(
    engagement: Engagement, manager: User, in_parallel: InParallel
) -> None:
    in_phase(engagement, Phase.EXECUTION)
    today = engagement.today()
    followups.record_go_live(actor=manager, engagement=engagement, on=today)

    def move(days: int) -> Callable[[], object]:
        return lambda: followups.record_go_live(
            actor=manager, engagement=fresh(engagement), on=today - timedelta(days=days)
        )

    assert told(in_parallel(move(1), move(2), move(3))) == []
    row = fresh(engagement)
    visits = list(row.visits.unscoped().standing())
    assert sorted(visit.kind for visit in visits) == ["1m", "3m"]
    assert {visit.anchor_on for visit in visits} == {row.go_live_on}
    assert {visit.revision for visit in visits} == {row.go_live_revision} == {4}
    assert FollowUpVisit.objects.count() == 8
    assert Message.objects.waiting().filter(kind="visit_reminder").count() == 4
    assert audit.first_broken(row.audit_chain) is None


def test_a_visit_held_while_go_live_moves_is_history_or_refused(
    engagement: Engagement, manager: User, in_parallel: InParallel
) -> None:
    in_phase(engagement, Phase.EXECUTION)
    today = engagement.today()
    for number in range(AGAIN):
        followups.record_go_live(actor=manager, engagement=fresh(engagement), on=today - timedelta(days=2 * number))
        visit = FollowUpVisit.objects.unscoped().open().filter(kind="1m").first()
        if visit is None:
            break
        results = in_parallel(
            lambda visit=visit: hold(visit, manager),
            lambda number=number: followups.record_go_live(
                actor=manager, engagement=fresh(engagement), on=today - timedelta(days=2 * number + 1)
            ),
        )
        told(results)
        visit.refresh_from_db()
        assert (visit.held_on is None) == (visit.superseded_at is not None)
        assert FollowUpVisit.objects.standing().filter(kind="1m").count() == 1


def test_the_last_two_visits_at_once_end_the_clients_access(
    engagement: Engagement, manager: User, client_pm: User, in_parallel: InParallel
) -> None:
    """Without the lock each sees the other's visit as open, and nobody lets go of the client."""
    went_live_on = engagement.today() - timedelta(days=90)  # Long enough ago that both visits may be held.
    for _round in range(AGAIN):
        FollowUpVisit.objects.unscoped().delete()
        engagement.memberships.update(ended_at=None)
        Engagement.objects.update(go_live_on=None, start_on=went_live_on)
        in_phase(engagement, Phase.EXECUTION)
        visits = followups.record_go_live(actor=manager, engagement=fresh(engagement), on=went_live_on)
        in_phase(engagement, Phase.CLOSED)
        rows = [FollowUpVisit.objects.unscoped().select_related("engagement").get(pk=visit.pk) for visit in visits]
        assert told(in_parallel(*[lambda row=row: hold(row, manager) for row in rows])) == []
        assert not Engagement.objects.visible_to(client_pm).exists()


def test_freezing_twice_makes_one_version(engagement: Engagement, engineer: User, in_parallel: InParallel) -> None:
    ObjectiveFactory(engagement=engagement)
    ScopeItemFactory(engagement=engagement)

    def freeze() -> object:
        return signing.freeze_goals(actor=engineer, engagement=fresh(engagement))

    assert len(told(in_parallel(*[freeze] * 4))) == 3
    assert SignOff.objects.count() == 1


def test_both_sign_at_once_and_the_plan_is_agreed_once(
    engagement: Engagement, sign_off: SignOff, client_pm: User, business_owner: User, in_parallel: InParallel
) -> None:
    """Without the lock neither sees the other's signature, and the text is never agreed."""
    row = SignOff.objects.unscoped().get()
    results = in_parallel(lambda: sign(row, client_pm), lambda: sign(sign_off, business_owner))
    assert told(results) == []
    sign_off.refresh_from_db()
    assert sign_off.is_signed
    assert engagement.baselines.count() == 1


def test_one_person_presses_sign_twice(sign_off: SignOff, client_pm: User, in_parallel: InParallel) -> None:
    def press() -> None:
        sign(SignOff.objects.unscoped().get(), client_pm)

    assert len(told(in_parallel(*[press] * 3))) == 2
    assert Signature.objects.count() == 1


def test_screen_and_paper_at_once_are_one_signature(
    sign_off: SignOff, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    def on_paper() -> object:
        return register(SignOff.objects.unscoped().get(), engineer)

    assert len(told(in_parallel(lambda: sign(sign_off, client_pm), on_paper, on_paper))) == 2
    assert Signature.objects.count() == 1


def test_nobody_signs_what_is_replaced_at_that_moment(
    engagement: Engagement, sign_off: SignOff, engineer: User, client_pm: User, business_owner: User,
    in_parallel: InParallel,
) -> None:  # fmt: skip
    """TRUST 10: a stale page signs nothing. No order of events deadlocks."""
    for _round in range(AGAIN):
        current = SignOff.objects.unscoped().current().get()
        ScopeItemFactory(engagement=engagement)
        results = in_parallel(
            lambda current=current: sign(SignOff.objects.unscoped().get(pk=current.pk), client_pm),
            lambda current=current: sign(SignOff.objects.unscoped().get(pk=current.pk), business_owner),
            lambda: signing.freeze_goals(actor=engineer, engagement=fresh(engagement)),
        )
        told(results)
        current.refresh_from_db()
        assert current.superseded_at is not None
        late = Signature.objects.filter(sign_off=current, created_at__gt=current.superseded_at)
        assert not late.exists()
    assert SignOff.objects.current().count() == 1
    assert audit.first_broken(engagement.audit_chain) is None


def test_a_sheet_is_accepted_or_sent_back_not_both(
    sign_off: SignOff, engineer: User, colleague: User, manager: User, in_parallel: InParallel
) -> None:
    signature = register(sign_off, engineer)
    results = in_parallel(
        lambda: signing.check_paper(actor=colleague, signature=signature, accepted=True),
        lambda: signing.check_paper(actor=manager, signature=signature, accepted=False),
    )
    assert len(told(results)) == 1
    accepted = Signature.objects.exclude(checked_at=None).count()
    sent_back = AuditEntry.objects.filter(action="goals.paper_sent_back").count()
    assert accepted + sent_back == 1


def test_there_is_one_lead_at_a_time(engagement: Engagement, manager: User, in_parallel: InParallel) -> None:
    def join(user: User) -> Callable[[], object]:
        return lambda: lifecycle.add_colleague(actor=manager, engagement=fresh(engagement), user=user, part=Part.LEAD)

    assert len(told(in_parallel(*[join(UserFactory()) for _i in range(3)]))) == 2
    assert engagement.memberships.active().count() == 1


def test_two_clients_do_not_invite_the_same_person(
    engagement: Engagement, foreign_engagement: Engagement, manager: User, in_parallel: InParallel
) -> None:
    def invite(row: Engagement, email: str) -> Callable[[], object]:
        return lambda: lifecycle.invite_client_person(
            actor=manager, engagement=fresh(row), email=email, name="陈镕", part=Part.CLIENT_PM
        )

    for person in UserFactory.create_batch(AGAIN, role=Role.CLIENT):
        results = in_parallel(invite(engagement, person.email), invite(foreign_engagement, person.email))
        assert len(told(results)) == 1
        assert person.memberships.unscoped().count() == 1


def test_a_client_is_saved_while_its_person_is_invited(
    engagement: Engagement, manager: User, other_manager: User, in_parallel: InParallel
) -> None:
    """Both write into the company's chain and hold the engagement: in one order, or each waits for the other."""
    client = engagement.client
    for round_ in range(AGAIN):
        results = in_parallel(
            lambda: clients.save_client(
                actor=manager, client=client, name=client.name, short_name="华东", industry="banking"
            ),
            lambda round_=round_: lifecycle.invite_client_person(
                actor=other_manager, engagement=engagement, email=f"x{round_}@client.example", name="许蔓",
                part=Part.KEY_USER,
            ),
        )  # fmt: skip
        assert [result for result in results if isinstance(result, Exception)] == []


def test_an_obstacle_is_waived_once(
    engagement: Engagement, sign_off: SignOff, manager: User, other_manager: User, in_parallel: InParallel
) -> None:
    def waive(actor: User) -> Callable[[], object]:
        return lambda: gates.waive(
            actor=actor, engagement=fresh(engagement), obstacle="goals.signed.client_pm", reason="盖章中",
            due_on=engagement.today(),
        )  # fmt: skip

    assert len(told(in_parallel(waive(manager), waive(other_manager)))) == 1
    assert Waiver.objects.count() == 1


def test_a_phase_is_changed_once(engagement: Engagement, manager: User, in_parallel: InParallel) -> None:
    def cancel() -> None:
        gates.change_phase(actor=manager, engagement=row, to=Phase.CANCELLED)

    row = fresh(engagement)
    assert len(told(in_parallel(*[cancel] * 3))) <= 2
    assert AuditEntry.objects.filter(action="phase.changed").count() == 1


def test_laying_out_twice_makes_five_stages(engagement: Engagement, engineer: User, in_parallel: InParallel) -> None:
    def lay_out() -> object:
        return plan.lay_out_plan(actor=engineer, engagement=fresh(engagement))

    assert told(in_parallel(*[lay_out] * 3)) == []
    assert engagement.stages.count() == 5


def test_a_plan_is_laid_out_before_it_is_agreed_or_not_at_all(
    engagement: Engagement, sign_off: SignOff, engineer: User, client_pm: User, business_owner: User,
    in_parallel: InParallel,
) -> None:  # fmt: skip
    """Without the lock the plan changes after the baseline was taken from it."""
    sign(sign_off, client_pm)
    Engagement.objects.update(start_on=engagement.start_on + timedelta(days=7))
    told(
        in_parallel(
            lambda: sign(sign_off, business_owner),
            lambda: plan.lay_out_plan(actor=engineer, engagement=fresh(engagement)),
        )
    )
    baseline = engagement.baselines.unscoped().get()
    agreed = {row.stage_id: row.finish_on for row in baseline.stages.unscoped()}
    assert agreed == {stage.pk: stage.finish_on for stage in engagement.stages.unscoped()}


def test_two_stages_moved_at_once_keep_what_both_people_said(
    engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    calendar = engagement.working_calendar
    for _round in range(AGAIN):
        stages = plan.lay_out_plan(actor=engineer, engagement=engagement)
        moves = [
            lambda stage=stage, days=days: plan.move_stage(
                actor=engineer, stage=stage, start_on=stage.start_on, finish_on=calendar.shift(stage.finish_on, days),
                percent=0,
            )
            for stage, days in ((stages[0], 3), (stages[1], 4))
        ]  # fmt: skip
        assert told(in_parallel(*moves)) == []
        rows = list(engagement.stages.unscoped())
        lengths = [
            [calendar.day_number(stage.start_on, stage.finish_on) for stage in plan_] for plan_ in (stages, rows)
        ]
        assert [now - was for was, now in zip(*lengths, strict=True)] == [3, 4, 0, 0, 0]
        assert all(rows[i].finish_on < rows[i + 1].start_on for i in range(1, 4))


def test_an_objective_is_measured_or_deleted_not_both(
    engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    for _round in range(AGAIN):
        objective = ObjectiveFactory(engagement=engagement)

        def load(pk: int = objective.pk) -> Objective:
            return Objective.objects.unscoped().select_related("engagement__client").get(pk=pk)

        results = in_parallel(
            lambda load=load: goals.record_reading(
                actor=engineer, objective=load(), measured_on=engagement.today(), value=Decimal(1), evidence="表"
            ),
            lambda load=load: goals.delete_objective(actor=engineer, objective=load()),
        )
        assert len([result for result in results if isinstance(result, DomainError | ObjectDoesNotExist)]) == 1
        assert (
            Objective.objects.filter(pk=objective.pk).exists() == Reading.objects.filter(objective=objective).exists()
        )


def test_an_engagement_of_one_name_is_created_once(
    engagement: Engagement, manager: User, in_parallel: InParallel
) -> None:
    def create() -> object:
        return lifecycle.create_engagement(
            actor=manager, client=engagement.client, name="同名", site="苏州", start_on=engagement.start_on,
            agreed_go_live_on=engagement.agreed_go_live_on,
        )  # fmt: skip

    assert len(told(in_parallel(*[create] * 3))) == 2
    assert Engagement.objects.filter(name="同名").count() == 1


def test_reminders_planned_by_two_at_once_come_once(
    engagement: Engagement, manager: User, in_parallel: InParallel
) -> None:
    in_phase(engagement, Phase.EXECUTION)
    with time_machine.travel(engagement.local(engagement.today(), followups.REMIND_AT)):
        followups.record_go_live(actor=manager, engagement=engagement, on=engagement.today())
    MembershipFactory(engagement=engagement, part=Part.LEAD)
    assert told(in_parallel(*[lambda: followups.plan_reminders(fresh(engagement))] * 3)) == []
    assert Message.objects.filter(kind="visit_reminder").count() == 8


def test_thirty_engagements_are_photographed_while_a_plan_moves(
    engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    stages = plan.lay_out_plan(actor=engineer, engagement=engagement)
    EngagementFactory.create_batch(3)
    results = in_parallel(
        plan.take_all_snapshots,
        plan.take_all_snapshots,
        lambda: plan.move_stage(
            actor=engineer, stage=stages[0], start_on=stages[0].start_on, finish_on=stages[0].finish_on, percent=10
        ),
    )
    assert told(results) == []
