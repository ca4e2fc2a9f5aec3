"""Change requests under two hands at once, on real connections: decided once, carried out once, or not at all.

With `EngagementQuerySet.lock` taken out of `services.changes` and `services.signing`, these fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engagements.models import ChangeRequest, Engagement, ScopeItem, SignOff
from engagements.services import changes, signing
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from tests.conftest import InParallel
from tests.engagements.changing import decide, raise_change, text_of
from tests.engagements.conftest import sign
from tests.factories import ScopeItemFactory

pytestmark = pytest.mark.usefixtures("postgresql")
AGAIN = 5  # A race that is there shows within a few rounds.


@pytest.fixture
def agreed(engagement: Engagement, sign_off: SignOff, client_pm: User, business_owner: User) -> Engagement:
    sign(sign_off, client_pm)
    sign(sign_off, business_owner)
    return Engagement.objects.unscoped().get(pk=engagement.pk)


def told(results: list[Any]) -> list[Any]:
    """Return the refusals; anything else that went wrong fails the test."""
    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, DomainError) for error in errors), errors
    return errors


def load(change: ChangeRequest) -> ChangeRequest:
    return ChangeRequest.objects.unscoped().select_related("engagement").get(pk=change.pk)


def signs(text: SignOff, user: User) -> Callable[[], None]:
    return lambda: sign(SignOff.objects.unscoped().get(pk=text.pk), user)


def test_raised_at_once_they_have_numbers_of_their_own(
    agreed: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    assert told(in_parallel(*[lambda: raise_change(agreed, engineer)] * 3)) == []
    assert sorted(row.number for row in ChangeRequest.objects.unscoped()) == [1, 2, 3]


def test_two_decide_at_once_and_one_decision_stands(
    agreed: Engagement, engineer: User, manager: User, in_parallel: InParallel
) -> None:
    for _round in range(AGAIN):
        change = raise_change(agreed, engineer)
        results = in_parallel(
            lambda change=change: decide(load(change), engineer),
            lambda change=change: decide(load(change), manager, "reject"),
            lambda change=change: decide(load(change), manager),
        )
        assert len(told(results)) == 2
        change.refresh_from_db()
        texts = SignOff.objects.filter(kind=SignOff.Kind.CHANGE, topic=str(change.number)).count()
        assert texts == (1 if change.decision == "do" else 0)


def test_what_is_edited_and_decided_at_once_is_frozen_as_it_stands(
    agreed: Engagement, engineer: User, manager: User, in_parallel: InParallel
) -> None:
    """The text that is signed holds what the row holds."""
    for _round in range(AGAIN):
        change = raise_change(agreed, engineer)
        edited = {"impact_days": 7, "stage": change.stage, "into_scope": "改过的"}
        told(
            in_parallel(
                lambda change=change: decide(load(change), manager),
                lambda change=change, edited=edited: changes.save_change(
                    actor=engineer, engagement=agreed, change=load(change), **edited
                ),
            )
        )
        change.refresh_from_db()
        text = text_of(change).text
        assert (text["impact_days"], text["into_scope"]) == (change.impact_days, change.into_scope)


def test_two_signers_at_once_carry_it_out_once(
    agreed: Engagement, engineer: User, client_pm: User, business_owner: User, in_parallel: InParallel
) -> None:
    was_on = agreed.agreed_go_live_on
    change = decide(raise_change(agreed, engineer), engineer)
    text = text_of(change)
    assert told(in_parallel(signs(text, client_pm), signs(text, business_owner))) == []
    agreed.refresh_from_db()
    assert agreed.agreed_go_live_on == agreed.working_calendar.shift(was_on, 3)
    assert ScopeItem.objects.filter(text="移动审批").count() == 1
    assert agreed.baselines.count() == 2
    assert AuditEntry.objects.filter(action="change.carried_out").count() == 1
    assert SignOff.objects.current().filter(kind=SignOff.Kind.GOALS, version=2).count() == 1
    assert audit.first_broken(agreed.audit_chain) is None


def test_signed_or_withdrawn_never_both(
    agreed: Engagement, engineer: User, client_pm: User, business_owner: User, in_parallel: InParallel
) -> None:
    """Whoever comes first: carried out as a whole, or undecided with nothing moved."""
    for round_ in range(AGAIN):
        change = decide(raise_change(agreed, engineer, into_scope=f"第 {round_} 项"), engineer)
        text = text_of(change)
        sign(text, client_pm)
        results = in_parallel(
            signs(text, business_owner),
            lambda change=change: changes.withdraw_decision(actor=engineer, change=load(change)),
        )
        assert len(told(results)) == 1
        change.refresh_from_db()
        done = change.applied_at is not None
        assert change.decision == ("do" if done else "undecided")
        assert ScopeItem.objects.filter(text=f"第 {round_} 项").exists() is done
        if not done:
            changes.decide_change(actor=engineer, change=change, decision="reject", note="撤回")


def test_two_changes_signed_at_once_follow_from_one_agreement(
    agreed: Engagement, engineer: User, client_pm: User, business_owner: User, in_parallel: InParallel
) -> None:
    """The second is told that goals changed; it never overwrites the first."""
    rows = [decide(raise_change(agreed, engineer, into_scope=line), engineer) for line in ("甲", "乙")]
    for row in rows:
        sign(text_of(row), client_pm)
    results = in_parallel(*(signs(text_of(row), business_owner) for row in rows))
    assert len(told(results)) == 1
    assert ChangeRequest.objects.in_force().count() == 1
    assert ScopeItem.objects.filter(text__in=["甲", "乙"]).count() == 1


def test_frozen_anew_and_signed_at_once(
    agreed: Engagement, engineer: User, client_pm: User, business_owner: User, in_parallel: InParallel
) -> None:
    """Goals that are frozen anew make the change stale, or follow it; there is one current version either way."""
    change = decide(raise_change(agreed, engineer), engineer)
    sign(text_of(change), client_pm)
    ScopeItemFactory(engagement=agreed)
    told(
        in_parallel(
            signs(text_of(change), business_owner),
            lambda: signing.freeze_goals(actor=engineer, engagement=agreed),
        )
    )
    assert SignOff.objects.current().filter(kind=SignOff.Kind.GOALS).count() == 1
    change.refresh_from_db()
    assert ScopeItem.objects.filter(text="移动审批").exists() is (change.applied_at is not None)
