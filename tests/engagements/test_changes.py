"""P1: change requests. What is accepted counts no slip, what is refused changes nothing, and no client sees a price."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from engagements import planning
from engagements.models import ChangeRequest, Engagement, Phase, ScopeItem, SignOff, StageKind
from engagements.services import changes, goals, plan, signing
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from onsite.notifications.models import Message
from reports.dashboards.state import State, state_of
from reports.figures import slip_days
from reports.rows import stage_rows
from tests.engagements.changing import CANARY_NOTE, DO, decide, raise_change, sign_on_paper, text_of
from tests.engagements.conftest import sign
from tests.factories import ObjectiveFactory, ScopeItemFactory, TaskFactory

Decision = ChangeRequest.Decision


@pytest.fixture
def agreed(engagement: Engagement, sign_off: SignOff, client_pm: User, business_owner: User) -> Engagement:
    """Goals and scope are signed by both; the plan is the baseline."""
    sign(sign_off, client_pm)
    sign(sign_off, business_owner)
    return fresh(engagement)


def fresh(engagement: Engagement) -> Engagement:
    return Engagement.objects.unscoped().select_related("client").get(pk=engagement.pk)


def state(engagement: Engagement) -> State:
    row = fresh(engagement)
    return state_of(row, stage_rows(row.stages.unscoped()), row.today())


def shifts(engagement: Engagement, user: User) -> list[int | None]:
    return [planned.shift for planned in planning.plan_of(fresh(engagement), user).stages]


def late_days(engagement: Engagement) -> int:
    """As the plan's page says it."""
    row = fresh(engagement)
    finish_on = max(stage.finish_on for stage in row.stages.unscoped())
    return row.working_calendar.working_days_between(row.agreed_go_live_on, finish_on)


def reported_slip(engagement: Engagement) -> int:
    """As the closing report counts it for a go-live on the planned day."""
    row = fresh(engagement)
    last = stage_rows(row.stages.unscoped())[-1]
    assert last.baseline_finish_on is not None
    return slip_days(last.baseline_finish_on, last.finish_on, row.working_calendar.is_working)


def everything() -> dict[str, list[Any]]:
    """Return every row of the domain, without the trail and the mails that tell of a decision."""
    apart = {"AuditEntry", "AuditHead", "Message", "Session", "ChangeRequest"}
    return {
        model.__name__: sorted(map(repr, QuerySet(model).order_by("pk").values_list()))
        for app in ("engagements", "standups", "reports", "accounts", "notifications")
        for model in apps.get_app_config(app).get_models()
        if model.__name__ not in apart
    }


# --- raising and deciding -----------------------------------------------------------------------------------------------


def test_a_change_needs_agreed_goals(engagement: Engagement, sign_off: SignOff, engineer: User) -> None:
    with pytest.raises(DomainError, match="change them directly"):
        raise_change(engagement, engineer)
    assert not ChangeRequest.objects.exists()


def test_numbers_count_up(agreed: Engagement, engineer: User) -> None:
    assert [raise_change(agreed, engineer).number for _i in range(3)] == [1, 2, 3]


def test_days_fall_on_a_stage(agreed: Engagement, engineer: User) -> None:
    with pytest.raises(DomainError) as refused:
        raise_change(agreed, engineer, stage=None)
    assert refused.value.field == "stage"


@pytest.mark.parametrize("who", ["client_pm", "key_user", "outsider_engineer", "administrator"])
def test_who_must_not_raise(who: str, agreed: Engagement, request: pytest.FixtureRequest) -> None:
    with pytest.raises(PermissionDenied):
        raise_change(agreed, request.getfixturevalue(who))


@pytest.mark.parametrize("who", ["client_pm", "colleague", "outsider_engineer"])
def test_who_must_not_decide(who: str, agreed: Engagement, engineer: User, request: pytest.FixtureRequest) -> None:
    """Only the lead and the manager decide for the vendor; the client decides by signing."""
    change = raise_change(agreed, engineer)
    with pytest.raises(PermissionDenied):
        decide(change, request.getfixturevalue(who))


def test_what_is_decided_does_not_change(agreed: Engagement, engineer: User) -> None:
    change = raise_change(agreed, engineer)
    decide(change, engineer, Decision.REJECT)
    with pytest.raises(DomainError):
        decide(change, engineer)
    with pytest.raises(DomainError):
        changes.save_change(actor=engineer, engagement=agreed, change=change, impact_days=9, stage=change.stage)
    assert ChangeRequest.objects.unscoped().get().impact_days == 3


def test_a_change_of_nothing_is_not_accepted(agreed: Engagement, engineer: User) -> None:
    change = raise_change(agreed, engineer, impact_days=0, stage=None, into_scope="")
    with pytest.raises(DomainError, match="changes nothing"):
        decide(change, engineer)
    decide(change, engineer, Decision.REJECT)


def test_days_can_not_move_a_recorded_go_live(agreed: Engagement, engineer: User) -> None:
    change = raise_change(agreed, engineer)
    Engagement.objects.update(go_live_on=agreed.today(), phase=Phase.REVIEW)
    with pytest.raises(DomainError, match="next phase"):
        decide(change, engineer)


def test_a_stage_that_can_not_grow_is_said_before_anybody_signs(agreed: Engagement, engineer: User) -> None:
    """P1: the last signer must not be the one who learns that all the stage's tasks are done."""
    testing = agreed.stages.unscoped().get(kind=StageKind.TESTING)
    TaskFactory(stage=testing, percent=100)
    change = raise_change(agreed, engineer)
    with pytest.raises(DomainError):
        decide(change, engineer)
    assert not agreed.sign_offs.filter(kind=SignOff.Kind.CHANGE).exists()


def test_goals_that_wait_for_signatures_come_first(agreed: Engagement, engineer: User) -> None:
    change = raise_change(agreed, engineer)
    ScopeItemFactory(engagement=agreed)
    signing.freeze_goals(actor=engineer, engagement=agreed)
    with pytest.raises(DomainError, match="waits for signatures"):
        decide(change, engineer)


@pytest.mark.parametrize("decision", [Decision.REJECT, Decision.NEXT_PHASE])
def test_what_is_refused_changes_nothing(decision: str, agreed: Engagement, engineer: User) -> None:
    """P1: all rows of all tables but the decision itself stay as they were."""
    change = raise_change(agreed, engineer)
    before = everything()
    decide(change, engineer, decision)
    assert everything() == before
    row = ChangeRequest.objects.unscoped().get()
    assert (row.decision, row.decided_by, row.sign_off) == (decision, engineer, None)


# --- signing ------------------------------------------------------------------------------------------------------------


def test_nothing_moves_before_the_last_signature(agreed: Engagement, engineer: User, client_pm: User) -> None:
    change = raise_change(agreed, engineer)
    decide(change, engineer)
    before = (state(agreed), shifts(agreed, engineer), agreed.scope_items.count(), agreed.baselines.count())
    sign(text_of(change), client_pm)
    assert (state(agreed), shifts(agreed, engineer), agreed.scope_items.count(), agreed.baselines.count()) == before


@pytest.mark.parametrize("slip", [0, 2])
@pytest.mark.parametrize("kind", [StageKind.ENVIRONMENT, StageKind.TESTING, StageKind.GO_LIVE])
@pytest.mark.parametrize("on_paper", [False, True])
def test_an_accepted_change_counts_no_slip(
    slip: int, kind: StageKind, on_paper: bool, agreed: Engagement, engineer: User, colleague: User, client_pm: User,
    business_owner: User,
) -> None:  # fmt: skip
    """P1, P3: three days more move plan, baseline and agreed day alike; a slip of two days stays two."""
    calendar = agreed.working_calendar
    first = agreed.stages.unscoped()[0]
    slack = calendar.working_days_between(
        max(stage.finish_on for stage in agreed.stages.unscoped()), agreed.agreed_go_live_on
    )
    plan.move_stage(
        actor=engineer,
        stage=first,
        start_on=first.start_on,
        finish_on=calendar.shift(first.finish_on, slip),
        percent=0,
    )
    was_state, was_shifts, was_late, was_slip = (
        state(agreed), shifts(agreed, engineer), late_days(agreed), reported_slip(agreed),
    )  # fmt: skip
    assert was_late == slip - slack
    change = raise_change(agreed, engineer, stage=agreed.stages.unscoped().get(kind=kind))
    decide(change, engineer)
    if on_paper:
        sign_on_paper(text_of(change), engineer, colleague)
    else:
        sign(text_of(change), client_pm)
        sign(text_of(change), business_owner)
    now = state(agreed)
    assert now.agreed_on == calendar.shift(was_state.agreed_on, 3)
    assert now.planned_on is not None
    assert was_state.planned_on is not None
    assert now.planned_on == calendar.shift(was_state.planned_on, 3)
    assert (now.slip, shifts(agreed, engineer)) == (was_state.slip, was_shifts)
    assert (late_days(agreed), reported_slip(agreed)) == (was_late, was_slip)
    assert agreed.baselines.count() == 2


def test_an_accepted_change_is_the_new_agreement(
    agreed: Engagement, engineer: User, client_pm: User, business_owner: User
) -> None:
    """P1: a new version of goals and scope, agreed through the change; nothing is left to sign or to freeze."""
    change = raise_change(agreed, engineer)
    decide(change, engineer)
    sign(text_of(change), business_owner)
    sign(text_of(change), client_pm)
    change.refresh_from_db()
    first, second = SignOff.objects.unscoped().filter(kind=SignOff.Kind.GOALS).order_by("version")
    assert first.superseded_at is not None
    assert (second.version, second.agreed_through, second.is_signed) == (2, change.sign_off, True)
    assert signing.missing_parts(second) == []
    assert second.text == goals.text_of_goals(fresh(agreed))
    assert second.text["in_scope"][-1]["text"] == "移动审批"
    assert change.applied_at is not None
    assert not ChangeRequest.objects.undecided().exists()
    assert audit.first_broken(agreed.audit_chain) is None


def test_a_line_that_changes_sides_leaves_the_other(
    agreed: Engagement, engineer: User, client_pm: User, business_owner: User
) -> None:
    line = agreed.scope_items.unscoped().get().text
    change = raise_change(agreed, engineer, into_scope="", out_of_scope=line, impact_days=0, stage=None)
    decide(change, engineer)
    for user in (client_pm, business_owner):
        sign(text_of(change), user)
    row = ScopeItem.objects.unscoped().get()
    assert (row.text, row.is_included) == (line, False)
    current = SignOff.objects.unscoped().current().get(kind=SignOff.Kind.GOALS)
    assert current.text == goals.text_of_goals(fresh(agreed))
    assert agreed.baselines.count() == 1


def test_later_drafts_stay_drafts(agreed: Engagement, engineer: User, client_pm: User, business_owner: User) -> None:
    """What was signed follows from what was signed before, whatever was drafted since."""
    ObjectiveFactory(engagement=agreed, title="只是草稿")
    change = raise_change(agreed, engineer)
    decide(change, engineer)
    for user in (client_pm, business_owner):
        sign(text_of(change), user)
    current = SignOff.objects.unscoped().current().get(kind=SignOff.Kind.GOALS)
    assert "只是草稿" not in str(current.text)
    assert "只是草稿" in str(goals.text_of_goals(fresh(agreed)))


def test_the_signers_are_asked_by_mail(agreed: Engagement, engineer: User, client_pm: User) -> None:
    change = raise_change(agreed, engineer)
    decide(change, engineer)
    asked = Message.objects.filter(kind="sign_request", payload={"sign_off": text_of(change).pk})
    assert asked.filter(recipient=client_pm).exists()
    assert asked.count() == 2


def test_a_withdrawn_decision_can_not_be_signed(agreed: Engagement, engineer: User, client_pm: User) -> None:
    change = raise_change(agreed, engineer)
    decide(change, engineer)
    text = text_of(change)
    sign(text, client_pm)
    changes.withdraw_decision(actor=engineer, change=change)
    change.refresh_from_db()
    assert (change.decision, change.sign_off, change.is_open) == (Decision.UNDECIDED, None, True)
    text.refresh_from_db()
    with pytest.raises(StaleError):
        sign(text, client_pm)
    decide(change, engineer)
    assert text_of(change).version == 2
    assert signing.missing_parts(text_of(change)) == ["client_pm", "business_owner"]


def test_an_accepted_change_can_not_be_withdrawn(
    agreed: Engagement, engineer: User, client_pm: User, business_owner: User
) -> None:
    change = raise_change(agreed, engineer)
    decide(change, engineer)
    for user in (client_pm, business_owner):
        sign(text_of(change), user)
    with pytest.raises(DomainError):
        changes.withdraw_decision(actor=engineer, change=change)


@pytest.mark.parametrize("how", ["refrozen", "another change"])
@pytest.mark.parametrize("on_paper", [False, True])
def test_a_text_on_old_goals_is_refused_until_it_is_decided_again(
    how: str,
    on_paper: bool,
    agreed: Engagement,
    engineer: User,
    colleague: User,
    client_pm: User,
    business_owner: User,
) -> None:
    """TRUST 10: nobody signs goals that follow from what is not agreed any more."""
    change = raise_change(agreed, engineer)
    decide(change, engineer)
    if how == "refrozen":
        ScopeItemFactory(engagement=agreed)
        newer = signing.freeze_goals(actor=engineer, engagement=agreed)
    else:
        other = raise_change(agreed, engineer, title="另一个", into_scope="另一项")
        decide(other, engineer)
        newer = text_of(other)
    for user in (client_pm, business_owner):
        sign(newer, user)
    before = everything()
    with pytest.raises(StaleError, match="made again"):
        if on_paper:
            sign_on_paper(text_of(change), engineer, colleague)
        else:
            sign(text_of(change), client_pm)
    assert everything() == before
    changes.withdraw_decision(actor=engineer, change=change)
    decide(change, engineer)
    for user in (client_pm, business_owner):
        sign(text_of(change), user)
    change.refresh_from_db()
    assert change.applied_at is not None


def test_the_whole_flow_on_paper_alone(agreed: Engagement, engineer: User, colleague: User) -> None:
    """RULES: no client ever signs in."""
    Engagement.objects.update(signs_on_paper=True)
    change = raise_change(fresh(agreed), engineer)
    decide(change, engineer)
    assert not Message.objects.filter(kind="sign_request", payload={"sign_off": text_of(change).pk}).exists()
    sign_on_paper(text_of(change), engineer, colleague)
    change.refresh_from_db()
    assert change.applied_at is not None
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {
        "change.frozen",
        "change.paper_registered",
        "change.signed",
        "change.agreed",
        "change.carried_out",
    } <= actions


def test_the_price_stands_in_no_frozen_text_and_no_trail(
    agreed: Engagement, engineer: User, client_pm: User, business_owner: User
) -> None:
    change = raise_change(agreed, engineer)
    decide(change, engineer)
    for user in (client_pm, business_owner):
        sign(text_of(change), user)
    kept = str(list(SignOff.objects.unscoped().values_list("text"))) + str(
        list(AuditEntry.objects.values_list("data"))
    )
    assert CANARY_NOTE not in kept
    assert "875431" not in kept
    assert DO in kept
