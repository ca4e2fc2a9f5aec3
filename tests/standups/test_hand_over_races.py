"""The hand-over under two hands at once, on real connections.

With `Engagement.objects.lock` taken out of `services.hand_over` and `services.first_weeks`, these fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engagements.models import Engagement, SignOff
from engagements.services import signing
from onsite.accounts.models import User
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from standups.models import ExitCriterion, HandOver, ReturnedAccess
from standups.services import first_weeks, hand_over
from tests.conftest import InParallel
from tests.factories import ExitCriterionFactory, ReturnedAccessFactory
from tests.standups.handing_over import filled, frozen

pytestmark = pytest.mark.usefixtures("postgresql")
AGAIN = 5
PASSWORD = "Hand-over-2026"


def refused(results: list[Any]) -> int:
    """Count the refusals; anything else that went wrong fails the test."""
    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, DomainError) for error in errors), errors
    return len(errors)


def test_one_access_is_taken_back_by_one(engagement: Engagement, engineer: User, in_parallel: InParallel) -> None:
    today = engagement.today()

    def giving(pk: int, name: str) -> Callable[[], Any]:
        def give() -> Any:
            row = ReturnedAccess.objects.unscoped().select_related("engagement").get(pk=pk)
            return hand_over.give_back(actor=engineer, access=row, returned_on=today, received_by=name)

        return give

    for _round in range(AGAIN):
        row = ReturnedAccessFactory(engagement=engagement)
        assert refused(in_parallel(*[giving(row.pk, name) for name in ("甲", "乙", "丙")])) == 2
    assert AuditEntry.objects.filter(action="access.returned").count() == AGAIN


def test_one_criterion_is_met_once(engagement: Engagement, engineer: User, in_parallel: InParallel) -> None:
    today = engagement.today()

    def meeting(pk: int, evidence: str) -> Callable[[], Any]:
        def meet() -> Any:
            row = ExitCriterion.objects.unscoped().select_related("engagement").get(pk=pk)
            return first_weeks.mark_met(actor=engineer, criterion=row, evidence=evidence, met_on=today)

        return meet

    for _round in range(AGAIN):
        row = ExitCriterionFactory(engagement=engagement)
        assert refused(in_parallel(*[meeting(row.pk, word) for word in ("甲", "乙", "丙")])) == 2


def test_the_usual_criteria_come_once(engagement: Engagement, engineer: User, in_parallel: InParallel) -> None:
    added = in_parallel(*[lambda: first_weeks.start_criteria(actor=engineer, engagement=engagement)] * 4)
    assert sorted(added) == [0, 0, 0, 4]


def test_two_begin_the_empty_sheet(engagement: Engagement, engineer: User, in_parallel: InParallel) -> None:
    """No 500 from the one row an engagement may have: one saves, the other is told."""

    def saving(name: str) -> Callable[[], Any]:
        return lambda: hand_over.save_hand_over(
            actor=engineer, engagement=engagement, was="new", planned_on=None, taken_over_by=name
        )

    assert refused(in_parallel(saving("甲"), saving("乙"), saving("丙"))) == 2
    assert HandOver.objects.unscoped().count() == 1


def test_two_freeze_at_once(engagement: Engagement, engineer: User, manager: User, in_parallel: InParallel) -> None:
    filled(engagement)
    results = in_parallel(
        *[lambda who=who: hand_over.freeze_hand_over(actor=who, engagement=engagement) for who in (engineer, manager)]
        * 2
    )
    assert refused(results) == 3
    assert engagement.sign_offs.unscoped().count() == 1


def test_signed_or_changed_never_both(
    engagement: Engagement, engineer: User, client_pm: User, in_parallel: InParallel
) -> None:
    """A signature and a change at the same moment: a signed text holds what stood there then, or the signature is
    refused as stale."""
    client_pm.set_password(PASSWORD)
    client_pm.save()
    sign_off = frozen(engagement, engineer)
    outcomes = set()
    for number in range(AGAIN):

        def sign(pk: int = sign_off.pk) -> None:
            row = SignOff.objects.unscoped().select_related("engagement__client").get(pk=pk)
            signing.sign_on_screen(actor=client_pm, sign_off=row, text_hash=row.text_hash, proof=PASSWORD)

        def change(number: int = number) -> None:
            hand_over.save_contact(actor=engineer, engagement=engagement, name=f"{number}", role="x", phone="1")

        results = in_parallel(sign, change)
        assert refused(results[1:]) == 0
        sign_off.refresh_from_db()
        was_refused = refused(results[:1]) == 1
        assert sign_off.is_signed != was_refused
        assert (sign_off.superseded_at is not None) == was_refused
        outcomes.add(was_refused)
        sign_off = hand_over.freeze_hand_over(actor=engineer, engagement=engagement)
    assert outcomes
